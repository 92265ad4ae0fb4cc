import type { MemoryBasicInformation, Process } from "guardpage";
import { MEM_FREE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { PAGE_BYTES } from "./session.ts";

/** Pages [start, end) that VirtualQuery finds alike. */
export interface Run {
  readonly start: number;
  readonly end: number;
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
  return (address) => {
    if (process.exited) return undefined;
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

/**
 * The run of an address, from its first page on. VirtualQuery looks upwards only, so that one is
 * sought: the lowest page whose run ends at the same address.
 */
export function wholeRun(query: RunQuery, address: number): Run | undefined {
  const run = query(address);
  if (run === undefined) return undefined;
  let before = -PAGE_BYTES;
  let start = run.start;
  while (start - before > PAGE_BYTES) {
    const middle = before + Math.ceil((start - before) / PAGE_BYTES / 2) * PAGE_BYTES;
    if (query(middle)?.end === run.end) start = middle;
    else before = middle;
  }
  return { ...run, start };
}
