import { describe, expect, test } from "vitest";
import {
  clrHost,
  eTaskCritical,
  HOST_E_INVALIDOPERATION,
  type IHostMalloc,
  S_OK,
} from "../../src/clr-host.ts";
import { MEM_COMMIT, MEM_DECOMMIT } from "../../src/constants.ts";
import { Random } from "../model/random.ts";
import { createGuest, type Guest, PAGE, PLACES } from "./support.ts";

const BLOCKS = 100_000;
/** About so many at the same time. */
const LIVE = 3_000;

function createMalloc(guest: Guest): IHostMalloc {
  const host = clrHost(guest.process);
  host.start();
  const out: { value: IHostMalloc | null } = { value: null };
  expect(host.manager.CreateMalloc(0, out)).toBe(S_OK);
  if (out.value === null) throw new Error("no allocator");
  return out.value;
}

/** Mostly small, some of pages, a few of regions, some of nothing. */
function randomSize(random: Random): number {
  if (random.oneIn(500)) return 0x10000 + random.below(0x20000);
  if (random.oneIn(10)) return random.below(5 * PAGE);
  return random.below(random.oneIn(2) ? 64 : 1000);
}

describe.each(PLACES)("$profile $space", (place) => {
  test("100,000 random blocks leave charge, frames and address space where they were", async () => {
    const guest = await createGuest(place);
    const malloc = createMalloc(guest);
    const before = guest.state();
    const random = new Random(1);
    const live: { address: number; mark: number }[] = [];
    const memory = { value: 0 };
    let most = 0;
    for (let made = 0; made < BLOCKS || live.length > 0; ) {
      const grows = made < BLOCKS && random.below(2 * LIVE) >= live.length;
      if (grows) {
        const size = randomSize(random) + 4;
        if (malloc.Alloc(size, eTaskCritical, memory) !== S_OK) throw new Error("no block");
        guest.memory.setUint32(memory.value, made);
        live.push({ address: memory.value, mark: made });
        made++;
        most = Math.max(most, guest.machine.counters.commitCharge);
      } else {
        const index = random.below(live.length);
        const { address, mark } = live[index] as { address: number; mark: number };
        if (guest.memory.getUint32(address) !== mark) throw new Error("a block was overwritten");
        if (malloc.Free(address) !== S_OK) throw new Error("not freed");
        live[index] = live.at(-1) as { address: number; mark: number };
        live.pop();
      }
    }
    expect(most).toBeGreaterThan(300);
    expect(guest.state()).toEqual(before);
    guest.process.verifySpace();
  });

  test("the same blocks lie in the same places", async () => {
    const addresses = async () => {
      const malloc = createMalloc(await createGuest(place));
      const random = new Random(7);
      return Array.from({ length: 1000 }, () => {
        const memory = { value: 0 };
        malloc.Alloc(randomSize(random), eTaskCritical, memory);
        if (random.oneIn(3)) malloc.Free(memory.value);
        return memory.value;
      });
    };
    expect(await addresses()).toEqual(await addresses());
  });
});

