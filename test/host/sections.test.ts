import { describe, expect, test } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  SEC_COMMIT,
  SEC_RESERVE,
  SECTION_QUERY,
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_INFO_CLASS,
  STATUS_INVALID_PARAMETER,
  STATUS_OBJECT_NAME_EXISTS,
  STATUS_OBJECT_NAME_NOT_FOUND,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_SECTION_NOT_IMAGE,
} from "../../src/constants.ts";
import { createSectionGuest, GRANULE, SectionGuest, twoGuests } from "./section-guest.ts";
import { BASE, PAGE, UNTOUCHED } from "./support.ts";

describe("17.8 section handles", () => {
  test("are in one table with process handles, lowest free first", async () => {
    const guest = await createSectionGuest();
    const { kernel32 } = guest;
    expect(guest.mapping(1)).toBe(4);
    expect(kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, guest.process.id)).toBe(8);
    expect(guest.mapping(1)).toBe(12);
    expect(kernel32.CloseHandle(4)).toBe(1);
    expect([kernel32.CloseHandle(4), kernel32.GetLastError()]).toEqual([0, 6]);
    expect(kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, guest.process.id)).toBe(4);
  });

  test("each kind is refused where the other is wanted", async () => {
    const guest = await createSectionGuest();
    const { kernel32, ntdll } = guest;
    const section = guest.mapping(1);
    const process = kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, guest.process.id);
    for (const handle of [process, -1, -2]) {
      expect(guest.map(handle, FILE_MAP_READ)).toEqual([0, 6]);
      expect(guest.mapNative(handle)[0]).toBe(STATUS_OBJECT_TYPE_MISMATCH);
      expect(ntdll.NtQuerySection(handle, 0, {}, 24)).toBe(STATUS_OBJECT_TYPE_MISMATCH);
    }
    for (const handle of [0, 100, 5]) {
      expect(guest.map(handle, FILE_MAP_READ)).toEqual([0, 6]);
      expect(guest.mapNative(handle)[0]).toBe(STATUS_INVALID_HANDLE);
      expect(ntdll.NtQuerySection(handle, 0, {}, 24)).toBe(STATUS_INVALID_HANDLE);
    }
    expect(ntdll.NtQueryVirtualMemory(section, BASE, 0, {}, 48)).toBe(STATUS_OBJECT_TYPE_MISMATCH);
    expect(guest.mapNative(section, { process: section })[0]).toBe(STATUS_OBJECT_TYPE_MISMATCH);
    expect(kernel32.VirtualAllocEx(section, 0, PAGE, 0x3000, PAGE_READWRITE)).toBe(0);
    expect(kernel32.GetLastError()).toBe(6);
  });

  test("the last handle gives the charge back, the views before it or after", async () => {
    const guest = await createSectionGuest();
    const { kernel32, machine } = guest;
    const { commitCharge, frames } = machine.counters;
    const handle = guest.mapping(4);
    expect(machine.counters.commitCharge).toBe(commitCharge + 4);
    const view = guest.view(handle);
    guest.memory.setUint32(view + PAGE, 0xfeed);
    expect(kernel32.CloseHandle(handle)).toBe(1);
    expect(guest.memory.getUint32(view + PAGE)).toBe(0xfeed);
    expect(machine.counters.commitCharge).toBe(commitCharge + 4);
    expect(kernel32.UnmapViewOfFile(view)).toBe(1);
    expect(machine.counters.commitCharge).toBe(commitCharge);
    expect(machine.counters.frames).toBe(frames);
    guest.process.verifySpace();
  });

  test("the end of a process closes its handles and takes its views away", async () => {
    const [first, second] = await twoGuests();
    const { machine } = first;
    const { commitCharge } = machine.counters;
    const handle = first.mapping(4, PAGE_READWRITE, "shared");
    const view = first.view(handle);
    first.memory.setUint8(view, 7);
    const opened = second.kernel32.OpenFileMapping(FILE_MAP_READ, 0, "shared");
    first.process.exit();
    expect(machine.counters.commitCharge).toBe(commitCharge + 4);
    expect(second.memory.getUint8(second.view(opened, FILE_MAP_READ))).toBe(7);
    second.process.exit();
    expect(machine.counters).toMatchObject({ commitCharge: 0, frames: 0 });
    const third = new SectionGuest(machine);
    expect(third.kernel32.OpenFileMapping(FILE_MAP_READ, 0, "shared")).toBe(0);
    expect(third.kernel32.GetLastError()).toBe(2);
  });
});

