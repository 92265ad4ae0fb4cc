import type { Region, RegionRun } from "./region.ts";

/** A row of the table: a region, or one of its runs below it. */
export interface Row {
  readonly region: Region;
  readonly run: RegionRun | undefined;
}

interface Opened {
  /** Row of the region. */
  readonly row: number;
  readonly region: Region;
  readonly runs: readonly RegionRun[];
}

/** The rows of regions of which some show their runs; found by arithmetic, not listed. */
export class Rows {
  readonly count: number;
  readonly #regions: readonly Region[];
  readonly #opened: readonly Opened[];

  /** @param runs of the regions that show them, by their bases */
  constructor(regions: readonly Region[], runs: ReadonlyMap<number, readonly RegionRun[]>) {
    this.#regions = regions;
    const opened: Opened[] = [];
    let further = 0;
    if (runs.size > 0) {
      for (const [index, region] of regions.entries()) {
        const own = runs.get(region.base);
        if (own === undefined) continue;
        opened.push({ row: index + further, region, runs: own });
        further += own.length;
      }
    }
    this.#opened = opened;
    this.count = regions.length + further;
  }

  at(row: number): Row | undefined {
    let above = 0;
    for (const { row: first, region, runs } of this.#opened) {
      if (first >= row) break;
      const run = runs[row - first - 1];
      if (run !== undefined) return { region, run };
      above += runs.length;
    }
    const region = this.#regions[row - above];
    return region === undefined ? undefined : { region, run: undefined };
  }

  /** The row of a region; -1 where it is not among them. */
  rowOf(base: number): number {
    const index = this.#regions.findIndex((region) => region.base === base);
    if (index < 0) return -1;
    let row = index;
    for (const { row: first, runs } of this.#opened) {
      if (first >= row) break;
      row += runs.length;
    }
    return row;
  }
}
