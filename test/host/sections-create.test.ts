import { describe, expect, test } from "vitest";
import {
  INVALID_HANDLE_VALUE,
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  SEC_COMMIT,
  SEC_FILE,
  SEC_IMAGE,
  SEC_LARGE_PAGES,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
  SECTION_ALL_ACCESS,
  SECTION_MAP_EXECUTE,
  SECTION_MAP_READ,
  SECTION_MAP_WRITE,
  SECTION_QUERY,
  STATUS_ACCESS_VIOLATION,
  STATUS_COMMITMENT_LIMIT,
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_6,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SECTION_TOO_BIG,
} from "../../src/constants.ts";
import { createSectionGuest, type SectionGuest } from "./section-guest.ts";
import { BASE, blocked, PAGE } from "./support.ts";

/** The table below 7.1, anonymous column: 0 for ok. */
const ATTRIBUTES: readonly [name: string, attributes: number, error: number][] = [
  ["none", 0, 0],
  ["COMMIT", SEC_COMMIT, 0],
  ["COMMIT NOCACHE", SEC_COMMIT | SEC_NOCACHE, 0],
  ["COMMIT WRITECOMBINE", SEC_COMMIT | SEC_WRITECOMBINE, 0],
  ["RESERVE", SEC_RESERVE, 0],
  ["RESERVE NOCACHE", SEC_RESERVE | SEC_NOCACHE, 0],
  ["RESERVE WRITECOMBINE", SEC_RESERVE | SEC_WRITECOMBINE, 0],
  ["RESERVE COMMIT", SEC_RESERVE | SEC_COMMIT, 87],
  ["RESERVE LARGE_PAGES", SEC_RESERVE | SEC_LARGE_PAGES, 87],
  ["COMMIT LARGE_PAGES", SEC_COMMIT | SEC_LARGE_PAGES, 1314],
  ["NOCACHE", SEC_NOCACHE, 87],
  ["WRITECOMBINE", SEC_WRITECOMBINE, 87],
  ["LARGE_PAGES", SEC_LARGE_PAGES, 87],
  ["FILE", SEC_FILE, 87],
  ["FILE COMMIT", SEC_FILE | SEC_COMMIT, 87],
  ["FILE RESERVE", SEC_FILE | SEC_RESERVE, 87],
  ["FILE IMAGE", SEC_FILE | SEC_IMAGE, 87],
  ["IMAGE", SEC_IMAGE, 193],
  ["IMAGE NOCACHE", SEC_IMAGE | SEC_NOCACHE, 193],
  ["IMAGE COMMIT", SEC_IMAGE | SEC_COMMIT, 87],
  ["IMAGE RESERVE", SEC_IMAGE | SEC_RESERVE, 87],
  ["IMAGE WRITECOMBINE", SEC_IMAGE | SEC_WRITECOMBINE, 87],
  ["IMAGE LARGE_PAGES", SEC_IMAGE | SEC_LARGE_PAGES, 87],
];

describe("7.1 attributes of an anonymous section", () => {
  test.each(ATTRIBUTES)("%s", async (_name, attributes, error) => {
    const guest = await createSectionGuest();
    const { commitCharge } = guest.machine.counters;
    const [handle, lastError] = guest.create(PAGE_READWRITE | attributes, PAGE);
    expect(lastError).toBe(error);
    expect(handle).toBe(error === 0 ? 4 : 0);
    if (handle !== 0) {
      const information = { Attributes: 0 };
      expect(guest.ntdll.NtQuerySection(handle, 0, information, 24)).toBe(0);
      expect(information.Attributes).toBe(attributes === 0 ? SEC_COMMIT : attributes >>> 0);
      guest.kernel32.CloseHandle(handle);
    }
    expect(guest.machine.counters.commitCharge).toBe(commitCharge);
  });

  test("COMMIT LARGE_PAGES with the privilege", async () => {
    const guest = await createSectionGuest({ lockMemoryPrivilege: true });
    const protect = PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES;
    expect(guest.create(protect, 0x200000)).toEqual([4, 0]);
  });
});

