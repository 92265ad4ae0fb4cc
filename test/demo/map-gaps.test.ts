import fc from "fast-check";
import { expect, test } from "vitest";
import { between, foldedGaps, gapsOf, largestGap } from "../../demo/map/gaps.ts";
import { isFree, runStart } from "../../demo/session/runs.ts";
import { type AddressRange, PAGE_BYTES } from "../../demo/session/session.ts";
import { CountedMemory, laidOut, runsOf } from "./counted-memory.ts";

const SPACE_PAGES = 2 ** 19;
const space = { start: 0, end: SPACE_PAGES * PAGE_BYTES };

/** In turn short and long, so that gaps of all sizes come up. */
const layouts = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8000 })),
  {
    maxLength: 40,
  },
);

/** All free stretches. */
function freeOf(memory: CountedMemory): AddressRange[] {
  const found: AddressRange[] = [];
  for (const run of runsOf(memory, space)) {
    if (!isFree(run)) continue;
    const last = found.at(-1);
    const adjoins = last?.end === run.start;
    const start = adjoins ? last.start : run.start;
    found.splice(adjoins ? -1 : found.length, 1, { start, end: run.end });
  }
  return found;
}

test("finds all gaps that are long enough, and nothing else", () => {
  fc.assert(
    fc.property(layouts, fc.integer({ min: 1, max: 20_000 }), (pages, leastPages) => {
      const memory = new CountedMemory(laidOut(pages, SPACE_PAGES));
      const leastBytes = leastPages * PAGE_BYTES;
      const long = freeOf(memory).filter(({ start, end }) => end - start >= leastBytes);
      expect(gapsOf(memory, space, leastBytes)).toEqual(long);
    }),
  );
});

test("finds the longest gap", () => {
  fc.assert(
    fc.property(layouts, (pages) => {
      const memory = new CountedMemory(laidOut(pages, SPACE_PAGES));
      const lengths = freeOf(memory).map(({ start, end }) => end - start);
      const found = largestGap(memory, space);
      expect(found && found.end - found.start).toBe(Math.max(...lengths));
    }),
  );
});

test("finds where a run starts", () => {
  fc.assert(
    fc.property(layouts, fc.nat(SPACE_PAGES - 1), (pages, page) => {
      const memory = new CountedMemory(laidOut(pages, SPACE_PAGES));
      const address = page * PAGE_BYTES;
      const own = [...runsOf(memory, space)].findLast(({ start }) => start <= address);
      expect(runStart(memory.query, address)).toBe(own?.start);
    }),
  );
});

test("folds free memory only, never all of a range, and no more gaps than it may", () => {
  fc.assert(
    fc.property(layouts, fc.integer({ min: 0, max: 8 }), (pages, most) => {
      const memory = new CountedMemory(laidOut(pages, SPACE_PAGES));
      const gaps = foldedGaps(memory, space, most);
      expect(gaps.length).toBeLessThanOrEqual(most);
      for (const gap of gaps) expect([...runsOf(memory, gap)].every(isFree)).toBe(true);
      expect(between(space, gaps)).not.toEqual([]);
    }),
  );
});

test("leaves little free memory around 256 KB in 128 TB", () => {
  const pages = 2 ** 35;
  const memory = new CountedMemory(laidOut([16, 64], pages));
  const gaps = foldedGaps(memory, { start: 0, end: pages * PAGE_BYTES }, 8);
  expect(gaps).toEqual([{ start: 0x50000, end: pages * PAGE_BYTES }]);
  expect(memory.queries).toBeLessThan(100);
});

test("finds the longest of a thousand gaps, all of them short", () => {
  const pages = Array.from({ length: 1000 }, (_, index) => [index === 700 ? 3 : 2, 1]).flat();
  const memory = new CountedMemory(laidOut(pages, 3001));
  const found = largestGap(memory, { start: 0, end: 3001 * PAGE_BYTES });
  expect(found).toEqual({ start: 2100 * PAGE_BYTES, end: 2103 * PAGE_BYTES });
});

test("asks no more than a bound, however many regions there are", () => {
  const questions = [16, 1024, 65_536].map((count) => {
    const pages = Array.from({ length: count }, () => [3, 1]).flat();
    const memory = new CountedMemory(laidOut(pages, 2 ** 35));
    foldedGaps(memory, { start: 0, end: 2 ** 47 }, 8);
    largestGap(memory, { start: 0, end: 2 ** 47 });
    return memory.queries;
  });
  expect(Math.max(...questions)).toBeLessThan(6000);
});