describe("pages and blocks", () => {
  const sized = (malloc: IHostMalloc, size: number | bigint) => {
    const memory = { value: 0 };
    expect(malloc.Alloc(size, eTaskCritical, memory)).toBe(S_OK);
    return memory.value;
  };

  test.each([
    [0, 1],
    [1, 1],
    [16, 1],
    [2048, 1],
    [2049, 1],
    [PAGE, 1],
    [PAGE + 1, 2],
    [16 * PAGE, 16],
    [16 * PAGE + 1, 17],
    [300 * PAGE, 300],
  ])("a block of %i bytes is charged %i pages, and gives them back", async (size, pages) => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const before = guest.state();
    const address = sized(malloc, size);
    expect(guest.machine.counters.commitCharge).toBe(before.commitCharge + pages);
    guest.memory.fill(address, 1, Math.max(size, 1));
    expect(malloc.Free(address)).toBe(S_OK);
    expect(guest.state()).toEqual(before);
  });

  test.each([1, 16, 17, 33, 100, 129, 200, 513, 1000, 1025, 1366, 2000])(
    "blocks of %i bytes share pages and do not overlap",
    async (size) => {
      const guest = await createGuest();
      const malloc = createMalloc(guest);
      const addresses = Array.from({ length: 300 }, () => sized(malloc, size));
      for (const [index, address] of addresses.entries()) {
        guest.memory.fill(address, index & 0xff, size);
      }
      for (const [index, address] of addresses.entries()) {
        const bytes = guest.memory.read(address, size);
        expect(bytes.every((byte) => byte === (index & 0xff))).toBe(true);
      }
      const pages = guest.machine.counters.commitCharge;
      expect(pages * PAGE).toBeLessThan(1.6 * 300 * Math.ceil(size / 16) * 16 + 2 * PAGE);
      for (const address of addresses) expect(malloc.Free(address)).toBe(S_OK);
      expect(guest.machine.counters.commitCharge).toBe(0);
    },
  );

  test("a page goes when its last block goes, and not before", async () => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const kept = sized(malloc, 3 * PAGE);
    const [one, other] = [sized(malloc, 64), sized(malloc, 64)];
    expect(other - one).toBe(64);
    expect(malloc.Free(one)).toBe(S_OK);
    expect(guest.page(other).state).toBe(MEM_COMMIT);
    expect(sized(malloc, 64)).toBe(one);
    expect(malloc.Free(one)).toBe(S_OK);
    expect(malloc.Free(other)).toBe(S_OK);
    expect(guest.page(other).state).not.toBe(MEM_COMMIT);
    expect(malloc.Free(kept)).toBe(S_OK);
  });

  test("free pages between blocks are used again", async () => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const runs = Array.from({ length: 60 }, () => sized(malloc, 5 * PAGE));
    const [first = 0, second = 0, , fourth = 0] = runs;
    for (const address of [first, second, fourth]) malloc.Free(address);
    expect(sized(malloc, 10 * PAGE)).toBe(first);
    expect(sized(malloc, 6 * PAGE)).toBeGreaterThan(fourth);
    expect(sized(malloc, 5 * PAGE)).toBe(fourth);
  });

  test("a reused page is zeros again", async () => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const address = sized(malloc, PAGE);
    guest.memory.fill(address, 0xff, PAGE);
    malloc.Free(address);
    expect(sized(malloc, PAGE)).toBe(address);
    expect(guest.memory.read(address, PAGE).every((byte) => byte === 0)).toBe(true);
  });

  test("the guest cannot break it by what it writes, or by decommitting its pages", async () => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const before = guest.state();
    const blocks = Array.from({ length: 50 }, () => sized(malloc, 48));
    const [first = 0] = blocks;
    const page = first - (first % PAGE);
    guest.memory.fill(page, 0xff, PAGE);
    expect(malloc.Free(first + 8)).toBe(HOST_E_INVALIDOPERATION);
    expect(guest.kernel32.VirtualFree(page, PAGE, MEM_DECOMMIT)).toBe(1);
    for (const address of blocks) expect(malloc.Free(address)).toBe(S_OK);
    expect(guest.state()).toEqual(before);
  });

  test("sizes and addresses that are bigints", async () => {
    const guest = await createGuest();
    const malloc = createMalloc(guest);
    const memory = { value: 1 };
    for (const size of [2n ** 64n - 1n, 2n ** 53n, 2n ** 48n]) {
      expect(malloc.Alloc(size, eTaskCritical, memory)).toBe(0x8007000e);
      expect(memory.value).toBe(0);
    }
    const address = sized(malloc, 100n);
    expect(malloc.Free(2n ** 64n - 16n)).toBe(HOST_E_INVALIDOPERATION);
    expect(malloc.Free(BigInt(address))).toBe(S_OK);
  });
});
