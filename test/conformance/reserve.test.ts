import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_ALL_ACCESS,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_2,
  STATUS_NO_MEMORY,
  STATUS_PAGEFILE_QUOTA_EXCEEDED,
  STATUS_PROCESS_IS_TERMINATING,
} from "../../src/constants.ts";
import { GOOD } from "./allocate-checks.rows.ts";
import { roundingRows } from "./reserve.rows.ts";
import { allocateRefused, expectError } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const CONFLICT = {
  decision: "2.2#R5",
  status: STATUS_CONFLICTING_ADDRESSES,
  error: ERROR_INVALID_ADDRESS,
};

for (const { rule: id, base, size, resultBase, resultSize } of roundingRows) {
  for (const type of [MEM_RESERVE, BOTH]) {
    rule(id, `type ${type.toString(16)}`, (scene) => {
      const at = { value: base };
      const bytes = { value: size };
      const { NtAllocateVirtualMemory } = scene.ntdll;
      expect(NtAllocateVirtualMemory(SELF, at, 0, bytes, type, PAGE_READWRITE)).toBe(0);
      expect([at.value, bytes.value]).toEqual([resultBase, resultSize]);
      const run = { base: resultBase, size: resultSize, allocationBase: resultBase };
      expect(scene.run(resultBase)).toMatchObject({
        ...run,
        state: type === BOTH ? MEM_COMMIT : MEM_RESERVE,
      });
      scene.free(resultBase, 0, MEM_RELEASE);
      expect(scene.allocate(base, size, type, PAGE_READWRITE)).toBe(resultBase);
      expect(scene.run(resultBase)).toMatchObject(run);
    });
  }
}

