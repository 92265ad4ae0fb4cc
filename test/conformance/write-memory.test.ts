import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_NOACCESS,
  MEM_DECOMMIT,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_ALL_ACCESS,
  STATUS_PARTIAL_COPY,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SECOND = BASE + PAGE;
const BYTES = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

interface Written {
  answer: number;
  error: number;
  done: number;
}

/** WriteProcessMemory of eight bytes over the boundary of the two pages. */
function write(scene: Scene, handle: number = SELF, address: number = SECOND - 4): Written {
  const { WriteProcessMemory, SetLastError, GetLastError } = scene.kernel32;
  const done = { value: 0xbad };
  SetLastError(0);
  const answer = WriteProcessMemory(handle, address, BYTES, BYTES.length, done);
  return { answer, error: GetLastError(), done: Number(done.value) };
}

/** What lies over the boundary, whatever the protections are. */
function bytes(scene: Scene): number[] {
  return [...scene.process.debugView.read(SECOND - 4, 8).bytes];
}

function lay(scene: Scene, first: number, second: number = first): void {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE, PAGE, first);
  scene.protect(SECOND, PAGE, second);
}

const WHOLE: Written = { answer: 1, error: 0, done: 8 };
const NOTHING = Array(8).fill(0);

rule("12.3#1", "free, reserved, and a range that leaves committed pages", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, PAGE);
  for (const address of [BASE + GRANULARITY, SECOND, SECOND - 4]) {
    const before = scene.state();
    expect(write(scene, SELF, address)).toMatchObject({ answer: 0, error: ERROR_INVALID_ADDRESS });
    expect(scene.machine.decision).toBe("12.3#1");
    expect(scene.state()).toEqual(before);
  }
  expect(scene.memory.getUint32(SECOND - 4)).toBe(0);
});

for (const protect of [PAGE_READWRITE, PAGE_EXECUTE_READWRITE]) {
  rule("12.3#2", `protection ${protect.toString(16)}`, (scene) => {
    lay(scene, protect);
    expect(write(scene)).toEqual(WHOLE);
    expect(bytes(scene)).toEqual([...BYTES]);
    expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, protect });
  });
}

for (const protect of [PAGE_NOACCESS, PAGE_READONLY]) {
  rule("12.3#3", `protection ${protect.toString(16)}, of either page`, (scene) => {
    lay(scene, protect);
    const refused = { answer: 0, error: ERROR_NOACCESS };
    for (const [first, second] of [
      [protect, protect],
      [protect, 4],
      [4, protect],
    ] as const) {
      scene.protect(BASE, PAGE, first);
      scene.protect(SECOND, PAGE, second);
      const before = scene.state();
      expect(write(scene)).toMatchObject(refused);
      expect(scene.machine.decision).toBe("12.3#3");
      expect(scene.state()).toEqual(before);
      expect(bytes(scene)).toEqual(NOTHING);
    }
  });
}

for (const protect of [PAGE_EXECUTE, PAGE_EXECUTE_READ]) {
  rule("12.3#4", `protection ${protect.toString(16)}`, (scene) => {
    lay(scene, protect);
    expect(write(scene)).toEqual(WHOLE);
    expect(bytes(scene)).toEqual([...BYTES]);
    expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, protect });
    expect([...scene.memory.fetch(SECOND - 4, 8)]).toEqual([...BYTES]);
  });
}

rule("12.3#4", "code of another process, several protections at once", (scene) => {
  lay(scene, PAGE_EXECUTE_READ, PAGE_READWRITE);
  const other = scene.another();
  const handle = other.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  expect(write(other, handle)).toEqual(WHOLE);
  expect(bytes(scene)).toEqual([...BYTES]);
  expect(scene.protectionAt(BASE)).toBe(PAGE_EXECUTE_READ);
});

rule("12.3#5", "own and other process", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD);
  expect(write(scene)).toEqual(WHOLE);
  expect(bytes(scene)).toEqual([...BYTES]);
  expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, protect: PAGE_READWRITE | PAGE_GUARD });
});

rule("12.3#6", "a page of an image", (scene) => {
  scene.image(BASE, 4 * PAGE, PAGE_WRITECOPY);
  expect(write(scene)).toEqual(WHOLE);
  expect(bytes(scene)).toEqual([...BYTES]);
  expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, protect: PAGE_READWRITE });
  expect(scene.protectionAt(BASE + 2 * PAGE)).toBe(PAGE_WRITECOPY);
});

rule("12.3#8", "stops at a read-only, an executable and a free page", (scene) => {
  const { NtWriteVirtualMemory } = scene.ntdll;
  lay(scene, PAGE_READWRITE);
  for (const protect of [PAGE_READONLY, PAGE_EXECUTE_READ, PAGE_NOACCESS]) {
    scene.protect(SECOND, PAGE, protect);
    scene.memory.fill(SECOND - 4, 0, 4);
    const done = { value: 0 };
    const status = NtWriteVirtualMemory(SELF, SECOND - 4, BYTES, 8, done);
    expect([status, done.value]).toEqual([STATUS_PARTIAL_COPY, 4]);
    expect(bytes(scene)).toEqual([1, 2, 3, 4, 0, 0, 0, 0]);
    expect(scene.protectionAt(SECOND)).toBe(protect);
  }
  scene.free(SECOND, PAGE, MEM_DECOMMIT);
  const done = { value: 0 };
  expect(NtWriteVirtualMemory(SELF, SECOND, BYTES, 8, done)).toBe(STATUS_PARTIAL_COPY);
  expect(done.value).toBe(0);
});

rule("12.3#8", "from a buffer in guest memory", (scene) => {
  lay(scene, PAGE_READWRITE);
  const { NtWriteVirtualMemory } = scene.ntdll;
  const buffer = BASE + GRANULARITY;
  scene.take(buffer, PAGE);
  scene.memory.write(buffer + 8, BYTES);
  expect(NtWriteVirtualMemory(SELF, SECOND - 4, buffer + 8, 8, null)).toBe(0);
  expect(bytes(scene)).toEqual([...BYTES]);
});
