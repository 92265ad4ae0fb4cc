import { describe, expect, test } from "vitest";
import { PAGE_READWRITE } from "../../src/constants.ts";
import type { MemoryStatus, MemoryStatusEx, SystemInfo } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import { BASE, createGuest, Guest, PAGE, UNTOUCHED } from "./support.ts";

function systemInfo(guest: Guest, name: "GetSystemInfo" | "GetNativeSystemInfo"): SystemInfo {
  const out = { value: {} as SystemInfo };
  guest.kernel32[name](out);
  return out.value;
}

describe("GetSystemInfo (17.7)", () => {
  test("win64", async () => {
    const guest = await createGuest({ numberOfProcessors: 3 });
    const expected: SystemInfo = {
      wProcessorArchitecture: 9,
      wReserved: 0,
      dwPageSize: 0x1000,
      lpMinimumApplicationAddress: 0x10000,
      lpMaximumApplicationAddress: 0x7fff_fffe_ffff,
      dwActiveProcessorMask: 7,
      dwNumberOfProcessors: 3,
      dwProcessorType: 8664,
      dwAllocationGranularity: 0x10000,
      wProcessorLevel: 6,
      wProcessorRevision: 0,
    };
    expect(systemInfo(guest, "GetSystemInfo")).toEqual(expected);
    expect(systemInfo(guest, "GetNativeSystemInfo")).toEqual(expected);
  });

  test.each([
    ["win32", true, 0x7ffeffff],
    ["win32", false, 0x7ffeffff],
    ["win32-3g", false, 0xbffeffff],
    ["win32-4g", true, 0xfffeffff],
  ] as const)("%s, wow64 %s", async (profile, wow64, highest) => {
    const guest = await createGuest({ profile, wow64, window: false });
    const info = systemInfo(guest, "GetSystemInfo");
    expect(info).toMatchObject({ wProcessorArchitecture: 0, dwProcessorType: 586 });
    expect(info.lpMaximumApplicationAddress).toBe(highest);
    const native = {
      wProcessorArchitecture: 9,
      dwProcessorType: 8664,
      lpMaximumApplicationAddress: 0xfffeffff,
    };
    expect(systemInfo(guest, "GetNativeSystemInfo")).toEqual(wow64 ? { ...info, ...native } : info);
  });

  test("as bytes in the guest", async () => {
    const wide = await createGuest();
    wide.pages(1);
    wide.memory.fill(BASE, 0xff, 0x80);
    wide.kernel32.GetSystemInfo(BASE + 8);
    expect(wide.memory.getUint16(BASE + 8)).toBe(9);
    expect(wide.memory.getBigUint64(BASE + 8 + 0x10)).toBe(0x7fff_fffe_ffffn);
    expect(wide.memory.getUint32(BASE + 8 + 0x24)).toBe(8664);
    expect(wide.memory.getUint16(BASE + 8 + 0x2c)).toBe(6);
    expect(wide.memory.getUint8(BASE + 8 + 48)).toBe(0xff);
    const narrow = await createGuest({ profile: "win32" });
    narrow.pages(1);
    narrow.memory.fill(BASE, 0xff, 0x80);
    narrow.kernel32.GetSystemInfo(BASE);
    expect(narrow.memory.getUint32(BASE + 0xc)).toBe(0x7ffeffff);
    expect(narrow.memory.getUint32(BASE + 0x18)).toBe(586);
    expect(narrow.memory.getUint16(BASE + 0x20)).toBe(6);
    expect(narrow.memory.getUint8(BASE + 36)).toBe(0xff);
  });

  test("a bad address is 998, and a handler does not see it", async () => {
    const guest = await createGuest();
    let asked = 0;
    guest.process.addVectoredExceptionHandler(true, () => ++asked);
    for (const out of [BASE, 0, null]) {
      guest.kernel32.SetLastError(UNTOUCHED);
      guest.kernel32.GetSystemInfo(out);
      expect(guest.kernel32.GetLastError()).toBe(998);
    }
    expect(asked).toBe(0);
  });
});

