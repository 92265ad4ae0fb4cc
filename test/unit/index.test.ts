import { beforeEach, describe, expect, test } from "vitest";
import { unit } from "./compile.ts";
import { randomFrom } from "./random.ts";

interface Index {
  begin(profile: number, windowed: number): void;
  insert(start: bigint, end: bigint): void;
  remove(start: bigint): void;
  shorten(start: bigint, end: bigint): void;
  behead(start: bigint, to: bigint): void;
  startAt(address: bigint): bigint;
  startAfter(address: bigint): bigint;
  lowest(size: bigint, alignment: bigint, low: bigint, high: bigint): bigint;
  highest(size: bigint, alignment: bigint, low: bigint, high: bigint): bigint;
  live(): number;
  verifyAll(): number;
}

const WIN64 = 3;
const UNIT = 0x10000;
const LIMIT = 0x7ffffffdffff;
const NOWHERE = -1;
let index: Index;

beforeEach(async () => {
  index = await unit<Index>("space");
  index.begin(WIN64, 0);
});

const numberOf = (address: bigint) => Number(BigInt.asIntN(64, address));
const up = (address: number) => Math.ceil(address / UNIT) * UNIT;

/** What the searches must find, by looking at every gap. */
function gaps(regions: Map<number, number>): [number, number][] {
  const sorted = [...regions].sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  let end = UNIT;
  const top: [number, number] = [LIMIT + 1, LIMIT + 1];
  for (const [start, stop] of [...sorted, top]) {
    if (start > up(end)) result.push([up(end), start]);
    end = stop;
  }
  return result;
}

function naiveLowest(regions: Map<number, number>, size: number, low: number, high: number) {
  for (const [start, end] of gaps(regions)) {
    const base = up(Math.max(start, low));
    if (base + size <= Math.min(end, high + 1)) return base;
  }
  return NOWHERE;
}

function naiveHighest(regions: Map<number, number>, size: number, low: number, high: number) {
  for (const [start, end] of gaps(regions).reverse()) {
    const base = Math.floor((Math.min(end, high + 1) - size) / UNIT) * UNIT;
    if (base >= Math.max(start, low)) return base;
  }
  return NOWHERE;
}

describe("the index of regions against a plain map", () => {
  test.each([1, 2, 3])("insert, cut, remove, find and search, seed %i", (seed) => {
    const random = randomFrom(seed);
    const regions = new Map<number, number>();
    const records = index.live();
    for (let step = 0; step < 3000; step++) {
      const keys = [...regions.keys()];
      const start = keys[random(keys.length || 1)];
      const pages = start === undefined ? 0 : ((regions.get(start) as number) - start) / 0x1000;
      const kind = random(10);
      if (start === undefined || kind < 5 || (kind < 6 && keys.length < 400)) {
        const base = UNIT + random(2000) * UNIT;
        const end = base + (random(40) + 1) * 0x1000;
        if (keys.every((key) => base >= (regions.get(key) as number) || end <= key)) {
          index.insert(BigInt(base), BigInt(end));
          regions.set(base, end);
        }
      } else if (kind < 7 && pages > 1) {
        const end = start + (1 + random(pages - 1)) * 0x1000;
        index.shorten(BigInt(start), BigInt(end));
        regions.set(start, end);
      } else if (kind < 8 && pages > 1) {
        const to = start + (1 + random(pages - 1)) * 0x1000;
        index.behead(BigInt(start), BigInt(to));
        regions.set(to, regions.get(start) as number);
        regions.delete(start);
      } else {
        index.remove(BigInt(start));
        regions.delete(start);
      }
      const address = random(2100) * UNIT + random(16) * 0x1000;
      const holder = [...regions].find(([key, end]) => address >= key && address < end);
      expect(numberOf(index.startAt(BigInt(address)))).toBe(holder ? holder[0] : NOWHERE);
      const after = Math.min(...[...regions.keys()].filter((key) => key > address));
      expect(numberOf(index.startAfter(BigInt(address)))).toBe(
        Number.isFinite(after) ? after : NOWHERE,
      );
      const size = (random(60) + 1) * 0x1000;
      const low = UNIT + random(1000) * UNIT;
      const high = random(3) === 0 ? LIMIT : low + random(1000) * UNIT - 1;
      const limits = [BigInt(UNIT), BigInt(low), BigInt(high)] as const;
      expect(numberOf(index.lowest(BigInt(size), ...limits))).toBe(
        naiveLowest(regions, size, low, high),
      );
      expect(numberOf(index.highest(BigInt(size), ...limits))).toBe(
        naiveHighest(regions, size, low, high),
      );
      if (step % 100 === 0) expect(index.verifyAll()).toBe(0);
    }
    for (const start of regions.keys()) index.remove(BigInt(start));
    expect(index.verifyAll()).toBe(0);
    expect(index.live()).toBe(records);
  });

  test("the search costs a path, not a walk: 65,536 regions, in any order of insertion", () => {
    const count = 65_536;
    for (let i = 0; i < count; i++) {
      const base = UNIT + ((i * 40_503) % count) * UNIT;
      index.insert(BigInt(base), BigInt(base + 0x1000));
    }
    expect(index.verifyAll()).toBe(0);
    const free = UNIT + count * UNIT;
    expect(numberOf(index.lowest(0x1000n, BigInt(UNIT), BigInt(UNIT), BigInt(LIMIT)))).toBe(free);
    for (let i = 0; i < count; i++) index.remove(BigInt(UNIT + i * UNIT));
    expect(index.verifyAll()).toBe(0);
  });
});
