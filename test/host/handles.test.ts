import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_OPERATION,
  PROCESS_VM_READ,
  PROCESS_VM_WRITE,
  STATUS_ACCESS_DENIED,
  STATUS_INVALID_HANDLE,
  STATUS_OBJECT_TYPE_MISMATCH,
  STATUS_PROCESS_IS_TERMINATING,
} from "../../src/constants.ts";
import { createMachine } from "../setup/machine.ts";
import { BASE, createGuest, Guest, PAGE, UNTOUCHED } from "./support.ts";

/** A guest, and another process of its machine with two pages at BASE. */
async function two(options = {}): Promise<[Guest, Guest]> {
  const machine = await createMachine({ profile: "win32", ...options });
  const caller = new Guest(machine);
  const other = new Guest(machine);
  other.pages(2);
  return [caller, other];
}

/** Every call that takes a process, by the rights it needs. */
const CALLS: readonly [name: string, rights: number, call: (guest: Guest, h: number) => number][] =
  [
    [
      "VirtualAllocEx",
      PROCESS_VM_OPERATION,
      ({ kernel32 }, h) =>
        kernel32.VirtualAllocEx(h, 0, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
    ],
    [
      "VirtualFreeEx",
      PROCESS_VM_OPERATION,
      ({ kernel32 }, h) => kernel32.VirtualFreeEx(h, BASE, 0, MEM_RELEASE),
    ],
    [
      "VirtualProtectEx",
      PROCESS_VM_OPERATION,
      ({ kernel32 }, h) => kernel32.VirtualProtectEx(h, BASE, PAGE, PAGE_READONLY, { value: 0 }),
    ],
    [
      "VirtualQueryEx",
      PROCESS_QUERY_INFORMATION,
      ({ kernel32 }, h) => kernel32.VirtualQueryEx(h, BASE, {}),
    ],
    [
      "ReadProcessMemory",
      PROCESS_VM_READ,
      ({ kernel32 }, h) => kernel32.ReadProcessMemory(h, BASE, new Uint8Array(4), 4),
    ],
    [
      "WriteProcessMemory",
      PROCESS_VM_WRITE | PROCESS_VM_OPERATION,
      ({ kernel32 }, h) => kernel32.WriteProcessMemory(h, BASE, new Uint8Array(4), 4),
    ],
  ];

describe("rights (12.1)", () => {
  test.each(CALLS)("%s", async (_name, rights, call) => {
    const [caller, other] = await two();
    const { OpenProcess, GetLastError } = caller.kernel32;
    for (let bit = 1; bit <= PROCESS_QUERY_INFORMATION; bit <<= 1) {
      if ((rights & bit) === 0) continue;
      const poor = OpenProcess(PROCESS_ALL_ACCESS & ~bit, 0, other.process.id);
      expect(call(caller, poor)).toBe(0);
      expect(GetLastError()).toBe(5);
    }
    expect(call(caller, OpenProcess(rights, 0, other.process.id))).not.toBe(0);
  });

  test.each(CALLS)("%s with a handle that is none", async (_name, _rights, call) => {
    const [caller] = await two();
    for (const handle of [0, 4, 5, 400, -3, 0x7fffffff]) {
      expect(call(caller, handle)).toBe(0);
      expect(caller.kernel32.GetLastError()).toBe(6);
    }
    const thread = -2;
    expect(call(caller, thread)).toBe(0);
    expect(caller.kernel32.GetLastError()).toBe(6);
  });

  test.each(CALLS)("%s of a process that has ended", async (_name, _rights, call) => {
    const [caller, other] = await two();
    const handle = caller.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
    other.process.exit();
    expect(call(caller, handle)).toBe(0);
    expect(caller.kernel32.GetLastError()).toBe(5);
  });

  test("as NTSTATUS", async () => {
    const [caller, other] = await two();
    const query = (handle: number | bigint | null) =>
      caller.ntdll.NtQueryVirtualMemory(handle, BASE, 0, {}, 28);
    const { OpenProcess } = caller.kernel32;
    expect(query(null)).toBe(STATUS_INVALID_HANDLE);
    expect(query(-2)).toBe(STATUS_OBJECT_TYPE_MISMATCH);
    expect(query(OpenProcess(PROCESS_VM_READ, 0, 8))).toBe(STATUS_ACCESS_DENIED);
    const handle = OpenProcess(PROCESS_ALL_ACCESS, 0, 8);
    other.process.exit();
    expect(query(handle)).toBe(STATUS_PROCESS_IS_TERMINATING);
  });
});

describe("handle values (17.8)", () => {
  test("multiples of four, lowest free first", async () => {
    const [{ kernel32 }] = await two();
    const open = () => kernel32.OpenProcess(PROCESS_VM_READ, false, 8);
    expect([open(), open(), open()]).toEqual([4, 8, 12]);
    expect(kernel32.CloseHandle(8)).toBe(1);
    expect(kernel32.CloseHandle(4)).toBe(1);
    expect([open(), open(), open()]).toEqual([4, 8, 16]);
  });

  test("each process has its own", async () => {
    const [caller, other] = await two();
    expect(caller.kernel32.OpenProcess(PROCESS_VM_READ, 0, 8)).toBe(4);
    expect(other.kernel32.OpenProcess(PROCESS_VM_READ, 0, 4)).toBe(4);
    expect(other.kernel32.CloseHandle(4)).toBe(1);
    expect(caller.kernel32.CloseHandle(4)).toBe(1);
  });

  test("closing", async () => {
    const [{ kernel32, ntdll }] = await two();
    const handle = kernel32.OpenProcess(PROCESS_VM_READ, 1, 8);
    expect(kernel32.CloseHandle(handle)).toBe(1);
    expect([kernel32.CloseHandle(handle), kernel32.GetLastError()]).toEqual([0, 6]);
    expect(kernel32.CloseHandle(-1)).toBe(1);
    expect(kernel32.CloseHandle(0)).toBe(0);
    expect(ntdll.NtClose(0xffffffff)).toBe(0);
    expect(ntdll.NtClose(2)).toBe(STATUS_INVALID_HANDLE);
  });

  test("OpenProcess of nobody", async () => {
    const [{ kernel32 }, other] = await two();
    for (const id of [0, 5, 400]) {
      expect(kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, id)).toBe(0);
      expect(kernel32.GetLastError()).toBe(87);
    }
    other.process.exit();
    expect(kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id)).toBe(0);
    expect(kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, 4)).toBe(4);
  });

  test.each([
    ["win32", -1],
    ["win32", -1n],
    ["win32", 0xffffffff],
    ["win32", 0xffffffffn],
    ["win64", -1],
    ["win64", -1n],
    ["win64", 0xffffffffffffffffn],
  ] as const)("the current process on %s is %s", async (profile, handle) => {
    const { kernel32 } = await createGuest({ profile });
    const type = MEM_RESERVE | MEM_COMMIT;
    expect(kernel32.VirtualAllocEx(handle, BASE, PAGE, type, PAGE_READWRITE)).toBe(BASE);
    expect(kernel32.GetCurrentProcess()).toBe(-1);
  });

  test("on 64 bits, 0xffffffff is no pseudo handle", async () => {
    const { kernel32 } = await createGuest({ profile: "win64" });
    expect(kernel32.VirtualAllocEx(0xffffffff, BASE, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
    expect(kernel32.GetLastError()).toBe(6);
  });
});

