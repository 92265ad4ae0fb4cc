import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import { PageFault } from "../../src/index.ts";
import { type MEMORY_BASIC_INFORMATION, vb } from "../../src/vb.ts";
import { createMachine } from "../setup/machine.ts";
import { BASE, createGuest, faultOf, Guest, PAGE } from "./support.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
/** Above 2 GB, and as a Long. */
const HIGH = 0xa000_0000;
const HIGH_LONG = -0x6000_0000;

const PLACES = [
  { profile: "win32-3g", space: "translated", window: false },
  { profile: "win32-3g", space: "windowed" },
] as const;

async function prepared(place: Parameters<typeof createGuest>[0] = PLACES[1]) {
  const guest = await createGuest(place);
  return { guest, ...vb(guest.process) };
}

test("one face for each process, and its functions need no this", async () => {
  const { guest, VirtualAlloc } = await prepared();
  const face = vb(guest.process);
  expect(vb(guest.process)).toBe(face);
  expect([face, face.Err].every(Object.isFrozen)).toBe(true);
  expect(VirtualAlloc.call(undefined, 0, PAGE, MEM_RESERVE, PAGE_READWRITE)).not.toBe(0);
});

describe.each(PLACES)("what comes out ByRef, $space", (place) => {
  test("VirtualQuery fills variables and guest memory with the same", async () => {
    const { guest, VirtualAlloc, VirtualQuery } = await prepared(place);
    expect(VirtualAlloc(HIGH_LONG, 2 * PAGE, BOTH, PAGE_READONLY)).toBe(HIGH_LONG);
    guest.pages(1);
    const expected: MEMORY_BASIC_INFORMATION = {
      BaseAddress: HIGH_LONG + PAGE,
      AllocationBase: HIGH_LONG,
      AllocationProtect: PAGE_READONLY,
      RegionSize: PAGE,
      State: MEM_COMMIT,
      Protect: PAGE_READONLY,
      lType: MEM_PRIVATE,
    };
    const filled: Partial<MEMORY_BASIC_INFORMATION> = { lType: 0 };
    const made: { value: MEMORY_BASIC_INFORMATION } = { value: expected };
    made.value = {} as MEMORY_BASIC_INFORMATION;
    for (const buffer of [filled, made, BASE]) {
      expect(VirtualQuery(HIGH_LONG + PAGE + 5, buffer, 28)).toBe(28);
    }
    expect([filled, made.value]).toEqual([expected, expected]);
    const longs = Array.from({ length: 7 }, (_, index) => guest.memory.getInt32(BASE + index * 4));
    expect(longs).toEqual(Object.values(expected));
  });

  test("a call that fails leaves variables as they are", async () => {
    const { guest, VirtualQuery, VirtualProtect, GetWriteWatch, Err } = await prepared(place);
    guest.pages(1);
    const run = { BaseAddress: 7 };
    expect([VirtualQuery(-1, run, 28), Err.LastDllError]).toEqual([0, 87]);
    expect([VirtualQuery(BASE, run, 27), Err.LastDllError]).toEqual([0, 24]);
    expect([VirtualQuery(BASE, null, 28), Err.LastDllError]).toEqual([0, 998]);
    expect(run).toEqual({ BaseAddress: 7 });
    const old = { value: -7 };
    expect(VirtualProtect(BASE, PAGE, 0, old)).toBe(0);
    expect(old.value).toBe(-7);
    const [addresses, count, granularity] = [{ value: [1] }, { value: 3 }, { value: 5 }];
    expect(GetWriteWatch(0, BASE, PAGE, addresses, count, granularity)).toBe(-1);
    expect([addresses.value, count.value, granularity.value]).toEqual([[1], 3, 5]);
  });

  test("VirtualProtect sets a variable, or a Long of the guest", async () => {
    const { guest, VirtualProtect, VirtualProtectEx } = await prepared(place);
    guest.pages(2);
    const old = { value: 0 };
    expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, old)).toBe(1);
    expect(old.value).toBe(PAGE_READWRITE);
    guest.memory.setUint32(BASE + PAGE, 0);
    expect(VirtualProtectEx(-1, BASE, PAGE, PAGE_NOACCESS, BASE + PAGE)).toBe(1);
    expect(guest.memory.getUint32(BASE + PAGE)).toBe(PAGE_READONLY);
  });

  test("GetWriteWatch: negative addresses, and through guest memory", async () => {
    const { guest, VirtualAlloc, GetWriteWatch, ResetWriteWatch } = await prepared(place);
    VirtualAlloc(HIGH_LONG, 4 * PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
    for (const page of [1, 3]) guest.memory.setUint8(HIGH + page * PAGE, 1);
    const [addresses, count, granularity] = [{ value: [] }, { value: 4 }, { value: 0 }];
    expect(GetWriteWatch(0, HIGH_LONG, 4 * PAGE, addresses, count, granularity)).toBe(0);
    expect(addresses.value).toEqual([HIGH_LONG + PAGE, HIGH_LONG + 3 * PAGE]);
    expect([count.value, granularity.value]).toEqual([2, PAGE]);
    guest.pages(1);
    guest.memory.setInt32(BASE + 16, 1);
    expect(GetWriteWatch(0, HIGH_LONG, 4 * PAGE, BASE, BASE + 16, BASE + 20)).toBe(0);
    expect(guest.memory.getInt32(BASE)).toBe(HIGH_LONG + PAGE);
    expect([guest.memory.getInt32(BASE + 16), guest.memory.getInt32(BASE + 20)]).toEqual([1, PAGE]);
    expect(ResetWriteWatch(HIGH_LONG, 4 * PAGE)).toBe(0);
    expect(ResetWriteWatch(BASE, PAGE)).toBe(-1);
  });

  test("GetSystemInfo and GlobalMemoryStatus as Longs", async () => {
    const { guest, GetSystemInfo, GlobalMemoryStatus } = await prepared(place);
    const info = {};
    GetSystemInfo(info);
    expect(info).toEqual({
      dwOemID: 0,
      dwPageSize: PAGE,
      lpMinimumApplicationAddress: 0x10000,
      lpMaximumApplicationAddress: 0xbffe_ffff | 0,
      dwActiveProcessorMask: 1,
      dwNumberOrfProcessors: 1,
      dwProcessorType: 586,
      dwAllocationGranularity: 0x10000,
      dwReserved: 6,
    });
    const status = { value: undefined as never };
    GlobalMemoryStatus(status);
    expect(status.value).toMatchObject({ dwLength: 32, dwTotalVirtual: 0xbffe_0000 | 0 });
    guest.pages(1);
    GetSystemInfo(BASE);
    expect(guest.memory.getInt32(BASE + 12)).toBe(0xbffe_ffff | 0);
  });
});

