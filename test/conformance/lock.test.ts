import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  ERROR_NOT_LOCKED,
  ERROR_WORKING_SET_QUOTA,
  MEM_DECOMMIT,
  MEM_RELEASE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_ACCESS_VIOLATION,
  STATUS_GUARD_PAGE_VIOLATION,
  STATUS_INCOMPATIBLE_FILE_MAP,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_LOCKED,
  STATUS_WAS_LOCKED,
  STATUS_WORKING_SET_QUOTA,
} from "../../src/constants.ts";
import { type LockCall, lockRefused } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const GOOD: LockCall = { process: SELF, base: BASE, size: PAGE, mapType: 1 };

function lock(scene: Scene, base: number, size: number): void {
  expect(scene.kernel32.VirtualLock(base, size), scene.machine.decision).toBe(1);
}

function unlock(scene: Scene, base: number, size: number): void {
  expect(scene.kernel32.VirtualUnlock(base, size), scene.machine.decision).toBe(1);
}

/** An unlock that fails with 158: which row says so. */
function notLocked(scene: Scene, base: number, size: number): string {
  expect(scene.kernel32.VirtualUnlock(base, size)).toBe(0);
  expect(scene.kernel32.GetLastError()).toBe(ERROR_NOT_LOCKED);
  return scene.machine.decision;
}

rule("3.6#1", "lock and unlock", (scene) => {
  scene.take(BASE, PAGE);
  const refusal = {
    decision: "17.10#2",
    status: STATUS_INVALID_PARAMETER,
    error: ERROR_INVALID_PARAMETER,
  };
  for (const name of ["Lock", "Unlock"] as const) {
    for (const size of [0, scene.wide ? 0xffffffffffffffffn : 0xffffffff]) {
      lockRefused(scene, refusal, name, { ...GOOD, size });
    }
  }
});

rule("3.6#2", "free memory and the hole behind a region", (scene) => {
  scene.take(BASE, PAGE);
  for (const [base, size] of [
    [BASE + GRANULARITY, PAGE],
    [BASE + PAGE, PAGE],
    [0, PAGE],
  ] as const) {
    const call = { ...GOOD, base, size };
    const locking = { status: STATUS_ACCESS_VIOLATION, error: ERROR_NOACCESS };
    lockRefused(scene, { decision: "17.10#5", ...locking }, "Lock", call);
    const unlocking = { status: STATUS_NOT_LOCKED, error: ERROR_NOT_LOCKED };
    lockRefused(scene, { decision: "17.10#5", ...unlocking }, "Unlock", call);
  }
});

rule("3.6#3", "lock", (scene) => {
  scene.awe(BASE, GRANULARITY);
  const refusal = {
    decision: "17.10#6",
    status: STATUS_INCOMPATIBLE_FILE_MAP,
    error: ERROR_INVALID_PARAMETER,
  };
  lockRefused(scene, refusal, "Lock", GOOD);
});

rule("3.6#4", "alone", (scene) => {
  scene.reserve(BASE, 4 * PAGE);
  scene.commit(BASE + PAGE, PAGE, PAGE_NOACCESS);
  const refusal = {
    decision: "17.10#9",
    status: STATUS_ACCESS_VIOLATION,
    error: ERROR_NOACCESS,
  };
  for (const base of [BASE, BASE + PAGE]) lockRefused(scene, refusal, "Lock", { ...GOOD, base });
});

