import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_FREE,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import type { RegionDescription } from "../../src/index.ts";
import { BASE, createGuest, type Guest, PAGE, PLACES } from "./support.ts";

const STACK: RegionDescription = {
  base: BASE,
  size: 16 * PAGE,
  type: MEM_PRIVATE,
  allocationProtect: PAGE_READWRITE,
  runs: [
    { size: 10 * PAGE, state: MEM_RESERVE },
    { size: PAGE, state: MEM_COMMIT, protect: PAGE_READWRITE | PAGE_GUARD },
    { size: 5 * PAGE, state: MEM_COMMIT, protect: PAGE_READWRITE },
  ],
};

const adopt = (guest: Guest, description: unknown) => () =>
  guest.process.adoptRegion(description as RegionDescription);

describe.each(PLACES)("adoptRegion, $profile $space", (place) => {
  test("a stack, an image and views are as they are described", async () => {
    const guest = await createGuest(place);
    const charge = guest.process.counters.commitCharge;
    guest.process.adoptRegion(STACK);
    const run = (address: number) => {
      const information = { BaseAddress: 0, RegionSize: 0, State: 0, Protect: 0, Type: 0 };
      guest.kernel32.VirtualQuery(address, information);
      return information;
    };
    expect(run(BASE)).toMatchObject({
      AllocationBase: BASE,
      AllocationProtect: PAGE_READWRITE,
      RegionSize: 10 * PAGE,
      State: MEM_RESERVE,
      Protect: 0,
      Type: MEM_PRIVATE,
    });
    expect(run(BASE + 10 * PAGE)).toMatchObject({ RegionSize: PAGE, Protect: 0x104 });
    expect(run(BASE + 11 * PAGE)).toMatchObject({ RegionSize: 5 * PAGE, Protect: 4 });
    expect(guest.process.counters.commitCharge - charge).toBe(6);
    expect(guest.memory.getUint32(BASE + 12 * PAGE)).toBe(0);
    expect(guest.kernel32.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(BASE);

    const image = 0x51000000;
    guest.process.adoptRegion({
      base: image,
      size: 3 * PAGE,
      type: MEM_IMAGE,
      allocationProtect: PAGE_EXECUTE_WRITECOPY,
      runs: [
        { size: PAGE, state: MEM_COMMIT, protect: PAGE_READONLY },
        { size: PAGE, state: MEM_COMMIT, protect: PAGE_EXECUTE_READ },
        { size: PAGE, state: MEM_COMMIT, protect: PAGE_WRITECOPY },
      ],
    });
    expect(run(image + PAGE)).toMatchObject({ Protect: PAGE_EXECUTE_READ, Type: MEM_IMAGE });
    expect(guest.kernel32.VirtualFree(image, 0, MEM_RELEASE)).toBe(0);

    const view = 0x52001000;
    guest.process.adoptRegion({
      base: view,
      size: PAGE,
      type: MEM_MAPPED,
      allocationProtect: PAGE_READONLY,
      backing: "pagefile",
    });
    expect(run(view)).toMatchObject({ AllocationBase: view, State: MEM_RESERVE, Type: MEM_MAPPED });
    guest.process.verifySpace();
  });

  test("what overlaps is refused", async () => {
    const guest = await createGuest(place);
    guest.process.adoptRegion(STACK);
    const region = { ...STACK, runs: undefined, size: PAGE };
    guest.refuses(
      RangeError,
      /region 0x5000f000 .. 0x5000ffff overlaps/,
      adopt(guest, { ...region, base: BASE + 15 * PAGE }),
    );
    guest.refuses(
      RangeError,
      /overlaps/,
      adopt(guest, STACK),
      adopt(guest, { ...region, base: BASE - PAGE, size: 2 * PAGE }),
      adopt(guest, { ...region, base: 0x7ffe0000 }),
    );
  });

  test("beyond the commit limit is refused", async () => {
    const guest = await createGuest({ ...place, commitLimit: 5 });
    guest.refuses(RangeError, /cannot be created: STATUS_COMMITMENT_LIMIT/, adopt(guest, STACK));
  });
});

test("as many runs as fit, and one more", async () => {
  const guest = await createGuest();
  const runs = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      size: PAGE,
      state: MEM_COMMIT,
      protect: index % 2 === 0 ? PAGE_READONLY : PAGE_READWRITE,
    }));
  const region = { base: BASE, type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE };
  guest.refuses(
    RangeError,
    /runs has 1985 elements, of which 1984 fit/,
    adopt(guest, { ...region, size: 1985 * PAGE, runs: runs(1985) }),
  );
  guest.process.adoptRegion({ ...region, size: 1984 * PAGE, runs: runs(1984) });
  expect(guest.page(BASE + 1982 * PAGE).protect).toBe(PAGE_READONLY);
  expect(guest.page(BASE + 1983 * PAGE).protect).toBe(PAGE_READWRITE);
  guest.process.verifySpace();
});

