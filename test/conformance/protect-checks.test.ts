import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_MAPPED,
  MEM_RESERVE,
  PAGE_EXECUTE,
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
  PROCESS_VM_READ,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_NOT_COMMITTED,
  STATUS_SECTION_PROTECTION,
} from "../../src/constants.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import {
  expectError,
  expectStatus,
  type ProtectCall,
  protectRefused,
  type Refusal,
} from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const GOOD: ProtectCall = { process: SELF, base: BASE, size: PAGE, protect: PAGE_READONLY };

const CONFLICT = {
  decision: "3.3#6",
  status: STATUS_CONFLICTING_ADDRESSES,
  error: ERROR_INVALID_ADDRESS,
};

function parameter(decision: string, status: number): Refusal {
  return { decision, status, error: ERROR_INVALID_PARAMETER };
}

rule("3.3#1", "no base, two bases, modifiers that do not go together", (scene) => {
  scene.take(BASE, PAGE);
  const refusal = parameter("3.3#1", STATUS_INVALID_PAGE_PROTECTION);
  for (const protect of [0, 3, PAGE_GUARD, 0x101, 0x304, 0x504, 0x604, 0x804, 0x10000004]) {
    protectRefused(scene, refusal, { ...GOOD, protect });
  }
});

rule("3.3#2", "NULL", (scene) => {
  scene.take(BASE, PAGE);
  const { VirtualProtect } = scene.kernel32;
  const refusal = { decision: "3.3#2", error: ERROR_NOACCESS };
  expectError(scene, refusal, () => VirtualProtect(BASE, PAGE, PAGE_READONLY, null));
  expectError(scene, refusal, () => VirtualProtect(BASE, PAGE, PAGE_READONLY, 0));
  const service = { decision: "3.3#2", status: STATUS_ACCESS_VIOLATION };
  expectStatus(scene, service, () =>
    scene.ntdll.NtProtectVirtualMemory(SELF, { value: BASE }, { value: PAGE }, PAGE_READONLY, null),
  );
});

for (const protect of [PAGE_READONLY, PAGE_NOACCESS]) {
  rule("3.3#2", `a guest variable on a page of protection ${protect}`, (scene) => {
    const at = BASE + GRANULARITY;
    scene.take(BASE, PAGE);
    scene.take(at, 2 * PAGE);
    scene.memory.fill(at, 0xcc, 2 * PAGE);
    scene.protect(at + PAGE, PAGE, protect);
    const { VirtualProtect } = scene.kernel32;
    const refusal = { decision: "3.3#2", error: ERROR_NOACCESS };
    // The second one straddles from a writable page.
    for (const old of [at + PAGE, at + PAGE - 2]) {
      expectError(scene, refusal, () => VirtualProtect(BASE, PAGE, PAGE_READONLY, old));
    }
    expect(scene.memory.getUint16(at + PAGE - 2)).toBe(0xcccc);
  });
}

rule("3.3#2", "a guest variable on a guard page: refused once, the guard is gone", (scene) => {
  const at = BASE + GRANULARITY;
  scene.take(BASE, PAGE);
  scene.take(at, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { VirtualProtect, GetLastError } = scene.kernel32;
  expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, at)).toBe(0);
  expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_NOACCESS, "3.3#2"]);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  expect(scene.protectionAt(at)).toBe(PAGE_READWRITE);
  expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, at)).toBe(1);
  expect(scene.memory.getUint32(at)).toBe(PAGE_READWRITE);
});

rule("3.3#3", "the last 64 KB and above", (scene) => {
  const refusal = parameter("3.3#3", STATUS_INVALID_PARAMETER_2);
  for (const base of [scene.highestRegionAddress + 1, scene.machine.highestUserAddress + 1]) {
    protectRefused(scene, refusal, { ...GOOD, base });
  }
});

