import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
  PROCESS_ALL_ACCESS,
  STATUS_ALREADY_COMMITTED,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SECTION_PROTECTION,
} from "../../src/constants.ts";
import { GOOD } from "./allocate-checks.rows.ts";
import { guarded, READ, touch } from "./support/fault.ts";
import { type AllocateCall, allocateRefused, type Refusal } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const COMMIT = { ...GOOD, type: MEM_COMMIT };

function conflict(decision: string): Refusal {
  return { decision, status: STATUS_CONFLICTING_ADDRESSES, error: ERROR_INVALID_ADDRESS };
}

function refuseEach(scene: Scene, refusal: Refusal, calls: readonly Partial<AllocateCall>[]): void {
  for (const call of calls) allocateRefused(scene, refusal, { ...COMMIT, ...call });
}

rule("2.3#C1", "the target has ended", (scene) => {
  const target = scene.another();
  const process = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, target.process.id);
  target.process.exit();
  const refusal = {
    decision: "2.3#C1",
    status: STATUS_PROCESS_IS_TERMINATING,
    error: ERROR_ACCESS_DENIED,
  };
  allocateRefused(scene, refusal, { ...COMMIT, process });
});

rule("2.3#C2", "free memory, before and behind a region, and in the hole behind it", (scene) => {
  scene.reserve(BASE, 2 * PAGE);
  refuseEach(scene, conflict("2.3#C2"), [
    { base: BASE - 1 },
    { base: BASE - PAGE, size: 2 * PAGE },
    { base: BASE + 2 * PAGE },
    { base: BASE + 0x100000 },
    { base: BASE + 0x100000, protect: PAGE_WRITECOPY },
  ]);
});

rule("2.3#C3", "past the end of the region", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  refuseEach(scene, conflict("2.3#C3"), [
    { base: BASE + 0xf000, size: 2 * PAGE },
    { base: BASE + 0xffff, size: 2 },
    { size: GRANULARITY + 1 },
  ]);
});

rule("2.3#C3", "into a neighbour that is reserved too", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.reserve(BASE + GRANULARITY, GRANULARITY);
  refuseEach(scene, conflict("2.3#C3"), [{ base: BASE + 0xf000, size: 2 * PAGE }]);
});

rule("2.3#C4", "an AWE window", (scene) => {
  scene.awe(BASE, GRANULARITY);
  refuseEach(scene, conflict("2.3#C4"), [{}, { protect: PAGE_WRITECOPY }]);
  refuseEach(scene, conflict("2.3#C3"), [{ size: 2 * GRANULARITY }]);
});

rule("2.3#C5", "a file view and an image, any protection", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READWRITE, "file");
  scene.image(BASE + GRANULARITY, GRANULARITY, PAGE_READONLY);
  const refusal = {
    decision: "2.3#C5",
    status: STATUS_ALREADY_COMMITTED,
    error: ERROR_ACCESS_DENIED,
  };
  const protections = [PAGE_READONLY, PAGE_WRITECOPY, PAGE_READWRITE | PAGE_NOCACHE];
  for (const base of [BASE, BASE + GRANULARITY]) {
    refuseEach(
      scene,
      refusal,
      protections.map((protect) => ({ base, protect })),
    );
    refuseEach(scene, conflict("2.3#C3"), [{ base, size: 3 * GRANULARITY }]);
  }
});

for (const protect of [PAGE_READWRITE | PAGE_NOCACHE, PAGE_READONLY | PAGE_WRITECOMBINE]) {
  rule("2.3#C6", `protection ${protect.toString(16)} in a pagefile view`, (scene) => {
    scene.view(BASE, GRANULARITY, PAGE_READONLY, "pagefile");
    const refusal = {
      decision: "2.3#C6",
      status: STATUS_INVALID_PAGE_PROTECTION,
      error: ERROR_INVALID_PARAMETER,
    };
    refuseEach(scene, refusal, [{ protect }]);
  });
}

rule("2.3#C7", "more than the view allows", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READONLY, "pagefile");
  scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READWRITE, "pagefile");
  const refusal = {
    decision: "2.3#C7",
    status: STATUS_SECTION_PROTECTION,
    error: ERROR_INVALID_PARAMETER,
  };
  refuseEach(scene, refusal, [
    { protect: PAGE_READWRITE },
    { protect: PAGE_EXECUTE_READ },
    { base: BASE + GRANULARITY, protect: PAGE_EXECUTE_READWRITE },
  ]);
  scene.commit(BASE + GRANULARITY, PAGE, PAGE_READONLY);
  expect(scene.protectionAt(BASE + GRANULARITY)).toBe(PAGE_READONLY);
});

