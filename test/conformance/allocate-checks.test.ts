import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_PRIVILEGE_NOT_HELD,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_PRIVILEGE_NOT_HELD,
} from "../../src/constants.ts";
import { allocateRows, GOOD, typeOrderRows } from "./allocate-checks.rows.ts";
import { type Problem, pairsOf } from "./support/order.ts";
import {
  type AllocateCall,
  allocateRefused,
  expectError,
  expectStatus,
} from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

for (const row of allocateRows) {
  rule(row.rule, row.title, (scene) => {
    scene.take(BASE + GRANULARITY, PAGE);
    const refusal = { ...row, decision: row.rule, error: ERROR_INVALID_PARAMETER };
    allocateRefused(scene, refusal, { ...GOOD, ...row.wrong }, row.level);
  });
}

for (const { rule: id, over, type } of typeOrderRows) {
  rule(id, `comes before row ${over}: type ${type.toString(16)}`, (scene) => {
    const refusal = {
      decision: id,
      status: STATUS_INVALID_PARAMETER_5,
      error: ERROR_INVALID_PARAMETER,
    };
    allocateRefused(scene, refusal, { ...GOOD, type });
  });
}

rule("2.1#0a", "a low base never reaches the service, whatever else is wrong", (scene) => {
  const refusal = { decision: "2.1#0a", error: ERROR_INVALID_PARAMETER };
  const { VirtualAlloc } = scene.kernel32;
  for (const base of [1, 0x1000, 0x8000, 0xffff]) {
    expectError(scene, refusal, () => VirtualAlloc(base, PAGE, GOOD.type, PAGE_READWRITE));
  }
  expectError(scene, refusal, () => VirtualAlloc(0x8000, 0, 0, 0));
});

rule("2.1#0b", "the node bits of the type are dropped by VirtualAlloc", (scene) => {
  expect(scene.allocate(BASE, PAGE, GOOD.type | 0x3f, PAGE_READWRITE)).toBe(BASE);
  const refusal = { decision: "2.1#3", error: ERROR_INVALID_PARAMETER };
  expectError(scene, refusal, () => scene.kernel32.VirtualAlloc(0, PAGE, 0x3f, PAGE_READWRITE));
});

/** A call with base and size as guest variables on a page of this protection. */
function throughGuest(scene: Scene, protect: number, call: AllocateCall) {
  const { ntdll, memory } = scene;
  const bytes = scene.machine.pointerBytes;
  const at = BASE + 0x100000;
  scene.take(at, PAGE);
  const put = (address: number, value: number | bigint) =>
    scene.wide
      ? memory.setBigUint64(address, BigInt(value))
      : memory.setUint32(address, Number(value));
  put(at, call.base);
  put(at + bytes, call.size);
  scene.protect(at, PAGE, protect);
  const { process, zeroBits, type, protect: asked } = call;
  return () => ntdll.NtAllocateVirtualMemory(process, at, zeroBits, at + bytes, type, asked);
}

for (const protect of [PAGE_NOACCESS, PAGE_READONLY]) {
  rule("2.1#10", `base and size on a page of protection ${protect}`, (scene) => {
    const refusal = { decision: "2.1#10", status: STATUS_ACCESS_VIOLATION };
    expectStatus(scene, refusal, throughGuest(scene, protect, GOOD));
  });
}

rule("2.1#10", "base and size at NULL, and at a free address", (scene) => {
  const { NtAllocateVirtualMemory } = scene.ntdll;
  const refusal = { decision: "2.1#10", status: STATUS_ACCESS_VIOLATION };
  const size = { value: PAGE };
  for (const at of [0, BASE]) {
    expectStatus(scene, refusal, () =>
      NtAllocateVirtualMemory(-1, at, 0, size, GOOD.type, GOOD.protect),
    );
    expectStatus(scene, refusal, () =>
      NtAllocateVirtualMemory(-1, { value: BASE }, 0, at, GOOD.type, GOOD.protect),
    );
  }
});

rule("2.1#11", "a base in the last 64 KB, or above the user space", (scene) => {
  const refusal = {
    decision: "2.1#11",
    status: STATUS_INVALID_PARAMETER_2,
    error: ERROR_INVALID_PARAMETER,
  };
  const { highestUserAddress } = scene.machine;
  for (const type of [MEM_RESERVE, MEM_COMMIT, GOOD.type, MEM_RESET]) {
    for (const base of [scene.highestRegionAddress + 1, highestUserAddress + 1]) {
      allocateRefused(scene, refusal, { ...GOOD, type, base });
    }
  }
});

rule("2.1#12", "a size that ends above the last address of a region", (scene) => {
  const refusal = {
    decision: "2.1#12",
    status: STATUS_INVALID_PARAMETER_4,
    error: ERROR_INVALID_PARAMETER,
  };
  const room = scene.highestRegionAddress + 1;
  allocateRefused(scene, refusal, { ...GOOD, size: room - BASE + 1 });
  allocateRefused(scene, refusal, { ...GOOD, type: MEM_COMMIT, size: room - BASE + 1 });
  allocateRefused(scene, refusal, { ...GOOD, base: 0, size: room + 1 });
});

rule("2.1#13", "size 0 at any base", (scene) => {
  const refusal = {
    decision: "2.1#13",
    status: STATUS_INVALID_PARAMETER_4,
    error: ERROR_INVALID_PARAMETER,
  };
  scene.reserve(BASE, PAGE);
  for (const type of [MEM_RESERVE, MEM_COMMIT, GOOD.type, MEM_RESET]) {
    for (const base of [0, BASE]) allocateRefused(scene, refusal, { ...GOOD, type, base, size: 0 });
  }
});