test("CopyMemory moves between Longs, Bytes and guest memory", async () => {
  const { guest, VirtualAlloc, CopyMemory, Err } = await prepared();
  VirtualAlloc(HIGH_LONG, 2 * PAGE, BOTH, PAGE_READWRITE);
  CopyMemory(HIGH_LONG, { value: -2 }, 4);
  expect(guest.memory.getInt32(HIGH)).toBe(-2);
  const long = { value: 0x0102_0304 };
  CopyMemory(long, HIGH_LONG, 2);
  expect(long.value).toBe(0x0102_fffe);
  CopyMemory(HIGH_LONG + 8, Uint8Array.of(1, 2, 3, 4), 3);
  expect(guest.memory.getUint32(HIGH + 8)).toBe(0x0003_0201);
  const bytes = new Uint8Array(6);
  CopyMemory(bytes, HIGH_LONG + 8, 3);
  expect([...bytes]).toEqual([1, 2, 3, 0, 0, 0]);
  CopyMemory(bytes.subarray(1), bytes, 3);
  expect([...bytes]).toEqual([1, 1, 2, 3, 0, 0]);
  CopyMemory(HIGH_LONG + 9, HIGH_LONG + 8, 3);
  expect(guest.memory.getUint32(HIGH + 8)).toBe(0x0302_0101);
  CopyMemory(long, { value: -1 }, 4);
  CopyMemory(long, HIGH_LONG + 4 * PAGE, 0);
  expect([long.value, Err.LastDllError]).toEqual([-1, 0]);
});