describe("the life of a process with handles", () => {
  test("the space of a process that ended is not taken over while a handle is open", async () => {
    const [caller, other] = await two();
    const handle = caller.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
    other.process.exit();
    const third = new Guest(caller.machine);
    third.pages(2);
    expect(caller.kernel32.VirtualQueryEx(handle, BASE, {})).toBe(0);
    expect(caller.kernel32.CloseHandle(handle)).toBe(1);
    const fourth = new Guest(caller.machine);
    fourth.pages(2);
    expect(third.memory.getUint8(BASE) + fourth.memory.getUint8(BASE)).toBe(0);
  });

  test("handles go with the process that holds them", async () => {
    const [caller, other] = await two();
    const handle = caller.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
    expect(handle).toBe(4);
    caller.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, caller.process.id);
    other.process.exit();
    caller.process.exit();
    const { machine } = caller;
    expect(machine.counters.commitCharge).toBe(0);
    const { records } = machine.counters;
    for (let round = 0; round < 10; round++) {
      const [first, second] = [new Guest(machine), new Guest(machine)];
      first.kernel32.OpenProcess(1, 0, second.process.id);
      second.kernel32.OpenProcess(1, 0, first.process.id);
      first.process.exit();
      second.process.exit();
    }
    expect(machine.counters.records).toBe(records);
  });

  test("calls through a handle act on the other process alone", async () => {
    const [caller, other] = await two();
    const { kernel32 } = caller;
    const handle = kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
    const size = 4 * PAGE;
    const base = kernel32.VirtualAllocEx(handle, 0, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    const old = { value: 0 };
    expect(kernel32.VirtualProtectEx(handle, base, PAGE, PAGE_READONLY, old)).toBe(1);
    expect(old.value).toBe(PAGE_READWRITE);
    expect(other.page(base)).toEqual({ state: MEM_COMMIT, protect: PAGE_READONLY });
    expect(caller.page(base).state).not.toBe(MEM_COMMIT);
    const run = { RegionSize: 0 };
    expect(kernel32.VirtualQueryEx(handle, base + PAGE, run)).toBe(28);
    expect(run.RegionSize).toBe(3 * PAGE);
    expect(kernel32.VirtualFreeEx(handle, base, 0, MEM_RELEASE)).toBe(1);
  });
});

