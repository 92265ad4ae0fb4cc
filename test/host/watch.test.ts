import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "../../src/constants.ts";
import { BASE, createGuest, type Guest, PAGE, PLACES } from "./support.ts";

/** More pages than the core reports in one call (3,968). */
const PAGES = 9000;
const OUT = 0x60000000;

async function watched(place: (typeof PLACES)[number]): Promise<Guest> {
  const guest = await createGuest(place);
  const type = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  expect(guest.kernel32.VirtualAlloc(BASE, PAGES * PAGE, type, PAGE_READWRITE)).toBe(BASE);
  for (let page = 0; page < PAGES; page++) guest.memory.setUint8(BASE + page * PAGE, 1);
  guest.pages(32, PAGE_READWRITE, OUT);
  return guest;
}

const pagesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => BASE + (first + index) * PAGE);

function harvest(guest: Guest, flags: number, capacity: number) {
  const addresses = { value: [] as number[] };
  const count = { value: capacity };
  const granularity = { value: 0 };
  const size = PAGES * PAGE;
  const { GetWriteWatch } = guest.kernel32;
  expect(GetWriteWatch(flags, BASE, size, addresses, count, granularity)).toBe(0);
  expect([count.value, granularity.value]).toEqual([addresses.value.length, PAGE]);
  return addresses.value;
}

describe.each(PLACES)("GetWriteWatch of many pages, $profile $space", (place) => {
  test("reports all, once each", async () => {
    const guest = await watched(place);
    expect(harvest(guest, 0, 20_000)).toEqual(pagesFrom(0, PAGES));
    expect(harvest(guest, 0, PAGES)).toEqual(pagesFrom(0, PAGES));
  });

  test.each([1, 3967, 3968, 3969, 7936, 7937])(
    "capacity %i; only these are reset",
    async (capacity) => {
      const guest = await watched(place);
      expect(harvest(guest, WRITE_WATCH_FLAG_RESET, capacity)).toEqual(pagesFrom(0, capacity));
      expect(harvest(guest, 0, 20_000)).toEqual(pagesFrom(capacity, PAGES - capacity));
    },
  );

  test("count in the guest, addresses here", async () => {
    const guest = await watched(place);
    const addresses = { value: [] as number[] };
    const at = OUT + PAGE - 2;
    guest.memory.setUint32(at, 5000);
    const { GetWriteWatch } = guest.kernel32;
    expect(GetWriteWatch(0, BASE, PAGES * PAGE, addresses, at, { value: 0 })).toBe(0);
    expect(addresses.value).toEqual(pagesFrom(0, 5000));
    expect(guest.memory.getUint32(at)).toBe(5000);
    guest.memory.setUint32(at, 20_000);
    expect(GetWriteWatch(1, BASE, PAGES * PAGE, addresses, at, OUT)).toBe(0);
    expect(guest.memory.getUint32(at)).toBe(PAGES);
    expect(guest.memory.getUint32(OUT)).toBe(PAGE);
    expect(harvest(guest, 0, 10)).toEqual([]);
  });

  test("addresses in the guest", async () => {
    const guest = await watched(place);
    const count = { value: 3000 };
    const { GetWriteWatch } = guest.kernel32;
    expect(GetWriteWatch(0, BASE, PAGES * PAGE, OUT + 4, count, { value: 0 })).toBe(0);
    expect(count.value).toBe(3000);
    const width = guest.machine.pointerBytes;
    for (const index of [0, 1023, 2999]) {
      expect(guest.memory.getUint32(OUT + 4 + index * width)).toBe(BASE + index * PAGE);
    }
  });

  test("an unaligned range covers every page it touches", async () => {
    const guest = await watched(place);
    const addresses = { value: [] as number[] };
    const { GetWriteWatch, ResetWriteWatch } = guest.kernel32;
    const at = BASE + 5 * PAGE - 1;
    expect(GetWriteWatch(0, at, 2, addresses, { value: 10 }, { value: 0 })).toBe(0);
    expect(addresses.value).toEqual(pagesFrom(4, 2));
    const size = 4500 * PAGE + 2;
    expect(GetWriteWatch(1, at, size, addresses, { value: 10_000 }, { value: 0 })).toBe(0);
    expect(addresses.value).toEqual(pagesFrom(4, 4502));
    expect(ResetWriteWatch(BASE, PAGES * PAGE)).toBe(0);
    expect(harvest(guest, 0, 10)).toEqual([]);
  });
});

test("bad input at the door", async () => {
  const guest = await createGuest();
  const { GetWriteWatch, ResetWriteWatch } = guest.kernel32;
  const wrong = <T>(value: unknown) => value as T;
  const none = { value: 0 };
  guest.refuses(
    TypeError,
    /must be/,
    () => GetWriteWatch(wrong("0"), BASE, PAGE, { value: [] }, { value: 1 }, none),
    () => GetWriteWatch(0, BASE, PAGE, wrong("array"), { value: 1 }, none),
    () => GetWriteWatch(0, BASE, PAGE, { value: [] }, wrong({}), none),
    () => GetWriteWatch(0, BASE, PAGE, { value: [] }, { value: 1 }, wrong(true)),
    () => ResetWriteWatch(wrong(undefined), PAGE),
  );
  guest.refuses(
    RangeError,
    /must be/,
    () => GetWriteWatch(-1, BASE, PAGE, { value: [] }, { value: 1 }, none),
    () => GetWriteWatch(0, -1, PAGE, { value: [] }, { value: 1 }, none),
    () => GetWriteWatch(0, BASE, PAGE, { value: [] }, { value: 1.5 }, none),
    () => ResetWriteWatch(BASE, Number.NaN),
  );
});
