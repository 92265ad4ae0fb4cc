import { expect } from "vitest";
import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_PAGEFILE_QUOTA_EXCEEDED,
} from "../../src/constants.ts";
import { GOOD } from "./allocate-checks.rows.ts";
import { allocateRefused } from "./support/refusal.ts";
import { EVERYWHERE, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

/** Charge of machine and process since this was called. */
function meter(scene: Scene): () => number[] {
  const start = [scene.machine.counters.commitCharge, scene.process.counters.commitCharge];
  return () => [
    scene.machine.counters.commitCharge - (start[0] as number),
    scene.process.counters.commitCharge - (start[1] as number),
  ];
}

rule("13#1", "a page and a gigabyte", (scene) => {
  const charge = meter(scene);
  scene.reserve(0, PAGE);
  scene.reserve(0, 0x10000000);
  expect(charge()).toEqual([0, 0]);
});

rule("13#2", "with the reservation and later, NOACCESS too; no frame before a touch", (scene) => {
  const charge = meter(scene);
  const { frames } = scene.machine.counters;
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, 3 * PAGE);
  expect(charge()).toEqual([3, 3]);
  scene.commit(BASE + 8 * PAGE, PAGE, PAGE_NOACCESS);
  scene.take(0, 16 * GRANULARITY);
  expect(charge()).toEqual([260, 260]);
  expect(scene.machine.counters.frames).toBe(frames);
});

rule("13#3", "an overlapping commit counts the new pages", (scene) => {
  const charge = meter(scene);
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE, 2 * PAGE);
  scene.commit(BASE, 4 * PAGE, PAGE_READONLY);
  scene.commit(BASE, 4 * PAGE, PAGE_READWRITE);
  expect(charge()).toEqual([4, 4]);
});

rule("13#4", "committed pages only", (scene) => {
  const charge = meter(scene);
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE, 4 * PAGE);
  scene.free(BASE, 3 * PAGE, MEM_DECOMMIT);
  expect(charge()).toEqual([2, 2]);
  scene.free(BASE, 0, MEM_DECOMMIT);
  expect(charge()).toEqual([0, 0]);
});

rule("13#5", "whole and in parts", (scene) => {
  const charge = meter(scene);
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + 2 * PAGE, 6 * PAGE);
  const at = { value: BASE + 4 * PAGE };
  expect(scene.ntdll.NtFreeVirtualMemory(-1, at, { value: 2 * PAGE }, MEM_RELEASE)).toBe(0);
  expect(charge()).toEqual([4, 4]);
  scene.free(BASE, 0, MEM_RELEASE);
  expect(charge()).toEqual([2, 2]);
  scene.free(BASE + 6 * PAGE, 0, MEM_RELEASE);
  expect(charge()).toEqual([0, 0]);
});

for (const resetEffect of ["keep", "zero"] as const) {
  rule(
    "13#13",
    `resetEffect ${resetEffect}`,
    (scene) => {
      scene.take(BASE, 4 * PAGE);
      scene.memory.fill(BASE, 1, 4 * PAGE);
      const charge = meter(scene);
      scene.allocate(BASE, 4 * PAGE, MEM_RESET, PAGE_READWRITE);
      expect(charge()).toEqual([0, 0]);
    },
    { machine: { resetEffect } },
  );
}

rule(
  "13#15",
  "all processes share the limit",
  (scene) => {
    const other = scene.another();
    const { commitLimit, commitCharge } = scene.machine.counters;
    const room = commitLimit - commitCharge;
    other.take(BASE, (room - 2) * PAGE);
    scene.take(BASE, 2 * PAGE);
    const refusal = {
      decision: "2.2#R7",
      status: STATUS_COMMITMENT_LIMIT,
      error: ERROR_COMMITMENT_LIMIT,
    };
    allocateRefused(scene, refusal, { ...GOOD, base: 0 });
    other.process.exit();
    scene.take(0, (room - 2) * PAGE);
  },
  { machine: { commitLimit: 64 } },
);

