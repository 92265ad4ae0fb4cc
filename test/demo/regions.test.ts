import { expect, test } from "vitest";
import { type Order, orderAfter, ordered } from "../../demo/regions/order.ts";
import { readRegions, regionsOf, runsOf } from "../../demo/regions/region.ts";
import { Rows } from "../../demo/regions/rows.ts";
import { search } from "../../demo/regions/search.ts";
import { runQuery, wholeRun } from "../../demo/session/runs.ts";
import { visibleRows } from "../../demo/view/visible-rows.ts";
import {
  MEM_COMMIT,
  MEM_IMAGE,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

const STACK = 0x20000;
const IMAGE = 0x400000;
const DATA = 0x500000;

/** A process with a stack of three runs, an image of two, and data that was touched. */
async function process() {
  const made = (await createMachine({ profile: "win32" })).createProcess();
  const commit = (size: number, protect: number) => ({ size, state: MEM_COMMIT, protect });
  made.adoptRegion({
    base: STACK,
    size: 0x10000,
    type: MEM_PRIVATE,
    allocationProtect: PAGE_READWRITE,
    runs: [
      { size: 0xd000, state: MEM_RESERVE },
      commit(0x1000, PAGE_READWRITE | PAGE_GUARD),
      commit(0x2000, PAGE_READWRITE),
    ],
  });
  made.adoptRegion({
    base: IMAGE,
    size: 0x3000,
    type: MEM_IMAGE,
    allocationProtect: PAGE_EXECUTE_READ,
    runs: [commit(0x1000, PAGE_READONLY), commit(0x2000, PAGE_EXECUTE_READ)],
  });
  made.adoptRegion({
    base: DATA,
    size: 0x4000,
    type: MEM_PRIVATE,
    allocationProtect: PAGE_READWRITE,
    runs: [commit(0x4000, PAGE_READWRITE)],
  });
  made.memory.setUint8(DATA + 0x1000, 1);
  return made;
}

const bases = (regions: readonly { base: number }[]) => regions.map(({ base }) => base);

test("one row for each region, with what its runs have together", async () => {
  const made = await process();
  const regions = regionsOf(made);
  expect(regions).toHaveLength(made.counters.regions);
  expect(regions.slice(0, 3)).toEqual([
    {
      base: STACK,
      sizeBytes: 0x10000,
      committedBytes: 0x3000,
      touchedBytes: 0,
      type: MEM_PRIVATE,
      allocationProtect: PAGE_READWRITE,
      protections: [PAGE_READWRITE, PAGE_READWRITE | PAGE_GUARD],
      states: MEM_COMMIT | MEM_RESERVE,
    },
    {
      base: IMAGE,
      sizeBytes: 0x3000,
      committedBytes: 0x3000,
      touchedBytes: 0,
      type: MEM_IMAGE,
      allocationProtect: PAGE_EXECUTE_READ,
      protections: [PAGE_READONLY, PAGE_EXECUTE_READ],
      states: MEM_COMMIT,
    },
    {
      base: DATA,
      sizeBytes: 0x4000,
      committedBytes: 0x4000,
      touchedBytes: 0x1000,
      type: MEM_PRIVATE,
      allocationProtect: PAGE_READWRITE,
      protections: [PAGE_READWRITE],
      states: MEM_COMMIT,
    },
  ]);
});

test("reading asks once for each run and each gap", async () => {
  const made = await process();
  const query = runQuery(made);
  let asked = 0;
  readRegions(
    (address) => {
      asked += 1;
      return query(address);
    },
    () => 0,
  );
  const runs = regionsOf(made).reduce((sum, region) => sum + runsOf(made, region).length, 0);
  // Below, between and above the regions; and once behind the end.
  const gaps = made.counters.regions + 1;
  expect(asked).toBeLessThanOrEqual(runs + gaps + 1);
});

test("reading changes nothing, the last error neither", async () => {
  const made = await process();
  const before = made.machine.hash();
  regionsOf(made);
  expect(kernel32(made).GetLastError()).toBe(0);
  expect(made.machine.hash()).toBe(before);
});

test("a run is found from its first page on", async () => {
  const made = await process();
  const query = runQuery(made);
  expect(query(0x3f000)).toMatchObject({ start: 0x3f000, end: IMAGE });
  expect(wholeRun(query, 0x3f000)).toMatchObject({ start: 0x30000, end: IMAGE });
  expect(wholeRun(query, IMAGE + 0x2fff)).toMatchObject({ start: IMAGE + 0x1000 });
  expect(wholeRun(query, 0)).toMatchObject({ start: 0, end: STACK });
  expect(wholeRun(query, made.machine.highestUserAddress + 1)).toBeUndefined();
});

test("columns order both ways, and what is alike ascends", async () => {
  const regions = regionsOf(await process()).slice(0, 3);
  const by = (column: string, direction: Order["direction"]) => {
    return bases(ordered(regions, { column, direction }));
  };
  expect(by("base", "descending")).toEqual([DATA, IMAGE, STACK]);
  expect(by("size", "ascending")).toEqual([IMAGE, DATA, STACK]);
  expect(by("touched", "descending")).toEqual([DATA, STACK, IMAGE]);
  expect(by("type", "ascending")).toEqual([IMAGE, STACK, DATA]);
  expect(by("allocated", "descending")).toEqual([STACK, DATA, IMAGE]);

  const first = orderAfter({ column: "base", direction: "ascending" }, "size");
  expect(first).toEqual({ column: "size", direction: "ascending" });
  expect(orderAfter(first, "size")).toEqual({ column: "size", direction: "descending" });
});

test("a search goes by addresses and names, and tells which words match nothing", async () => {
  const regions = regionsOf(await process()).slice(0, 3);
  const find = (text: string) => {
    const { regions: found, unmatched } = search(regions, text);
    return { found: bases(found), unmatched };
  };
  const all = [STACK, IMAGE, DATA];
  expect(find("  ")).toEqual({ found: all, unmatched: [] });
  expect(find("0x402fff")).toEqual({ found: [IMAGE], unmatched: [] });
  expect(find("0x403000")).toEqual({ found: [], unmatched: ["0x403000"] });
  expect(find("guard")).toEqual({ found: [STACK], unmatched: [] });
  expect(find("private commit")).toEqual({ found: [STACK, DATA], unmatched: [] });
  expect(find("mem_reserve")).toEqual({ found: [STACK], unmatched: [] });
  expect(find("image guard")).toEqual({ found: [], unmatched: [] });
  expect(find("private nonsense")).toEqual({ found: [], unmatched: ["nonsense"] });
});

test("rows of runs lie below their region", async () => {
  const made = await process();
  const regions = regionsOf(made).slice(0, 3);
  const opened = regions.filter(({ base }) => base !== IMAGE);
  const rows = new Rows(regions, new Map(opened.map((each) => [each.base, runsOf(made, each)])));
  const starts = Array.from({ length: rows.count }, (_, row) => {
    const { region, run } = rows.at(row) ?? {};
    return run === undefined ? [region?.base] : [region?.base, run.start];
  });
  expect(starts).toEqual([
    [STACK],
    [STACK, STACK],
    [STACK, STACK + 0xd000],
    [STACK, STACK + 0xe000],
    [IMAGE],
    [DATA],
    [DATA, DATA],
  ]);
  expect(rows.at(rows.count)).toBeUndefined();
  expect([STACK, IMAGE, DATA, 0].map((base) => rows.rowOf(base))).toEqual([0, 4, 5, -1]);
});

test("of 65,536 rows those in sight are drawn", () => {
  const heightPixels = 240;
  for (const topPixels of [0, 1_000, 65_536 * 24 - heightPixels]) {
    const { first, end } = visibleRows({ topPixels, heightPixels }, 24, 65_536);
    expect(first * 24).toBeLessThanOrEqual(topPixels);
    expect(end * 24).toBeGreaterThanOrEqual(topPixels + heightPixels);
    expect(end - first).toBeLessThan(30);
  }
});
