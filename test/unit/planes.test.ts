import { beforeAll, describe, expect, test } from "vitest";
import { unit } from "./compile.ts";
import { pick, randomFrom } from "./random.ts";

interface Planes {
  memory: WebAssembly.Memory;
  planeClearRange(plane: number, from: number, to: number): void;
  planeCount(plane: number, from: number, to: number): number;
  planeEmpty(plane: number): number;
  planeNext(plane: number, from: number, to: number): number;
  planeSet(plane: number, i: number): void;
  planeTest(plane: number, i: number): number;
  valueAt(chunk: number, i: number): number;
  valueFill(chunk: number, from: number, to: number, value: number): void;
  valueRunEnd(chunk: number, from: number, to: number, value: number): number;
}

const CHUNK = 0x100000;
const PAGES = 1024;
let planes: Planes;

/** [from, to) with at least one page, edges of words included. */
function range(random: (below: number) => number): [number, number] {
  const at = () => Math.min(PAGES, random(17) * 64 + pick([0, 0, 1, 63, random(64)], random));
  const a = at();
  const b = at();
  return a === b
    ? [Math.min(a, PAGES - 1), Math.min(a, PAGES - 1) + 1]
    : [Math.min(a, b), Math.max(a, b)];
}

describe.each([
  { words: "64 pages", simd: false },
  { words: "128 pages, with SIMD", simd: true },
])("bit planes hold what a plain array holds, by $words", ({ simd }) => {
  beforeAll(async () => {
    planes = await unit<Planes>("planes", simd ? ["--enable", "simd"] : []);
  });

  test.each([1, 2, 3, 4])("values of pages, seed %i", (seed) => {
    const random = randomFrom(seed);
    new Uint8Array(planes.memory.buffer).fill(0, CHUNK, CHUNK + 1024);
    const expected = new Uint8Array(PAGES);
    for (let step = 0; step < 400; step++) {
      const [from, to] = range(random);
      const value = random(256);
      planes.valueFill(CHUNK, from, to, value);
      expected.fill(value, from, to);
      const page = random(PAGES);
      expect(planes.valueAt(CHUNK, page)).toBe(expected[page]);
      const limit = page + 1 + random(PAGES - page);
      let end = page;
      while (end < limit && expected[end] === expected[page]) end += 1;
      expect(planes.valueRunEnd(CHUNK, page, limit, expected[page] as number)).toBe(end);
    }
    const actual = Uint8Array.from({ length: PAGES }, (_, page) => planes.valueAt(CHUNK, page));
    expect(actual).toEqual(expected);
  });

  test.each([5, 6])("one plane: set, count, next, clear, seed %i", (seed) => {
    const random = randomFrom(seed);
    new Uint8Array(planes.memory.buffer).fill(0, CHUNK, CHUNK + 1024);
    const expected = new Set<number>();
    for (let step = 0; step < 600; step++) {
      const [from, to] = range(random);
      if (random(4) === 0) {
        planes.planeClearRange(CHUNK, from, to);
        for (const page of [...expected]) if (page >= from && page < to) expected.delete(page);
      } else {
        const page = random(PAGES);
        planes.planeSet(CHUNK, page);
        expected.add(page);
      }
      const inside = [...expected].filter((page) => page >= from && page < to);
      expect(planes.planeCount(CHUNK, from, to)).toBe(inside.length);
      expect(planes.planeNext(CHUNK, from, to)).toBe(Math.min(to, ...inside));
      expect(planes.planeTest(CHUNK, from) !== 0).toBe(expected.has(from));
      expect(planes.planeEmpty(CHUNK) !== 0).toBe(expected.size === 0);
    }
  });
});
