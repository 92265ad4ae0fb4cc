import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_NOACCESS,
  ERROR_PARTIAL_COPY,
  MEM_DECOMMIT,
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_VM_OPERATION,
  STATUS_PARTIAL_COPY,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

interface Copied {
  answer: number;
  error: number;
  done: number;
  bytes: number[];
}

/** ReadProcessMemory into an array that was full of 0xcc. */
function read(scene: Scene, handle: number, address: number | bigint, size: number): Copied {
  const { ReadProcessMemory, SetLastError, GetLastError } = scene.kernel32;
  const buffer = new Uint8Array(Math.min(size, 2 * PAGE)).fill(0xcc);
  const done = { value: 0xbad };
  SetLastError(0);
  const answer = ReadProcessMemory(handle, address, buffer, size, done);
  return { answer, error: GetLastError(), done: Number(done.value), bytes: [...buffer] };
}

/** Two pages full of 0x11, of which the second has this protection. */
function lay(scene: Scene, protect: number): void {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x11, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, protect);
}

const SECOND = BASE + PAGE;
const PARTLY = [0x11, 0x11, 0x11, 0x11, 0xcc, 0xcc, 0xcc, 0xcc];

rule("12.2#1", "bad address, bad handle", (scene) => {
  for (const handle of [SELF, 0, 0x7ffffffc]) {
    for (const address of [0, BASE, scene.machine.highestUserAddress + 1]) {
      expect(read(scene, handle, address, 0)).toMatchObject({ answer: 1, error: 0, done: 0 });
      expect(scene.machine.decision).toBe("12.2#1");
    }
  }
});

rule("12.2#2", "the source above the user space, or leaving it", (scene) => {
  const { highestUserAddress } = scene.machine;
  expectUnchanged(scene, () => {
    for (const address of [highestUserAddress + 1, highestUserAddress - 2]) {
      expect(read(scene, SELF, address, 8)).toMatchObject({
        answer: 0,
        error: ERROR_NOACCESS,
        done: 0,
      });
      expect(scene.machine.decision).toBe("12.2#2");
    }
  });
});

rule("12.2#2", "the buffer leaving it, before the handle", (scene) => {
  scene.take(BASE, PAGE);
  const { ReadProcessMemory, GetLastError } = scene.kernel32;
  const buffer = scene.machine.highestUserAddress - 2;
  expect(ReadProcessMemory(0, BASE, buffer, 8, null)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_NOACCESS, "12.2#2"]);
});

rule("12.2#3", "NULL, and without VM_READ", (scene) => {
  scene.take(BASE, PAGE);
  const weak = scene.kernel32.OpenProcess(PROCESS_VM_OPERATION, 0, scene.process.id);
  expect(read(scene, 0, BASE, 8)).toMatchObject({
    answer: 0,
    error: ERROR_INVALID_HANDLE,
    done: 0,
  });
  expect(scene.machine.decision).toBe("12.2#3");
  expect(read(scene, weak, BASE, 8)).toMatchObject({ answer: 0, error: ERROR_ACCESS_DENIED });
  expect(scene.machine.decision).toBe("12.2#3");
});

rule("12.2#4", "free, reserved and NOACCESS", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE, PAGE, PAGE_NOACCESS);
  expectUnchanged(scene, () => {
    for (const address of [BASE, SECOND, BASE + GRANULARITY, 0]) {
      expect(read(scene, SELF, address, 8)).toEqual({
        answer: 0,
        error: ERROR_PARTIAL_COPY,
        done: 0,
        bytes: Array(8).fill(0xcc),
      });
      expect(scene.machine.decision).toBe("12.2#4");
    }
  });
});

rule("12.2#5", "a decommitted page after four bytes", (scene) => {
  lay(scene, PAGE_READWRITE);
  scene.free(SECOND, PAGE, MEM_DECOMMIT);
  const copied = { answer: 0, error: ERROR_PARTIAL_COPY, done: 4, bytes: PARTLY };
  expect(read(scene, SELF, SECOND - 4, 8)).toEqual(copied);
  expect(scene.machine.decision).toBe("12.2#5");
});

rule("12.2#5", "the status of the service", (scene) => {
  lay(scene, PAGE_NOACCESS);
  const done = { value: 0 };
  const { NtReadVirtualMemory } = scene.ntdll;
  const status = NtReadVirtualMemory(SELF, SECOND - 4, new Uint8Array(8), 8, done);
  expect([status, done.value]).toEqual([STATUS_PARTIAL_COPY, 4]);
});