describe("CreateFileMapping", () => {
  test.each([
    0,
    PAGE_NOACCESS,
    PAGE_EXECUTE,
    0x03,
    PAGE_READWRITE | PAGE_GUARD,
    PAGE_READWRITE | PAGE_NOCACHE,
    PAGE_READWRITE | PAGE_WRITECOMBINE,
    0x20000004,
  ])("7.1#1 protection %i", async (protect) => {
    const guest = await createSectionGuest();
    expect(guest.create(protect, 0)).toEqual([0, 87]);
    expect(guest.machine.decision).toBe("7.1#1");
  });

  test("7.1#2 no file and no size, before the attributes", async () => {
    const guest = await createSectionGuest();
    expect(guest.create(PAGE_READWRITE | SEC_FILE, 0)).toEqual([0, 87]);
    expect(guest.machine.decision).toBe("7.1#2");
  });

  test("7.1#6 a size with its sign bit is negative", async () => {
    const { kernel32, machine } = await createSectionGuest();
    expect(kernel32.CreateFileMapping(-1, null, PAGE_READWRITE, 0x80000000, 1, null)).toBe(0);
    expect([kernel32.GetLastError(), machine.decision]).toEqual([87, "7.1#6"]);
  });

  test("7.1#15 a size that no section has", async () => {
    const { kernel32, machine } = await createSectionGuest();
    for (const high of [0x7fffffff, 0x100000]) {
      expect(kernel32.CreateFileMapping(-1, null, PAGE_READWRITE, high, 0xffffffff, null)).toBe(0);
      expect([kernel32.GetLastError(), machine.decision]).toEqual([8, "7.1#15"]);
    }
  });

  test("7.1#14 the commit limit, which SEC_RESERVE does not meet", async () => {
    const guest = await createSectionGuest({ commitLimit: 4 });
    expect(guest.create(PAGE_READWRITE, 5 * PAGE)).toEqual([0, 1455]);
    expect(guest.create(PAGE_READWRITE | SEC_RESERVE, 5 * PAGE)).toEqual([4, 0]);
    expect(guest.create(PAGE_READWRITE, 4 * PAGE)).toEqual([8, 0]);
    expect(guest.create(PAGE_READWRITE, 1)).toEqual([0, 1455]);
  });

  test("a file is an invalid handle, after protection and attributes", async () => {
    const { kernel32, machine } = await createSectionGuest();
    const create = (file: number | null, protect: number, size: number) => {
      expect(kernel32.CreateFileMapping(file, null, protect, 0, size, null)).toBe(0);
      return [kernel32.GetLastError(), machine.decision];
    };
    for (const file of [null, 0, 4, -2, 0xffffffff]) {
      expect(create(file, PAGE_READWRITE, 0)).toEqual([6, "7.1#9"]);
    }
    expect(create(4, PAGE_READWRITE | SEC_IMAGE, PAGE)).toEqual([6, "7.1#9"]);
    expect(create(4, PAGE_GUARD, PAGE)).toEqual([87, "7.1#1"]);
    expect(create(4, PAGE_READWRITE | SEC_FILE, PAGE)).toEqual([87, "7.1#4"]);
    expect(machine.counters.commitCharge).toBe(0);
  });

  test.each([
    ["win32", -1],
    ["win32", 0xffffffff],
    ["win32", 0xffffffffn],
    ["win64", INVALID_HANDLE_VALUE],
    ["win64", 0xffffffffffffffffn],
  ] as const)("no file on %s is %s", async (profile, file) => {
    const { kernel32 } = await createSectionGuest({ profile });
    expect(kernel32.CreateFileMapping(file, { any: 1 }, PAGE_READWRITE, 0, 1)).toBe(4);
  });

  test.each([
    [0x02, SECTION_MAP_READ],
    [0x08, SECTION_MAP_READ],
    [0x04, SECTION_MAP_READ | SECTION_MAP_WRITE],
    [0x20, SECTION_MAP_READ | SECTION_MAP_EXECUTE],
    [0x80, SECTION_MAP_READ | SECTION_MAP_EXECUTE],
    [0x40, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE],
  ])("7.1 rights of a handle made with protection %s", async (protect, rights) => {
    const guest = await createSectionGuest();
    const handle = guest.mapping(1, protect);
    const { access } = guest.process.handles.sectionTarget(handle);
    expect(access).toBe(SECTION_QUERY | rights);
  });

  test("the door", async () => {
    const guest = await createSectionGuest({ profile: "win32" });
    const { CreateFileMapping } = guest.kernel32;
    const wrong = null as never;
    guest.refuses(
      TypeError,
      /^(file|protect|maximumSizeHigh|maximumSizeLow|name) must be/,
      () => CreateFileMapping("x" as never, null, PAGE_READWRITE, 0, 1),
      () => CreateFileMapping(-1, null, wrong, 0, 1),
      () => CreateFileMapping(-1, null, PAGE_READWRITE, wrong, 1),
      () => CreateFileMapping(-1, null, PAGE_READWRITE, 0, wrong),
      () => CreateFileMapping(-1, null, PAGE_READWRITE, 0, 1, 7 as never),
    );
    guest.refuses(RangeError, /^maximumSizeLow must be/, () =>
      CreateFileMapping(-1, null, PAGE_READWRITE, 0, 2 ** 32),
    );
  });
});

