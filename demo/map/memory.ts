import type { Process } from "guardpage";
import {
  MEM_FREE,
  MemoryRegionInformation as RegionInformationClass,
  STATUS_SUCCESS,
} from "guardpage/constants";
import { kernel32, type MemoryBasicInformation } from "guardpage/kernel32";
import { type MemoryRegionInformation, ntdll } from "guardpage/ntdll";
import { type AddressRange, PAGE_BYTES, wholeSpace } from "../session/session.ts";

/** What the map asks of a process. */
export interface Memory {
  /** VirtualQuery: the page of the address, and those behind it that are like it. */
  query(address: number): MemoryBasicInformation;
  /** Bytes of pages that hold content. */
  touchedBytes(range: AddressRange): number;
}

/** The memory of a process; all free where the process does not answer, say because it ended. */
export function memoryOf(process: Process): Memory {
  const { end } = wholeSpace(process.machine);
  return {
    query(address) {
      // Above its memory the call would fail, and change the last error of the thread.
      if (address >= end) return freeUntil(address, Number.MAX_SAFE_INTEGER);
      if (process.exited) return freeUntil(address, end);
      const information: Partial<MemoryBasicInformation> = {};
      const isAnswered = kernel32(process).VirtualQuery(address, information) !== 0;
      return isAnswered ? (information as MemoryBasicInformation) : freeUntil(address, end);
    },
    touchedBytes(range) {
      if (process.exited || range.start >= end) return 0;
      return process.touchedBytes(range.start, range.end - range.start);
    },
  };
}

function freeUntil(address: number, end: number): MemoryBasicInformation {
  const base = address - (address % PAGE_BYTES);
  return {
    BaseAddress: base,
    AllocationBase: 0,
    AllocationProtect: 0,
    RegionSize: end - base,
    State: MEM_FREE,
    Protect: 0,
    Type: 0,
  };
}

export function isFree({ State }: MemoryBasicInformation): boolean {
  return State === MEM_FREE;
}

/** The address behind the last page that is like it. */
export function endOf({ BaseAddress, RegionSize }: MemoryBasicInformation): number {
  return BaseAddress + RegionSize;
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
export function isOtherRegion(
  run: MemoryBasicInformation | undefined,
  neighbour: MemoryBasicInformation | undefined,
): boolean {
  if (run === undefined || neighbour === undefined || isFree(run)) return false;
  return isFree(neighbour) || neighbour.AllocationBase !== run.AllocationBase;
}
