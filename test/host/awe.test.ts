import { describe, expect, test } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_1,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SUCCESS,
} from "../../src/constants.ts";
import { BASE, createGuest, type Guest, PAGE, PLACES, UNTOUCHED } from "./support.ts";

const SELF = -1;
/** More than one transfer between host and core holds. */
const MANY = 5000;
const WINDOW = BASE + 0x1000000;

type Place = (typeof PLACES)[number];

function aweGuest(place: Place, options = {}): Promise<Guest> {
  return createGuest({ ...place, lockMemoryPrivilege: true, ...options });
}

function window(guest: Guest, pages = 16): number {
  const type = MEM_RESERVE | MEM_PHYSICAL;
  expect(guest.kernel32.VirtualAlloc(WINDOW, pages * PAGE, type, PAGE_READWRITE)).toBe(WINDOW);
  return WINDOW;
}

function framesOf(guest: Guest, count: number): number[] {
  const frames: { value: number[] } = { value: [] };
  expect(guest.kernel32.AllocateUserPhysicalPages(SELF, { value: count }, frames)).toBe(1);
  return frames.value;
}

/** ULONG_PTRs in guest memory. */
function pointers(guest: Guest, address: number, values: readonly number[]): number {
  const bytes = guest.machine.pointerBytes;
  for (const [i, value] of values.entries()) {
    if (bytes === 4) guest.memory.setUint32(address + i * bytes, value);
    else guest.memory.setBigUint64(address + i * bytes, BigInt(value));
  }
  return address;
}

function pointerAt(guest: Guest, address: number, index = 0): number {
  const bytes = guest.machine.pointerBytes;
  const at = address + index * bytes;
  return bytes === 4 ? guest.memory.getUint32(at) : Number(guest.memory.getBigUint64(at));
}

