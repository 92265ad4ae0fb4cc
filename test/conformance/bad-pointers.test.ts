import { expect } from "vitest";
import {
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, PAGE } from "./support/scene.ts";

rule("3.7#1", "NULL, free, NOACCESS and above the user space", (scene) => {
  scene.take(BASE, PAGE, PAGE_NOACCESS);
  const { IsBadReadPtr, IsBadWritePtr } = scene.kernel32;
  for (const address of [0, BASE, BASE + PAGE, scene.machine.highestUserAddress + 1]) {
    expectUnchanged(scene, () => {
      expect([IsBadReadPtr(address, 0), IsBadWritePtr(address, 0)]).toEqual([0, 0]);
    });
  }
});

rule("3.7#2", "1 byte and many", (scene) => {
  const { IsBadReadPtr, IsBadWritePtr } = scene.kernel32;
  for (const size of [1, PAGE, 0x100000]) {
    expect([IsBadReadPtr(0, size), IsBadWritePtr(0, size)]).toEqual([1, 1]);
  }
});

rule("3.7#3", "from a good page", (scene) => {
  scene.take(BASE, PAGE);
  const { IsBadReadPtr, IsBadWritePtr } = scene.kernel32;
  const size = scene.wide ? 0xffffffffffffffffn : 0xffffffff;
  expect([IsBadReadPtr(BASE, size), IsBadWritePtr(BASE, size)]).toEqual([1, 1]);
});

rule("3.7#4", "pages that can be read, written, or neither", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_EXECUTE);
  scene.protect(BASE + 3 * PAGE, PAGE, PAGE_NOACCESS);
  const { IsBadReadPtr, IsBadWritePtr } = scene.kernel32;
  const read = [0, 1, 2, 3].map((page) => IsBadReadPtr(BASE + page * PAGE, 1));
  const write = [0, 1, 2, 3].map((page) => IsBadWritePtr(BASE + page * PAGE, 1));
  expect([read, write]).toEqual([
    [0, 0, 0, 1],
    [0, 1, 1, 1],
  ]);
  expect([IsBadReadPtr(BASE, 3 * PAGE), IsBadReadPtr(BASE, 3 * PAGE + 1)]).toEqual([0, 1]);
  expect([IsBadWritePtr(BASE, PAGE), IsBadWritePtr(BASE + 0xfff, 2)]).toEqual([0, 1]);
});

rule("3.7#4", "bytes that are only asked for stay", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.fill(BASE, 0x99, PAGE);
  expect(scene.kernel32.IsBadWritePtr(BASE, PAGE)).toBe(0);
  expect(scene.memory.read(BASE, PAGE).every((byte) => byte === 0x99)).toBe(true);
});

rule("3.7#5", "bad, then good", (scene) => {
  scene.take(BASE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { IsBadReadPtr, IsBadWritePtr } = scene.kernel32;
  expect(IsBadReadPtr(BASE, 2 * PAGE)).toBe(1);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
  expect([1, 2].map(() => IsBadWritePtr(BASE, 2 * PAGE))).toEqual([1, 0]);
});

rule("3.7#6", "a watched region and an image", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  expect(scene.kernel32.IsBadWritePtr(BASE + PAGE, 2 * PAGE)).toBe(0);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE + PAGE, BASE + 2 * PAGE]);
  const image = BASE + 0x100000;
  scene.image(image, 2 * PAGE, PAGE_WRITECOPY);
  expect(scene.kernel32.IsBadReadPtr(image, 2 * PAGE)).toBe(0);
  expect(scene.protectionAt(image)).toBe(PAGE_WRITECOPY);
  expect(scene.kernel32.IsBadWritePtr(image, 1)).toBe(0);
  expect(scene.run(image)).toMatchObject({ protect: PAGE_READWRITE, size: PAGE });
});

rule("3.7#7", "read and write", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  const { IsBadHugeReadPtr, IsBadHugeWritePtr } = scene.kernel32;
  const ranges = [
    [0, 0],
    [0, 1],
    [BASE, 2 * PAGE],
    [BASE, 2 * PAGE + 1],
    [BASE, PAGE],
  ] as const;
  expect(ranges.map(([base, size]) => IsBadHugeReadPtr(base, size))).toEqual([0, 1, 0, 1, 0]);
  expect(ranges.map(([base, size]) => IsBadHugeWritePtr(base, size))).toEqual([0, 1, 1, 1, 0]);
});

rule("3.7#8", "readable is enough", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_NOACCESS);
  const { IsBadCodePtr } = scene.kernel32;
  expect([BASE, BASE + 0xfff, BASE + PAGE, 0].map((address) => IsBadCodePtr(address))).toEqual([
    0, 0, 1, 1,
  ]);
});

for (const wide of [false, true]) {
  rule("3.7#9", wide ? "UTF-16" : "ANSI", (scene) => {
    const { IsBadStringPtrA, IsBadStringPtrW } = scene.kernel32;
    const isBad = wide ? IsBadStringPtrW : IsBadStringPtrA;
    const encoding = wide ? "utf-16le" : "latin1";
    const width = wide ? 2 : 1;
    scene.take(BASE, 2 * PAGE);
    scene.memory.fill(BASE, 0x41, 2 * PAGE);
    const start = BASE + 2 * PAGE - 8 * width;
    // No terminator before the end of memory.
    expect([isBad(start, 8), isBad(start, 9)]).toEqual([0, 1]);
    scene.memory.writeString(start, "hello", { encoding, terminate: true });
    expect(isBad(start, 0x10000)).toBe(0);
    expect([isBad(BASE, 0), isBad(0, 0), isBad(0, 4)]).toEqual([0, 1, 1]);
    expect(isBad(BASE + 2 * PAGE, 1)).toBe(1);
  });
}

rule("3.7#10", "good and bad", (scene) => {
  scene.take(BASE, PAGE);
  const { kernel32 } = scene;
  kernel32.SetLastError(1234);
  kernel32.IsBadReadPtr(0, 1);
  kernel32.IsBadWritePtr(BASE, PAGE + 1);
  kernel32.IsBadCodePtr(0);
  kernel32.IsBadStringPtrA(0, 1);
  kernel32.IsBadReadPtr(BASE, 1);
  expect(kernel32.GetLastError()).toBe(1234);
});
