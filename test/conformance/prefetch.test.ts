import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_COMMIT,
  MEM_RESERVE,
  MemoryRegionInfo,
  PAGE_GUARD,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_READ,
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_INVALID_PARAMETER_6,
  STATUS_SUCCESS,
  VmPrefetchInformation,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

interface PrefetchCall {
  process: number;
  kind: number;
  count: number;
  ranges: { VirtualAddress: number; NumberOfBytes: number }[] | number | null;
  flags: { value: number } | number | null;
  length: number;
}

const GOOD: PrefetchCall = {
  process: SELF,
  kind: VmPrefetchInformation,
  count: 1,
  ranges: [{ VirtualAddress: BASE, NumberOfBytes: PAGE }],
  flags: { value: 0 },
  length: 4,
};

function prefetch(scene: Scene, wrong: Partial<PrefetchCall> = {}): [number, string] {
  const { process, kind, count, ranges, flags, length } = { ...GOOD, ...wrong };
  const { NtSetInformationVirtualMemory } = scene.ntdll;
  const status = NtSetInformationVirtualMemory(process, kind, count, ranges, flags, length);
  return [status, scene.machine.decision];
}

const EMPTY = [{ VirtualAddress: BASE, NumberOfBytes: 0 }];

interface Problem {
  row: string;
  status: number;
  wrong: Partial<PrefetchCall>;
}

/** One way to break each row, in their order. */
const PROBLEMS: Problem[] = [
  { row: "9#6", status: STATUS_INVALID_PARAMETER_2, wrong: { kind: 9 } },
  { row: "9#7", status: STATUS_INVALID_PARAMETER_5, wrong: { flags: null } },
  { row: "9#8", status: STATUS_INVALID_PARAMETER_6, wrong: { length: 8 } },
  { row: "9#9", status: STATUS_INVALID_PARAMETER_3, wrong: { count: 0 } },
  { row: "9#10", status: STATUS_ACCESS_VIOLATION, wrong: { ranges: null } },
  { row: "9#11", status: STATUS_INVALID_PARAMETER_4, wrong: { ranges: EMPTY } },
  { row: "17.16#6", status: STATUS_INVALID_PARAMETER, wrong: { flags: { value: 1 } } },
];

/** Each problem of the row, alone and with every later one. */
function refuses(row: string): (scene: Scene) => void {
  return (scene) => {
    const [first, ...later] = PROBLEMS.slice(PROBLEMS.findIndex((problem) => problem.row === row));
    expectUnchanged(scene, () => {
      for (const { wrong } of [{ wrong: {} }, ...later]) {
        expect(prefetch(scene, { ...wrong, ...first?.wrong })).toEqual([first?.status, row]);
      }
    });
  };
}

const ALONE = "alone, and before every later row";
rule("9#6", ALONE, refuses("9#6"));
rule("9#7", ALONE, refuses("9#7"));
rule("9#8", ALONE, refuses("9#8"));
rule("9#9", ALONE, refuses("9#9"));
rule("9#10", ALONE, refuses("9#10"));
rule("9#11", ALONE, refuses("9#11"));
rule("17.16#6", ALONE, refuses("17.16#6"));

rule(
  "9#8",
  "plain status style",
  (scene) => {
    expect(prefetch(scene, { length: 3 })[0]).toBe(STATUS_INVALID_PARAMETER);
  },
  { machine: { statusStyle: "plain" } },
);

rule("9#10", "in guest memory", (scene) => {
  const { memory, wide } = scene;
  const pointer = wide ? 8 : 4;
  scene.take(BASE, PAGE);
  const at = BASE + PAGE - 3 * pointer;
  memory.setUint32(at + pointer, 1);
  expect(prefetch(scene, { ranges: at })).toEqual([STATUS_SUCCESS, "9#12"]);
  expect(prefetch(scene, { ranges: at, count: 2 })).toEqual([STATUS_ACCESS_VIOLATION, "9#10"]);
  memory.setUint32(at + pointer, 0);
  expect(prefetch(scene, { ranges: at })).toEqual([STATUS_INVALID_PARAMETER_4, "9#11"]);
  expect(prefetch(scene, { flags: BASE + PAGE })).toEqual([STATUS_ACCESS_VIOLATION, "9#10"]);
});

rule("9#12", "committed, reserved and free ranges, and nothing changes", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, PAGE);
  scene.commit(BASE + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const ranges = [BASE, BASE + PAGE, BASE + 4 * PAGE, BASE + GRANULARITY, 0].map((at) => ({
    VirtualAddress: at,
    NumberOfBytes: 2 * PAGE,
  }));
  expectUnchanged(scene, () => {
    expect(prefetch(scene, { ranges, count: ranges.length })).toEqual([STATUS_SUCCESS, "9#12"]);
  });
});

