import type { MemoryBasicInformation, Process } from "guardpage";
import { MEM_COMMIT, MEM_FREE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type AddressRange, PAGE_BYTES, wholeSpace } from "./session.ts";

/** Pages that VirtualQuery finds alike. */
export interface Run extends AddressRange {
  /** MEM_COMMIT, MEM_RESERVE or MEM_FREE. */
  readonly state: number;
  /** PAGE_*; 0 for reserved pages. */
  readonly protect: number;
  /** MEM_PRIVATE, MEM_MAPPED or MEM_IMAGE; 0 for free memory. */
  readonly type: number;
  /** First address of the region; undefined for free memory. */
  readonly regionBase: number | undefined;
  /** PAGE_* that the region was made with. */
  readonly allocationProtect: number;
}

/** The run of an address, from its page on; undefined where programs can have no memory. */
export type RunQuery = (address: number) => Run | undefined;

/** Asks VirtualQuery of a process. */
export function runQuery(process: Process): RunQuery {
  const { VirtualQuery } = kernel32(process);
  const { end } = wholeSpace(process.machine);
  return (address) => {
    // The call would fail, and change the last error of the thread.
    if (process.exited || address >= end) return undefined;
    const information: Partial<MemoryBasicInformation> = {};
    if (VirtualQuery(address, information) === 0) return undefined;
    const { BaseAddress = 0, RegionSize = 0, State = MEM_FREE, AllocationBase } = information;
    return {
      start: BaseAddress,
      end: BaseAddress + RegionSize,
      state: State,
      protect: information.Protect ?? 0,
      type: information.Type ?? 0,
      regionBase: State === MEM_FREE ? undefined : AllocationBase,
      allocationProtect: information.AllocationProtect ?? 0,
    };
  };
}

export function isFree({ state }: Run): boolean {
  return state === MEM_FREE;
}

export function isCommitted({ state }: Run): boolean {
  return state === MEM_COMMIT;
}

/**
 * Where the pages begin that are like the one of an address, but not below `lowest`. VirtualQuery
 * looks upwards only, so they are sought, and each question halves what is left: from such a page,
 * and from no other below, it goes past `address`.
 */
export function runStart(query: RunQuery, address: number, lowest = 0): number {
  let outside = Math.floor(lowest / PAGE_BYTES) - 1;
  let inside = Math.floor(address / PAGE_BYTES);
  while (inside - outside > 1) {
    const middle = Math.floor((outside + inside) / 2);
    const run = query(middle * PAGE_BYTES);
    if (run !== undefined && run.end > address) inside = middle;
    else outside = middle;
  }
  return inside * PAGE_BYTES;
}

/** The run of an address, from its first page on. */
export function wholeRun(query: RunQuery, address: number): Run | undefined {
  const run = query(address);
  return run && { ...run, start: runStart(query, address) };
}
