import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { CountingMachine } from "./counting-machine.ts";
import { memoryOf, pagesChanged } from "./linear-memory.ts";

const KB = 2 ** 10;
const MB = 2 ** 20;
const GB = 2 ** 30;
const TB = 2 ** 40;
const BASE = 0x10000000000;

describe("a reservation costs the same whatever its size", () => {
  /** Steps and written pages of linear memory, of the second time: the first makes pools. */
  function cost(size: number) {
    const machine = new CountingMachine("win64");
    const reserve = () => machine.allocate(BASE, size, MEM_RESERVE, PAGE_READWRITE);
    const release = () => machine.free(BASE, 0, MEM_RELEASE);
    reserve();
    release();
    const before = memoryOf(machine);
    const reserved = machine.steps(reserve);
    const between = memoryOf(machine);
    const queried = machine.steps(() => expect(machine.query(BASE)).toBe(size));
    const released = machine.steps(release);
    const written = [pagesChanged(before, between), pagesChanged(between, memoryOf(machine))];
    return { reserved, queried, released, written };
  }

  const least = cost(64 * KB);

  test.each([
    ["64 GB", 64 * GB],
    ["64 TB", 64 * TB],
  ])("%s like 64 KB, in steps and in linear memory written", (_, size) => {
    expect(cost(size)).toEqual(least);
  });

  test("and writes a few pages of linear memory", () => {
    expect(Math.max(...least.written)).toBeLessThanOrEqual(8);
  });
});

/** 4 MB: what one entry of the page table says of memory that is all equal. */
const ENTRY = 4 * MB;
/** The most that a call does for one entry: counting, writing, and what the maps have of it. */
const STEPS_AN_ENTRY = 4;

describe.each(["win64", "win32", "windowed win32"] as const)("in %s", (place) => {
  const BASE_OF_WHOLE = 0x10000000;

  /** Steps of each call for `size` bytes in a region of 1 GB. */
  function cost(size: number) {
    const machine = new CountingMachine(place);
    const base = BASE_OF_WHOLE;
    machine.allocate(base, 1 * GB, MEM_RESERVE, PAGE_READWRITE);
    return new Map([
      ["commit", machine.steps(() => machine.allocate(base, size, MEM_COMMIT, PAGE_READWRITE))],
      ["protect", machine.steps(() => machine.protect(base, size, PAGE_READONLY))],
      ["query", machine.steps(() => expect(machine.query(base)).toBe(size))],
      ["decommit", machine.steps(() => machine.free(base, size, MEM_DECOMMIT))],
    ]);
  }

  const least = cost(ENTRY);

  test.each([16, 256, 1024])(
    "untouched memory that is all equal costs by entries of 4 MB, not by pages: %i MB",
    (size) => {
      const most = (STEPS_AN_ENTRY * size * MB) / ENTRY;
      for (const [call, steps] of cost(size * MB)) {
        expect(steps - (least.get(call) ?? 0), call).toBeLessThanOrEqual(most);
      }
    },
  );

  test("less than 4 MB costs at most 256 steps more: a chunk of bit planes", () => {
    for (const size of [1, 2, 3]) {
      const most = 256;
      for (const [call, steps] of cost(size * MB)) {
        expect(steps - (least.get(call) ?? 0), call).toBeLessThanOrEqual(most);
      }
    }
  });
});
