import type { Process } from "guardpage";
import { MEM_COMMIT, MEM_FREE, MEM_RESERVE } from "guardpage/constants";
import { type Run, type RunQuery, runQuery } from "../session/runs.ts";

/** What one allocation made: all pages that have one AllocationBase. */
export interface Region {
  readonly base: number;
  readonly sizeBytes: number;
  readonly committedBytes: number;
  readonly touchedBytes: number;
  /** MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE. */
  readonly type: number;
  /** PAGE_*. */
  readonly allocationProtect: number;
  /** PAGE_* of its committed pages, each once, ascending. */
  readonly protections: readonly number[];
  /** MEM_COMMIT and MEM_RESERVE, as far as it has such pages. */
  readonly states: number;
}

/** Touched bytes of a range. */
export type Touched = (base: number, sizeBytes: number) => number;

/** The regions of a process, ascending. */
export function regionsOf(process: Process): Region[] {
  return readRegions(runQuery(process), (base, size) => process.touchedBytes(base, size));
}

/** One query for each run and each gap. */
export function readRegions(query: RunQuery, touched: Touched): Region[] {
  const regions: Region[] = [];
  let run = query(0);
  while (run !== undefined) {
    if (run.state === MEM_FREE) {
      run = query(run.end);
      continue;
    }
    const gathered = new Gathered(run);
    do {
      gathered.add(run);
      run = query(run.end);
    } while (run?.regionBase === gathered.base);
    regions.push(gathered.region(touched));
  }
  return regions;
}

export interface RegionRun extends Run {
  readonly touchedBytes: number;
}

/** The runs of one region, from its base on. */
export function runsOf(process: Process, { base }: Region): RegionRun[] {
  const query = runQuery(process);
  const runs: RegionRun[] = [];
  let run = query(base);
  while (run !== undefined && run.regionBase === base) {
    const { start, end } = run;
    runs.push({ ...run, touchedBytes: process.touchedBytes(start, end - start) });
    run = query(run.end);
  }
  return runs;
}

/** A region while its runs are read. */
class Gathered {
  readonly base: number;
  readonly #first: Run;
  readonly #protections = new Set<number>();
  #sizeBytes = 0;
  #committedBytes = 0;

  constructor(first: Run) {
    this.#first = first;
    this.base = first.regionBase ?? first.start;
  }

  add({ start, end, state, protect }: Run): void {
    this.#sizeBytes += end - start;
    if (state !== MEM_COMMIT) return;
    this.#committedBytes += end - start;
    this.#protections.add(protect);
  }

  region(touched: Touched): Region {
    const sizeBytes = this.#sizeBytes;
    const committedBytes = this.#committedBytes;
    const committed = committedBytes > 0 ? MEM_COMMIT : 0;
    const reserved = committedBytes < sizeBytes ? MEM_RESERVE : 0;
    return {
      base: this.base,
      sizeBytes,
      committedBytes,
      touchedBytes: touched(this.base, sizeBytes),
      type: this.#first.type,
      allocationProtect: this.#first.allocationProtect,
      protections: [...this.#protections].sort((a, b) => a - b),
      states: committed | reserved,
    };
  }
}