describe.each(PLACES)("$profile $space", (place) => {
  test("6 thousands of frames in one call, from JavaScript", async () => {
    const guest = await aweGuest(place);
    const k = guest.kernel32;
    window(guest, MANY);
    const frames = framesOf(guest, MANY);
    expect(new Set(frames).size).toBe(MANY);
    expect(k.MapUserPhysicalPages(WINDOW, MANY, frames)).toBe(1);
    guest.memory.setUint32(WINDOW + (MANY - 1) * PAGE, 77);
    guest.process.verifySpace();
    // Entry 4,500 lies behind the first transfer: all of the call is nothing.
    const wrong = frames.with(4500, 99);
    expect(k.MapUserPhysicalPages(WINDOW, MANY, null)).toBe(1);
    expect(k.MapUserPhysicalPages(WINDOW, MANY, wrong)).toBe(0);
    expect(guest.page(WINDOW).state).toBe(MEM_RESERVE);
    const ats = frames.map((_, i) => WINDOW + (MANY - 1 - i) * PAGE);
    expect(k.MapUserPhysicalPagesScatter(ats, MANY, frames)).toBe(1);
    expect(guest.memory.getUint32(WINDOW)).toBe(77);
    const count = { value: MANY };
    expect(k.FreeUserPhysicalPages(SELF, count, wrong)).toBe(0);
    expect(count.value).toBe(4500);
    guest.process.verifySpace();
    guest.process.exit();
    expect(guest.machine.counters).toMatchObject({ frames: 0, commitCharge: 0, records: 0 });
  });

  test("6 arrays and counts in guest memory", async () => {
    const guest = await aweGuest(place);
    const k = guest.kernel32;
    window(guest);
    const [countAt, array, ats] = [guest.pages(3), BASE + PAGE - 8, BASE + 2 * PAGE];
    pointers(guest, countAt, [4]);
    expect(k.AllocateUserPhysicalPages(SELF, countAt, array)).toBe(1);
    expect(pointerAt(guest, countAt)).toBe(4);
    const frames = [0, 1, 2, 3].map((i) => pointerAt(guest, array, i));
    expect(new Set([...frames, 0]).size).toBe(5);
    expect(k.MapUserPhysicalPages(WINDOW, 2, array)).toBe(1);
    guest.memory.setUint8(WINDOW + PAGE, 1);
    pointers(guest, ats, [WINDOW + 3 * PAGE, WINDOW + PAGE]);
    pointers(guest, array, [frames[2] ?? 0, 0]);
    expect(k.MapUserPhysicalPagesScatter(ats, 2, array)).toBe(1);
    expect([WINDOW, WINDOW + PAGE, WINDOW + 3 * PAGE].map((at) => guest.page(at).state)).toEqual([
      0x1000, 0x2000, 0x1000,
    ]);
    // One array here, one there.
    expect(k.MapUserPhysicalPagesScatter([WINDOW + 4 * PAGE, WINDOW], 2, array)).toBe(0);
    expect(k.MapUserPhysicalPagesScatter([WINDOW + 3 * PAGE, WINDOW], 2, array)).toBe(1);
    expect(guest.page(WINDOW).state).toBe(MEM_RESERVE);
    pointers(guest, ats, [WINDOW + 8 * PAGE]);
    expect(k.MapUserPhysicalPagesScatter(ats, 1, [frames[1] ?? 0])).toBe(1);
    expect(guest.memory.getUint8(WINDOW + 8 * PAGE)).toBe(1);
    pointers(guest, array, [frames[0] ?? 0, frames[1] ?? 0, 99, frames[3] ?? 0]);
    expect(k.FreeUserPhysicalPages(SELF, countAt, array)).toBe(0);
    expect(pointerAt(guest, countAt)).toBe(2);
    guest.process.verifySpace();
  });

  test("6 a JavaScript array and a count in guest memory", async () => {
    const guest = await aweGuest(place);
    const countAt = pointers(guest, guest.pages(1), [MANY]);
    const frames: { value: number[] } = { value: [] };
    expect(guest.kernel32.AllocateUserPhysicalPages(SELF, countAt, frames)).toBe(1);
    expect(guest.machine.decision).toBe("6#3");
    expect([frames.value.length, pointerAt(guest, countAt)]).toEqual([MANY, MANY]);
    expect(guest.kernel32.FreeUserPhysicalPages(SELF, countAt, frames)).toBe(1);
    expect(guest.machine.counters.frames).toBe(1);
  });

  test("6 an array in the very window that the call changes", async () => {
    const guest = await aweGuest(place);
    const k = guest.kernel32;
    window(guest);
    const [one = 0, two = 0, three = 0] = framesOf(guest, 3);
    expect(k.MapUserPhysicalPages(WINDOW, 2, [one, two])).toBe(1);
    // The array lies in the page that its first entry replaces.
    pointers(guest, WINDOW, [three, two]);
    expect(k.MapUserPhysicalPages(WINDOW, 2, WINDOW)).toBe(1);
    expect(pointerAt(guest, WINDOW)).toBe(0);
    guest.process.verifySpace();
    // Both arrays of a scatter lie in pages that it takes away.
    pointers(guest, WINDOW, [WINDOW, WINDOW + PAGE, WINDOW + 2 * PAGE]);
    pointers(guest, WINDOW + PAGE, [0, 0, one]);
    expect(k.MapUserPhysicalPagesScatter(WINDOW, 3, WINDOW + PAGE)).toBe(1);
    expect([0, 1, 2].map((i) => guest.page(WINDOW + i * PAGE).state)).toEqual([
      0x2000, 0x2000, 0x1000,
    ]);
    expect(pointerAt(guest, WINDOW + 2 * PAGE)).toBe(three);
    // Freeing takes the array with it, and goes on.
    const count = { value: 3 };
    expect(k.MapUserPhysicalPages(WINDOW, 1, [two])).toBe(1);
    pointers(guest, WINDOW, [two, one, three]);
    expect(k.FreeUserPhysicalPages(SELF, count, WINDOW)).toBe(1);
    expect([count.value, guest.machine.counters.frames]).toEqual([3, 0]);
    guest.process.verifySpace();
  });

  test("6 pointers that cannot be accessed: 998, and a guard page loses its guard", async () => {
    const guest = await aweGuest(place);
    const k = guest.kernel32;
    window(guest);
    const [frame = 0] = framesOf(guest, 1);
    const at = pointers(guest, guest.pages(2), [frame]);
    const calls = [
      () => k.AllocateUserPhysicalPages(SELF, null, { value: [] }),
      () => k.AllocateUserPhysicalPages(SELF, { value: 1 }, null),
      () => k.AllocateUserPhysicalPages(SELF, { value: 1 }, BASE + 2 * PAGE - 1),
      () => k.AllocateUserPhysicalPages(SELF, { value: 0xffffffff }, at),
      () => k.FreeUserPhysicalPages(SELF, null, [frame]),
      () => k.FreeUserPhysicalPages(SELF, { value: 1 }, null),
      () => k.MapUserPhysicalPages(WINDOW, 1, BASE + 2 * PAGE),
      () => k.MapUserPhysicalPagesScatter(null, 1, [frame]),
      () => k.MapUserPhysicalPagesScatter(BASE + 2 * PAGE, 1, [frame]),
      () => k.MapUserPhysicalPagesScatter([WINDOW], 1, BASE + 2 * PAGE),
    ];
    for (const call of calls) {
      k.SetLastError(UNTOUCHED);
      expect([call(), k.GetLastError()]).toEqual([0, ERROR_NOACCESS]);
    }
    expect(guest.machine.counters.frames).toBe(2);
    guest.protect(BASE, PAGE_READONLY | PAGE_GUARD);
    expect(k.MapUserPhysicalPages(WINDOW, 1, at)).toBe(0);
    expect(k.MapUserPhysicalPages(WINDOW, 1, at)).toBe(1);
  });

  test("6 nothing asked is done at once", async () => {
    const guest = await aweGuest(place);
    window(guest);
    const count = { value: 0 };
    const k = guest.kernel32;
    expect(k.AllocateUserPhysicalPages(SELF, count, { value: [] })).toBe(1);
    expect(k.FreeUserPhysicalPages(SELF, count, [])).toBe(1);
    expect(k.MapUserPhysicalPages(WINDOW, 0, [])).toBe(1);
    expect(k.MapUserPhysicalPages(WINDOW, 0, null)).toBe(1);
    expect(k.MapUserPhysicalPagesScatter([], 0, [])).toBe(1);
    expect([count.value, guest.machine.counters.frames]).toEqual([0, 0]);
  });

  test("a system that has few frames left, while they are taken and given back", async () => {
    const guest = await aweGuest(place, { physicalPages: 3 });
    const frames = framesOf(guest, 2);
    guest.pages(2);
    guest.memory.setUint8(BASE, 1);
    expect(() => guest.memory.setUint8(BASE + PAGE, 1)).toThrow();
    expect(guest.kernel32.FreeUserPhysicalPages(SELF, { value: 1 }, frames)).toBe(1);
    guest.memory.setUint8(BASE + PAGE, 1);
  });

  test("windows come and go beside other memory at the same place", async () => {
    const guest = await aweGuest(place);
    for (let i = 0; i < 3; i++) {
      window(guest);
      const frames = framesOf(guest, 3);
      expect(guest.kernel32.MapUserPhysicalPages(WINDOW, 3, frames)).toBe(1);
      guest.memory.fill(WINDOW, 0xee, 3 * PAGE);
      expect(guest.kernel32.VirtualFree(WINDOW, 0, MEM_RELEASE)).toBe(1);
      guest.pages(3, PAGE_READWRITE, WINDOW);
      expect(guest.memory.read(WINDOW, 3 * PAGE).every((byte) => byte === 0)).toBe(true);
      guest.memory.fill(WINDOW, 0xdd, 3 * PAGE);
      expect(guest.kernel32.VirtualFree(WINDOW, 0, MEM_RELEASE)).toBe(1);
      guest.process.verifySpace();
    }
    expect(guest.machine.counters.frames).toBe(9);
  });
});

