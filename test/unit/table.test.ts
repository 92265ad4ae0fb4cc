import { beforeEach, describe, expect, test } from "vitest";
import { unit } from "./compile.ts";
import { pick, randomFrom } from "./random.ts";

interface Table {
  begin(profile: number, windowed: number): void;
  attributes(page: bigint): number;
  fill(first: bigint, end: bigint, value: number): void;
  runEnd(page: bigint, end: bigint): bigint;
  committed(first: bigint, end: bigint): bigint;
  tableSize(): number;
}

const WIN32 = 0;
const WIN64 = 3;
/** Committed read-write, committed read-only with guard, nothing. */
const VALUES = [0x07, 0x23, 0];
let table: Table;

beforeEach(async () => {
  table = await unit<Table>("space");
});

describe("the page table against a list of runs", () => {
  test.each([
    [WIN32, 1],
    [WIN32, 2],
    [WIN64, 3],
    [WIN64, 4],
  ])("profile %i, seed %i", (profile, seed) => {
    table.begin(profile, 0);
    const random = randomFrom(seed);
    // Edges of chunks (2^10 pages), of nodes (2^20, 2^30), and single pages around them.
    const spans =
      profile === WIN64 ? [0, 2 ** 10, 2 ** 20, 2 ** 21, 2 ** 30, 2 ** 31] : [0, 2 ** 10, 2 ** 19];
    const edge = () =>
      pick(spans, random) + random(3) * 1024 + pick([0, 1, 1023, random(1024)], random);
    let runs: [number, number, number][] = [[0, 2 ** 33, 0]];
    const valueAt = (page: number) =>
      runs.find(([from, to]) => page >= from && page < to)?.[2] ?? 0;
    for (let step = 0; step < 1500; step++) {
      const edges = [edge(), edge()];
      const first = Math.min(...edges);
      const end = Math.max(...edges);
      if (first === end) continue;
      const value = pick(VALUES, random);
      table.fill(BigInt(first), BigInt(end), value);
      runs = runs.flatMap(([from, to, old]): [number, number, number][] => {
        const parts: [number, number, number][] = [
          [from, Math.min(to, first), old],
          [Math.max(from, end), to, old],
        ];
        return parts.filter(([a, b]) => a < b);
      });
      runs.push([first, end, value]);
      runs.sort((a, b) => a[0] - b[0]);
      const page = edge();
      expect(table.attributes(BigInt(page))).toBe(valueAt(page));
      const limit = Math.min(page + 1 + random(2 ** 22), profile === WIN64 ? 2 ** 33 : 2 ** 20);
      let stop = page;
      for (const [from, to, old] of runs) {
        if (from <= stop && to > stop && old === valueAt(page)) stop = to;
      }
      expect(Number(table.runEnd(BigInt(page), BigInt(limit)))).toBe(Math.min(stop, limit));
      const sum = runs.reduce((count, [from, to, old]) => {
        return old === 0 ? count : count + Math.max(0, Math.min(to, limit) - Math.max(from, page));
      }, 0);
      expect(Number(table.committed(BigInt(page), BigInt(limit)))).toBe(sum);
    }
    table.fill(0n, BigInt(profile === WIN64 ? 2 ** 32 : 2 ** 20), 0);
    expect(table.tableSize()).toBe(1);
  });

  test("a range that covers entries costs its edges: 64 TB need no more records than 64 KB", () => {
    table.begin(WIN64, 0);
    table.fill(16n, 32n, 0x07);
    const small = table.tableSize();
    table.fill(0n, BigInt(2 ** 34), 0x07);
    expect(table.tableSize()).toBeLessThanOrEqual(small);
  });

  test("a query over a chunk that has become uniform gives its planes back", () => {
    table.begin(WIN32, 0);
    for (let page = 0; page < 1024; page++) table.fill(BigInt(page), BigInt(page + 1), 0x07);
    expect(table.tableSize()).toBe(2);
    expect(Number(table.runEnd(0n, 2048n))).toBe(1024);
    expect(table.tableSize()).toBe(1);
  });
});