rule("2.3#C8", "copy-on-write in private memory", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  const refusal = {
    decision: "2.3#C8",
    status: STATUS_INVALID_PAGE_PROTECTION,
    error: ERROR_INVALID_PARAMETER,
  };
  const protections = [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_WRITECOPY | PAGE_GUARD];
  refuseEach(
    scene,
    refusal,
    protections.map((protect) => ({ protect })),
  );
  refuseEach(scene, conflict("2.3#C3"), [{ size: 2 * GRANULARITY, protect: PAGE_WRITECOPY }]);
});

rule(
  "2.3#C9",
  "one page more than the limit, pages that are committed already not counted",
  (scene) => {
    const refusal = {
      decision: "2.3#C9",
      status: STATUS_COMMITMENT_LIMIT,
      error: ERROR_COMMITMENT_LIMIT,
    };
    scene.reserve(BASE, GRANULARITY * 4);
    const room = scene.machine.counters.commitLimit - scene.machine.counters.commitCharge;
    scene.commit(BASE, 4 * PAGE);
    refuseEach(scene, refusal, [{ size: (room + 1) * PAGE }]);
    refuseEach(scene, refusal, [{ base: BASE + 4 * PAGE, size: (room - 3) * PAGE }]);
    scene.commit(BASE, room * PAGE, PAGE_READONLY);
    expect(scene.run(BASE)).toMatchObject({ size: room * PAGE, protect: PAGE_READONLY });
  },
  { machine: { commitLimit: 16 } },
);

rule("2.3#1", "reserved pages become zeros", (scene) => {
  scene.reserve(BASE, GRANULARITY, PAGE_NOACCESS);
  scene.commit(BASE + PAGE, 2 * PAGE);
  expect(scene.machine.decision).toBe("2.3");
  expect(scene.run(BASE)).toMatchObject({ size: PAGE, state: MEM_RESERVE });
  expect(scene.run(BASE + PAGE)).toMatchObject({
    size: 2 * PAGE,
    state: MEM_COMMIT,
    protect: PAGE_READWRITE,
  });
  expect(scene.memory.read(BASE + PAGE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
});

rule("2.3#2", "bytes stay, protection and guard are replaced", (scene) => {
  scene.take(BASE, 3 * PAGE);
  scene.memory.setUint32(BASE + PAGE, 0x12345678);
  scene.commit(BASE + PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
  expect(scene.protectionAt(BASE + PAGE)).toBe(PAGE_READONLY | PAGE_GUARD);
  expect(touch(scene, READ, BASE + PAGE)).toEqual(guarded(READ, BASE + PAGE));
  expect(scene.memory.getUint32(BASE + PAGE)).toBe(0x12345678);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
  scene.commit(BASE, 3 * PAGE);
  expect(scene.run(BASE)).toMatchObject({ size: 3 * PAGE, protect: PAGE_READWRITE });
  expect(scene.memory.getUint32(BASE + PAGE)).toBe(0x12345678);
});

rule("2.3#3", "decommit, commit: zeros", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0xee, 2 * PAGE);
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  scene.commit(BASE, PAGE);
  expect(scene.memory.read(BASE, PAGE).every((byte) => byte === 0)).toBe(true);
  expect(scene.memory.getUint8(BASE + PAGE)).toBe(0xee);
});

rule("2.3#4", "one call for each region", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.reserve(BASE + GRANULARITY, GRANULARITY);
  refuseEach(scene, conflict("2.3#C3"), [{ size: 2 * GRANULARITY }]);
  scene.commit(BASE, GRANULARITY);
  scene.commit(BASE + GRANULARITY, GRANULARITY);
  expect(scene.run(BASE).size).toBe(GRANULARITY);
});

rule("2.3#5", "the region stays what it was", (scene) => {
  scene.reserve(BASE, GRANULARITY, PAGE_EXECUTE_READ);
  scene.commit(BASE + 2 * PAGE, PAGE, PAGE_READWRITE);
  expect(scene.run(BASE + 2 * PAGE)).toMatchObject({
    allocationBase: BASE,
    allocationProtect: PAGE_EXECUTE_READ,
    protect: PAGE_READWRITE,
  });
});
