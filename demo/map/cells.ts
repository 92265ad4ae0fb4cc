import { isCommitted, type Run } from "../session/runs.ts";
import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import type { Memory } from "./memory.ts";

/** Pages that are alike, as far as they were seen in a cell. */
export interface Part {
  readonly run: Run;
  readonly bytes: number;
}

/** What lies in the addresses of one column of the strip, or of one cell of the grid. */
export interface Cell extends AddressRange {
  /** At least one, ascending. */
  readonly parts: readonly Part[];
  /** Whether the parts are all there is; else they are a sample of it. */
  readonly isWhole: boolean;
  /** Bytes of all its pages that hold content. */
  readonly touchedBytes: number;
}

/** Runs of a cell that are taken one after the other, from its start on. */
const WALKED = 3;
/** Where they do not reach the end: places that are looked at in the rest, at equal distances. */
const SAMPLED = 3;
/** Runs of a sample: where the first is of free memory, the one behind it tells more. */
const SAMPLE_RUNS = 2;

/** The most questions for a cell, whatever lies in it. */
export const QUERIES_MAXIMUM = WALKED + SAMPLED * SAMPLE_RUNS;

/**
 * A range in so many cells of whole pages, as equal as that allows. A run that reaches into the
 * next cells is asked for once.
 *
 * @param count at most as many as there are pages
 */
export function cellsOf(memory: Memory, { start, end }: AddressRange, count: number): Cell[] {
  const pages = (end - start) / PAGE_BYTES;
  const runs = new Runs(memory);
  const edge = (index: number) => start + Math.floor((index * pages) / count) * PAGE_BYTES;
  return Array.from({ length: count }, (_, index) => {
    const range = { start: edge(index), end: edge(index + 1) };
    const seen = partsOf(runs, range);
    const hasContent = seen.parts.some(({ run }) => isCommitted(run));
    const touchedBytes = hasContent ? memory.touchedBytes(range) : 0;
    return { ...range, ...seen, touchedBytes };
  });
}

function partsOf(runs: Runs, { start, end }: AddressRange): Pick<Cell, "parts" | "isWhole"> {
  const parts: Part[] = [];
  let next = start;
  const take = (address: number, limit: number) => {
    const run = runs.at(address);
    next = Math.min(run.end, limit);
    parts.push({ run, bytes: next - address });
  };
  while (next < end && parts.length < WALKED) take(next, end);
  const step = Math.ceil((end - next) / PAGE_BYTES / SAMPLED) * PAGE_BYTES;
  let isWhole = true;
  while (next < end) {
    const limit = Math.min(next + step, end);
    for (let run = 0; run < SAMPLE_RUNS && next < limit; run += 1) take(next, limit);
    isWhole &&= next === limit;
    next = limit;
  }
  return { parts, isWhole };
}

/** The run of an address, from the answer before where it holds. */
class Runs {
  readonly #memory: Memory;
  #last: Run | undefined;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  at(address: number): Run {
    const last = this.#last;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    this.#last = this.#memory.query(address);
    return this.#last;
  }
}
