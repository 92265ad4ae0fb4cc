import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  ERROR_NOT_LOCKED,
  ERROR_WORKING_SET_QUOTA,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INCOMPATIBLE_FILE_MAP,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_LOCKED,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SUCCESS,
  STATUS_WAS_LOCKED,
  STATUS_WORKING_SET_QUOTA,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import { type LockCall, lockRefused } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const GOOD: LockCall = { process: SELF, base: BASE, size: PAGE, mapType: 1 };
const NAMES = ["Lock", "Unlock"] as const;

function call(scene: Scene, name: "Lock" | "Unlock", wrong: Partial<LockCall> = {}): number {
  const { process, base, size, mapType } = { ...GOOD, ...wrong };
  const service = scene.ntdll[`Nt${name}VirtualMemory`];
  return service(process, { value: base }, { value: size }, mapType);
}

for (const name of NAMES) {
  rule("17.10#1", `${name}: 0, 4 and high bits`, (scene) => {
    scene.take(BASE, PAGE);
    const refusal = {
      decision: "17.10#1",
      status: STATUS_INVALID_PARAMETER,
      error: ERROR_INVALID_PARAMETER,
    };
    for (const mapType of [0, 4, 5, 0x80000001]) {
      lockRefused(scene, refusal, name, { ...GOOD, mapType });
    }
  });

  rule("17.10#2", `${name}: base and size`, (scene) => {
    scene.take(BASE, PAGE);
    const refusal = {
      decision: "17.10#2",
      status: STATUS_INVALID_PARAMETER,
      error: ERROR_INVALID_PARAMETER,
    };
    const user = scene.machine.highestUserAddress;
    lockRefused(scene, refusal, name, { ...GOOD, base: user + 1 });
    lockRefused(scene, refusal, name, { ...GOOD, size: 0 });
    lockRefused(scene, refusal, name, { ...GOOD, size: user - BASE + 2 });
  });

  rule("17.10#3", `${name}: NULL, and a handle without VM_OPERATION`, (scene) => {
    scene.take(BASE, PAGE);
    const weak = scene.kernel32.OpenProcess(PROCESS_QUERY_INFORMATION, 0, scene.process.id);
    const bad = { decision: "17.10#3", status: STATUS_INVALID_HANDLE, error: 6 };
    lockRefused(scene, bad, name, { ...GOOD, process: 0 });
    const denied = { decision: "17.10#3", status: STATUS_ACCESS_DENIED, error: 5 };
    lockRefused(scene, denied, name, { ...GOOD, process: weak });
  });

  rule("17.10#4", `${name}: map types 2 and 3`, (scene) => {
    scene.take(BASE, PAGE);
    const refusal = { decision: "17.10#4", status: STATUS_PRIVILEGE_NOT_HELD, error: 1314 };
    for (const mapType of [2, 3]) lockRefused(scene, refusal, name, { ...GOOD, mapType });
  });

  rule("17.10#5", `${name}: free memory behind a region`, (scene) => {
    scene.take(BASE, GRANULARITY);
    const locking = name === "Lock";
    const refusal = {
      decision: "17.10#5",
      status: locking ? STATUS_ACCESS_VIOLATION : STATUS_NOT_LOCKED,
      error: locking ? ERROR_NOACCESS : ERROR_NOT_LOCKED,
    };
    lockRefused(scene, refusal, name, { ...GOOD, base: BASE + 0xf000, size: 2 * PAGE });
  });
}

rule("17.10#6", "locked as a part of a range", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.awe(BASE + GRANULARITY, GRANULARITY);
  const refusal = {
    decision: "17.10#6",
    status: STATUS_INCOMPATIBLE_FILE_MAP,
    error: ERROR_INVALID_PARAMETER,
  };
  lockRefused(scene, refusal, "Lock", { ...GOOD, base: BASE + 0xf000, size: 2 * PAGE });
  expect(call(scene, "Unlock", { base: BASE + GRANULARITY })).toBe(STATUS_NOT_LOCKED);
  expect(scene.machine.decision).toBe("17.10#10");
});

rule("17.10#7", "two regions and a view", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.take(BASE + GRANULARITY, PAGE);
  expect(call(scene, "Lock", { base: BASE + 0xf000, size: 2 * PAGE })).toBe(STATUS_SUCCESS);
  expect(scene.machine.decision).toBe("17.10#11");
  expect(scene.process.counters.lockedPages).toBe(2);
  expect(call(scene, "Unlock", { base: BASE + 0xf000, size: 2 * PAGE })).toBe(STATUS_SUCCESS);
  expect(scene.process.counters.lockedPages).toBe(0);
});

