import { beforeAll, describe, expect, test } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  MEM_COALESCE_PLACEHOLDERS,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  MemExtendedParameterAddressRequirements,
  MemExtendedParameterNumaNode,
  PAGE_NOACCESS,
  PAGE_READWRITE,
  STATUS_INVALID_HANDLE,
} from "../../src/constants.ts";
import type { AddressRequirements } from "../../src/extended-parameters.ts";
import type { Machine, MemoryBasicInformation, Process } from "../../src/index.ts";
import { type Kernel32, kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const BASE = 0x30000000;
const HOLD = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
const REPLACE = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER;
const PRESERVE = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER;
const COALESCE = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS;

let machine: Machine;

beforeAll(async () => {
  machine = await createMachine({ profile: "win32", lockMemoryPrivilege: true });
});

interface Scene {
  process: Process;
  calls: Kernel32;
  /** VirtualAlloc2 in the own process: base, last error. */
  allocate: (base: number, size: number, type: number, protect: number) => [number, number];
  /** VirtualFree: BOOL, last error. */
  free: (base: number, size: number, type: number) => [number, number];
  /** Starts and sizes of the regions from BASE on. */
  regions: () => [number, number][];
}

function run(body: (scene: Scene) => void): void {
  for (const space of ["windowed", "translated"] as const) {
    const before = machine.counters;
    const process = machine.createProcess({ space });
    const calls = kernel32(process);
    const after = <T>(answer: T): [T, number] => [answer, calls.GetLastError()];
    const regions = () => {
      const found: [number, number][] = [];
      const information: Partial<MemoryBasicInformation> = {};
      for (let at = BASE; at < BASE + 0x100000; ) {
        calls.VirtualQuery(at, information);
        const { AllocationBase = 0, RegionSize = PAGE } = information;
        if (AllocationBase !== 0) found.push([AllocationBase - BASE, RegionSize]);
        at += RegionSize;
      }
      return found;
    };
    body({
      process,
      calls,
      regions,
      allocate(base, size, type, protect) {
        calls.SetLastError(0);
        return after(calls.VirtualAlloc2(null, base, size, type, protect));
      },
      free(base, size, type) {
        calls.SetLastError(0);
        return after(calls.VirtualFree(base, size, type));
      },
    });
    process.verifySpace();
    process.exit();
    expect(machine.counters).toMatchObject({
      commitCharge: before.commitCharge,
      frames: before.frames,
      records: before.records,
    });
  }
}

const refused = [0, ERROR_INVALID_ADDRESS];
const invalid = [0, ERROR_INVALID_PARAMETER];

describe("8.1 order of checks", () => {
  test.each([
    ["8.1#5 without RESERVE", MEM_RESERVE_PLACEHOLDER | MEM_COMMIT, PAGE_NOACCESS],
    ["8.1#5 with COMMIT", HOLD | MEM_COMMIT, PAGE_NOACCESS],
    ["8.1#5 with another protection", HOLD, PAGE_READWRITE],
    ["8.1#6 REPLACE without RESERVE", MEM_REPLACE_PLACEHOLDER | MEM_COMMIT, PAGE_READWRITE],
    ["8.3#19 with PHYSICAL", REPLACE | MEM_PHYSICAL, PAGE_READWRITE],
    ["8.3#19 with LARGE_PAGES", REPLACE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE],
    ["2.1#9 protection first", HOLD | MEM_COMMIT, 0],
  ])("%s: 87", (name, type, protect) => {
    run(({ allocate, process }) => {
      expect(allocate(BASE, PAGE, type, protect)).toEqual(invalid);
      const rule = name.split(" ")[0] as string;
      if (!rule.startsWith("8.3")) expect(process.machine.decision).toBe(rule);
    });
  });

  test("8.1#7 VirtualAlloc knows neither flag", () => {
    run(({ calls }) => {
      for (const flag of [MEM_RESERVE_PLACEHOLDER, MEM_REPLACE_PLACEHOLDER]) {
        expect(calls.VirtualAlloc(BASE, PAGE, MEM_RESERVE | flag, PAGE_NOACCESS)).toBe(0);
        expect(calls.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
      }
    });
  });

  test("8.1#1, #2 parameters: no array, an unknown type, one type twice", () => {
    run(({ calls, process }) => {
      const node = { Type: MemExtendedParameterNumaNode, ULong64: 0 };
      const call = (parameters: { Type: number }[] | null, count?: number) =>
        calls.VirtualAlloc2(null, 0, PAGE, MEM_RESERVE, PAGE_NOACCESS, parameters, count);
      expect([call(null, 1), process.machine.decision]).toEqual([0, "8.1#1"]);
      expect([call([{ Type: 0 }]), process.machine.decision]).toEqual([0, "8.1#2"]);
      expect([call([{ Type: 6 }]), process.machine.decision]).toEqual([0, "8.1#2"]);
      expect([call([node, node]), process.machine.decision]).toEqual([0, "8.1#2"]);
      expect(calls.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
      expect(call([node])).not.toBe(0);
    });
  });

  test("8.1#8 NULL is the own process for VirtualAlloc2, a bad handle for the service", () => {
    run(({ process }) => {
      const { NtAllocateVirtualMemoryEx } = ntdll(process);
      const [base, size] = [{ value: 0 }, { value: PAGE }];
      const status = NtAllocateVirtualMemoryEx(null, base, size, MEM_RESERVE, PAGE_NOACCESS);
      expect(status).toBe(STATUS_INVALID_HANDLE);
      expect(NtAllocateVirtualMemoryEx(-1, base, size, MEM_RESERVE, PAGE_NOACCESS)).toBe(0);
    });
  });
});

describe("8.2 address requirements", () => {
  function allocate(calls: Kernel32, Pointer: AddressRequirements, type = MEM_RESERVE, base = 0) {
    const parameters = [{ Type: MemExtendedParameterAddressRequirements, Pointer }];
    calls.SetLastError(0);
    const at = calls.VirtualAlloc2(null, base, 0x20000, type, PAGE_NOACCESS, parameters);
    return [at, calls.GetLastError()];
  }

  test.each([
    ["Lowest not a multiple of 64 KB", { LowestStartingAddress: 0x11000 }],
    ["Highest not the end of a page", { HighestEndingAddress: 0x200000 }],
    ["Highest above the user addresses", { HighestEndingAddress: 0x7fffffff }],
    ["Highest below Lowest", { LowestStartingAddress: 0x200000, HighestEndingAddress: 0x1fffff }],
    ["Alignment below 64 KB", { Alignment: 0x1000 }],
    ["Alignment no power of two", { Alignment: 0x30000 }],
  ])("8.1#3 %s: 87", (_name, requirements) => {
    run(({ calls, process }) => {
      expect(allocate(calls, requirements)).toEqual(invalid);
      expect(process.machine.decision).toBe("8.1#3");
    });
  });

  test("8.1#4 with a base, or without RESERVE: 87", () => {
    run(({ calls, process }) => {
      const limit = { Alignment: 0x10000 };
      expect(allocate(calls, limit, MEM_RESERVE, BASE)).toEqual(invalid);
      expect(allocate(calls, limit, MEM_COMMIT)).toEqual(invalid);
      expect(process.machine.decision).toBe("8.1#4");
    });
  });

  test("limits and alignment decide the place, from below and from above", () => {
    run(({ calls }) => {
      expect(allocate(calls, { LowestStartingAddress: BASE })).toEqual([BASE, 0]);
      expect(allocate(calls, { LowestStartingAddress: BASE, Alignment: 0x400000 })).toEqual([
        BASE + 0x400000,
        0,
      ]);
      const top = MEM_RESERVE | MEM_TOP_DOWN;
      expect(allocate(calls, { HighestEndingAddress: BASE - 1 }, top)).toEqual([BASE - 0x20000, 0]);
      const full = { LowestStartingAddress: BASE, HighestEndingAddress: BASE + 0x1ffff };
      expect(allocate(calls, full)).toEqual([0, ERROR_NOT_ENOUGH_MEMORY]);
      expect(allocate(calls, {})).toEqual([0x10000, 0]);
    });
  });
});

describe("8.3 placeholders", () => {
  test("8.3#1 a placeholder is reserved memory without access", () => {
    run(({ allocate, calls, regions }) => {
      expect(allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS)).toEqual([BASE, 0]);
      const information: Partial<MemoryBasicInformation> = {};
      calls.VirtualQuery(BASE, information);
      expect(information).toMatchObject({
        AllocationBase: BASE,
        AllocationProtect: PAGE_NOACCESS,
        State: MEM_RESERVE,
        Protect: 0,
      });
      expect(regions()).toEqual([[0, 0x10000]]);
    });
  });

  test("8.3#3, #4, #6 split head, tail and middle, never the whole", () => {
    run(({ allocate, free, regions }) => {
      allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS);
      expect(free(BASE, 0x8000, PRESERVE)).toEqual([1, 0]);
      expect(free(BASE + 0xc000, 0x4000, PRESERVE)).toEqual([1, 0]);
      expect(regions()).toEqual([
        [0, 0x8000],
        [0x8000, 0x4000],
        [0xc000, 0x4000],
      ]);
      expect(free(BASE + 0x2000, 0x1000, PRESERVE)).toEqual([1, 0]);
      expect(regions().slice(0, 3)).toEqual([
        [0, 0x2000],
        [0x2000, 0x1000],
        [0x3000, 0x5000],
      ]);
      expect(free(BASE, 0x2000, PRESERVE)).toEqual(refused);
      expect(free(BASE, 0, PRESERVE)).toEqual(invalid);
      expect(free(BASE, 0x3000, PRESERVE)).toEqual(invalid);
    });
  });

  test("8.3#5 PRESERVE on what never was a placeholder", () => {
    run(({ calls, free, regions }) => {
      calls.VirtualAlloc(BASE, 0x10000, MEM_RESERVE, PAGE_NOACCESS);
      expect(free(BASE, 0x8000, PRESERVE)).toEqual(refused);
      expect(free(BASE, 0x10000, PRESERVE)).toEqual(refused);
      expect(free(BASE + 0x10000, 0x1000, PRESERVE)).toEqual(refused);
      expect(regions()).toEqual([[0, 0x10000]]);
    });
  });

  test("8.3#7, #8, #9 coalesce exactly two or more whole placeholders", () => {
    run(({ allocate, calls, free, regions }) => {
      allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS);
      free(BASE, 0x4000, PRESERVE);
      free(BASE + 0x4000, 0x4000, PRESERVE);
      expect(free(BASE, 0x4000, COALESCE)).toEqual(refused);
      expect(free(BASE, 0x6000, COALESCE)).toEqual(refused);
      expect(free(BASE + 0x1000, 0x7000, COALESCE)).toEqual(refused);
      expect(free(BASE, 0x20000, COALESCE)).toEqual(refused);
      expect(free(BASE, 0, COALESCE)).toEqual(invalid);
      expect(free(BASE, 0x8000, MEM_COALESCE_PLACEHOLDERS)).toEqual(invalid);
      expect(free(BASE, 0x8000, PRESERVE | COALESCE)).toEqual(invalid);
      expect(free(BASE, 0x8000, COALESCE)).toEqual([1, 0]);
      expect(regions()).toEqual([
        [0, 0x8000],
        [0x8000, 0x8000],
      ]);
      expect(free(BASE, 0x10000, COALESCE)).toEqual([1, 0]);
      calls.VirtualAlloc(BASE + 0x10000, 0x10000, MEM_RESERVE, PAGE_NOACCESS);
      expect(free(BASE, 0x20000, COALESCE)).toEqual(refused);
    });
  });

  test("8.3#10 replace: exactly one placeholder, zero-filled, at any page", () => {
    run(({ allocate, free, process }) => {
      allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS);
      free(BASE, 0x3000, PRESERVE);
      const type = REPLACE | MEM_COMMIT;
      expect(allocate(BASE, 0x2000, type, PAGE_READWRITE)).toEqual(refused);
      expect(allocate(BASE, 0x4000, type, PAGE_READWRITE)).toEqual(refused);
      expect(allocate(BASE + 0x1000, 0x2000, type, PAGE_READWRITE)).toEqual(refused);
      expect(allocate(BASE + 0x3000, 0xd000, type, PAGE_READWRITE)).toEqual([BASE + 0x3000, 0]);
      expect(process.memory.getUint32(BASE + 0x3000)).toBe(0);
      process.memory.setUint32(BASE + 0xf000, 7);
      expect(process.counters.commitCharge).toBe(0xd);
      expect(() => process.memory.getUint8(BASE)).toThrow("access violation");
    });
  });

  test("8.3#12 a region that replaced a placeholder becomes one again; its content is lost", () => {
    run(({ allocate, calls, free, process }) => {
      allocate(BASE, 0x4000, HOLD, PAGE_NOACCESS);
      const watched = REPLACE | MEM_COMMIT | MEM_WRITE_WATCH;
      expect(allocate(BASE, 0x4000, watched, PAGE_READWRITE)).toEqual([BASE, 0]);
      process.memory.setUint32(BASE, 7);
      expect(free(BASE, 0x2000, PRESERVE)).toEqual(refused);
      expect(free(BASE, 0x4000, PRESERVE)).toEqual([1, 0]);
      expect(process.counters.commitCharge).toBe(0);
      expect(calls.ResetWriteWatch(BASE, 0x4000)).toBe(0xffffffff);
      expect(allocate(BASE, 0x4000, REPLACE | MEM_COMMIT, PAGE_READWRITE)).toEqual([BASE, 0]);
      expect(process.memory.getUint32(BASE)).toBe(0);
    });
  });

  test("8.3#14, #15 release: one whole placeholder, never two", () => {
    run(({ allocate, calls, free, process, regions }) => {
      allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS);
      free(BASE, 0x8000, PRESERVE);
      const { NtFreeVirtualMemory, RtlNtStatusToDosError } = ntdll(process);
      const status = NtFreeVirtualMemory(-1, { value: BASE }, { value: 0x10000 }, MEM_RELEASE);
      expect(RtlNtStatusToDosError(status)).toBe(ERROR_INVALID_PARAMETER);
      expect(calls.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(1);
      expect(regions()).toEqual([[0x8000, 0x8000]]);
      expect(calls.VirtualFree(BASE + 0x8000, 0, MEM_RELEASE)).toBe(1);
      expect(regions()).toEqual([]);
    });
  });

  test("8.3#16 nothing is committed, reserved or protected over a placeholder", () => {
    run(({ allocate, calls, free, regions }) => {
      allocate(BASE, 0x10000, HOLD, PAGE_NOACCESS);
      const old = { value: 0 };
      for (const type of [MEM_COMMIT, MEM_RESERVE, MEM_RESERVE | MEM_COMMIT]) {
        expect(calls.VirtualAlloc(BASE, PAGE, type, PAGE_READWRITE)).toBe(0);
        expect(calls.GetLastError()).toBe(ERROR_INVALID_ADDRESS);
      }
      expect(calls.VirtualProtect(BASE, PAGE, PAGE_READWRITE, old)).toBe(0);
      expect(calls.GetLastError()).toBe(ERROR_INVALID_ADDRESS);
      expect(free(BASE, PAGE, MEM_DECOMMIT)[0]).toBe(1);
      expect(regions()).toEqual([[0, 0x10000]]);
    });
  });
});