describe("last error (17.7)", () => {
  test("is the thread's", async () => {
    const guest = await createGuest();
    const { kernel32, process } = guest;
    const other = process.createThread();
    expect([process.mainThread.lastError, other.lastError]).toEqual([0, 0]);
    kernel32.VirtualFree(BASE, 0, MEM_RELEASE);
    expect(kernel32.GetLastError()).toBe(487);
    const inside = other.run(() => {
      expect(process.currentThread).toBe(other);
      expect([kernel32.GetLastError(), kernel32.GetCurrentThreadId()]).toEqual([0, other.id]);
      kernel32.VirtualFree(BASE, 1, MEM_RELEASE);
      return kernel32.GetLastError();
    });
    expect(inside).toBe(87);
    expect([kernel32.GetLastError(), other.lastError]).toEqual([487, 87]);
    expect(kernel32.GetCurrentThreadId()).toBe(process.mainThread.id);
    expect(() =>
      other.run(() => {
        throw new Error("out");
      }),
    ).toThrow("out");
    expect(process.currentThread).toBe(process.mainThread);
  });

  test("success leaves it alone", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { kernel32 } = guest;
    const watch = { value: [] };
    kernel32.SetLastError(UNTOUCHED);
    const base = kernel32.VirtualAlloc(0, 4 * PAGE, 0x203000, PAGE_READWRITE);
    expect(base).not.toBe(0);
    expect(kernel32.VirtualProtect(base, PAGE, PAGE_READWRITE, { value: 0 })).toBe(1);
    expect(kernel32.VirtualQuery(base, {})).toBe(28);
    expect(kernel32.VirtualLock(base, PAGE)).toBe(1);
    expect(kernel32.VirtualUnlock(base, PAGE)).toBe(1);
    expect(kernel32.GetWriteWatch(0, base, PAGE, watch, { value: 1 }, { value: 0 })).toBe(0);
    expect(kernel32.ResetWriteWatch(base, PAGE)).toBe(0);
    expect(kernel32.WriteProcessMemory(-1, base, new Uint8Array(4), 4)).toBe(1);
    expect(kernel32.ReadProcessMemory(-1, base, new Uint8Array(4), 4)).toBe(1);
    expect(kernel32.IsBadReadPtr(0, 1)).toBe(1);
    expect(kernel32.GlobalMemoryStatusEx({ dwLength: 64 })).toBe(1);
    expect(kernel32.CloseHandle(kernel32.OpenProcess(0, 0, guest.process.id))).toBe(1);
    expect(kernel32.VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
    expect(kernel32.GetLastError()).toBe(UNTOUCHED);
  });

  test("the native API does not write it", async () => {
    const { kernel32, ntdll } = await createGuest();
    kernel32.SetLastError(UNTOUCHED);
    expect(ntdll.NtFreeVirtualMemory(-1, { value: BASE }, { value: 0 }, 0)).not.toBe(0);
    expect(ntdll.NtClose(4)).not.toBe(0);
    expect(kernel32.GetLastError()).toBe(UNTOUCHED);
  });
});