rule("3.3#4", "0, and all there is", (scene) => {
  scene.take(BASE, PAGE);
  const refusal = parameter("3.3#4", STATUS_INVALID_PARAMETER_3);
  for (const size of [0, scene.wide ? 0xffffffffffffffffn : 0xffffffff]) {
    protectRefused(scene, refusal, { ...GOOD, size });
  }
  protectRefused(scene, refusal, { ...GOOD, base: 0, size: 0 });
});

rule("3.3#5", "a NULL handle, and one without VM_OPERATION", (scene) => {
  scene.take(BASE, PAGE);
  const { OpenProcess, GetCurrentProcessId } = scene.kernel32;
  const weak = OpenProcess(PROCESS_VM_READ, 0, GetCurrentProcessId());
  protectRefused(
    scene,
    { decision: "3.3#5", status: STATUS_INVALID_HANDLE, error: ERROR_INVALID_HANDLE },
    { ...GOOD, process: 0 },
  );
  protectRefused(
    scene,
    { decision: "3.3#5", status: STATUS_ACCESS_DENIED, error: ERROR_ACCESS_DENIED },
    { ...GOOD, process: weak },
  );
});

rule("3.3#6", "free memory, past the end, into a committed neighbour", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.take(BASE + GRANULARITY, GRANULARITY);
  for (const call of [
    { base: BASE - GRANULARITY },
    { base: 0 },
    { base: BASE + 0xf000, size: 2 * PAGE },
    { base: BASE + 0xffff, size: 2 },
    { base: BASE + 0x1f000, size: 2 * PAGE },
  ]) {
    protectRefused(scene, CONFLICT, { ...GOOD, ...call });
  }
});

rule("3.3#7", "whatever the protection", (scene) => {
  scene.awe(BASE, GRANULARITY);
  const refusal = { ...CONFLICT, decision: "3.3#7" };
  for (const protect of [PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY]) {
    protectRefused(scene, refusal, { ...GOOD, protect });
  }
});

rule("3.3#9", "data views and images", (scene) => {
  scene.view(BASE, GRANULARITY, PAGE_READWRITE, "pagefile");
  scene.view(BASE + GRANULARITY, GRANULARITY, PAGE_READWRITE, "file");
  scene.image(BASE + 2 * GRANULARITY, GRANULARITY, PAGE_READONLY);
  const refusal = parameter("3.3#9", STATUS_INVALID_PARAMETER_4);
  for (const base of [0, 1, 2].map((index) => BASE + index * GRANULARITY)) {
    for (const protect of [PAGE_READONLY | PAGE_NOCACHE, PAGE_EXECUTE_READ | PAGE_WRITECOMBINE]) {
      protectRefused(scene, refusal, { ...GOOD, base, protect });
    }
  }
});

rule("3.3#10", "committed or not", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, PAGE);
  const refusal = parameter("3.3#10", STATUS_INVALID_PARAMETER_4);
  for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, PAGE_WRITECOPY | PAGE_GUARD]) {
    for (const base of [BASE, BASE + PAGE])
      protectRefused(scene, refusal, { ...GOOD, base, protect });
  }
});

rule("3.3#11", "reserved first, last and middle pages", (scene) => {
  scene.take(BASE, 8 * PAGE);
  scene.free(BASE + 3 * PAGE, PAGE, MEM_DECOMMIT);
  const refusal = {
    decision: "3.3#11",
    status: STATUS_NOT_COMMITTED,
    error: ERROR_INVALID_ADDRESS,
  };
  for (const [page, pages] of [
    [3, 1],
    [3, 2],
    [2, 2],
    [0, 8],
  ] as const) {
    protectRefused(scene, refusal, { ...GOOD, base: BASE + page * PAGE, size: pages * PAGE });
  }
});

