import { describe, expect, test } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  FILE_MAP_COPY,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_COMMIT,
  MEM_FREE,
  MEM_MAPPED,
  PAGE_READWRITE,
  STATUS_NOT_MAPPED_VIEW,
  STATUS_PROCESS_IS_TERMINATING,
} from "../../src/constants.ts";
import { createMachine } from "../setup/machine.ts";
import { Guest, PAGE } from "./support.ts";

const PAGES = 4;
const SELF = -1;

/** 17.19#6: a view that all processes see is there until the last who mapped it has unmapped it. */
describe.each(["win9x", "ce5"] as const)("shared views of %s", (profile) => {
  async function processes() {
    const machine = await createMachine({ profile });
    const [one, other] = [new Guest(machine), new Guest(machine)];
    return { machine, one, other, before: used(one) };
  }

  function used({ machine }: Guest) {
    const { commitCharge, frames, records } = machine.counters;
    return { commitCharge, frames, records };
  }

  function create({ kernel32 }: Guest): number {
    const size = PAGES * PAGE;
    const handle = kernel32.CreateFileMapping(INVALID_HANDLE_VALUE, null, 4, 0, size, "shared");
    expect(handle).not.toBe(0);
    return handle;
  }

  function map({ kernel32 }: Guest, handle: number, access = FILE_MAP_WRITE): number {
    const base = kernel32.MapViewOfFile(handle, access, 0, 0, 0);
    expect(base).not.toBe(0);
    return base;
  }

  const isThere = (guest: Guest, base: number) => guest.query(base).State !== MEM_FREE;

  test("are unmapped with the last mapping of all processes", async () => {
    const { one, other } = await processes();
    const base = map(one, create(one));
    expect(map(other, create(other))).toBe(base);
    one.memory.setUint32(base, 77);
    expect(other.memory.getUint32(base)).toBe(77);
    expect(one.kernel32.UnmapViewOfFile(base)).toBe(1);
    expect(one.machine.decision).toBe("17.19#6");
    expect(other.memory.getUint32(base)).toBe(77);
    expect(one.memory.getUint32(base)).toBe(77);
    expect(other.kernel32.UnmapViewOfFile(base)).toBe(1);
    expect(one.machine.decision).toBe("7.5#1");
    for (const guest of [one, other]) expect(isThere(guest, base)).toBe(false);
  });

  test("are counted for each process, as often as it mapped them", async () => {
    const { one, other } = await processes();
    const handle = create(one);
    const base = map(one, handle);
    for (const _ of [2, 3]) expect(map(one, handle)).toBe(base);
    map(other, create(other));
    const unmap = ({ kernel32 }: Guest) => kernel32.UnmapViewOfFile(base);
    expect([unmap(other), unmap(other)]).toEqual([1, 0]);
    expect(other.kernel32.GetLastError()).toBe(ERROR_INVALID_ADDRESS);
    expect(other.machine.decision).toBe("17.19#6");
    expect([unmap(one), unmap(one), isThere(one, base)]).toEqual([1, 1, true]);
    expect([unmap(one), isThere(one, base)]).toEqual([1, false]);
    expect([unmap(one), one.machine.decision]).toEqual([0, "7.5#2"]);
  });

  test("cannot be unmapped by a process that only sees them", async () => {
    const { one, other } = await processes();
    const base = map(one, create(one));
    expect(isThere(other, base)).toBe(true);
    expect(other.ntdll.NtUnmapViewOfSection(SELF, base)).toBe(STATUS_NOT_MAPPED_VIEW);
    expect(other.ntdll.NtUnmapViewOfSectionEx(SELF, base, 1)).toBe(STATUS_NOT_MAPPED_VIEW);
    expect(isThere(one, base)).toBe(true);
  });

  test("are counted for the process that they were mapped in", async () => {
    const { one, other } = await processes();
    const { NtMapViewOfSection, NtUnmapViewOfSection } = one.ntdll;
    const section = create(one);
    const process = one.kernel32.OpenProcess(8, false, other.process.id);
    const [base, size] = [{ value: 0 }, { value: 0 }];
    const call = [0, 0, { value: 0 }, size, 1, 0, PAGE_READWRITE] as const;
    expect(NtMapViewOfSection(section, process, base, ...call)).toBe(0);
    expect(NtUnmapViewOfSection(SELF, base.value)).toBe(STATUS_NOT_MAPPED_VIEW);
    expect(NtUnmapViewOfSection(process, base.value)).toBe(0);
    expect(isThere(one, base.value)).toBe(false);
    map(one, section);
    other.process.exit();
    expect(NtUnmapViewOfSection(process, base.value)).toBe(STATUS_PROCESS_IS_TERMINATING);
  });

  test("go with the last process that has mapped them", async () => {
    const { one, other, before } = await processes();
    const handle = create(one);
    const base = map(one, handle);
    map(one, handle);
    map(other, create(other));
    one.memory.setUint32(base, 5);
    one.process.exit();
    expect(other.memory.getUint32(base)).toBe(5);
    const witness = new Guest(other.machine);
    other.process.exit();
    expect(isThere(witness, base)).toBe(false);
    expect(used(witness)).toMatchObject({ commitCharge: 0, frames: 0 });
    witness.process.exit();
    expect(before.records).toBeGreaterThan(used(witness).records);
  });

  test("are others where anything is different: part, size or protection", async () => {
    const { one, other } = await processes();
    const handle = create(one);
    const base = map(one, handle);
    const { MapViewOfFile } = other.kernel32;
    const there = create(other);
    const bases = [
      map(other, there, FILE_MAP_READ),
      MapViewOfFile(there, FILE_MAP_WRITE, 0, 0, PAGE),
    ];
    expect(new Set([0, base, ...bases]).size).toBe(4);
    for (const view of bases) {
      expect(other.kernel32.UnmapViewOfFile(view)).toBe(1);
      expect(isThere(one, view)).toBe(false);
    }
    expect(one.query(base)).toMatchObject({ State: MEM_COMMIT, Type: MEM_MAPPED });
  });
});

test("a copy of Windows 9x is its process's own: it is counted nowhere", async () => {
  const machine = await createMachine({ profile: "win9x" });
  const [one, other] = [new Guest(machine), new Guest(machine)];
  const file = INVALID_HANDLE_VALUE;
  const { CreateFileMapping, MapViewOfFile, UnmapViewOfFile } = one.kernel32;
  const handle = CreateFileMapping(file, null, PAGE_READWRITE, 0, PAGE, null);
  const bases = [1, 2].map(() => MapViewOfFile(handle, FILE_MAP_COPY, 0, 0, 0));
  expect(new Set(bases).size).toBe(2);
  for (const base of bases) {
    expect(base).toBeLessThan(0x8000_0000);
    expect(other.query(base).State).toBe(MEM_FREE);
    expect(UnmapViewOfFile(base)).toBe(1);
    expect(one.query(base).State).toBe(MEM_FREE);
  }
});

test("elsewhere, views are the process's own", async () => {
  const machine = await createMachine({ profile: "win32-4g" });
  const [one, other] = [new Guest(machine), new Guest(machine)];
  const file = INVALID_HANDLE_VALUE;
  const handle = one.kernel32.CreateFileMapping(file, null, PAGE_READWRITE, 0, PAGE, null);
  const base = 0x9000_0000;
  expect(one.kernel32.MapViewOfFileEx(handle, FILE_MAP_WRITE, 0, 0, 0, base)).toBe(base);
  expect(other.query(base).State).toBe(MEM_FREE);
  expect([1, 2].map(() => one.kernel32.UnmapViewOfFile(base))).toEqual([1, 0]);
});
