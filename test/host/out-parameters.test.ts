import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_ACCESS_VIOLATION,
  STATUS_PARTIAL_COPY,
} from "../../src/constants.ts";
import type { MemoryBasicInformation } from "../../src/index.ts";
import { BASE, createGuest, type Guest, PAGE, PLACES } from "./support.ts";

/** Where the calls work; outs lie at OUT, three pages of which tests make bad ones. */
const OUT = 0x51000000;
const MIDDLE = OUT + PAGE;
const WATCHED = 0x52000000;

async function prepared(place: (typeof PLACES)[number]): Promise<Guest> {
  const guest = await createGuest(place);
  guest.pages(4);
  guest.pages(3, PAGE_READWRITE, OUT);
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  guest.kernel32.VirtualAlloc(WATCHED, 4 * PAGE, type, PAGE_READWRITE);
  guest.memory.setUint8(WATCHED + PAGE, 1);
  guest.memory.setUint8(WATCHED + 3 * PAGE, 1);
  return guest;
}

function pointerAt(guest: Guest, address: number): number {
  return guest.machine.pointerBytes === 4
    ? guest.memory.getUint32(address)
    : Number(guest.memory.getBigUint64(address));
}

function setPointer(guest: Guest, address: number, value: number): void {
  if (guest.machine.pointerBytes === 4) guest.memory.setUint32(address, value);
  else guest.memory.setBigUint64(address, BigInt(value));
}

/** Every out-parameter: the call with a guest address there, and whether its answer was success. */
const OUTS: readonly [name: string, call: (guest: Guest, at: number) => boolean][] = [
  [
    "VirtualProtect old",
    ({ kernel32 }, at) => kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, at) === 1,
  ],
  ["VirtualQuery buffer", ({ kernel32 }, at) => kernel32.VirtualQuery(BASE, at) !== 0],
  [
    "NtQueryVirtualMemory ReturnLength",
    ({ ntdll }, at) => ntdll.NtQueryVirtualMemory(-1, BASE, 0, {}, 48, at) === 0,
  ],
  [
    "NtQueryVirtualMemory class 3",
    ({ ntdll, machine }, at) =>
      ntdll.NtQueryVirtualMemory(-1, BASE, 3, at, machine.pointerBytes === 4 ? 0x1c : 0x30) === 0,
  ],
  [
    "ReadProcessMemory done",
    ({ kernel32 }, at) => kernel32.ReadProcessMemory(-1, BASE, new Uint8Array(4), 4, at) === 1,
  ],
  [
    "ReadProcessMemory buffer",
    ({ kernel32 }, at) => kernel32.ReadProcessMemory(-1, BASE, at, 16) === 1,
  ],
  [
    "WriteProcessMemory done",
    ({ kernel32 }, at) => kernel32.WriteProcessMemory(-1, BASE, Uint8Array.of(1, 2), 2, at) === 1,
  ],
  [
    "GetWriteWatch addresses",
    ({ kernel32 }, at) =>
      kernel32.GetWriteWatch(1, WATCHED, 4 * PAGE, at, { value: 4 }, { value: 0 }) === 0,
  ],
  [
    "GetWriteWatch granularity",
    ({ kernel32 }, at) =>
      kernel32.GetWriteWatch(1, WATCHED, 4 * PAGE, { value: [] }, { value: 4 }, at) === 0,
  ],
  ["GlobalMemoryStatusEx", ({ kernel32 }, at) => kernel32.GlobalMemoryStatusEx(at) === 1],
];

/** What no failing call may have changed; the pages at OUT are looked at by a debugger. */
function picture(guest: Guest) {
  const { counters } = guest.process;
  return {
    protect: guest.page(BASE).protect,
    bytes: guest.process.debugView.read(BASE, 16).bytes,
    outs: [...guest.process.debugView.read(OUT, 3 * PAGE).bytes].map(String).join(),
    written: guest.written(WATCHED, 4),
    charge: counters.commitCharge,
  };
}