describe("names (7.1)", () => {
  test("7.1#16 an existing section is opened: 183, and the size is the old one", async () => {
    const [first, second] = await twoGuests();
    expect(first.create(PAGE_READWRITE, 2 * PAGE, "a")).toEqual([4, 0]);
    expect(first.machine.decision).toBe("7.1");
    expect(second.create(PAGE_READONLY, 9 * PAGE, "a")).toEqual([4, 183]);
    expect(first.machine.decision).toBe("7.1#16");
    expect(first.machine.counters.commitCharge).toBe(2);
    const view = first.view(4);
    first.memory.setUint32(view, 0xabcd);
    expect(second.map(4, FILE_MAP_WRITE)).toEqual([0, 5]);
    const other = second.view(4, FILE_MAP_READ);
    expect(second.memory.getUint32(other)).toBe(0xabcd);
    expect(second.run(other).RegionSize).toBe(2 * PAGE);
  });

  test("7.1#16 what cannot be made is not opened either", async () => {
    const guest = await createSectionGuest({ commitLimit: 4 });
    guest.mapping(2, PAGE_READWRITE, "a");
    expect(guest.create(PAGE_READWRITE, 0, "a")).toEqual([0, 87]);
    expect(guest.create(PAGE_READWRITE, 3 * PAGE, "a")).toEqual([0, 1455]);
  });

  test("as NTSTATUS", async () => {
    const { ntdll, machine } = await createSectionGuest();
    const { NtCreateSection, NtOpenSection } = ntdll;
    const attributes = { name: "a" };
    const size = { value: PAGE };
    const out = { value: 0 };
    const create = () =>
      NtCreateSection(out, SECTION_QUERY, attributes, size, PAGE_READWRITE, SEC_COMMIT, null);
    expect([create(), out.value]).toEqual([0, 4]);
    expect([create(), out.value]).toEqual([STATUS_OBJECT_NAME_EXISTS, 8]);
    expect([NtOpenSection(out, 0, attributes), out.value]).toEqual([0, 12]);
    expect(NtOpenSection(out, 0, { name: "b" })).toBe(STATUS_OBJECT_NAME_NOT_FOUND);
    expect(NtOpenSection(out, 0, {})).toBe(STATUS_OBJECT_NAME_NOT_FOUND);
    expect(NtOpenSection(out, 0, null)).toBe(STATUS_INVALID_PARAMETER);
    expect(machine.counters.commitCharge).toBe(1);
  });

  test("prefixes lead to the same object; case matters", async () => {
    const guest = await createSectionGuest();
    const { OpenFileMapping, GetLastError } = guest.kernel32;
    guest.mapping(1, PAGE_READWRITE, "Global\\a");
    for (const name of ["a", "Local\\a", "Global\\a"]) {
      expect(OpenFileMapping(FILE_MAP_READ, 0, name)).not.toBe(0);
      expect(guest.create(PAGE_READWRITE, PAGE, name)[1]).toBe(183);
    }
    for (const name of ["A", "global\\a", "Global\\Local\\a", "a ", ""]) {
      expect(OpenFileMapping(FILE_MAP_READ, 0, name)).toBe(0);
      expect(GetLastError()).toBe(2);
    }
  });

  test("an empty name is none", async () => {
    const guest = await createSectionGuest();
    expect(guest.create(PAGE_READWRITE, PAGE, "")).toEqual([4, 0]);
    expect(guest.create(PAGE_READWRITE, PAGE, "")).toEqual([8, 0]);
  });

  test("NULL is refused where a section is opened", async () => {
    const { kernel32 } = await createSectionGuest();
    expect(kernel32.OpenFileMapping(FILE_MAP_READ, false, null)).toBe(0);
    expect(kernel32.GetLastError()).toBe(87);
  });

  test("the name goes with the last handle, the memory with the last view", async () => {
    const [first, second] = await twoGuests();
    const { kernel32 } = first;
    const handle = first.mapping(1, PAGE_READWRITE, "a");
    const again = second.kernel32.OpenFileMapping(FILE_MAP_WRITE, 0, "a");
    const view = first.view(handle);
    first.memory.setUint8(view, 1);
    kernel32.CloseHandle(handle);
    expect(kernel32.OpenFileMapping(FILE_MAP_READ, 0, "a")).toBe(handle);
    kernel32.CloseHandle(handle);
    second.kernel32.CloseHandle(again);
    expect(kernel32.OpenFileMapping(FILE_MAP_READ, 0, "a")).toBe(0);
    expect(first.create(PAGE_READWRITE, PAGE, "a")).toEqual([handle, 0]);
    expect(first.memory.getUint8(first.view(handle))).toBe(0);
    expect(first.memory.getUint8(view)).toBe(1);
  });
});

