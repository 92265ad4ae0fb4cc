import fc from "fast-check";
import { expect, test } from "vitest";
import { foldedGaps } from "../../demo/map/gaps.ts";
import {
  clipped,
  further,
  nearer,
  nextRun,
  panned,
  previousRun,
  rangeBetween,
} from "../../demo/map/navigation.ts";
import { gapsMost, Scale } from "../../demo/map/scale.ts";
import { PAGE_BYTES } from "../../demo/session/session.ts";
import { laidOut } from "./counted-memory.ts";

const SPACE_PAGES = 2 ** 35;
const space = { start: 0, end: SPACE_PAGES * PAGE_BYTES };
const WIDTH = 1200;
/** 256 KB at 64 KB, a page at 2 GB, 1 MB at 1 TB. */
const memory = laidOut([16, 64, 2 ** 19 - 80, 1, 2 ** 28 - 2 ** 19 - 1, 256], SPACE_PAGES);
const LAST = 2 ** 40;

const scaleOf = (range: { start: number; end: number }) => {
  return new Scale(range, foldedGaps(memory, range, gapsMost(WIDTH)), WIDTH);
};

test("all that is not free has room in 128 TB, and the pieces fill the width", () => {
  const { pieces, keptBytes } = scaleOf(space);
  expect(pieces.map(({ isGap }) => isGap)).toEqual([false, true, false, true, false, true]);
  expect(keptBytes).toBeLessThan(2 ** 22);
  let right = 0;
  for (const { left, width } of pieces) {
    expect(left).toBe(right);
    expect(width).toBeGreaterThanOrEqual(24);
    right += width;
  }
  expect(right).toBe(WIDTH);
});

test("pixels lead to addresses, and back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: WIDTH - 1 }), (x) => {
      const scale = scaleOf(space);
      const address = scale.addressAt(x);
      expect(address % PAGE_BYTES).toBe(0);
      expect(scale.xOf(address)).toBeLessThanOrEqual(x);
      expect(scale.xOf(address + PAGE_BYTES)).toBeGreaterThanOrEqual(x);
    }),
  );
});

test("each step nearer keeps what is under the pointer in sight, until 16 pages are left", () => {
  let range = space;
  const address = LAST + 0x80000;
  for (let step = 0; step < 12; step += 1) {
    const scale = scaleOf(range);
    range = clipped(nearer(scale, scale.xOf(address), 2), space);
    expect(range.start).toBeLessThanOrEqual(address);
    expect(range.end).toBeGreaterThan(address);
  }
  expect(range.end - range.start).toBe(0x10000);
});

test("a few steps further show everything again", () => {
  let range = clipped({ start: LAST, end: LAST + 0x10000 }, space);
  let steps = 0;
  while (range.end - range.start < space.end) {
    range = clipped(further(memory, scaleOf(range), WIDTH / 3, 1.7), space);
    steps += 1;
  }
  expect(steps).toBeLessThan(16);
});

test("moving along crosses free memory at once", () => {
  const range = { start: 0x10000, end: 0x50000 };
  const there = panned(memory, scaleOf(range), 1);
  expect(there.start).toBeLessThanOrEqual(2 ** 31);
  expect(there.end).toBeGreaterThan(2 ** 31);
  const back = panned(memory, scaleOf({ start: 2 ** 32, end: 2 ** 32 + 0x40000 }), -0.5);
  expect(back.start).toBeLessThanOrEqual(2 ** 31);
  expect(back.end).toBeGreaterThan(2 ** 31);
});

test("runs follow each other, up and down", () => {
  const starts = [0, 0x10000, 0x50000, 2 ** 31, 2 ** 31 + 0x1000, LAST, LAST + 0x10_0000];
  for (const [index, start] of starts.entries()) {
    expect(nextRun(memory, start, space)).toBe(starts[index + 1] ?? start);
    expect(previousRun(memory, start, space)).toBe(starts[index - 1] ?? start);
    expect(previousRun(memory, start + PAGE_BYTES, space)).toBe(start);
  }
});

test("a range stays in the space, in whole pages, and is not too short", () => {
  const edge = fc.integer({ min: -(2 ** 48), max: 2 ** 48 });
  fc.assert(
    fc.property(edge, edge, (start, end) => {
      const range = clipped({ start, end: Math.max(start, end) }, space);
      expect(range.start % PAGE_BYTES).toBe(0);
      expect(range.end % PAGE_BYTES).toBe(0);
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeLessThanOrEqual(space.end);
      expect(range.end - range.start).toBeGreaterThanOrEqual(0x10000);
    }),
  );
});

test("a selection holds the pages under both of its ends", () => {
  const scale = new Scale({ start: 0, end: 0x100000 }, [], 256);
  expect(rangeBetween(scale, 16, 31)).toEqual({ start: 0x10000, end: 0x20000 });
});
