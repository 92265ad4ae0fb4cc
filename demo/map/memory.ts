import type { Process } from "guardpage";
import {
  MEM_FREE,
  MemoryRegionInformation as RegionInformationClass,
  STATUS_SUCCESS,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { type MemoryRegionInformation, ntdll } from "guardpage/ntdll";
import { isFree, type Run, runQuery } from "../session/runs.ts";
import { type AddressRange, pageOf, wholeSpace } from "../session/session.ts";

/** What the map asks of a process. */
export interface Memory {
  /** VirtualQuery: the page of the address, and those behind it that are like it. */
  readonly query: (address: number) => Run;
  /** Bytes of pages that hold content. */
  touchedBytes(range: AddressRange): number;
}

/** The memory of a process; all free where the process does not answer, say because it ended. */
export function memoryOf(process: Process): Memory {
  const { end } = wholeSpace(process.machine);
  const query = runQuery(process);
  return {
    query(address) {
      const limit = address < end ? end : Number.MAX_SAFE_INTEGER;
      return query(address) ?? freeUntil(address, limit);
    },
    touchedBytes(range) {
      if (process.exited || range.start >= end) return 0;
      return process.touchedBytes(range.start, range.end - range.start);
    },
  };
}

function freeUntil(address: number, end: number): Run {
  return {
    start: pageOf(address),
    end,
    state: MEM_FREE,
    protect: 0,
    type: 0,
    regionBase: undefined,
    allocationProtect: 0,
  };
}

/** A whole region: what one VirtualAlloc reserved, or one view. */
export interface Region extends AddressRange {
  /** Bytes that are charged to the process. */
  readonly chargedBytes: number;
}

/** Bytes of MEMORY_REGION_INFORMATION in a 64-bit process; the 32-bit one is shorter. */
const REGION_INFORMATION_BYTES = 48;

/** The region of an address; undefined for free memory, and where the process does not answer. */
export function regionOf(process: Process, address: number): Region | undefined {
  const { end } = wholeSpace(process.machine);
  if (process.exited || address >= end) return undefined;
  const { NtQueryVirtualMemory } = ntdll(process);
  const information: Partial<MemoryRegionInformation> = {};
  const status = NtQueryVirtualMemory(
    kernel32(process).GetCurrentProcess(),
    address,
    RegionInformationClass,
    information,
    REGION_INFORMATION_BYTES,
  );
  const { AllocationBase: start, RegionSize, CommitSize } = information;
  if (status !== STATUS_SUCCESS || start === undefined) return undefined;
  return { start, end: start + (RegionSize ?? 0), chargedBytes: CommitSize ?? 0 };
}

/** Whether a region that `run` is of ends before `neighbour`; free memory is of none. */
export function isOtherRegion(run: Run | undefined, neighbour: Run | undefined): boolean {
  if (run === undefined || neighbour === undefined || isFree(run)) return false;
  return neighbour.regionBase !== run.regionBase;
}