rule(
  "13#15",
  "the quota of one process",
  (scene) => {
    scene.reserve(BASE, GRANULARITY);
    const room = 8 - scene.process.counters.commitCharge;
    scene.commit(BASE, room * PAGE);
    const before = scene.state();
    const { VirtualAlloc, GetLastError } = scene.kernel32;
    expect(VirtualAlloc(BASE, (room + 1) * PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_PAGEFILE_QUOTA_EXCEEDED);
    const refusal = {
      decision: "2.2#R8",
      status: STATUS_PAGEFILE_QUOTA_EXCEEDED,
      error: ERROR_PAGEFILE_QUOTA_EXCEEDED,
    };
    allocateRefused(scene, refusal, { ...GOOD, base: 0 });
    expect(scene.state()).toEqual(before);
  },
  { process: { commitQuota: 8 } },
);

rule(
  "13#16",
  "both wrong: 487; the charge wrong: no region is left behind",
  (scene) => {
    scene.reserve(BASE, GRANULARITY);
    const size = scene.machine.counters.commitLimit * PAGE + GRANULARITY;
    const refusal = {
      decision: "2.2#R5",
      status: STATUS_CONFLICTING_ADDRESSES,
      error: ERROR_INVALID_ADDRESS,
    };
    allocateRefused(scene, refusal, { ...GOOD, size });
    const { VirtualAlloc } = scene.kernel32;
    const type = MEM_RESERVE | MEM_COMMIT;
    expectUnchanged(scene, () => {
      expect(VirtualAlloc(BASE + 0x1000000, size, type, PAGE_READWRITE)).toBe(0);
    });
  },
  { machine: { commitLimit: 64 } },
);

interface MemoryStatus {
  dwLength: number;
  [field: string]: number | bigint;
}

function globalStatus(scene: Scene): Record<string, number> {
  const status: MemoryStatus = { dwLength: 64 };
  expect(scene.kernel32.GlobalMemoryStatusEx(status as never)).toBe(1);
  return Object.fromEntries(Object.entries(status).map(([name, value]) => [name, Number(value)]));
}

rule("13#17", "a wrong length", (scene) => {
  for (const dwLength of [0, 32, 63, 65]) {
    const status = { dwLength };
    expect(scene.kernel32.GlobalMemoryStatusEx(status as never)).toBe(0);
    expect(scene.kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
    expect(status).toEqual({ dwLength });
  }
});

rule(
  "13#17",
  "totals of the space, and what regions take of it",
  (scene) => {
    const before = globalStatus(scene);
    const total = scene.machine.highestUserAddress + 1 - GRANULARITY;
    expect(before.ullTotalVirtual).toBe(total);
    expect(before.ullAvailVirtual).toBe(total - scene.process.counters.regionBytes);
    scene.reserve(BASE, GRANULARITY + PAGE);
    const after = globalStatus(scene);
    expect((before.ullAvailVirtual ?? 0) - (after.ullAvailVirtual ?? 0)).toBe(GRANULARITY + PAGE);
    expect(after.ullAvailPageFile).toBe(before.ullAvailPageFile);
    scene.commit(BASE, 2 * PAGE);
    const committed = globalStatus(scene);
    expect((before.ullAvailPageFile ?? 0) - (committed.ullAvailPageFile ?? 0)).toBe(2 * PAGE);
    expect(committed.ullAvailVirtual).toBe(after.ullAvailVirtual);
  },
  { on: [...EVERYWHERE, "win32-3g translated", "win32-4g translated"] },
);

rule("13#18", "2 GB for a process that is not large-address aware", (scene) => {
  const status: Record<string, number | bigint> = {};
  scene.kernel32.GlobalMemoryStatus(status as never);
  expect(Number(status.dwLength)).toBe(scene.wide ? 56 : 32);
  const total = Number(status.dwTotalVirtual);
  expect(total).toBe(scene.machine.highestUserAddress + 1 - GRANULARITY);
  const physical = scene.machine.counters.physicalPages * PAGE;
  expect(Number(status.dwTotalPhys)).toBe(scene.wide ? physical : 0x7fffffff);
});