describe("bad descriptions", () => {
  const [reserved, guard, committed] = STACK.runs ?? [];

  test.each([
    [undefined, /region must be an object/],
    [{ ...STACK, end: 5 }, /there is no option "end"/],
    [{ ...STACK, base: "0x1000" }, /base must be a number/],
    [{ ...STACK, size: undefined }, /size must be a number/],
    [{ ...STACK, type: null }, /type must be a number/],
    [{ ...STACK, allocationProtect: undefined }, /allocationProtect must be a number/],
    [{ ...STACK, runs: { 0: reserved } }, /runs must be an array/],
    [{ ...STACK, runs: [null] }, /runs\[0\] must be an object/],
    [{ ...STACK, runs: [{ ...reserved, pages: 1 }] }, /runs\[0\]: there is no option "pages"/],
    [{ ...STACK, runs: [{ state: MEM_RESERVE }] }, /runs\[0\].size must be a number/],
  ])("wrong kind: %o", async (description, message) => {
    const guest = await createGuest();
    guest.refuses(TypeError, message, adopt(guest, description));
  });

  test.each([
    [{ ...STACK, base: BASE + 1 }, /base must be a multiple of 0x1000/],
    [{ ...STACK, base: 0 }, /base must be 65536 to/],
    [{ ...STACK, base: 0x8000 }, /base must be 65536 to/],
    [{ ...STACK, base: Number.NaN }, /base must be an integer/],
    [{ ...STACK, base: 0x7fff_ffff_0000 }, /base must be 65536 to/],
    [{ ...STACK, size: 0 }, /size must be 4096 to/],
    [{ ...STACK, size: PAGE + 5, runs: undefined }, /size must be a multiple of 0x1000/],
    [{ ...STACK, size: 2 ** 47 }, /size must be 4096 to/],
    [{ ...STACK, type: MEM_FREE }, /type must be MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE/],
    [{ ...STACK, type: 0 }, /type must be/],
    [{ ...STACK, allocationProtect: 0 }, /allocationProtect 0x0 is not a page protection/],
    [{ ...STACK, allocationProtect: 6 }, /allocationProtect 0x6 is not a page protection/],
    [{ ...STACK, allocationProtect: 0x804 }, /0x804 is not a page protection/],
    [{ ...STACK, allocationProtect: PAGE_NOACCESS | PAGE_GUARD }, /0x101 is not/],
    [{ ...STACK, allocationProtect: PAGE_READWRITE | 0x300 }, /0x304 is not/],
    [{ ...STACK, allocationProtect: PAGE_WRITECOPY }, /0x8 goes with views and images only/],
    [
      { ...STACK, type: MEM_IMAGE, allocationProtect: PAGE_WRITECOPY | PAGE_NOCACHE },
      /0x208 is not/,
    ],
    [{ ...STACK, runs: [] }, /runs end 0x10000 bytes before the region does/],
    [{ ...STACK, runs: [reserved, guard] }, /runs end 0x5000 bytes before/],
    [{ ...STACK, runs: [reserved, guard, committed, guard] }, /runs\[3\] ends behind the region/],
    [{ ...STACK, runs: [{ size: 5, state: MEM_RESERVE }] }, /runs\[0\].size must be/],
    [{ ...STACK, runs: [{ size: PAGE, state: MEM_FREE }] }, /runs\[0\].state must be/],
    [{ ...STACK, runs: [{ size: PAGE, state: MEM_COMMIT }] }, /runs\[0\].protect 0x0 is not/],
    [
      { ...STACK, runs: [{ size: PAGE, state: MEM_RESERVE, protect: 4 }] },
      /runs\[0\].protect goes with MEM_COMMIT, not 4/,
    ],
    [{ ...STACK, backing: "file" }, /backing goes with MEM_MAPPED only/],
    [{ ...STACK, type: MEM_MAPPED, backing: "disk" }, /backing must be "file" or "pagefile"/],
  ])("wrong value: %o", async (description, message) => {
    const guest = await createGuest();
    guest.refuses(RangeError, message, adopt(guest, description));
  });

  test.each([PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE])("modifier %i is legal", async (bit) => {
    const guest = await createGuest();
    const protect = PAGE_READWRITE | bit;
    guest.process.adoptRegion({
      ...STACK,
      allocationProtect: protect,
      runs: [{ size: STACK.size, state: MEM_COMMIT, protect }],
    });
    expect(guest.page(BASE).protect).toBe(protect);
  });
});