/** What a view with the protection of the first column may be given, of the eight. */
const VIEW_TABLE: readonly [number, readonly number[]][] = [
  [PAGE_NOACCESS, [PAGE_NOACCESS]],
  [PAGE_READONLY, [PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY]],
  [PAGE_WRITECOPY, [PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY]],
  [PAGE_READWRITE, [PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY]],
  [PAGE_EXECUTE, [1, 2, 8, 0x10, 0x20, 0x80]],
  [PAGE_EXECUTE_READ, [1, 2, 8, 0x10, 0x20, 0x80]],
  [PAGE_EXECUTE_WRITECOPY, [1, 2, 8, 0x10, 0x20, 0x80]],
  [PAGE_EXECUTE_READWRITE, [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80]],
];

for (const [allowed, granted] of VIEW_TABLE) {
  rule("3.3#12", `a view of protection ${allowed.toString(16)}`, (scene) => {
    scene.view(BASE, GRANULARITY, allowed, "file");
    const refusal = parameter("3.3#12", STATUS_SECTION_PROTECTION);
    for (const protect of [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80]) {
      if (!granted.includes(protect)) protectRefused(scene, refusal, { ...GOOD, protect });
      else {
        scene.protect(BASE, PAGE, protect);
        expect(scene.protectionAt(BASE)).toBe(protect);
      }
    }
  });
}

rule("3.3#12", "comes after the pages that are not committed", (scene) => {
  scene.adopt({
    base: BASE,
    size: 2 * PAGE,
    type: MEM_MAPPED,
    allocationProtect: PAGE_READONLY,
    backing: "pagefile",
    runs: [
      { size: PAGE, state: MEM_COMMIT, protect: PAGE_READONLY },
      { size: PAGE, state: MEM_RESERVE },
    ],
  });
  const refusal = {
    decision: "3.3#11",
    status: STATUS_NOT_COMMITTED,
    error: ERROR_INVALID_ADDRESS,
  };
  protectRefused(scene, refusal, { ...GOOD, size: 2 * PAGE, protect: PAGE_READWRITE });
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<ProtectCall>[] {
  return [
    { decision: "3.3#1", wrong: { protect: 0 } },
    { decision: "3.3#3", wrong: { base: scene.highestRegionAddress + 1 } },
    { decision: "3.3#4", wrong: { size: 0 } },
    { decision: "3.3#5", wrong: { process: 0 } },
    { decision: "3.3#6", wrong: { base: BASE - GRANULARITY } },
    { decision: "3.3#7", wrong: { base: BASE + GRANULARITY } },
    { decision: "3.3#10", wrong: { protect: PAGE_WRITECOPY } },
    { decision: "3.3#11", wrong: { size: 2 * PAGE } },
  ];
}

for (const id of ["3.3#1", "3.3#3", "3.3#4", "3.3#5", "3.3#6", "3.3#7", "3.3#10"]) {
  rule(id, "comes before every later row", (scene) => {
    scene.reserve(BASE, GRANULARITY);
    scene.commit(BASE, PAGE);
    scene.awe(BASE + GRANULARITY, GRANULARITY);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      protectDecides(scene, { ...GOOD, ...pair.wrong }, `over ${pair.later}`, id);
    }
  });
}

rule("3.3#2", "comes after the protection and before the range", (scene) => {
  const { VirtualProtect } = scene.kernel32;
  VirtualProtect(BASE, PAGE, 0, null);
  expect(scene.machine.decision).toBe("3.3#1");
  for (const [base, size] of [
    [BASE, 0],
    [scene.machine.highestUserAddress + 1, PAGE],
  ] as const) {
    VirtualProtect(base, size, PAGE_READONLY, null);
    expect(scene.machine.decision).toBe("3.3#2");
  }
});

function protectDecides(scene: Scene, call: ProtectCall, name: string, decision: string): void {
  const { process, base, size, protect } = call;
  const old = { value: 0 };
  scene.ntdll.NtProtectVirtualMemory(process, { value: base }, { value: size }, protect, old);
  expect(scene.machine.decision, name).toBe(decision);
}
