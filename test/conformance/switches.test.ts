import { expect } from "vitest";
import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_PRIVILEGE_NOT_HELD,
  MEM_COMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_INVALID_PARAMETER_6,
  STATUS_PRIVILEGE_NOT_HELD,
} from "../../src/constants.ts";
import { PageFault } from "../../src/index.ts";
import { EXECUTE, expectFault, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { hex } from "./support/refusal.ts";
import { EVERYWHERE, ON_WIN32, type Place, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

/** One allocation at each of two addresses: possible in the profile or not. */
function reach(scene: Scene): boolean[] {
  const { VirtualAlloc } = scene.kernel32;
  return [0x90000000, 0xd0000000, 0x7ff000000000].map((base) => {
    if (base >= 2 ** 32 && !scene.wide) return false;
    return VirtualAlloc(base, PAGE, MEM_RESERVE, PAGE_READWRITE) === base;
  });
}

const REACHES: readonly [Place, readonly boolean[]][] = [
  ["win32 translated", [false, false, false]],
  ["win32-3g translated", [true, false, false]],
  ["win32-4g translated", [true, true, false]],
  ["win64 translated", [true, true, true]],
];

for (const [place, expected] of REACHES) {
  rule("16.2#1", "which addresses there are", (scene) => expect(reach(scene)).toEqual(expected), {
    on: [place],
  });
}

/** Four refusals that have a number each. */
function statuses(scene: Scene): string[] {
  const { NtAllocateVirtualMemory, NtFreeVirtualMemory, NtProtectVirtualMemory } = scene.ntdll;
  const base = () => ({ value: BASE });
  const allocate = (zeroBits: number, size: number, type: number, protect: number) =>
    NtAllocateVirtualMemory(SELF, base(), zeroBits, { value: size }, type, protect);
  const old = { value: 0 };
  return [
    allocate(22, PAGE, BOTH, PAGE_READWRITE),
    allocate(0, 0, BOTH, PAGE_READWRITE),
    allocate(0, PAGE, 0, PAGE_READWRITE),
    allocate(0, PAGE, MEM_RESERVE | 0x400000, PAGE_READONLY),
    NtFreeVirtualMemory(SELF, base(), { value: 0 }, MEM_FREE),
    NtProtectVirtualMemory(SELF, base(), { value: 0 }, PAGE_READWRITE, old),
  ].map(hex);
}

const NUMBERED = [
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_INVALID_PARAMETER_6,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_3,
];

rule("16.2#2", "numbered", (scene) => expect(statuses(scene)).toEqual(NUMBERED.map(hex)));

rule(
  "16.2#2",
  "plain",
  (scene) => expect(statuses(scene)).toEqual(NUMBERED.map(() => hex(STATUS_INVALID_PARAMETER))),
  { machine: { statusStyle: "plain" } },
);

rule("16.2#3", "permission-first: the guard stays", (scene) => {
  scene.take(BASE, PAGE, PAGE_READONLY | PAGE_GUARD);
  expectFault(scene, "4.1#4", () => scene.memory.setUint8(BASE, 1), violation(WRITE, BASE));
  expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY | PAGE_GUARD);
});

rule(
  "16.2#3",
  "guard-first: the guard goes, the next write meets the permission",
  (scene) => {
    scene.take(BASE, PAGE, PAGE_READONLY | PAGE_GUARD);
    expectFault(scene, "4.1#5", () => scene.memory.setUint8(BASE, 1), guarded(WRITE, BASE));
    expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
    expectFault(scene, "4.1#4", () => scene.memory.setUint8(BASE, 1), violation(WRITE, BASE));
  },
  { machine: { guardOrder: "guard-first" } },
);

for (const dep of [true, false]) {
  rule(
    "16.2#4",
    `dep ${dep}`,
    (scene) => {
      scene.take(BASE, PAGE);
      expect(touch(scene, EXECUTE, BASE)).toEqual(dep ? violation(EXECUTE, BASE) : null);
    },
    { on: ON_WIN32, machine: { dep } },
  );
}

for (const executeOnlyReadable of [true, false]) {
  rule(
    "16.2#5",
    `executeOnlyReadable ${executeOnlyReadable}`,
    (scene) => {
      scene.take(BASE, PAGE, PAGE_EXECUTE);
      const expected = executeOnlyReadable ? null : violation(READ, BASE);
      expect(touch(scene, READ, BASE)).toEqual(expected);
      expect(touch(scene, EXECUTE, BASE)).toBe(null);
      expect(scene.protectionAt(BASE)).toBe(PAGE_EXECUTE);
    },
    { machine: { executeOnlyReadable } },
  );
}

/** Which of 64 written pages are zero after a reset. */
function zeroed(scene: Scene): boolean[] {
  const pages = 64;
  scene.take(BASE, pages * PAGE);
  scene.memory.fill(BASE, 0x77, pages * PAGE);
  scene.allocate(BASE, pages * PAGE, MEM_RESET, PAGE_READWRITE);
  return Array.from({ length: pages }, (_, page) => {
    const bytes = scene.memory.read(BASE + page * PAGE, PAGE);
    const first = bytes[0];
    expect(bytes.every((byte) => byte === first)).toBe(true);
    return first === 0;
  });
}

rule("16.2#6", "keep", (scene) => expect(zeroed(scene).includes(true)).toBe(false));

rule("16.2#6", "zero", (scene) => expect(zeroed(scene).includes(false)).toBe(false), {
  machine: { resetEffect: "zero" },
});

rule(
  "16.2#6",
  "by a seed: some, and the same ones in another process",
  (scene) => {
    const zeros = zeroed(scene);
    expect([zeros.includes(true), zeros.includes(false)]).toEqual([true, true]);
  },
  { machine: { resetEffect: { seed: 3 } } },
);

rule("16.2#7", "lowest-first", (scene) => {
  expect([1, 2, 3].map(() => scene.reserve(0, PAGE))).toEqual([0x10000, 0x20000, 0x30000]);
});

for (const seed of [1, 2]) {
  rule(
    "16.2#7",
    `seed ${seed}`,
    (scene) => {
      const bases = [1, 2, 3].map(() => scene.reserve(0, PAGE));
      expect(bases.every((base) => base % GRANULARITY === 0)).toBe(true);
      expect(bases).not.toEqual([0x10000, 0x20000, 0x30000]);
    },
    { machine: { placement: { seed } } },
  );
}

rule("16.2#8", "off: a commit at a free address fails", (scene) => {
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  expect(VirtualAlloc(BASE + 0x1234, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_ADDRESS, "2.3#C2"]);
});

rule(
  "16.2#8",
  "on: it makes a region of which these pages are committed",
  (scene) => {
    expect(scene.commit(BASE + 0x1234, PAGE, PAGE_READONLY)).toBe(BASE + 0x1000);
    expect(scene.run(BASE)).toMatchObject({
      state: MEM_RESERVE,
      size: PAGE,
      allocationBase: BASE,
      allocationProtect: PAGE_READONLY,
    });
    expect(scene.run(BASE + PAGE)).toMatchObject({ state: MEM_COMMIT, size: 2 * PAGE });
    expect(scene.stateAt(BASE + 3 * PAGE)).toBe(MEM_FREE);
    const { VirtualAlloc, GetLastError } = scene.kernel32;
    const before = scene.state();
    for (const [base, size] of [
      [BASE - PAGE, 2 * PAGE],
      [BASE + 2 * PAGE, 2 * PAGE],
    ] as const) {
      expect(VirtualAlloc(base, size, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
    }
    expect(scene.state()).toEqual(before);
  },
  { machine: { autoReserveOnCommit: true } },
);

rule("16.2#9", "off: large pages and system locks lack the privilege", (scene) => {
  scene.take(BASE, PAGE);
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  expect(VirtualAlloc(0, 0x200000, BOTH | MEM_LARGE_PAGES, PAGE_READWRITE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_PRIVILEGE_NOT_HELD);
  const status = scene.ntdll.NtLockVirtualMemory(SELF, { value: BASE }, { value: PAGE }, 2);
  expect(status).toBe(STATUS_PRIVILEGE_NOT_HELD);
});

rule(
  "16.2#9",
  "on: a system lock succeeds, large pages pass that check",
  (scene) => {
    scene.take(BASE, PAGE);
    const status = scene.ntdll.NtLockVirtualMemory(SELF, { value: BASE }, { value: PAGE }, 2);
    expect(status).toBe(0);
    scene.kernel32.VirtualAlloc(0, 0x200000, BOTH | MEM_LARGE_PAGES, PAGE_READWRITE);
    expect(scene.machine.decision).not.toBe("2.1#15");
  },
  { machine: { lockMemoryPrivilege: true } },
);

for (const commitLimit of [32, 64]) {
  rule(
    "16.2#10",
    `commitLimit ${commitLimit}`,
    (scene) => {
      const { commitCharge } = scene.machine.counters;
      expect(scene.machine.counters.commitLimit).toBe(commitLimit);
      scene.take(BASE, (commitLimit - commitCharge) * PAGE);
      const { VirtualAlloc, GetLastError } = scene.kernel32;
      expect(VirtualAlloc(0, PAGE, BOTH, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(ERROR_COMMITMENT_LIMIT);
    },
    { machine: { commitLimit } },
  );
}

for (const [workingSetMin, lockable] of [
  [50, 42],
  [30, 22],
] as const) {
  rule(
    "16.2#10",
    `workingSetMin ${workingSetMin}`,
    (scene) => {
      scene.take(BASE, GRANULARITY * 4);
      const { VirtualLock } = scene.kernel32;
      expect(VirtualLock(BASE, (lockable + 1) * PAGE)).toBe(0);
      expect(VirtualLock(BASE, lockable * PAGE)).toBe(1);
    },
    { machine: { workingSetMin } },
  );
}

rule(
  "16.2#10",
  "physicalPages: without a frame to be had the access fails, and others go on",
  (scene) => {
    const { physicalPages } = scene.machine.counters;
    expect(physicalPages).toBe(16);
    scene.take(BASE, 32 * PAGE);
    const touched = Array.from({ length: 32 }, (_, page) => {
      try {
        scene.memory.setUint8(BASE + page * PAGE, 1);
        return 0;
      } catch (error) {
        if (!(error instanceof PageFault)) throw error;
        return error.code;
      }
    });
    const held = touched.filter((code) => code === 0).length;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(16);
    expect(touched.slice(held)).toEqual(Array(32 - held).fill(0xc0000006));
    expect(scene.memory.getUint8(BASE)).toBe(1);
  },
  { on: EVERYWHERE, machine: { physicalPages: 16 } },
);