rule("2.2#10", "both levels", (scene) => {
  const at = { value: 0 };
  const bytes = { value: 0x1001 };
  const { NtAllocateVirtualMemory } = scene.ntdll;
  expect(NtAllocateVirtualMemory(SELF, at, 0, bytes, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
  expect([Number(at.value) % GRANULARITY, bytes.value]).toEqual([0, 0x2000]);
  const second = scene.reserve(0, 0x1001);
  expect(scene.run(second)).toMatchObject({ base: second, size: 0x2000 });
});

rule(
  "2.2#11",
  "two bytes over a boundary are two pages, and the base is the page of the first",
  (scene) => {
    scene.reserve(BASE, GRANULARITY);
    const at = { value: BASE + 0x2fff };
    const bytes = { value: 2 };
    const { NtAllocateVirtualMemory } = scene.ntdll;
    expect(NtAllocateVirtualMemory(SELF, at, 0, bytes, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect([at.value, bytes.value]).toEqual([BASE + 0x2000, 0x2000]);
    expect(scene.run(BASE + 0x2000)).toMatchObject({ size: 0x2000, state: MEM_COMMIT });
    expect(scene.commit(BASE + 0x8123, 1)).toBe(BASE + 0x8000);
    expect(scene.run(BASE + 0x8000)).toMatchObject({ size: PAGE, state: MEM_COMMIT });
  },
);

for (const protect of [PAGE_READWRITE | PAGE_GUARD, PAGE_NOACCESS, PAGE_READWRITE | PAGE_NOCACHE]) {
  for (const type of [MEM_RESERVE, BOTH]) {
    rule("2.2#12", `protection ${protect.toString(16)}, type ${type.toString(16)}`, (scene) => {
      scene.allocate(BASE, PAGE, type, protect);
      expect(scene.run(BASE)).toEqual({
        base: BASE,
        size: PAGE,
        state: type === BOTH ? MEM_COMMIT : MEM_RESERVE,
        protect: type === BOTH ? protect : 0,
        type: MEM_PRIVATE,
        allocationBase: BASE,
        allocationProtect: protect,
      });
    });
  }
}

rule("2.2#13", "reserved NOACCESS, committed EXECUTE_READWRITE", (scene) => {
  scene.reserve(BASE, GRANULARITY, PAGE_NOACCESS);
  scene.commit(BASE, PAGE, PAGE_EXECUTE_READWRITE);
  expect(scene.run(BASE)).toMatchObject({
    protect: PAGE_EXECUTE_READWRITE,
    allocationProtect: PAGE_NOACCESS,
  });
});

for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_WRITECOPY | PAGE_GUARD]) {
  rule("2.2#R1", `protection ${protect.toString(16)}, before any conflict`, (scene) => {
    scene.reserve(BASE, PAGE);
    const refusal = {
      decision: "2.2#R1",
      status: STATUS_INVALID_PAGE_PROTECTION,
      error: ERROR_INVALID_PARAMETER,
    };
    for (const base of [0, BASE, BASE + GRANULARITY]) {
      for (const type of [MEM_RESERVE, BOTH]) {
        allocateRefused(scene, refusal, { ...GOOD, base, type, protect });
      }
    }
    allocateRefused(scene, refusal, { ...GOOD, base: 0, type: MEM_COMMIT, protect });
  });
}

rule("2.2#R2", "a given base decides the place", (scene) => {
  expect(scene.reserve(BASE + 0x1234, PAGE)).toBe(BASE);
  expect(scene.machine.decision).toBe("2.2#R2");
  expect(scene.run(BASE)).toMatchObject({ size: 0x3000, state: MEM_RESERVE });
});

rule("2.2#R2", "a commit with RESERVE fills its pages with zeros", (scene) => {
  scene.take(BASE, 2 * PAGE, PAGE_EXECUTE_READ);
  expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
});

rule("2.2#R3", "a NULL base is searched for", (scene) => {
  const base = scene.reserve(0, 0x2345);
  expect(scene.machine.decision).toBe("2.2#R3");
  expect(scene.run(base)).toMatchObject({ base, size: 0x3000, allocationBase: base });
});

rule("2.2#R4", "the service refuses a low base", (scene) => {
  const refusal = {
    decision: "2.2#R4",
    status: STATUS_INVALID_PARAMETER_2,
    error: ERROR_INVALID_PARAMETER,
  };
  for (const base of [1, PAGE, 0xffff]) {
    allocateRefused(scene, refusal, { ...GOOD, base, type: MEM_RESERVE }, "nt");
    allocateRefused(scene, refusal, { ...GOOD, base }, "nt");
  }
});

const OCCUPANTS: readonly [string, (scene: Scene) => void][] = [
  ["a reservation", (scene) => void scene.reserve(BASE, 2 * GRANULARITY)],
  ["committed memory", (scene) => void scene.take(BASE, 2 * GRANULARITY)],
  ["an AWE window", (scene) => void scene.awe(BASE, 2 * GRANULARITY)],
  ["a file view", (scene) => scene.view(BASE, 2 * GRANULARITY, PAGE_READONLY, "file")],
  ["a pagefile view", (scene) => scene.view(BASE, 2 * GRANULARITY, PAGE_READWRITE, "pagefile")],
  ["an image", (scene) => scene.image(BASE, 2 * GRANULARITY, PAGE_READONLY)],
];

for (const [name, occupy] of OCCUPANTS) {
  rule("2.2#R5", `the range meets ${name}`, (scene) => {
    occupy(scene);
    const ranges = [
      [BASE, PAGE],
      [BASE + GRANULARITY, PAGE],
      [BASE - GRANULARITY, GRANULARITY + 1],
      [BASE - GRANULARITY, 0x100000],
      [BASE + 2 * GRANULARITY - 1, PAGE],
    ] as const;
    for (const [base, size] of ranges) {
      for (const type of [MEM_RESERVE, BOTH]) {
        allocateRefused(scene, CONFLICT, { ...GOOD, base, size, type });
      }
    }
  });
}

rule("2.2#R5", "the hole behind a small region", (scene) => {
  scene.reserve(BASE, PAGE);
  allocateRefused(scene, CONFLICT, { ...GOOD, base: BASE + 0x8000, type: MEM_RESERVE });
});

rule("2.2#R6", "one page more than the largest gap", (scene) => {
  const refusal = {
    decision: "2.2#R6",
    status: STATUS_NO_MEMORY,
    error: ERROR_NOT_ENOUGH_MEMORY,
  };
  const start = scene.wide ? 0x7fff0000 : GRANULARITY;
  const gap = scene.highestRegionAddress + 1 - start;
  allocateRefused(scene, refusal, { ...GOOD, base: 0, size: gap + PAGE, type: MEM_RESERVE });
  expect(scene.reserve(0, gap)).toBe(start);
});

rule(
  "2.2#R7",
  "RESERVE with COMMIT beyond the limit",
  (scene) => {
    const refusal = {
      decision: "2.2#R7",
      status: STATUS_COMMITMENT_LIMIT,
      error: ERROR_COMMITMENT_LIMIT,
    };
    const room = scene.machine.counters.commitLimit - scene.machine.counters.commitCharge;
    for (const base of [0, BASE]) {
      allocateRefused(scene, refusal, { ...GOOD, base, size: (room + 1) * PAGE });
    }
    scene.take(BASE, room * PAGE);
    allocateRefused(scene, refusal, { ...GOOD, base: 0 });
  },
  { machine: { commitLimit: 16 } },
);

rule(
  "2.2#R8",
  "RESERVE with COMMIT beyond the quota of the process",
  (scene) => {
    const refusal = {
      decision: "2.2#R8",
      status: STATUS_PAGEFILE_QUOTA_EXCEEDED,
      error: ERROR_PAGEFILE_QUOTA_EXCEEDED,
    };
    const room = 64 - scene.process.counters.commitCharge;
    allocateRefused(scene, refusal, { ...GOOD, size: (room + 1) * PAGE });
    scene.take(BASE, room * PAGE);
    allocateRefused(scene, refusal, { ...GOOD, base: 0 });
    scene.another().take(BASE, PAGE);
  },
  { process: { commitQuota: 64 } },
);

rule("2.2#R9", "the target has ended", (scene) => {
  const target = scene.another();
  const process = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, target.process.id);
  target.process.exit();
  const { VirtualAllocEx } = scene.kernel32;
  for (const base of [0, BASE]) {
    expectError(scene, { decision: "2.2#R9", error: ERROR_ACCESS_DENIED }, () =>
      VirtualAllocEx(process, base, PAGE, BOTH, PAGE_READWRITE),
    );
    expect(
      scene.ntdll.NtAllocateVirtualMemory(
        process,
        { value: base },
        0,
        { value: PAGE },
        MEM_RESERVE,
        PAGE_READWRITE,
      ),
    ).toBe(STATUS_PROCESS_IS_TERMINATING);
  }
});