rule("3.6#5", "fails, then succeeds", (scene) => {
  scene.take(BASE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { VirtualLock, GetLastError } = scene.kernel32;
  expect(VirtualLock(BASE, PAGE)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([
    STATUS_GUARD_PAGE_VIOLATION,
    "17.10#9",
  ]);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
  lock(scene, BASE, PAGE);
  const at = { value: BASE + PAGE };
  const status = scene.ntdll.NtLockVirtualMemory(SELF, at, { value: PAGE }, 1);
  expect(status).toBe(STATUS_GUARD_PAGE_VIOLATION);
});

rule("3.6#6", "42 of the default 50", (scene) => {
  scene.take(BASE, 64 * PAGE);
  const refusal = {
    decision: "17.10#8",
    status: STATUS_WORKING_SET_QUOTA,
    error: ERROR_WORKING_SET_QUOTA,
  };
  lockRefused(scene, refusal, "Lock", { ...GOOD, size: 43 * PAGE });
  lock(scene, BASE, 42 * PAGE);
  lockRefused(scene, refusal, "Lock", { ...GOOD, base: BASE + 42 * PAGE });
  lock(scene, BASE, 42 * PAGE);
  unlock(scene, BASE, PAGE);
  lock(scene, BASE + 42 * PAGE, PAGE);
});

rule(
  "3.6#6",
  "another minimum",
  (scene) => {
    scene.take(BASE, 64 * PAGE);
    expect(scene.kernel32.VirtualLock(BASE, 13 * PAGE)).toBe(0);
    lock(scene, BASE, 12 * PAGE);
  },
  { machine: { workingSetMin: 20 } },
);

rule("3.6#7", "one page of two", (scene) => {
  scene.take(BASE, 2 * PAGE);
  lock(scene, BASE, PAGE);
  lock(scene, BASE, 2 * PAGE);
  const at = { value: BASE + 0x123 };
  const bytes = { value: PAGE };
  expect(scene.ntdll.NtLockVirtualMemory(SELF, at, bytes, 1)).toBe(STATUS_WAS_LOCKED);
  expect([at.value, bytes.value]).toEqual([BASE, 2 * PAGE]);
});

rule("3.6#8", "an ordinary process", (scene) => {
  expect(scene.machine.options.lockMemoryPrivilege).toBe(false);
  scene.take(BASE, PAGE);
  lock(scene, BASE, 1);
  expect(scene.process.counters.lockedPages).toBe(1);
});

rule("3.6#9", "two locks, one unlock", (scene) => {
  scene.take(BASE, PAGE);
  lock(scene, BASE, PAGE);
  lock(scene, BASE, PAGE);
  unlock(scene, BASE, PAGE);
  expect(scene.process.counters.lockedPages).toBe(0);
  expect(notLocked(scene, BASE, PAGE)).toBe("17.10#10");
});

rule("3.6#10", "the locked ones stay locked", (scene) => {
  scene.take(BASE, 3 * PAGE);
  lock(scene, BASE, PAGE);
  lock(scene, BASE + 2 * PAGE, PAGE);
  expect(notLocked(scene, BASE, 3 * PAGE)).toBe("17.10#10");
  expect(scene.process.counters.lockedPages).toBe(2);
});

rule("3.6#11", "resident pages before and after, and after the next touch", (scene) => {
  scene.take(BASE, 4 * PAGE);
  const start = scene.process.counters.residentPages;
  const { frames } = scene.machine.counters;
  scene.memory.fill(BASE, 1, 4 * PAGE);
  lock(scene, BASE, PAGE);
  expect(scene.process.counters.residentPages).toBe(start + 4);
  notLocked(scene, BASE, 3 * PAGE);
  expect(scene.process.counters.residentPages).toBe(start + 2);
  expect(scene.memory.getUint8(BASE + PAGE)).toBe(1);
  expect(scene.process.counters.residentPages).toBe(start + 3);
  expect(scene.machine.counters.frames).toBe(frames + 4);
});

rule("3.6#11", "they keep their bytes and their marks", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  scene.memory.fill(BASE, 7, 3 * PAGE);
  lock(scene, BASE, PAGE);
  notLocked(scene, BASE, 4 * PAGE);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([0, 1, 2].map((page) => BASE + page * PAGE));
  expect(scene.memory.read(BASE, 3 * PAGE).every((byte) => byte === 7)).toBe(true);
  scene.memory.setUint8(BASE + PAGE, 8);
  expect(scene.memory.getUint8(BASE + PAGE)).toBe(8);
});

rule("3.6#12", "decommit of a part, release of the rest", (scene) => {
  scene.take(BASE, 4 * PAGE);
  lock(scene, BASE, 4 * PAGE);
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  expect(scene.process.counters.lockedPages).toBe(3);
  scene.commit(BASE, PAGE);
  expect(notLocked(scene, BASE, PAGE)).toBe("17.10#10");
  scene.free(BASE, 0, MEM_RELEASE);
  expect(scene.process.counters.lockedPages).toBe(0);
});

rule("3.6#13", "watch and guard", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  scene.protect(BASE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(scene.kernel32.VirtualLock(BASE, PAGE)).toBe(0);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([]);
  lock(scene, BASE, PAGE);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE]);
});

rule("3.6#13", "a page that cannot be written is not marked", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  scene.protect(BASE, PAGE, PAGE_READONLY);
  lock(scene, BASE, 2 * PAGE);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE + PAGE]);
});
