import { expect } from "vitest";
import {
  ERROR_INVALID_USER_BUFFER,
  ERROR_NOACCESS,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_GUARD_PAGE_VIOLATION,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

/** A service that fills the buffer of its caller: Win32 error and bytes. */
function fill(scene: Scene, address: number) {
  const { status, transferred } = scene.process.system.copyOut(address, BYTES);
  return [scene.ntdll.RtlNtStatusToDosError(status), transferred];
}

/** A service that reads the buffer of its caller: Win32 error and bytes. */
function drain(scene: Scene, address: number, bytes: Uint8Array) {
  const { status, transferred } = scene.process.system.copyIn(address, bytes);
  return [scene.ntdll.RtlNtStatusToDosError(status), transferred];
}

rule("4.8#1", "and no handler hears of it", (scene) => {
  let heard = 0;
  scene.kernel32.AddVectoredExceptionHandler(1, () => {
    heard++;
    return 0;
  });
  scene.take(BASE, PAGE, PAGE_NOACCESS);
  scene.take(BASE + GRANULARITY, PAGE, PAGE_READONLY);
  scene.reserve(BASE + 2 * GRANULARITY, PAGE);
  const before = scene.state();
  for (const granule of [0, 1, 2, 3]) {
    expect(fill(scene, BASE + granule * GRANULARITY)).toEqual([ERROR_NOACCESS, 0]);
  }
  expect(scene.state()).toEqual(before);
  expect(heard).toBe(0);
});

rule("4.8#2", "the guard of that page alone", (scene) => {
  scene.take(BASE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(fill(scene, BASE + 8)).toEqual([ERROR_NOACCESS, 0]);
  expect([scene.protectionAt(BASE), scene.protectionAt(BASE + PAGE)]).toEqual([
    PAGE_READWRITE,
    PAGE_READWRITE | PAGE_GUARD,
  ]);
  expect(fill(scene, BASE + 8)).toEqual([0, 4]);
  expect(scene.memory.getUint32(BASE + 8)).toBe(0x04030201);
});

rule("4.8#3", "NOACCESS, and a guard page twice", (scene) => {
  scene.take(BASE, PAGE, PAGE_NOACCESS);
  scene.take(BASE + GRANULARITY, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const bytes = Uint8Array.of(9, 9, 9, 9);
  for (const address of [BASE, BASE + GRANULARITY]) {
    expect(drain(scene, address, bytes)).toEqual([ERROR_INVALID_USER_BUFFER, 0]);
  }
  expect([...bytes]).toEqual([9, 9, 9, 9]);
  expect(drain(scene, BASE + GRANULARITY, bytes)).toEqual([0, 4]);
  expect([...bytes]).toEqual([0, 0, 0, 0]);
});

rule("4.8#4", "NtLockVirtualMemory", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const lock = () => {
    const [base, size] = [{ value: BASE }, { value: PAGE }];
    return scene.ntdll.NtLockVirtualMemory(SELF, base, size, 1);
  };
  expect(lock()).toBe(STATUS_GUARD_PAGE_VIOLATION);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(lock()).toBe(0);
});