rule("2.1#14", "a NULL handle, a closed one, one without VM_OPERATION", (scene) => {
  const { OpenProcess, CloseHandle, GetCurrentProcessId } = scene.kernel32;
  const weak = OpenProcess(PROCESS_QUERY_INFORMATION, 0, GetCurrentProcessId());
  const closed = OpenProcess(PROCESS_QUERY_INFORMATION, 0, GetCurrentProcessId());
  CloseHandle(closed);
  for (const process of [0, closed]) {
    const refusal = {
      decision: "2.1#14",
      status: STATUS_INVALID_HANDLE,
      error: ERROR_INVALID_HANDLE,
    };
    allocateRefused(scene, refusal, { ...GOOD, process });
  }
  const refusal = { decision: "2.1#14", status: STATUS_ACCESS_DENIED, error: ERROR_ACCESS_DENIED };
  allocateRefused(scene, refusal, { ...GOOD, process: weak });
});

rule("2.1#15", "large pages without the privilege, wherever", (scene) => {
  const refusal = {
    decision: "2.1#15",
    status: STATUS_PRIVILEGE_NOT_HELD,
    error: ERROR_PRIVILEGE_NOT_HELD,
  };
  scene.reserve(BASE, PAGE);
  const type = GOOD.type | MEM_LARGE_PAGES;
  for (const base of [0, BASE, BASE + 0x1000000]) {
    allocateRefused(scene, refusal, { ...GOOD, base, type, size: 0x200000 });
    allocateRefused(scene, refusal, { ...GOOD, base, type: type | MEM_TOP_DOWN, size: 0x200000 });
  }
});

rule("2.1#16", "which path answers", (scene) => {
  const answer = (base: number, type: number) => {
    scene.allocate(base, PAGE, type, PAGE_READWRITE);
    return scene.machine.decision;
  };
  expect(answer(0, MEM_COMMIT)).toBe("2.2#R3");
  expect(answer(0, MEM_RESET)).toBe("2.2#R3");
  expect(answer(BASE, MEM_RESERVE)).toBe("2.2#R2");
  expect(answer(BASE, MEM_COMMIT)).toBe("2.3");
});

rule("2.1#16", "a NULL base with COMMIT reserves and commits, with RESET it reserves", (scene) => {
  const committed = scene.allocate(0, PAGE, MEM_COMMIT, PAGE_READWRITE);
  expect(scene.run(committed)).toMatchObject({ state: MEM_COMMIT, size: PAGE });
  const reset = scene.allocate(0, PAGE, MEM_RESET, PAGE_READWRITE);
  expect(scene.run(reset)).toMatchObject({ state: MEM_RESERVE, size: PAGE });
  scene.free(reset, 0, MEM_RELEASE);
});

/** One way to break each row, in their order. */
function problems(scene: Scene): Problem<AllocateCall>[] {
  const room = scene.highestRegionAddress + 1;
  return [
    { decision: "2.1#1", wrong: { zeroBits: 22 } },
    { decision: "2.1#2", wrong: { type: GOOD.type | 0x10000000 } },
    { decision: "2.1#3", wrong: { type: MEM_TOP_DOWN } },
    { decision: "2.1#4", wrong: { type: MEM_RESET | MEM_COMMIT } },
    { decision: "2.1#5", wrong: { type: MEM_COMMIT | MEM_LARGE_PAGES } },
    { decision: "2.1#6", wrong: { type: MEM_COMMIT | MEM_WRITE_WATCH } },
    { decision: "2.1#7", wrong: { type: MEM_COMMIT | MEM_PHYSICAL } },
    { decision: "2.1#8", wrong: { type: MEM_RESERVE | MEM_PHYSICAL, protect: PAGE_READONLY } },
    { decision: "2.1#9", wrong: { protect: 0 } },
    { decision: "2.1#11", wrong: { base: room } },
    { decision: "2.1#12", wrong: { size: room + GRANULARITY } },
    { decision: "2.1#13", wrong: { size: 0 } },
    { decision: "2.1#14", wrong: { process: 0 } },
    { decision: "2.1#15", wrong: { type: GOOD.type | MEM_LARGE_PAGES } },
    { decision: "2.2#R5", wrong: { base: BASE - GRANULARITY } },
  ];
}

const ORDERED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15].map((row) => `2.1#${row}`);

for (const id of ORDERED) {
  rule(id, "comes before every later row", (scene) => {
    scene.reserve(BASE - GRANULARITY, GRANULARITY);
    for (const pair of pairsOf(problems(scene)).filter(({ decision }) => decision === id)) {
      const { process, base, zeroBits, size, type, protect } = { ...GOOD, ...pair.wrong };
      scene.ntdll.NtAllocateVirtualMemory(
        process,
        { value: base },
        zeroBits,
        { value: size },
        type,
        protect,
      );
      expect(scene.machine.decision, `over ${pair.later}`).toBe(id);
    }
  });
}

rule("2.1#10", "comes after the numbers and before the range", (scene) => {
  const decide = (wrong: Partial<AllocateCall>) => {
    throughGuest(scene, PAGE_READONLY, { ...GOOD, ...wrong })();
    const { decision } = scene.machine;
    scene.free(BASE + 0x100000, 0, MEM_RELEASE);
    return decision;
  };
  expect([{ zeroBits: 22 }, { protect: 0 }].map(decide)).toEqual(["2.1#1", "2.1#9"]);
  const later = [{ base: scene.highestRegionAddress + 1 }, { size: 0 }, { process: 0 }];
  expect(later.map(decide)).toEqual(["2.1#10", "2.1#10", "2.1#10"]);
});
