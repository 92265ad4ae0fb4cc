import type { Process } from "guardpage";
import {
  MEM_COMMIT,
  MEM_FREE,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "guardpage/constants";
import type { Memory } from "../../demo/map/memory.ts";
import type { Run } from "../../demo/session/runs.ts";
import { type AddressRange, PAGE_BYTES, pageOf } from "../../demo/session/session.ts";

/** A memory that counts what it is asked. */
export class CountedMemory implements Memory {
  queries = 0;
  touchedCalls = 0;
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  readonly query = (address: number): Run => {
    this.queries += 1;
    return this.#memory.query(address);
  };

  touchedBytes(range: AddressRange): number {
    this.touchedCalls += 1;
    return this.#memory.touchedBytes(range);
  }
}

/**
 * Addresses in turn free and reserved, by the pages of each, and free behind them. Where the last
 * ones are free, two free runs adjoin, as in Windows CE.
 */
export function laidOut(pages: readonly number[], spacePages: number): Memory {
  const edges = [0];
  for (const count of pages) edges.push((edges.at(-1) ?? 0) + count * PAGE_BYTES);
  return {
    query(address) {
      if (!Number.isInteger(address)) throw new RangeError(`not an address: ${address}`);
      const index = lastAtMost(edges, address);
      const isReserved = index % 2 === 1 && index < pages.length;
      return {
        start: pageOf(address),
        end: edges[index + 1] ?? spacePages * PAGE_BYTES,
        state: isReserved ? MEM_RESERVE : MEM_FREE,
        protect: isReserved ? 0 : PAGE_NOACCESS,
        type: isReserved ? MEM_PRIVATE : 0,
        regionBase: isReserved ? edges[index] : undefined,
        allocationProtect: isReserved ? PAGE_READWRITE : 0,
      };
    },
    touchedBytes: () => 0,
  };
}

/** Index of the last of ascending numbers that is no greater: there may be many to search. */
function lastAtMost(ascending: readonly number[], greatest: number): number {
  let found = 0;
  let beyond = ascending.length;
  while (beyond - found > 1) {
    const middle = Math.floor((found + beyond) / 2);
    if ((ascending[middle] ?? 0) <= greatest) found = middle;
    else beyond = middle;
  }
  return found;
}

/** All runs of a range, one after the other. */
export function* runsOf(memory: Memory, { start, end }: AddressRange) {
  for (let next = start; next < end; ) {
    const run = memory.query(next);
    yield run;
    next = run.end;
  }
}

const TYPES = [MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE] as const;
const PROTECTIONS = [PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ] as const;

/** So many regions of one to three pages, at equal distances over the range. */
export function crowd(process: Process, count: number, { start, end }: AddressRange): void {
  const distance = Math.floor((end - start) / count / PAGE_BYTES) * PAGE_BYTES;
  for (let index = 0; index < count; index += 1) {
    const size = (1 + (index % 3)) * PAGE_BYTES;
    const protect = PROTECTIONS[index % 3] ?? PAGE_READWRITE;
    const isCommitted = index % 5 !== 0;
    process.adoptRegion({
      base: start + index * distance,
      size,
      type: TYPES[index % 3] ?? MEM_PRIVATE,
      allocationProtect: protect,
      runs: [isCommitted ? { size, state: MEM_COMMIT, protect } : { size, state: MEM_RESERVE }],
    });
  }
}
