import { describe, expect, test } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_FREE,
  MEM_MAPPED,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_GUARD,
  PAGE_NOCACHE,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  PROCESS_ALL_ACCESS,
  PROCESS_VM_OPERATION,
  PROCESS_VM_READ,
  SEC_NO_CHANGE,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_8,
  STATUS_INVALID_PARAMETER_9,
  STATUS_INVALID_VIEW_SIZE,
  STATUS_MAPPED_ALIGNMENT,
  STATUS_NOT_MAPPED_VIEW,
  STATUS_SECTION_PROTECTION,
} from "../../src/constants.ts";
import { createSectionGuest, GRANULE, twoGuests } from "./section-guest.ts";
import { BASE, PAGE } from "./support.ts";

const SIZE = 0x23456;

describe("7.2 a section of 0x23456 bytes", () => {
  test.each([
    ["up to its end", 0, 0, 0x24000],
    ["one byte", 0, 1, 0x1000],
    ["all of its pages", 0, 0x24000, 0x24000],
    ["the rest behind an offset", 0x10000, 0, 0x14000],
  ])("%s", async (_what, offset, size, bytes) => {
    const guest = await createSectionGuest();
    const [handle] = guest.create(PAGE_READWRITE, SIZE);
    const base = guest.view(handle, FILE_MAP_WRITE, { base: BASE, offset, size });
    expect(guest.run(base).RegionSize).toBe(bytes);
  });

  test.each([
    ["7.2#11", 5, 0, 0x24001],
    ["7.2#8", 1132, 0x1000, 0],
    ["7.2#10", 87, 0x30000, 0],
    ["7.2#11", 5, 0x30000, 1],
    ["7.2#11", 5, 0x20000, 0x5000],
  ])("%s: error %i", async (rule, error, offset, size) => {
    const guest = await createSectionGuest();
    const [handle] = guest.create(PAGE_READWRITE, SIZE);
    expect(guest.map(handle, FILE_MAP_WRITE, { offset, size })).toEqual([0, error]);
    expect(guest.machine.decision).toBe(rule);
  });

  test("offsets have 64 bits", async () => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(1);
    const { MapViewOfFile, GetLastError } = guest.kernel32;
    const map = (high: number, low: number) => {
      expect(MapViewOfFile(handle, FILE_MAP_READ, high, low, 0)).toBe(0);
      return GetLastError();
    };
    for (const high of [1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(map(high, 0)).toBe(87);
      expect(map(high, 0xffff0000)).toBe(87);
      expect(map(high, 0xffffffff)).toBe(1132);
    }
  });
});