rule("17.10#8", "before any page is read", (scene) => {
  scene.take(BASE, 64 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  const refusal = {
    decision: "17.10#8",
    status: STATUS_WORKING_SET_QUOTA,
    error: ERROR_WORKING_SET_QUOTA,
  };
  lockRefused(scene, refusal, "Lock", { ...GOOD, size: 43 * PAGE });
  scene.protect(BASE, 64 * PAGE, PAGE_READWRITE);
  expect(call(scene, "Lock", { size: 42 * PAGE })).toBe(STATUS_SUCCESS);
  lockRefused(scene, refusal, "Lock", { ...GOOD, base: BASE + 42 * PAGE });
});

rule("17.10#9", "the pages before are resident, not locked, the pages after untouched", (scene) => {
  scene.take(BASE, 8 * PAGE);
  scene.protect(BASE + 3 * PAGE, PAGE, PAGE_NOACCESS);
  scene.protect(BASE + 5 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const start = scene.process.counters.residentPages;
  const { VirtualLock, GetLastError } = scene.kernel32;
  expect(VirtualLock(BASE, 8 * PAGE)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_NOACCESS, "17.10#9"]);
  expect(scene.process.counters).toMatchObject({ residentPages: start + 3, lockedPages: 0 });
  expect(scene.protectionAt(BASE + 5 * PAGE)).toBe(PAGE_READWRITE | PAGE_GUARD);
});

rule("17.10#9", "a guard before a page that cannot be read", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.protect(BASE + PAGE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  scene.protect(BASE + 3 * PAGE, PAGE, PAGE_NOACCESS);
  const answers = [0, 1, 2].map(() => call(scene, "Lock", { size: 4 * PAGE }));
  expect(answers).toEqual([0x80000001, 0x80000001, STATUS_ACCESS_VIOLATION]);
  expect(scene.process.counters.lockedPages).toBe(0);
});

rule("17.10#10", "no page is unlocked, base and size stay, bytes are kept", (scene) => {
  scene.take(BASE, 4 * PAGE);
  const start = scene.process.counters.residentPages;
  expect(call(scene, "Lock", { base: BASE + PAGE, size: 2 * PAGE })).toBe(STATUS_SUCCESS);
  scene.memory.fill(BASE, 1, 4 * PAGE);
  const at = { value: BASE };
  const bytes = { value: 4 * PAGE };
  expect(scene.ntdll.NtUnlockVirtualMemory(SELF, at, bytes, 1)).toBe(STATUS_NOT_LOCKED);
  expect([at.value, bytes.value, scene.machine.decision]).toEqual([BASE, 4 * PAGE, "17.10#10"]);
  expect(scene.process.counters).toMatchObject({ residentPages: start + 2, lockedPages: 2 });
  expect(scene.memory.read(BASE, 4 * PAGE).every((byte) => byte === 1)).toBe(true);
});

rule("17.10#11", "rounded base and size; a page that was locked is told", (scene) => {
  scene.take(BASE, 4 * PAGE);
  const at = { value: BASE + 0xfff };
  const bytes = { value: 2 };
  const { NtLockVirtualMemory, NtUnlockVirtualMemory } = scene.ntdll;
  expect(NtLockVirtualMemory(SELF, at, bytes, 1)).toBe(STATUS_SUCCESS);
  expect([at.value, bytes.value, scene.machine.decision]).toEqual([BASE, 2 * PAGE, "17.10#11"]);
  expect(call(scene, "Lock", { base: BASE + PAGE, size: 2 * PAGE })).toBe(STATUS_WAS_LOCKED);
  expect(scene.process.counters.lockedPages).toBe(3);
  at.value = BASE + 1;
  bytes.value = 3 * PAGE - 1;
  expect(NtUnlockVirtualMemory(SELF, at, bytes, 1)).toBe(STATUS_SUCCESS);
  expect([at.value, bytes.value]).toEqual([BASE, 3 * PAGE]);
  expect(scene.process.counters.lockedPages).toBe(0);
});

/** One way to break each row that both calls share, in their order. */
function problems(scene: Scene): Problem<LockCall>[] {
  return [
    { decision: "17.10#1", wrong: { mapType: 4 } },
    { decision: "17.10#2", wrong: { size: 0 } },
    { decision: "17.10#2", wrong: { base: scene.machine.highestUserAddress + 1 } },
    { decision: "17.10#3", wrong: { process: 0 } },
    { decision: "17.10#4", wrong: { mapType: 2 } },
    { decision: "17.10#5", wrong: { base: BASE - GRANULARITY } },
    { decision: "17.10#8", wrong: { size: 64 * PAGE } },
  ];
}

for (const id of ["17.10#1", "17.10#2", "17.10#3", "17.10#4", "17.10#5"]) {
  rule(id, "comes before every later row", (scene) => {
    scene.take(BASE, 64 * PAGE);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      for (const name of NAMES) {
        if (pair.later === "17.10#8" && name === "Unlock") continue;
        call(scene, name, pair.wrong);
        expect(scene.machine.decision, `${name}, over ${pair.later}`).toBe(id);
      }
    }
  });
}