describe("NtCreateSection", () => {
  function create(guest: SectionGuest, protect: number, attributes: number, size: number | bigint) {
    const { NtCreateSection } = guest.ntdll;
    const out = { value: 0 };
    const maximum = { value: size };
    const flags = attributes >>> 0;
    return NtCreateSection(out, SECTION_ALL_ACCESS, null, maximum, protect, flags, null);
  }

  test.each([
    ["7.1#4", STATUS_INVALID_PARAMETER_6, PAGE_GUARD, SEC_FILE, 0],
    ["7.1#4", STATUS_INVALID_PARAMETER_6, PAGE_READWRITE, 0, 1],
    ["7.1#5", STATUS_INVALID_PAGE_PROTECTION, PAGE_NOACCESS, SEC_IMAGE, 0],
    ["7.1#5", STATUS_INVALID_PAGE_PROTECTION, 0, SEC_COMMIT, 0],
    ["7.1#5", STATUS_INVALID_PAGE_PROTECTION, PAGE_READONLY | PAGE_GUARD, SEC_COMMIT, 0],
    ["7.1#6", STATUS_INVALID_PARAMETER_4, PAGE_READWRITE, SEC_COMMIT | SEC_LARGE_PAGES, 0],
    ["7.1#6", STATUS_INVALID_PARAMETER_4, PAGE_READWRITE, SEC_COMMIT, -1],
    ["7.1#6", STATUS_INVALID_PARAMETER_4, PAGE_READWRITE, SEC_COMMIT, -(2n ** 63n)],
    ["7.1#6", STATUS_INVALID_PARAMETER_4, PAGE_READONLY, SEC_IMAGE, 0],
    ["7.1#7", STATUS_INVALID_FILE_FOR_SECTION, PAGE_READONLY, SEC_IMAGE, 1],
    ["7.1#8", STATUS_PRIVILEGE_NOT_HELD, PAGE_READWRITE, SEC_COMMIT | SEC_LARGE_PAGES, 1],
    ["7.1#14", STATUS_COMMITMENT_LIMIT, PAGE_READWRITE, SEC_COMMIT, 2 ** 36],
    ["7.1#15", STATUS_SECTION_TOO_BIG, PAGE_READWRITE, SEC_COMMIT, 2n ** 63n - 1n],
  ])("%s answers %i", async (rule, status, protect, attributes, size) => {
    const guest = await createSectionGuest();
    expect(create(guest, protect, attributes, size)).toBe(status);
    expect(guest.machine.decision).toBe(rule);
    expect(guest.ntdll.NtClose(4)).toBe(STATUS_INVALID_HANDLE);
  });

  test("plain statuses", async () => {
    const guest = await createSectionGuest({ statusStyle: "plain" });
    expect(create(guest, PAGE_READWRITE, SEC_FILE, 1)).toBe(STATUS_INVALID_PARAMETER);
    expect(create(guest, PAGE_READWRITE, SEC_COMMIT, 0)).toBe(STATUS_INVALID_PARAMETER);
    const { NtCreateSection } = guest.ntdll;
    const size = { value: 1 };
    const file = 4;
    expect(NtCreateSection({ value: 0 }, 0, null, size, PAGE_READWRITE, SEC_COMMIT, file)).toBe(
      STATUS_INVALID_HANDLE,
    );
  });

  test.each(["win32", "win64"] as const)("%s: guest addresses", async (profile) => {
    const guest = await createSectionGuest({ profile });
    const { NtCreateSection, NtQuerySection } = guest.ntdll;
    guest.pages(2);
    guest.memory.setBigUint64(BASE + 8, 0x1_2345n);
    const access = SECTION_ALL_ACCESS;
    const out = BASE + PAGE - 2;
    expect(NtCreateSection(out, access, null, BASE + 8, PAGE_READWRITE, SEC_COMMIT, null)).toBe(0);
    expect(guest.memory.getUint32(out)).toBe(4);
    const length = profile === "win32" ? 16 : 24;
    expect(NtQuerySection(4, 0, BASE + 0x100, length, BASE + 0x200)).toBe(0);
    const sizeAt = BASE + 0x100 + length - 8;
    expect(guest.memory.getBigUint64(sizeAt)).toBe(0x1_3000n);
    expect(guest.memory.getUint32(sizeAt - (length === 16 ? 4 : 8))).toBe(SEC_COMMIT);
    expect(guest.memory.getUint32(BASE + 0x200)).toBe(length);
  });

  test("addresses that the guest cannot use, after protection and attributes", async () => {
    const guest = await blocked();
    const { NtCreateSection, NtOpenSection } = guest.ntdll;
    const create = (out: number | { value: number } | null, size: number | { value: number }) =>
      NtCreateSection(out, 0, null, size, PAGE_READWRITE, SEC_COMMIT, null);
    const before = guest.machine.counters.commitCharge;
    expect(create(BASE, { value: 1 })).toBe(STATUS_ACCESS_VIOLATION);
    expect(create(null, { value: 1 })).toBe(STATUS_ACCESS_VIOLATION);
    expect(create({ value: 0 }, BASE)).toBe(STATUS_ACCESS_VIOLATION);
    expect(NtOpenSection(BASE, 0, { name: "a" })).toBe(STATUS_ACCESS_VIOLATION);
    expect(NtCreateSection(null, 0, null, BASE, PAGE_READWRITE, SEC_FILE, null)).toBe(
      STATUS_INVALID_PARAMETER_6,
    );
    expect(guest.machine.counters.commitCharge).toBe(before);
    expect(guest.ntdll.NtClose(4)).toBe(STATUS_INVALID_HANDLE);
  });

  test("no MaximumSize is no size", async () => {
    const { ntdll } = await createSectionGuest();
    expect(
      ntdll.NtCreateSection({ value: 0 }, 0, null, null, PAGE_READWRITE, SEC_COMMIT, null),
    ).toBe(STATUS_INVALID_PARAMETER_4);
  });

  test("the door", async () => {
    const guest = await createSectionGuest({ profile: "win32" });
    const { NtCreateSection } = guest.ntdll;
    const create = (attributes: unknown, size: unknown) => () =>
      NtCreateSection(
        { value: 0 },
        0,
        attributes as never,
        size as never,
        PAGE_READWRITE,
        SEC_COMMIT,
        null,
      );
    const named = /^(ObjectAttributes|ObjectAttributes\.name|MaximumSize|MaximumSize\.value) must/;
    guest.refuses(
      TypeError,
      named,
      create("name", { value: 1 }),
      create({ name: 7 }, { value: 1 }),
      create(null, "1"),
      create(null, { value: "1" }),
    );
    const size = { value: 2n ** 63n };
    guest.refuses(RangeError, named, create(null, size), create(null, { value: 0.5 }));
  });
});