describe.each(PLACES)("a guest address, $profile $space", (place) => {
  // GlobalMemoryStatusEx reads its length first.
  const arm = (guest: Guest, at: number) => guest.process.debugView.write(at, Uint8Array.of(64));

  test.each(OUTS)("%s: written, over a boundary too", async (_name, call) => {
    const guest = await prepared(place);
    for (const at of [OUT + 8, MIDDLE - 1]) {
      guest.memory.fill(OUT, 0, 3 * PAGE);
      arm(guest, at);
      const before = picture(guest).outs;
      guest.kernel32.SetLastError(0);
      expect(call(guest, at)).toBe(true);
      expect(picture(guest).outs).not.toBe(before);
      guest.memory.setUint8(WATCHED + PAGE, 1);
    }
  });

  test.each(OUTS)("%s: a read-only page fails", async (_name, call) => {
    const guest = await prepared(place);
    arm(guest, MIDDLE + 16);
    guest.protect(MIDDLE, PAGE_READONLY);
    const before = picture(guest);
    expect(call(guest, MIDDLE + 16)).toBe(false);
    expect(picture(guest)).toEqual(before);
    expect(guest.page(MIDDLE).protect).toBe(PAGE_READONLY);
  });

  test.each(OUTS)("%s: a guard page fails and is disarmed (4.8)", async (_name, call) => {
    const guest = await prepared(place);
    arm(guest, MIDDLE + 16);
    guest.protect(MIDDLE, PAGE_READWRITE | PAGE_GUARD);
    const before = picture(guest);
    let asked = 0;
    guest.process.addVectoredExceptionHandler(true, () => ++asked);
    expect(call(guest, MIDDLE + 16)).toBe(false);
    expect(picture(guest)).toEqual(before);
    expect(guest.page(MIDDLE).protect).toBe(PAGE_READWRITE);
    expect(guest.page(OUT).protect).toBe(PAGE_READWRITE);
    expect(call(guest, MIDDLE + 16)).toBe(true);
    expect(asked).toBe(0);
  });

  // A buffer of bytes is filled from below; all others are written as a whole.
  const whole = OUTS.filter(([name]) => name !== "ReadProcessMemory buffer");
  test.each(whole)("%s: fails where only its second page is bad", async (_name, call) => {
    const guest = await prepared(place);
    const at = MIDDLE - 2;
    arm(guest, at);
    guest.protect(MIDDLE, PAGE_NOACCESS);
    const before = picture(guest);
    expect(call(guest, at)).toBe(false);
    expect(picture(guest)).toEqual(before);
  });

  test.each(OUTS)("%s: free and kernel addresses fail", async (_name, call) => {
    const guest = await prepared(place);
    const before = picture(guest);
    for (const at of [0x60000000, 0x100, guest.machine.highestUserAddress + 1, 0xffffffff]) {
      expect(call(guest, at)).toBe(false);
    }
    expect(picture(guest)).toEqual(before);
  });

  test("the error is 998", async () => {
    const guest = await prepared(place);
    const { kernel32 } = guest;
    guest.protect(MIDDLE, PAGE_READONLY);
    const failing: (() => number)[] = [
      () => kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, MIDDLE),
      () => kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, null),
      () => kernel32.VirtualQuery(BASE, MIDDLE),
      () => kernel32.VirtualQuery(BASE, 0),
      () => kernel32.ReadProcessMemory(-1, BASE, new Uint8Array(4), 4, MIDDLE),
      () => kernel32.WriteProcessMemory(-1, BASE, new Uint8Array(4), 4, MIDDLE),
      () => kernel32.GlobalMemoryStatusEx(0x60000000),
    ];
    for (const call of failing) {
      kernel32.SetLastError(0);
      expect([call(), kernel32.GetLastError()], String(call)).toEqual([0, 998]);
    }
    const watching: (() => number)[] = [
      () => kernel32.GetWriteWatch(0, WATCHED, PAGE, null, { value: 1 }, { value: 0 }),
      () => kernel32.GetWriteWatch(0, WATCHED, PAGE, { value: [] }, null, { value: 0 }),
      () => kernel32.GetWriteWatch(0, WATCHED, PAGE, { value: [] }, { value: 1 }, undefined),
      () => kernel32.GetWriteWatch(0, WATCHED, PAGE, { value: [] }, MIDDLE, { value: 0 }),
    ];
    for (const call of watching) {
      kernel32.SetLastError(0);
      expect([call(), kernel32.GetLastError()], String(call)).toEqual([0xffffffff, 998]);
    }
  });

  test("but a buffer of bytes that cannot be written is 299 (12.2#9)", async () => {
    const guest = await prepared(place);
    const { ReadProcessMemory, GetLastError } = guest.kernel32;
    guest.protect(MIDDLE, PAGE_READONLY);
    const done = { value: 7 };
    for (const buffer of [MIDDLE, null, 0x60000000]) {
      done.value = 7;
      expect(ReadProcessMemory(-1, BASE, buffer, 4, done)).toBe(0);
      expect([GetLastError(), done.value]).toEqual([299, 0]);
    }
    expect(ReadProcessMemory(-1, BASE, MIDDLE - 2, 4, done)).toBe(0);
    expect([GetLastError(), done.value]).toEqual([299, 2]);
  });

  test("the guest gets what { value } gets", async () => {
    const guest = await prepared(place);
    const { kernel32, memory, machine } = guest;
    const old = { value: 0 };
    kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, OUT);
    kernel32.VirtualProtect(BASE, PAGE, PAGE_READWRITE, old);
    expect([memory.getUint32(OUT), old.value]).toEqual([PAGE_READWRITE, PAGE_READONLY]);

    const run = { value: {} as MemoryBasicInformation };
    const bytes = machine.pointerBytes === 4 ? 28 : 48;
    expect(kernel32.VirtualQuery(BASE + PAGE, run)).toBe(bytes);
    expect(kernel32.VirtualQuery(BASE + PAGE, OUT, 100)).toBe(bytes);
    const pointers = machine.pointerBytes;
    expect(pointerAt(guest, OUT)).toBe(run.value.BaseAddress);
    expect(pointerAt(guest, OUT + pointers)).toBe(run.value.AllocationBase);
    expect(memory.getUint32(OUT + 2 * pointers)).toBe(run.value.AllocationProtect);
    const sizeAt = pointers === 4 ? 0xc : 0x18;
    expect(pointerAt(guest, OUT + sizeAt)).toBe(run.value.RegionSize);
    expect(memory.getUint32(OUT + sizeAt + pointers)).toBe(run.value.State);
    expect(memory.getUint32(OUT + sizeAt + pointers + 4)).toBe(run.value.Protect);
    expect(memory.getUint32(OUT + sizeAt + pointers + 8)).toBe(run.value.Type);
    expect(run.value.RegionSize).toBe(3 * PAGE);

    memory.setUint32(OUT, 64);
    const status = { dwLength: 64, ullTotalVirtual: 0 };
    kernel32.GlobalMemoryStatusEx(OUT);
    kernel32.GlobalMemoryStatusEx(status);
    expect(memory.getUint32(OUT)).toBe(64);
    expect(Number(memory.getBigUint64(OUT + 40))).toBe(status.ullTotalVirtual);
  });

  test("base and size are read and written in the guest", async () => {
    const guest = await prepared(place);
    const { ntdll } = guest;
    const [baseAt, sizeAt] = [OUT + 16, MIDDLE - 2];
    setPointer(guest, baseAt, 0x53000123);
    setPointer(guest, sizeAt, 0x1000);
    expect(ntdll.NtAllocateVirtualMemory(-1, baseAt, 0, sizeAt, MEM_RESERVE, PAGE_READWRITE)).toBe(
      0,
    );
    expect([pointerAt(guest, baseAt), pointerAt(guest, sizeAt)]).toEqual([0x53000000, 0x2000]);

    // One in the guest, the other here.
    const size = { value: 1 };
    expect(ntdll.NtAllocateVirtualMemory(-1, baseAt, 0, size, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect(size.value).toBe(PAGE);
    const old = { value: 0 };
    expect(ntdll.NtProtectVirtualMemory(-1, baseAt, size, PAGE_READONLY, old)).toBe(0);
    expect(ntdll.NtLockVirtualMemory(-1, baseAt, size, 1)).toBe(0);
    expect(ntdll.NtUnlockVirtualMemory(-1, baseAt, size, 1)).toBe(0);
    setPointer(guest, sizeAt, 0);
    expect(ntdll.NtFreeVirtualMemory(-1, { value: 0x53000000 }, sizeAt, 0x8000)).toBe(0);
    expect(pointerAt(guest, sizeAt)).toBe(0x2000);
  });

  test.each(["base", "size"])("a bad pointer to the %s", async (which) => {
    const guest = await prepared(place);
    guest.protect(MIDDLE, PAGE_READONLY);
    const pick = (value: number) => ({
      base: which === "base" ? MIDDLE : { value: BASE },
      size: which === "size" ? MIDDLE : { value },
    });
    const { ntdll } = guest;
    const before = picture(guest);
    const calls = [
      () => {
        const { base, size } = pick(PAGE);
        return ntdll.NtAllocateVirtualMemory(-1, base, 0, size, MEM_RESERVE, PAGE_READWRITE);
      },
      () => {
        const { base, size } = pick(0);
        return ntdll.NtFreeVirtualMemory(-1, base, size, 0x8000);
      },
      () => {
        const { base, size } = pick(PAGE);
        return ntdll.NtProtectVirtualMemory(-1, base, size, PAGE_READONLY, { value: 0 });
      },
      () => {
        const { base, size } = pick(PAGE);
        return ntdll.NtLockVirtualMemory(-1, base, size, 1);
      },
      () => {
        const { base, size } = pick(PAGE);
        return ntdll.NtUnlockVirtualMemory(-1, base, size, 1);
      },
      () => ntdll.NtFreeVirtualMemory(-1, null, null, 0x8000),
    ];
    for (const call of calls) expect(call(), String(call)).toBe(STATUS_ACCESS_VIOLATION);
    expect(picture(guest)).toEqual(before);
  });
});