describe("7.2 order of checks", () => {
  const bad = { handle: 0, protect: 3, zeroBits: 22, inherit: 0, type: 0x1000 };
  const far = 2 ** 48;

  test.each([
    ["7.2#1", STATUS_INVALID_PARAMETER_8, { ...bad, base: far }],
    ["7.2#1", STATUS_INVALID_PARAMETER_8, { ...bad, inherit: 3 }],
    ["7.2#2", STATUS_INVALID_PARAMETER_9, { ...bad, inherit: 2, base: far }],
    ["7.2#2", STATUS_INVALID_PARAMETER_9, { handle: 0, type: 0x1000 }],
    ["7.2#3a", STATUS_INVALID_PARAMETER_9, { handle: 0, type: 0x40000000 }],
    ["7.2#4", STATUS_INVALID_PAGE_PROTECTION, { ...bad, inherit: 2, type: 0, base: far }],
    ["7.2#4", STATUS_INVALID_PAGE_PROTECTION, { protect: PAGE_READWRITE | PAGE_GUARD }],
    ["7.2#4", STATUS_INVALID_PAGE_PROTECTION, { protect: PAGE_READWRITE | PAGE_NOCACHE }],
    ["7.2#5", STATUS_INVALID_PARAMETER_3, { handle: 0, base: far, zeroBits: 22 }],
    ["7.2#5", STATUS_INVALID_PARAMETER_3, { handle: 0, base: 0x7ffffff00000, size: 2 ** 40 }],
    ["7.2#6", STATUS_INVALID_PARAMETER_4, { handle: 0, base: BASE + 1, zeroBits: 22 }],
    ["7.2#6", STATUS_INVALID_PARAMETER_4, { handle: 0, base: 0x50000001, zeroBits: 4 }],
    ["7.2#7", STATUS_INVALID_HANDLE, { handle: 0, base: BASE + 1 }],
    ["7.2#7", STATUS_INVALID_HANDLE, { process: 0, base: BASE + 1 }],
    ["7.2#8", STATUS_MAPPED_ALIGNMENT, { base: BASE + PAGE, type: MEM_RESERVE }],
    ["7.2#8", STATUS_MAPPED_ALIGNMENT, { offset: PAGE, protect: 0x40 }],
    ["7.2#3", STATUS_INVALID_PARAMETER_9, { type: MEM_RESERVE, protect: 0x40 }],
    ["7.2#9", STATUS_SECTION_PROTECTION, { protect: 0x40, offset: GRANULE * 9 }],
    ["7.2#10", STATUS_INVALID_PARAMETER, { offset: GRANULE * 9 }],
    ["7.2#11", STATUS_INVALID_VIEW_SIZE, { base: 0x7ffe0000, size: GRANULE * 3 }],
    ["7.2#12", STATUS_CONFLICTING_ADDRESSES, { base: 0x7ffe0000 }],
  ])("%s answers %i", async (rule, status, options: Record<string, number>) => {
    const guest = await createSectionGuest();
    const section = guest.section(GRANULE / PAGE);
    const { handle = section, ...rest } = options;
    expect(guest.mapNative(handle, rest)[0]).toBe(status);
    expect(guest.machine.decision).toBe(rule);
  });

  test("7.2#3a on a native 32-bit system a view may begin at any page", async () => {
    const guest = await createSectionGuest({ profile: "win32", wow64: false });
    const section = guest.section(2);
    const type = 0x40000000;
    expect(guest.mapNative(section, { base: BASE + PAGE + 5, type })).toEqual([
      0,
      BASE + PAGE,
      2 * PAGE,
    ]);
    const again = guest.mapNative(section, { base: BASE + 2 * PAGE, type });
    expect(again[0]).toBe(STATUS_CONFLICTING_ADDRESSES);
  });

  test("7.2#14 CommitSize beyond the commit limit maps nothing", async () => {
    const guest = await createSectionGuest({ commitLimit: 4 });
    const section = guest.section(8, PAGE_READWRITE, SEC_RESERVE);
    expect(guest.mapNative(section, { commitSize: 5 * PAGE })[0]).toBe(STATUS_COMMITMENT_LIMIT);
    expect(guest.machine.counters.commitCharge).toBe(0);
    expect(guest.process.counters.regions).toBe(1);
    expect(guest.mapNative(section, { commitSize: 4 * PAGE })[0]).toBe(0);
    expect(guest.machine.counters.commitCharge).toBe(4);
  });

  test("7.2#7 the right that is missing", async () => {
    const [caller, other] = await twoGuests();
    const section = caller.section(1);
    const { OpenProcess } = caller.kernel32;
    const poor = OpenProcess(PROCESS_ALL_ACCESS & ~PROCESS_VM_OPERATION, 0, other.process.id);
    expect(caller.mapNative(section, { process: poor })[0]).toBe(STATUS_ACCESS_DENIED);
    const { NtUnmapViewOfSection } = caller.ntdll;
    expect(NtUnmapViewOfSection(poor, BASE)).toBe(STATUS_ACCESS_DENIED);
    expect(NtUnmapViewOfSection(poor, 2 ** 52)).toBe(STATUS_NOT_MAPPED_VIEW);
  });

  test("7.2#12 and #8: no rounding down, and every occupied page counts", async () => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(0x20);
    guest.pages(1, PAGE_READWRITE, BASE + GRANULE);
    expect(guest.map(handle, FILE_MAP_READ, { base: BASE + GRANULE })).toEqual([0, 487]);
    expect(guest.map(handle, FILE_MAP_READ, { base: BASE })).toEqual([0, 487]);
    expect(guest.map(handle, FILE_MAP_READ, { base: BASE + PAGE })).toEqual([0, 1132]);
    const size = GRANULE;
    expect(guest.map(handle, FILE_MAP_READ, { base: BASE, size })).toEqual([BASE, 0]);
  });

  test("7.2#14 a view that copies on write is charged whole", async () => {
    const guest = await createSectionGuest({ commitLimit: 10 });
    const handle = guest.mapping(6);
    expect(guest.map(handle, FILE_MAP_COPY)).toEqual([0, 1455]);
    const size = 4 * PAGE;
    const view = guest.view(handle, FILE_MAP_COPY, { size });
    expect(guest.machine.counters.commitCharge).toBe(10);
    expect(guest.kernel32.UnmapViewOfFile(view)).toBe(1);
    expect(guest.machine.counters.commitCharge).toBe(6);
  });

  test("guest addresses are read and written", async () => {
    const guest = await createSectionGuest();
    const { NtMapViewOfSection } = guest.ntdll;
    const section = guest.section(0x20);
    guest.pages(1);
    guest.memory.setBigUint64(BASE + 8, BigInt(GRANULE));
    const map = (base: number, offset: number, size: number | { value: number } | null) =>
      NtMapViewOfSection(section, -1, base, 0, 0, offset, size, 1, 0, PAGE_READWRITE);
    expect(map(BASE, BASE + 8, BASE + 16)).toBe(0);
    const view = Number(guest.memory.getBigUint64(BASE));
    expect(guest.run(view)).toMatchObject({ AllocationBase: view, RegionSize: GRANULE });
    expect(guest.memory.getUint32(BASE + 16)).toBe(GRANULE);
    expect(map(BASE + PAGE, 0, { value: 0 })).toBe(STATUS_ACCESS_VIOLATION);
    expect(map(BASE + 32, 0, null)).toBe(STATUS_ACCESS_VIOLATION);
  });

  test("MEM_TOP_DOWN maps high, zero bits low", async () => {
    const guest = await createSectionGuest();
    const section = guest.section(1);
    expect(guest.mapNative(section, { type: MEM_TOP_DOWN })[1]).toBeGreaterThan(2 ** 40);
    const [status, base] = guest.mapNative(section, { zeroBits: 4, type: MEM_TOP_DOWN });
    expect(status).toBe(0);
    expect(base).toBeLessThan(2 ** 28);
  });
});