test("CopyMemory: what is not allowed is an exception of the program", async () => {
  const { guest, CopyMemory, VirtualFree, Err } = await prepared();
  guest.pages(1, PAGE_READONLY);
  VirtualFree(0, 0, 0);
  guest.kernel32.SetLastError(5);
  expect(faultOf(() => CopyMemory(BASE + 2, { value: 1 }, 4))).toMatchObject({
    code: 0xc000_0005,
    access: 1,
    address: BASE + 2,
  });
  const long = { value: 9 };
  expect(() => CopyMemory(long, BASE + PAGE, 4)).toThrow(PageFault);
  expect([long.value, Err.LastDllError]).toEqual([9, 87]);
});

test("the functions with a handle work on its process", async () => {
  const machine = await createMachine({ profile: "win32" });
  const [guest, other] = [new Guest(machine), new Guest(machine)];
  const face = vb(guest.process);
  const rights = PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION;
  const handle = face.OpenProcess(rights, 0, other.process.id);
  expect(face.VirtualAllocEx(handle, BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
  expect(other.page(BASE)).toEqual({ state: MEM_COMMIT, protect: PAGE_READWRITE });
  expect(face.VirtualProtectEx(handle, BASE, PAGE, PAGE_READONLY, { value: 0 })).toBe(1);
  const run = { Protect: 0 };
  expect(face.VirtualQueryEx(handle, BASE, run, 28)).toBe(28);
  expect(run.Protect).toBe(PAGE_READONLY);
  expect(face.VirtualFreeEx(handle, BASE, 0, MEM_RELEASE)).toBe(1);
  expect([face.CloseHandle(handle), face.CloseHandle(handle)]).toEqual([1, 0]);
  expect(face.Err.LastDllError).toBe(6);
  expect([face.GetCurrentProcess(), face.GetLastError()]).toEqual([-1, 6]);
});

test("every call takes the last error over, one that answers nothing too", async () => {
  const { guest, GetSystemInfo, GetCurrentProcess, CopyMemory, VirtualLock, Err } =
    await prepared();
  const { SetLastError } = guest.kernel32;
  const calls = [
    () => GetSystemInfo({}),
    () => GetCurrentProcess(),
    () => CopyMemory({ value: 0 }, { value: 0 }, 0),
  ];
  for (const [index, call] of calls.entries()) {
    SetLastError(100 + index);
    call();
    expect(Err.LastDllError).toBe(100 + index);
  }
  guest.pages(1, PAGE_READWRITE | 0x100);
  expect([VirtualLock(BASE, PAGE), Err.LastDllError]).toEqual([0, -0x7fff_ffff]);
});

test("a handler of the guest may call it, and Err goes by the thread", async () => {
  const { guest, VirtualProtect, VirtualFree, Err } = await prepared({ profile: "win9x" });
  guest.pages(1, PAGE_NOACCESS);
  guest.process.addVectoredExceptionHandler(true, () => {
    VirtualFree(0, 0, 0);
    return VirtualProtect(BASE, PAGE, PAGE_READWRITE, null) === 1 ? -1 : 0;
  });
  const thread = guest.process.createThread();
  thread.run(() => guest.memory.setUint8(BASE, 1));
  expect(Err.LastDllError).toBe(0);
  expect(thread.run(() => Err.LastDllError)).toBe(87);
});