describe("objects", () => {
  test("are left alone by a call that fails", async () => {
    const guest = await createGuest({ profile: "win32" });
    const { kernel32, ntdll } = guest;
    const old = { value: 7 };
    const base = { value: BASE + 1 };
    const size = { value: 1 };
    const run = { RegionSize: 5 };
    const addresses = { value: [1] };
    const count = { value: 3 };
    const granularity = { value: 4 };
    expect(kernel32.VirtualProtect(BASE, PAGE, PAGE_READONLY, old)).toBe(0);
    expect(ntdll.NtFreeVirtualMemory(-1, base, size, 0x4000)).not.toBe(0);
    expect(kernel32.VirtualQuery(0xffff0000, run)).toBe(0);
    expect(kernel32.VirtualQuery(BASE, run, 27)).toBe(0);
    expect(kernel32.GetWriteWatch(0, BASE, PAGE, addresses, count, granularity)).toBe(0xffffffff);
    expect([old, base, size, run, addresses, count, granularity]).toEqual([
      { value: 7 },
      { value: BASE + 1 },
      { value: 1 },
      { RegionSize: 5 },
      { value: [1] },
      { value: 3 },
      { value: 4 },
    ]);
  });

  test("{ value } gets a new structure, any other object its fields", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(1);
    const expected = {
      BaseAddress: BASE,
      AllocationBase: BASE,
      AllocationProtect: PAGE_READWRITE,
      RegionSize: PAGE,
      State: MEM_COMMIT,
      Protect: PAGE_READWRITE,
      Type: 0x20000,
    };
    const holder = { value: undefined as unknown as MemoryBasicInformation };
    const fields = {};
    guest.kernel32.VirtualQuery(BASE, holder);
    guest.kernel32.VirtualQuery(BASE, fields);
    expect(holder.value).toEqual(expected);
    expect(fields).toEqual(expected);
  });

  test("the count of a partial read is given (12.2)", async () => {
    const guest = await createGuest({ profile: "win32" });
    guest.pages(2);
    guest.protect(BASE + PAGE, PAGE_NOACCESS);
    const done = { value: 0 };
    const at = BASE + PAGE - 16;
    expect(guest.kernel32.ReadProcessMemory(-1, at, new Uint8Array(32), 32, done)).toBe(0);
    expect([guest.kernel32.GetLastError(), done.value]).toEqual([299, 16]);
    done.value = 0;
    const read = guest.ntdll.NtReadVirtualMemory(-1, at, new Uint8Array(32), 32, done);
    expect([read, done.value]).toEqual([STATUS_PARTIAL_COPY, 16]);
  });

  test("a read that fails altogether has read nothing, and says so (12.2)", async () => {
    const { kernel32 } = await createGuest({ profile: "win32" });
    const done = { value: 9 };
    expect(kernel32.ReadProcessMemory(0, BASE, new Uint8Array(4), 4, done)).toBe(0);
    expect([kernel32.GetLastError(), done.value]).toEqual([6, 0]);
  });

  test("a short class 3 buffer gets the fields that fit (17.9)", async () => {
    const guest = await createGuest({ profile: "win64" });
    guest.pages(3);
    const short: Record<string, unknown> = {};
    const length = { value: 0 };
    expect(guest.ntdll.NtQueryVirtualMemory(-1, BASE, 3, short, 0x18, length)).toBe(0);
    expect(short).toEqual({
      AllocationBase: BASE,
      AllocationProtect: PAGE_READWRITE,
      Flags: 1,
      RegionSize: 3 * PAGE,
    });
    expect(length.value).toBe(0x30);
    const full: Record<string, unknown> = {};
    expect(guest.ntdll.NtQueryVirtualMemory(-1, BASE, 3, full, 0x30)).toBe(0);
    expect(full).toEqual({
      ...short,
      CommitSize: 3 * PAGE,
      PartitionId: 0,
      NodePreference: 0xffffffffffffffffn,
    });
  });
});