describe("7.4 what VirtualQuery reports", () => {
  test.each([
    ["SEC_COMMIT", 0, MEM_COMMIT, PAGE_WRITECOPY, PAGE_WRITECOPY],
    ["SEC_NOCACHE", 0x8000000 | SEC_NOCACHE, MEM_COMMIT, 0x208, 0x208],
    ["SEC_WRITECOMBINE", 0x8000000 | SEC_WRITECOMBINE, MEM_COMMIT, 0x408, 0x408],
    ["SEC_RESERVE", SEC_RESERVE, MEM_RESERVE, 0, PAGE_WRITECOPY],
    ["SEC_RESERVE, SEC_NOCACHE", SEC_RESERVE | SEC_NOCACHE, MEM_RESERVE, 0, 0x208],
  ])("%s", async (_name, attributes, State, Protect, AllocationProtect) => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(5, PAGE_READWRITE | attributes), FILE_MAP_COPY);
    expect(guest.run(view + PAGE)).toEqual({
      BaseAddress: view + PAGE,
      AllocationBase: view,
      AllocationProtect,
      RegionSize: 4 * PAGE,
      State,
      Protect,
      Type: MEM_MAPPED,
    });
  });
});

describe("7.5 unmap", () => {
  test("7.5#1 any address inside the view", async () => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(3);
    for (const inside of [0, 1, 3 * PAGE - 1]) {
      const view = guest.view(handle);
      expect(guest.kernel32.UnmapViewOfFile(view + inside)).toBe(1);
      expect(guest.run(view).State).toBe(MEM_FREE);
    }
  });

  test("7.5#2 NULL, free, private and kernel addresses: 487", async () => {
    const guest = await createSectionGuest();
    const { UnmapViewOfFile, GetLastError, SetLastError } = guest.kernel32;
    const view = guest.view(guest.mapping(3));
    guest.pages(1);
    for (const address of [null, 0, BASE, BASE + GRANULE, view + 3 * PAGE, 2 ** 52]) {
      SetLastError(0);
      expect([UnmapViewOfFile(address), GetLastError()]).toEqual([0, 487]);
      expect(guest.machine.decision).toBe("7.5#2");
    }
    expect(guest.ntdll.NtUnmapViewOfSection(0, view)).toBe(STATUS_INVALID_HANDLE);
  });

  test("7.5#5 flags", async () => {
    const guest = await createSectionGuest();
    const { UnmapViewOfFileEx, GetLastError } = guest.kernel32;
    const view = guest.view(guest.mapping(3));
    for (const flags of [3, 4, 0xffffffff]) {
      expect([UnmapViewOfFileEx(view, flags), GetLastError()]).toEqual([0, 87]);
      expect([UnmapViewOfFileEx(BASE, flags), GetLastError()]).toEqual([0, 87]);
    }
    expect([UnmapViewOfFileEx(view, 2), GetLastError()]).toEqual([0, 487]);
    expect(UnmapViewOfFileEx(view, 0)).toBe(1);
    expect([UnmapViewOfFileEx(view, 1), GetLastError()]).toEqual([0, 487]);
  });

  test("7.5#6 VirtualFree of a view: 87", async () => {
    const guest = await createSectionGuest();
    const view = guest.view(guest.mapping(3));
    expect(guest.kernel32.VirtualFree(view, 0, MEM_RELEASE)).toBe(0);
    expect(guest.kernel32.GetLastError()).toBe(87);
  });

  test("in another process", async () => {
    const [caller, other] = await twoGuests();
    const { OpenProcess } = caller.kernel32;
    const process = OpenProcess(PROCESS_VM_OPERATION | PROCESS_VM_READ, 0, other.process.id);
    const section = caller.section(2);
    const [status, base, size] = caller.mapNative(section, { process, base: BASE, protect: 0x04 });
    expect([status, base, size]).toEqual([0, BASE, 2 * PAGE]);
    expect(caller.run(BASE).State).toBe(MEM_FREE);
    other.memory.setUint16(BASE + PAGE - 1, 0x1234);
    expect(caller.memory.getUint16(caller.view(section) + PAGE - 1)).toBe(0x1234);
    expect(caller.ntdll.NtUnmapViewOfSection(process, BASE + 5)).toBe(0);
    expect(other.run(BASE).State).toBe(MEM_FREE);
  });
});

