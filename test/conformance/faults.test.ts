import { expect } from "vitest";
import {
  MEM_COMMIT,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { EXECUTE, expectFault, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { ON_WIN64, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE } from "./support/scene.ts";

rule("4.1#1", "just above the user space", (scene) => {
  const address = scene.machine.highestUserAddress + 1;
  const { memory } = scene;
  expectFault(scene, "4.1#1", () => memory.getUint8(address), violation(READ, address));
  expectFault(scene, "4.1#1", () => memory.setUint8(address, 1), violation(WRITE, address));
  expectFault(scene, "4.1#1", () => memory.fetch(address, 1), violation(EXECUTE, address));
});

rule(
  "4.1#1",
  "a non-canonical address is a read of all ones",
  (scene) => {
    const { memory } = scene;
    const fault = violation(READ, 0xffffffffffffffffn);
    for (const address of [0x800000000000, 0x1234567890abcden, 0xffff000000000000n]) {
      expectFault(scene, "4.1#1", () => memory.getUint8(address), fault);
      expectFault(scene, "4.1#1", () => memory.setUint32(address, 1), fault);
      expectFault(scene, "4.1#1", () => memory.fetch(address, 4), fault);
    }
  },
  { on: ON_WIN64 },
);

rule(
  "4.1#1",
  "an address of the system is reported as it is",
  (scene) => {
    const address = 0xfffff80000000123n;
    const { memory } = scene;
    expectFault(scene, "4.1#1", () => memory.getUint8(address), violation(READ, address));
    expectFault(scene, "4.1#1", () => memory.setUint8(address, 1), violation(WRITE, address));
  },
  { on: ON_WIN64 },
);

rule("4.1#2", "free, reserved, NULL, the hole behind a region", (scene) => {
  scene.reserve(BASE, PAGE);
  const { memory } = scene;
  for (const address of [BASE, BASE + 0xfff, BASE + PAGE, BASE + GRANULARITY, 0, 0xfffc]) {
    expectUnchanged(scene, () => {
      expectFault(scene, "4.1#2", () => memory.getUint8(address), violation(READ, address));
      expectFault(scene, "4.1#2", () => memory.setUint8(address, 1), violation(WRITE, address));
      expectFault(scene, "4.1#2", () => memory.fetch(address, 1), violation(EXECUTE, address));
    });
  }
});

rule("4.1#4", "a write to READONLY|GUARD leaves the guard", (scene) => {
  scene.take(BASE, PAGE, PAGE_READONLY | PAGE_GUARD);
  const { memory } = scene;
  expectUnchanged(scene, () => {
    expectFault(scene, "4.1#4", () => memory.setUint8(BASE, 1), violation(WRITE, BASE));
  });
  expectFault(scene, "4.1#5", () => memory.getUint8(BASE), guarded(READ, BASE));
});

rule("4.1#4", "NOACCESS", (scene) => {
  scene.take(BASE, PAGE, PAGE_NOACCESS);
  const { memory } = scene;
  expectFault(scene, "4.1#4", () => memory.getUint8(BASE), violation(READ, BASE));
  expectFault(scene, "4.1#4", () => memory.setUint8(BASE, 1), violation(WRITE, BASE));
});

rule("4.1#5", "one page of three, once", (scene) => {
  scene.take(BASE, 3 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { memory } = scene;
  const address = BASE + PAGE + 4;
  expectFault(scene, "4.1#5", () => memory.setUint32(address, 1), guarded(WRITE, address));
  expect(memory.getUint32(address)).toBe(0);
  memory.setUint32(address, 2);
  expect([0, 1, 2].map((page) => scene.protectionAt(BASE + page * PAGE))).toEqual([
    PAGE_READWRITE | PAGE_GUARD,
    PAGE_READWRITE,
    PAGE_READWRITE | PAGE_GUARD,
  ]);
});

rule("4.1#5", "an instruction fetch from a page without execute right", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { memory } = scene;
  expectFault(scene, "4.1#5", () => memory.fetch(BASE, 1), guarded(EXECUTE, BASE));
  expectFault(scene, "4.1#6", () => memory.fetch(BASE, 1), violation(EXECUTE, BASE));
});

rule("4.1#6", "READWRITE and READONLY", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  const { memory } = scene;
  for (const address of [BASE, BASE + PAGE]) {
    expectUnchanged(scene, () => {
      expectFault(scene, "4.1#6", () => memory.fetch(address, 2), violation(EXECUTE, address));
    });
  }
});

rule("4.1#7", "the page of an image becomes private, its neighbours do not", (scene) => {
  scene.image(BASE, 3 * PAGE, PAGE_WRITECOPY);
  expect(touch(scene, WRITE, BASE + PAGE)).toBe(null);
  expect(scene.memory.getUint8(BASE + PAGE)).toBe(0x5a);
  expect([0, 1, 2].map((page) => scene.protectionAt(BASE + page * PAGE))).toEqual([
    PAGE_WRITECOPY,
    PAGE_READWRITE,
    PAGE_WRITECOPY,
  ]);
});

rule("4.1#9", "first touches: a frame for each page, zeros", (scene) => {
  scene.take(BASE, 4 * PAGE, PAGE_READWRITE);
  const start = scene.machine.counters.frames;
  const { memory } = scene;
  expect(memory.getUint32(BASE)).toBe(0);
  expect(scene.machine.decision).toBe("4.1#9");
  expect(scene.machine.counters.frames).toBe(start + 1);
  memory.setUint32(BASE + PAGE, 7);
  expect(scene.machine.counters.frames).toBe(start + 2);
  memory.setUint32(BASE, 8);
  memory.setUint32(BASE + PAGE, 9);
  expect(scene.machine.counters.frames).toBe(start + 2);
  expect(scene.stateAt(BASE)).toBe(MEM_COMMIT);
});

rule("4.1#9", "a fetch from an executable page", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.write(BASE, Uint8Array.of(0x90, 0xc3));
  scene.protect(BASE, PAGE, PAGE_EXECUTE_READ);
  expect([...scene.memory.fetch(BASE, 2)]).toEqual([0x90, 0xc3]);
});

rule("4.1#9", "a write marks a watched page, a read does not", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  scene.memory.getUint8(BASE);
  scene.memory.setUint8(BASE + PAGE, 0);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE + PAGE]);
});
