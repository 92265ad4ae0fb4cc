import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  STATUS_ACCESS_VIOLATION,
  STATUS_PARTIAL_COPY,
} from "../../src/constants.ts";
import { createMachine } from "../setup/machine.ts";
import { BASE, expectBytes, Guest, PAGE, PLACES } from "./support.ts";

/** More than the transfer area of the core holds, and no multiple of it. */
const LONG = 40 * PAGE + 123;
const OUT = 0x58000000;

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31) >> 3);

async function pair(place: (typeof PLACES)[number]) {
  const machine = await createMachine({
    profile: place.profile,
    window: place.space === "windowed",
  });
  const other = new Guest(machine, { space: place.space });
  const caller = new Guest(machine, { space: "translated" });
  other.pages(64);
  caller.pages(64, PAGE_READWRITE, OUT);
  const handle = caller.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
  return { caller, other, handle, kernel32: caller.kernel32 };
}

describe.each(PLACES)("long transfers, $profile $space", (place) => {
  test("both ways, to arrays and to guest buffers", async () => {
    const { caller, other, handle, kernel32 } = await pair(place);
    const bytes = pattern(LONG);
    const done = { value: 0 };
    expect(kernel32.WriteProcessMemory(handle, BASE + 7, bytes, LONG, done)).toBe(1);
    expect(done.value).toBe(LONG);
    expectBytes(other.memory.read(BASE + 7, LONG), bytes);
    const read = new Uint8Array(LONG + 5);
    expect(kernel32.ReadProcessMemory(handle, BASE + 7, read, LONG, done)).toBe(1);
    expectBytes(read.subarray(0, LONG), bytes);
    expectBytes(read.subarray(LONG), new Uint8Array(5));

    expect(kernel32.ReadProcessMemory(handle, BASE + 7, OUT + 1, LONG, OUT + 60 * PAGE)).toBe(1);
    expectBytes(caller.memory.read(OUT + 1, LONG), bytes);
    expect(caller.memory.getUint32(OUT + 60 * PAGE)).toBe(LONG);
    other.memory.fill(BASE, 0, LONG);
    expect(kernel32.WriteProcessMemory(handle, BASE, OUT + 1, LONG, OUT + 60 * PAGE + 16)).toBe(1);
    expectBytes(other.memory.read(BASE, LONG), bytes);
  });

  test("the count in the guest is that of the whole", async () => {
    const { caller, handle, kernel32 } = await pair(place);
    const done = OUT + 3 * PAGE - 2;
    expect(kernel32.ReadProcessMemory(handle, BASE, new Uint8Array(LONG), LONG, done)).toBe(1);
    expect(caller.memory.getUint32(done)).toBe(LONG);
    caller.memory.setUint32(done, 0);
    expect(kernel32.WriteProcessMemory(handle, BASE, new Uint8Array(LONG), LONG, done)).toBe(1);
    expect(caller.memory.getUint32(done)).toBe(LONG);
  });

  test("a read stops at the first page that it cannot read (12.2#5)", async () => {
    const { caller, other, handle, kernel32 } = await pair(place);
    const bytes = pattern(LONG);
    other.memory.write(BASE, bytes);
    const done = { value: 0 };
    for (const page of [1, 7, 8, 20, 39]) {
      other.protect(BASE + page * PAGE, PAGE_NOACCESS);
      const read = new Uint8Array(LONG);
      expect(kernel32.ReadProcessMemory(handle, BASE, read, LONG, done)).toBe(0);
      expect([kernel32.GetLastError(), done.value]).toEqual([299, page * PAGE]);
      expectBytes(read.subarray(0, page * PAGE), bytes.subarray(0, page * PAGE));
      expectBytes(read.subarray(page * PAGE), new Uint8Array(LONG - page * PAGE));
      const count = OUT + 5 * PAGE;
      kernel32.ReadProcessMemory(handle, BASE, read, LONG, count);
      expect(caller.memory.getUint32(count)).toBe(page * PAGE);
      other.protect(BASE + page * PAGE, PAGE_READWRITE);
    }
  });

  test("NtWriteVirtualMemory writes up to the first page that it cannot", async () => {
    const { caller, other, handle } = await pair(place);
    const done = { value: 0 };
    for (const page of [1, 7, 8, 20]) {
      other.memory.fill(BASE, 0, 41 * PAGE);
      other.protect(BASE + page * PAGE, PAGE_READONLY);
      const { NtWriteVirtualMemory } = caller.ntdll;
      const status = NtWriteVirtualMemory(handle, BASE, pattern(LONG), LONG, done);
      expect([status, done.value]).toEqual([STATUS_PARTIAL_COPY, page * PAGE]);
      expectBytes(other.memory.read(BASE, page * PAGE), pattern(page * PAGE));
      expect(other.memory.getUint8(BASE + page * PAGE + 5)).toBe(0);
      other.protect(BASE + page * PAGE, PAGE_READWRITE);
    }
  });

  test("WriteProcessMemory does nothing where one page is not for writing (12.3)", async () => {
    const { caller, other, handle, kernel32 } = await pair(place);
    const bytes = pattern(LONG);
    const done = { value: 77 };
    const attempt = () => {
      const answer = kernel32.WriteProcessMemory(handle, BASE, bytes, LONG, done);
      return [answer, kernel32.GetLastError(), caller.machine.decision];
    };
    for (const page of [0, 20, 40]) {
      for (const protect of [PAGE_READONLY, PAGE_NOACCESS]) {
        other.protect(BASE + page * PAGE, protect);
        expect(attempt()).toEqual([0, 998, "12.3#3"]);
        other.protect(BASE + page * PAGE, PAGE_READWRITE);
      }
      other.kernel32.VirtualFree(BASE + page * PAGE, PAGE, MEM_DECOMMIT);
      expect(attempt()).toEqual([0, 487, "12.3#1"]);
      other.kernel32.VirtualAlloc(BASE + page * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    }
    expectBytes(other.memory.read(BASE, LONG), new Uint8Array(LONG));
    expect(done.value).toBe(77);
  });

  test("WriteProcessMemory keeps guards and patches code", async () => {
    const { other, handle, kernel32 } = await pair(place);
    other.protect(BASE + 3 * PAGE, PAGE_READWRITE | PAGE_GUARD);
    other.protect(BASE + 30 * PAGE, PAGE_EXECUTE_READ);
    expect(kernel32.WriteProcessMemory(handle, BASE, pattern(LONG), LONG)).toBe(1);
    expect(other.page(BASE + 3 * PAGE).protect).toBe(PAGE_READWRITE | PAGE_GUARD);
    expect(other.page(BASE + 30 * PAGE).protect).toBe(PAGE_EXECUTE_READ);
    expectBytes(other.process.debugView.read(BASE, LONG).bytes, pattern(LONG));
  });

  test("two regions side by side are no range for WriteProcessMemory", async () => {
    const { other, handle, kernel32 } = await pair(place);
    other.pages(16, PAGE_READWRITE, BASE + 64 * PAGE);
    const at = BASE + 50 * PAGE;
    const bytes = pattern(20 * PAGE);
    expect(kernel32.WriteProcessMemory(handle, at, bytes, bytes.length)).toBe(0);
    expect(kernel32.GetLastError()).toBe(487);
    const read = new Uint8Array(20 * PAGE);
    expect(kernel32.ReadProcessMemory(handle, at, read, read.length)).toBe(1);
    expectBytes(read, new Uint8Array(read.length));
  });

  test("a range that leaves user space is refused as a whole (12.2#2)", async () => {
    const { caller, other, handle, kernel32 } = await pair(place);
    const done = { value: 5 };
    const { highestUserAddress } = caller.machine;
    const last = 0x7ffe0000;
    expect(other.page(last).protect).toBe(PAGE_READONLY);
    const at = highestUserAddress - LONG + 2;
    const read = new Uint8Array(LONG);
    expect(kernel32.ReadProcessMemory(handle, at, read, LONG, done)).toBe(0);
    expect([kernel32.GetLastError(), done.value]).toEqual([998, 0]);
    expect(caller.machine.decision).toBe("12.2#2");
    const status = caller.ntdll.NtWriteVirtualMemory(handle, at, read, LONG);
    expect(status).toBe(STATUS_ACCESS_VIOLATION);
  });

  test("a guard goes when the own process is read, else it stays (12.2#7, #8)", async () => {
    const { caller, other, handle, kernel32 } = await pair(place);
    const guarded = PAGE_READWRITE | PAGE_GUARD;
    const done = { value: 0 };
    other.protect(BASE + 10 * PAGE, guarded);
    caller.protect(OUT + 10 * PAGE, guarded);
    const read = new Uint8Array(LONG);
    expect(kernel32.ReadProcessMemory(handle, BASE, read, LONG, done)).toBe(0);
    expect([done.value, other.page(BASE + 10 * PAGE).protect]).toEqual([10 * PAGE, guarded]);
    expect(kernel32.ReadProcessMemory(-1, OUT, read, LONG, done)).toBe(0);
    expect([done.value, caller.page(OUT + 10 * PAGE).protect]).toEqual([10 * PAGE, PAGE_READWRITE]);
    expect(kernel32.ReadProcessMemory(-1, OUT, read, LONG, done)).toBe(1);
  });
});

test("nothing at all", async () => {
  const { kernel32, handle } = await pair(PLACES[0]);
  const done = { value: 5 };
  expect(kernel32.ReadProcessMemory(handle, 0x100, new Uint8Array(0), 0, done)).toBe(1);
  expect(kernel32.ReadProcessMemory(0, 0, new Uint8Array(0), 0)).toBe(1);
  expect(done.value).toBe(0);
});

test("bad input at the door", async () => {
  const { caller, kernel32 } = await pair(PLACES[1]);
  const wrong = <T>(value: unknown) => value as T;
  const { ReadProcessMemory, WriteProcessMemory } = kernel32;
  const { NtReadVirtualMemory } = caller.ntdll;
  const bytes = new Uint8Array(8);
  caller.refuses(
    TypeError,
    /must be/,
    () => ReadProcessMemory(wrong("4"), BASE, bytes, 8),
    () => ReadProcessMemory(4, wrong(undefined), bytes, 8),
    () => ReadProcessMemory(4, BASE, wrong([1, 2]), 2),
    () => ReadProcessMemory(4, BASE, wrong("buffer"), 2),
    () => WriteProcessMemory(4, BASE, wrong(new ArrayBuffer(8)), 8),
    () => WriteProcessMemory(4, BASE, bytes, wrong("8")),
    () => ReadProcessMemory(4, BASE, bytes, 8, wrong("done")),
    () => NtReadVirtualMemory(wrong(true), BASE, bytes, 8),
  );
  caller.refuses(
    RangeError,
    /must be/,
    () => ReadProcessMemory(4, BASE, bytes, 9),
    () => WriteProcessMemory(4, BASE, bytes, LONG),
    () => ReadProcessMemory(4.5, BASE, bytes, 8),
    () => ReadProcessMemory(4, -BASE, bytes, 8),
    () => WriteProcessMemory(4, BASE, bytes, -1),
    () => WriteProcessMemory(4, BASE, -1, 8),
    () => ReadProcessMemory(4, BASE, bytes, 8, 2 ** 32),
  );
});

test("a region of nothing but reserved pages cannot be written", async () => {
  const { other, handle, kernel32 } = await pair(PLACES[0]);
  const base = 0x60000000;
  other.kernel32.VirtualAlloc(base, 64 * PAGE, MEM_RESERVE, PAGE_READWRITE);
  expect(kernel32.WriteProcessMemory(handle, base, new Uint8Array(LONG), LONG)).toBe(0);
  expect(kernel32.GetLastError()).toBe(487);
});