rule("9#4", "TRUE for whatever range; the handle needs QUERY_INFORMATION", (scene) => {
  const { kernel32, process } = scene;
  const { PrefetchVirtualMemory, GetLastError } = kernel32;
  const ranges = [{ VirtualAddress: BASE, NumberOfBytes: GRANULARITY }];
  expectUnchanged(scene, () => {
    expect(PrefetchVirtualMemory(SELF, 1, ranges, 0)).toBe(1);
  });
  const good = kernel32.OpenProcess(PROCESS_QUERY_INFORMATION, 0, process.id);
  const weak = kernel32.OpenProcess(PROCESS_VM_READ, 0, process.id);
  expect(PrefetchVirtualMemory(good, 1, ranges, 0)).toBe(1);
  expect([PrefetchVirtualMemory(weak, 1, ranges, 0), GetLastError()]).toEqual([
    0,
    ERROR_ACCESS_DENIED,
  ]);
  expect([PrefetchVirtualMemory(0, 1, ranges, 0), GetLastError()]).toEqual([
    0,
    ERROR_INVALID_HANDLE,
  ]);
});

rule("9#4", "of a process that has ended", (scene) => {
  const other = scene.another();
  const { OpenProcess, PrefetchVirtualMemory, GetLastError } = scene.kernel32;
  const handle = OpenProcess(PROCESS_QUERY_INFORMATION, 0, other.process.id);
  other.process.exit();
  expect(PrefetchVirtualMemory(handle, 1, GOOD.ranges, 0)).toBe(0);
  expect(GetLastError()).toBe(ERROR_ACCESS_DENIED);
});

rule("17.16#6", "PrefetchVirtualMemory: 87 for flags and for no range", (scene) => {
  const { PrefetchVirtualMemory, GetLastError, SetLastError } = scene.kernel32;
  for (const [count, ranges, flags, error] of [
    [1, GOOD.ranges, 1, ERROR_INVALID_PARAMETER],
    [0, GOOD.ranges, 0, ERROR_INVALID_PARAMETER],
    [1, EMPTY, 0, ERROR_INVALID_PARAMETER],
    [1, null, 0, ERROR_NOACCESS],
  ] as const) {
    SetLastError(0);
    expect([PrefetchVirtualMemory(SELF, count, ranges, flags), GetLastError()]).toEqual([0, error]);
  }
});

rule("17.9#16", "the fields up to CommitSize, and their bytes", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE, 2 * PAGE);
  const { QueryVirtualMemoryInformation } = scene.kernel32;
  const bytes = scene.wide ? 0x20 : 0x14;
  const out = {};
  const returned = { value: 0 };
  expect(
    QueryVirtualMemoryInformation(SELF, BASE + PAGE, MemoryRegionInfo, out, bytes + 64, returned),
  ).toBe(1);
  expect(returned.value).toBe(bytes);
  expect(out).toEqual({
    AllocationBase: BASE,
    AllocationProtect: PAGE_READWRITE,
    Flags: 1,
    RegionSize: GRANULARITY,
    CommitSize: 2 * PAGE,
  });
});

rule("17.9#16", "in guest memory, nothing behind it", (scene) => {
  scene.allocate(BASE, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  scene.memory.fill(BASE, 0xcc, PAGE);
  const bytes = scene.wide ? 0x20 : 0x14;
  const { QueryVirtualMemoryInformation, GetLastError } = scene.kernel32;
  expect(QueryVirtualMemoryInformation(SELF, BASE, 0, BASE, 0x100, BASE + 0x80)).toBe(1);
  expect(scene.memory.getUint32(BASE)).toBe(BASE);
  expect(scene.memory.getUint32(BASE + 0x80)).toBe(bytes);
  expect(scene.memory.getUint8(BASE + bytes)).toBe(0xcc);
  expect(scene.memory.getUint8(BASE + 0x80 + (scene.wide ? 8 : 4))).toBe(0xcc);
  expect(QueryVirtualMemoryInformation(SELF, BASE, 0, BASE, 0x100, BASE + PAGE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_NOACCESS);
});

rule("17.9#16", "free memory, other classes", (scene) => {
  const { QueryVirtualMemoryInformation, GetLastError } = scene.kernel32;
  const out = {};
  expect(QueryVirtualMemoryInformation(SELF, BASE, 0, out, 48)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  for (const kind of [1, 3, 0xffffffff]) {
    expect(QueryVirtualMemoryInformation(SELF, BASE, kind, out, 48)).toBe(0);
    expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(out).toEqual({});
});