describe("the native calls", () => {
  const [place] = PLACES;

  test("6 statuses", async () => {
    const guest = await aweGuest(place, { physicalPages: 1 });
    const n = guest.ntdll;
    window(guest);
    const frames: { value: number[] } = { value: [] };
    const one = { value: 1 };
    expect(n.NtAllocateUserPhysicalPages(12345, one, frames)).toBe(STATUS_INVALID_HANDLE);
    expect(n.NtAllocateUserPhysicalPages(SELF, one, frames)).toBe(STATUS_SUCCESS);
    expect(n.NtAllocateUserPhysicalPages(SELF, one, frames)).toBe(STATUS_INSUFFICIENT_RESOURCES);
    const [frame = 0] = frames.value;
    expect(n.NtMapUserPhysicalPages(WINDOW + 1, 1, [frame])).toBe(STATUS_INVALID_PARAMETER_1);
    expect(n.NtMapUserPhysicalPages(WINDOW, 17, null)).toBe(STATUS_INVALID_PARAMETER_2);
    expect(n.NtMapUserPhysicalPages(WINDOW, 1, [99])).toBe(STATUS_INVALID_PARAMETER_3);
    expect(n.NtMapUserPhysicalPages(BASE, 1, [frame])).toBe(STATUS_CONFLICTING_ADDRESSES);
    expect(n.NtMapUserPhysicalPages(WINDOW, 1, BASE)).toBe(STATUS_ACCESS_VIOLATION);
    expect(n.NtFreeUserPhysicalPages(12345, one, [frame])).toBe(STATUS_INVALID_HANDLE);
    expect(one.value).toBe(1);
    expect(n.NtFreeUserPhysicalPages(SELF, one, [99])).toBe(STATUS_INVALID_PARAMETER_3);
    expect(one.value).toBe(0);
  });

  test("6 plain statuses, and no privilege", async () => {
    const guest = await createGuest({ ...place, statusStyle: "plain" });
    const n = guest.ntdll;
    window(guest);
    expect(n.NtMapUserPhysicalPages(WINDOW + 1, 1, null)).toBe(STATUS_INVALID_PARAMETER);
    const status = n.NtAllocateUserPhysicalPages(SELF, { value: 1 }, { value: [] });
    expect(status).toBe(STATUS_PRIVILEGE_NOT_HELD);
  });

  test("kernel32 turns them into errors", async () => {
    const guest = await aweGuest(place);
    window(guest);
    expect(guest.kernel32.MapUserPhysicalPages(WINDOW, 1, [7n])).toBe(0);
    expect(guest.kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  });
});

test("the door", async () => {
  const [place] = PLACES;
  const guest = await aweGuest(place);
  window(guest);
  const k = guest.kernel32;
  const one = { value: 1 };
  const wrong = (value: unknown) => value as never;
  guest.refuses(
    TypeError,
    /UserPfnArray|entry 0|VirtualAddresses/,
    () => k.MapUserPhysicalPages(WINDOW, 1, wrong("frames")),
    () => k.MapUserPhysicalPages(WINDOW, 1, wrong({})),
    () => k.MapUserPhysicalPages(WINDOW, 1, wrong({ value: 3 })),
    () => k.MapUserPhysicalPages(WINDOW, 1, wrong(["1"])),
    () => k.MapUserPhysicalPagesScatter(wrong(true), 1, null),
    () =>
      k.FreeUserPhysicalPages(
        SELF,
        one,
        wrong(() => 1),
      ),
    () => k.AllocateUserPhysicalPages(SELF, one, wrong("x")),
  );
  guest.refuses(
    RangeError,
    /NumberOfPages|entry 0|entries|node/,
    () => k.MapUserPhysicalPages(WINDOW, -1, null),
    () => k.MapUserPhysicalPages(WINDOW, 2, [1]),
    () => k.MapUserPhysicalPages(WINDOW, 1, [-1]),
    () => k.FreeUserPhysicalPages(SELF, { value: 0.5 }, [1]),
    () => k.AllocateUserPhysicalPagesNuma(SELF, one, { value: [] }, -1),
  );
});