describe("17.12 rights of an opened handle", () => {
  async function opened(access: number) {
    const guest = await createSectionGuest();
    guest.mapping(1, PAGE_EXECUTE_READWRITE, "a");
    return { guest, handle: guest.kernel32.OpenFileMapping(access, 0, "a") };
  }

  test("FILE_MAP_READ does not query", async () => {
    const { guest, handle } = await opened(FILE_MAP_READ);
    expect(guest.ntdll.NtQuerySection(handle, 0, {}, 24)).toBe(STATUS_ACCESS_DENIED);
    expect(guest.map(handle, FILE_MAP_READ)[1]).toBe(0);
    expect(guest.map(handle, FILE_MAP_WRITE)).toEqual([0, 5]);
  });

  test("a lone FILE_MAP_COPY reads", async () => {
    const { guest, handle } = await opened(FILE_MAP_COPY);
    expect(guest.map(handle, FILE_MAP_COPY)[1]).toBe(0);
    expect(guest.map(handle, FILE_MAP_READ)[1]).toBe(0);
    expect(guest.ntdll.NtQuerySection(handle, 0, {}, 24)).toBe(STATUS_ACCESS_DENIED);
  });

  test("FILE_MAP_WRITE writes and does not read", async () => {
    const { guest, handle } = await opened(FILE_MAP_WRITE);
    expect(guest.map(handle, FILE_MAP_WRITE)[1]).toBe(0);
    expect(guest.map(handle, FILE_MAP_READ)).toEqual([0, 5]);
  });

  test("FILE_MAP_EXECUTE executes", async () => {
    const { guest, handle } = await opened(FILE_MAP_READ | FILE_MAP_EXECUTE);
    expect(guest.map(handle, FILE_MAP_READ | FILE_MAP_EXECUTE)[1]).toBe(0);
    expect(guest.map(handle, FILE_MAP_WRITE | FILE_MAP_EXECUTE)).toEqual([0, 5]);
  });
});

describe("17.12 NtQuerySection", () => {
  test("in its order", async () => {
    const guest = await createSectionGuest();
    const { NtQuerySection } = guest.ntdll;
    const handle = guest.mapping(1);
    expect(NtQuerySection(0, 2, null, 0)).toBe(STATUS_INVALID_INFO_CLASS);
    expect(NtQuerySection(0, 0, null, 23)).toBe(STATUS_INFO_LENGTH_MISMATCH);
    expect(NtQuerySection(0, 1, null, 63)).toBe(STATUS_INFO_LENGTH_MISMATCH);
    expect(NtQuerySection(0, 0, null, 24)).toBe(STATUS_ACCESS_VIOLATION);
    expect(NtQuerySection(0, 0, BASE, 24)).toBe(STATUS_ACCESS_VIOLATION);
    expect(NtQuerySection(0, 0, {}, 24, BASE)).toBe(STATUS_ACCESS_VIOLATION);
    expect(NtQuerySection(0, 1, {}, 64)).toBe(STATUS_INVALID_HANDLE);
    expect(NtQuerySection(handle, 1, {}, 64)).toBe(STATUS_SECTION_NOT_IMAGE);
    expect(guest.machine.decision).toBe("17.12");
  });

  test.each([
    ["win32", 16],
    ["win64", 24],
  ] as const)("%s: what it says, in %s bytes", async (profile, bytes) => {
    const guest = await createSectionGuest({ profile });
    const [handle] = guest.create(PAGE_READONLY | SEC_RESERVE, 0x23456);
    const out = { value: {} as never };
    const length = { value: 0 };
    expect(guest.ntdll.NtQuerySection(handle, 0, out, bytes + 1, length)).toBe(0);
    const expected = { BaseAddress: 0, Attributes: SEC_RESERVE, Size: 0x24000 };
    expect([out.value, length.value]).toEqual([expected, bytes]);
    expect(guest.ntdll.NtQuerySection(handle, 0, {}, bytes - 1)).toBe(STATUS_INFO_LENGTH_MISMATCH);
  });
});

describe("17.7 last error", () => {
  test("views leave it alone where they succeed; the native API always", async () => {
    const guest = await createSectionGuest();
    const { kernel32 } = guest;
    const handle = guest.mapping(16, PAGE_READWRITE, "a");
    kernel32.SetLastError(UNTOUCHED);
    const view = kernel32.MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0);
    expect(kernel32.FlushViewOfFile(view, 0)).toBe(1);
    expect(kernel32.UnmapViewOfFileEx(view, 1)).toBe(1);
    expect(kernel32.OpenFileMapping(FILE_MAP_READ, 1, "a")).not.toBe(0);
    expect(guest.mapNative(handle, { offset: 1 })[0]).not.toBe(0);
    expect(guest.mapNative(handle, { base: GRANULE * 0x800 })[0]).toBe(0);
    expect(kernel32.GetLastError()).toBe(UNTOUCHED);
  });

  test("A and W are the same functions", async () => {
    const { kernel32 } = await createSectionGuest();
    expect(kernel32.CreateFileMappingA).toBe(kernel32.CreateFileMapping);
    expect(kernel32.CreateFileMappingW).toBe(kernel32.CreateFileMapping);
    expect(kernel32.OpenFileMappingA).toBe(kernel32.OpenFileMapping);
    expect(kernel32.OpenFileMappingW).toBe(kernel32.OpenFileMapping);
  });
});
