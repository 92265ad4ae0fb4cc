import { Machine } from "guardpage";
import { MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { describe, expect, test } from "vitest";
import { type Cell, cellsOf, QUERIES_MAXIMUM } from "../../demo/map/cells.ts";
import { memoryOf } from "../../demo/map/memory.ts";
import { CROWDED, FREE, type Scheme, schemes, sharesOf } from "../../demo/map/schemes.ts";
import { stackOf } from "../../demo/map/stack.ts";
import { PAGE_BYTES, wholeSpace } from "../../demo/session/session.ts";
import { CountedMemory, crowd, runsOf } from "./counted-memory.ts";

const COLUMNS = 1200;
const REGIONS = 65_536;

async function memoryWith(profile: "win32" | "win64", count: number) {
  const machine = await Machine.create({ profile });
  const process = machine.createProcess();
  const space = wholeSpace(machine);
  // Above them lies what Windows maps into each process.
  crowd(process, count, { start: 0x10000, end: 0x7fe0_0000 });
  return { space, process, memory: new CountedMemory(memoryOf(process)) };
}

/** The kinds in each cell, by all runs of their range. */
function naiveKinds(memory: CountedMemory, cells: readonly Cell[], scheme: Scheme) {
  const kinds = cells.map(() => new Set<string>());
  const range = { start: cells[0]?.start ?? 0, end: cells.at(-1)?.end ?? 0 };
  let first = 0;
  for (const run of runsOf(memory, range)) {
    while ((cells[first]?.end ?? Number.POSITIVE_INFINITY) <= run.start) first += 1;
    for (let index = first; index < cells.length; index += 1) {
      if ((cells[index]?.start ?? 0) >= run.end) break;
      kinds[index]?.add(scheme.kindOf(run).name);
    }
  }
  return kinds;
}

describe.each(["win32", "win64"] as const)("%s with 65,536 regions", (profile) => {
  test("shows what a walk over all regions finds", async () => {
    const { memory, space } = await memoryWith(profile, REGIONS);
    // All of the space, and a part in which the cells are as small as the regions.
    for (const range of [space, { start: 0, end: 0x100_0000 }]) {
      const cells = cellsOf(memory, range, COLUMNS);
      for (const scheme of [schemes.protection, schemes.type]) {
        const naive = naiveKinds(memory, cells, scheme);
        for (const [index, cell] of cells.entries()) {
          const seen = [...sharesOf(cell, scheme).keys()].map(({ name }) => name);
          const all = [...(naive[index] ?? [])];
          if (cell.isWhole) expect(seen.toSorted()).toEqual(all.toSorted());
          else expect(all).toEqual(expect.arrayContaining(seen));
          const shown = stackOf(cell, scheme, 56).map(({ kind }) => kind);
          expect(shown.includes(CROWDED)).toBe(!cell.isWhole);
          const isShown = shown.some((kind) => kind !== FREE && kind !== CROWDED);
          expect(isShown).toBe(all.some((name) => name !== FREE.name));
        }
      }
    }
  });

  test.each([16, 1024, REGIONS])("asks so often a cell at most, with %i regions", async (count) => {
    const { memory, space } = await memoryWith(profile, count);
    cellsOf(memory, space, COLUMNS);
    expect(memory.queries).toBeLessThanOrEqual(QUERIES_MAXIMUM * COLUMNS);
    expect(memory.touchedCalls).toBeLessThanOrEqual(COLUMNS);
  });
});

test("a run over many cells is asked for once", async () => {
  const { memory, space } = await memoryWith("win64", 0);
  cellsOf(memory, space, COLUMNS);
  // Free, what Windows maps, free.
  expect(memory.queries).toBe(3);
});

test("a page in 128 TB is seen wherever it lies", async () => {
  const { memory, process, space } = await memoryWith("win64", 0);
  const { VirtualAlloc } = kernel32(process);
  for (let index = 1; index < 200; index += 1) {
    const wanted = Math.floor(((space.end / 200) * index) / 0x10000) * 0x10000;
    const page = VirtualAlloc(wanted, PAGE_BYTES, MEM_RESERVE, PAGE_READWRITE);
    const cells = cellsOf(memory, space, COLUMNS);
    const cell = cells.find(({ start, end }) => page >= start && page < end);
    expect(cell?.parts.some(({ run }) => run.regionBase === page)).toBe(true);
  }
});

test("cells are whole pages, side by side", async () => {
  const { memory } = await memoryWith("win32", 16);
  const range = { start: 0x3000, end: 0x67000 };
  const cells = cellsOf(memory, range, 7);
  const edges = cells.map(({ start }) => start);
  expect([...edges, cells.at(-1)?.end]).toEqual([
    ...[0x3000, 0x11000, 0x1f000, 0x2d000],
    ...[0x3c000, 0x4a000, 0x58000, 0x67000],
  ]);
  for (const { start, end, parts } of cells) {
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(end - start);
  }
});