rule("12.2#5", "far beyond what one step copies", (scene) => {
  const size = 100 * PAGE;
  scene.take(BASE, size);
  scene.memory.fill(BASE, 0x22, size);
  const { ReadProcessMemory } = scene.kernel32;
  const buffer = new Uint8Array(size + PAGE);
  const done = { value: 0 };
  expect(ReadProcessMemory(SELF, BASE + 5, buffer, size + 100, done)).toBe(0);
  expect(done.value).toBe(size - 5);
  expect(buffer.subarray(0, size - 5).every((byte) => byte === 0x22)).toBe(true);
  expect(ReadProcessMemory(SELF, BASE, buffer, size, done)).toBe(1);
  expect(done.value).toBe(size);
});

rule("12.2#6", "own process and another one", (scene) => {
  lay(scene, PAGE_NOACCESS);
  const copied = { answer: 0, error: ERROR_PARTIAL_COPY, done: 4, bytes: PARTLY };
  expect(read(scene, SELF, SECOND - 4, 8)).toEqual(copied);
  const other = scene.another();
  const handle = other.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  expect(read(other, handle, SECOND - 4, 8)).toEqual(copied);
});

rule("12.2#6", "READONLY and EXECUTE pages do not stop it", (scene) => {
  lay(scene, PAGE_READONLY);
  const whole = { answer: 1, error: 0, done: 8, bytes: Array(8).fill(0x11) };
  expect(read(scene, SELF, SECOND - 4, 8)).toEqual(whole);
  scene.protect(SECOND, PAGE, PAGE_EXECUTE);
  expect(read(scene, SELF, SECOND - 4, 8)).toEqual(whole);
});

rule("12.2#7", "stopped, then whole", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD);
  const copied = { answer: 0, error: ERROR_PARTIAL_COPY, done: 4, bytes: PARTLY };
  expect(read(scene, SELF, SECOND - 4, 8)).toEqual(copied);
  expect(scene.protectionAt(SECOND)).toBe(PAGE_READWRITE);
  expect(read(scene, SELF, SECOND - 4, 8)).toMatchObject({ answer: 1, done: 8 });
});

rule("12.2#8", "stopped each time", (scene) => {
  lay(scene, PAGE_READWRITE | PAGE_GUARD);
  const other = scene.another();
  const handle = other.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  const copied = { answer: 0, error: ERROR_PARTIAL_COPY, done: 4, bytes: PARTLY };
  expect(read(other, handle, SECOND - 4, 8)).toEqual(copied);
  expect(read(other, handle, SECOND - 4, 8)).toEqual(copied);
  expect(scene.protectionAt(SECOND)).toBe(PAGE_READWRITE | PAGE_GUARD);
});

rule("12.2#9", "read-only and free memory", (scene) => {
  lay(scene, PAGE_READONLY);
  const { ReadProcessMemory, GetLastError } = scene.kernel32;
  for (const buffer of [SECOND, BASE + GRANULARITY]) {
    const done = { value: 0xbad };
    expectUnchanged(scene, () => {
      expect(ReadProcessMemory(SELF, BASE, buffer, 8, done)).toBe(0);
      expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_PARTIAL_COPY, "12.2#9"]);
    });
    expect(done.value).toBe(0);
  }
});

rule("12.2#9", "a good buffer in guest memory", (scene) => {
  lay(scene, PAGE_READONLY);
  const { ReadProcessMemory } = scene.kernel32;
  const [buffer, done] = [BASE + GRANULARITY, BASE + GRANULARITY + PAGE];
  scene.take(buffer, 2 * PAGE);
  expect(ReadProcessMemory(SELF, SECOND - 4, buffer + 0x10, 8, done)).toBe(1);
  expect(scene.memory.getBigUint64(buffer + 0x10)).toBe(0x1111111111111111n);
  expect(scene.memory.getUint32(done)).toBe(8);
});

rule("12.2#10", "success and failure", (scene) => {
  lay(scene, PAGE_NOACCESS);
  const { ReadProcessMemory, GetLastError } = scene.kernel32;
  expect(ReadProcessMemory(SELF, BASE, new Uint8Array(8), 8, null)).toBe(1);
  expect(ReadProcessMemory(SELF, BASE, new Uint8Array(8), 8, 0)).toBe(1);
  expect(ReadProcessMemory(SELF, SECOND, new Uint8Array(8), 8, null)).toBe(0);
  expect(GetLastError()).toBe(ERROR_PARTIAL_COPY);
});
