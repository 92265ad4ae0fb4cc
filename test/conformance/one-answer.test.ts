import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PARAMETER_5,
  STATUS_NO_MEMORY,
} from "../../src/constants.ts";
import { hex } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

function allocateAtNull(scene: Scene, zeroBits: number, size: number, type: number): number {
  const base = { value: 0 };
  const { NtAllocateVirtualMemory } = scene.ntdll;
  return NtAllocateVirtualMemory(SELF, base, zeroBits, { value: size }, type, PAGE_READWRITE);
}

rule("17.4#1", "both levels", (scene) => {
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  expectUnchanged(scene, () => {
    expect(VirtualAlloc(0, PAGE, MEM_RESET_UNDO, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
    const status = allocateAtNull(scene, 0, PAGE, MEM_RESET_UNDO);
    expect(hex(status)).toBe(hex(STATUS_CONFLICTING_ADDRESSES));
  });
});

rule("17.4#2", "15 against 14", (scene) => {
  expect(allocateAtNull(scene, 14, 2 * GRANULARITY, MEM_RESERVE)).toBe(0);
  const status = allocateAtNull(scene, 15, 2 * GRANULARITY, MEM_RESERVE);
  expect(hex(status)).toBe(hex(STATUS_NO_MEMORY));
});

rule("17.4#3", "NO_MEMORY", (scene) => {
  expect(hex(allocateAtNull(scene, 21, PAGE, MEM_RESERVE))).toBe(hex(STATUS_NO_MEMORY));
});

rule("17.4#4", "1001, 1 and 3F", (scene) => {
  const { VirtualAlloc, VirtualAllocEx, GetLastError } = scene.kernel32;
  expect(VirtualAlloc(0, PAGE, MEM_COMMIT | 1, PAGE_READWRITE)).not.toBe(0);
  expect(VirtualAllocEx(SELF, 0, PAGE, MEM_COMMIT | 0x3f, PAGE_READWRITE)).not.toBe(0);
  expect(VirtualAlloc(0, PAGE, 1, PAGE_READWRITE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  for (const type of [MEM_COMMIT | 1, 1, MEM_COMMIT | 0x20]) {
    expect(hex(allocateAtNull(scene, 0, PAGE, type))).toBe(hex(STATUS_INVALID_PARAMETER_5));
  }
});

rule("17.4#10", "both views", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READWRITE, "file");
  scene.image(BASE + GRANULARITY, GRANULARITY, PAGE_READONLY);
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  for (const base of [BASE, BASE + GRANULARITY]) {
    expectUnchanged(scene, () => {
      expect(VirtualAlloc(base, PAGE, MEM_RESET, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
    });
  }
});

rule("17.4#11", "good, free and read-only memory", (scene) => {
  scene.take(BASE, PAGE, PAGE_READONLY);
  const { WriteProcessMemory } = scene.kernel32;
  for (const address of [BASE, BASE + GRANULARITY, 0]) {
    const done = { value: 0xbad };
    expectUnchanged(scene, () => {
      expect(WriteProcessMemory(SELF, address, new Uint8Array(0), 0, done)).toBe(1);
    });
    expect(done.value).toBe(0);
  }
});

rule("17.4#12", "one page of two, no handler is asked", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  let exceptions = 0;
  scene.process.addVectoredExceptionHandler(true, () => {
    exceptions++;
    return 0;
  });
  const { WriteProcessMemory } = scene.kernel32;
  const bytes = Uint8Array.of(1, 2, 3, 4);
  expect(WriteProcessMemory(SELF, BASE + 0xffe, bytes, 4, null)).toBe(1);
  expect(exceptions).toBe(0);
  expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
  expect([...scene.process.debugView.read(BASE + 0xffe, 4).bytes]).toEqual([1, 2, 3, 4]);
});

rule("17.4#13", "two pages of four", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  const { WriteProcessMemory } = scene.kernel32;
  expect(WriteProcessMemory(SELF, BASE + 0x1fff, Uint8Array.of(0, 0), 2, null)).toBe(1);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE + PAGE, BASE + 2 * PAGE]);
});