describe("GlobalMemoryStatusEx (13, 17.7)", () => {
  test("counts", async () => {
    const machine = await createMachine({ commitLimit: 1000, physicalPages: 400 });
    const guest = new Guest(machine);
    const other = new Guest(machine);
    const status = () => {
      const out = { dwLength: 64 } as MemoryStatusEx;
      expect(guest.kernel32.GlobalMemoryStatusEx(out)).toBe(1);
      return out;
    };
    const before = status();
    expect(before.ullTotalPhys).toBe(400 * PAGE);
    expect(before.ullTotalPageFile).toBe(1000 * PAGE);
    expect(before.ullTotalVirtual).toBe(0x7fff_fffe_0000);
    expect(before.ullTotalVirtual - before.ullAvailVirtual).toBe(
      guest.process.counters.regionBytes,
    );
    expect(before.ullAvailExtendedVirtual).toBe(0);
    guest.pages(16);
    guest.memory.fill(BASE, 1, 16 * PAGE);
    other.pages(64);
    other.memory.fill(BASE, 1, 64 * PAGE);
    const after = status();
    expect(before.ullAvailVirtual - after.ullAvailVirtual).toBe(16 * PAGE);
    expect(before.ullAvailPageFile - after.ullAvailPageFile).toBe(80 * PAGE);
    expect(before.ullAvailPhys - after.ullAvailPhys).toBe(80 * PAGE);
    expect(after.dwMemoryLoad).toBe(Math.floor((100 * machine.counters.frames) / 400));
    expect(after.dwMemoryLoad).toBeGreaterThanOrEqual(20);
  });

  test.each([{}, { dwLength: 63 }, { dwLength: 32 }, { dwLength: "64" }, { value: {} }])(
    "dwLength has to be 64: %o",
    async (out) => {
      const { kernel32 } = await createGuest();
      const before = structuredClone(out);
      expect(kernel32.GlobalMemoryStatusEx(out as { value: MemoryStatusEx })).toBe(0);
      expect(kernel32.GetLastError()).toBe(87);
      expect(out).toEqual(before);
    },
  );

  test("in { value } and in the guest", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(1);
    const out = { value: { dwLength: 64 } as MemoryStatusEx };
    expect(guest.kernel32.GlobalMemoryStatusEx(out)).toBe(1);
    expect(out.value.ullTotalVirtual).toBe(0x7ffe0000);
    guest.memory.setUint32(BASE, 63);
    expect(guest.kernel32.GlobalMemoryStatusEx(BASE)).toBe(0);
    expect([guest.kernel32.GetLastError(), guest.memory.getUint32(BASE + 4)]).toEqual([87, 0]);
    guest.memory.setUint32(BASE, 64);
    expect(guest.kernel32.GlobalMemoryStatusEx(BASE)).toBe(1);
    expect(guest.memory.getBigUint64(BASE + 40)).toBe(0x7ffe0000n);
  });
});

describe("GlobalMemoryStatus", () => {
  test.each([
    ["win32", 32, 0x7fffffff],
    ["win32-3g", 32, 0xffffffff],
    ["win32-4g", 32, 0xffffffff],
    ["win64", 56, 2 ** 33],
  ] as const)("%s", async (profile, length, phys) => {
    const guest = await createGuest({ profile, window: false });
    const out = {} as MemoryStatus;
    guest.kernel32.GlobalMemoryStatus(out);
    expect([out.dwLength, out.dwTotalPhys]).toEqual([length, phys]);
    expect(out.dwTotalVirtual).toBe(guest.machine.highestUserAddress - 0xffff);
    guest.pages(1, PAGE_READWRITE);
    guest.kernel32.GlobalMemoryStatus(BASE);
    expect(guest.memory.getUint32(BASE)).toBe(length);
  });
});

test("GetLargePageMinimum and FlushInstructionCache", async () => {
  const guest = await createGuest();
  const { kernel32 } = guest;
  expect(kernel32.GetLargePageMinimum()).toBe(0x200000);
  expect(kernel32.FlushInstructionCache(-1, 0, 0)).toBe(1);
  expect(kernel32.FlushInstructionCache(-1, 2n ** 63n, 2n ** 63n)).toBe(1);
  const other = guest.machine.createProcess();
  const handle = kernel32.OpenProcess(0, 0, other.id);
  expect(kernel32.FlushInstructionCache(handle, BASE, PAGE)).toBe(1);
  kernel32.CloseHandle(handle);
  expect(kernel32.FlushInstructionCache(handle, BASE, PAGE)).toBe(0);
  expect(kernel32.GetLastError()).toBe(6);
});