describe("7.11 FlushViewOfFile", () => {
  test("has nothing to do for the paging file, and wants a view", async () => {
    const guest = await createSectionGuest();
    const { FlushViewOfFile, GetLastError } = guest.kernel32;
    const view = guest.view(guest.mapping(3), FILE_MAP_COPY);
    guest.memory.setUint8(view, 1);
    guest.pages(1);
    expect(FlushViewOfFile(view, 0)).toBe(1);
    expect(FlushViewOfFile(view + PAGE, 2 * PAGE)).toBe(1);
    for (const [address, size] of [
      [null, 0],
      [BASE, 1],
      [BASE + GRANULE, 1],
      [2 ** 52, 0],
    ] as const) {
      expect([FlushViewOfFile(address, size), GetLastError()]).toEqual([0, 487]);
    }
    expect([FlushViewOfFile(view + PAGE, 2 * PAGE + 1), GetLastError()]).toEqual([0, 487]);
  });
});

test("17.12 a SEC_NO_CHANGE view keeps its protection", async () => {
  const guest = await createSectionGuest();
  const section = guest.section(1);
  const [status, view] = guest.mapNative(section, { type: SEC_NO_CHANGE });
  expect(status).toBe(0);
  const { VirtualProtect, VirtualAlloc, GetLastError } = guest.kernel32;
  expect(VirtualProtect(view, PAGE, PAGE_READWRITE, { value: 0 })).toBe(0);
  expect(GetLastError()).toBe(87);
  expect(VirtualAlloc(view, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
  expect(GetLastError()).toBe(87);
  expect(guest.run(view).Protect).toBe(PAGE_READWRITE);
});
