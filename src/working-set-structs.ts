import { Structure } from "./structs.ts";

/**
 * Windows page: "PSAPI_WORKING_SET_INFORMATION structure". An entry has the protection in bits 0 to
 * 4, how many processes share the page in 5 to 7, whether it can be shared in 8, and the number of
 * the page from bit 12 on.
 */
export interface WorkingSetInformation {
  /** Pages in the working set. */
  NumberOfEntries: number;
  /** One entry for each. */
  WorkingSetInfo: number[];
}

/**
 * Windows page: "PSAPI_WORKING_SET_EX_INFORMATION structure". 8 or 16 bytes. VirtualAttributes has
 * Valid in bit 0, ShareCount in 1 to 3, Win32Protection in 4 to 14, Shared in 15, Node in 16 to 21,
 * Locked in 22, LargePage in 23 and Bad in 31; of a page that is not valid, Shared and Bad alone.
 */
export interface WorkingSetExInformation {
  /** In: any address of the page. */
  VirtualAddress: number | bigint | null;
  /** Out: what is known of the page. */
  VirtualAttributes?: number;
}

/** Windows page: "WIN32_MEMORY_RANGE_ENTRY structure". 8 or 16 bytes. */
export interface MemoryRangeEntry {
  /** Where the range begins. */
  VirtualAddress: number | bigint | null;
  /** Bytes of the range. */
  NumberOfBytes: number | bigint;
}

/** Windows page: "PROCESS_MEMORY_COUNTERS structure". 40 or 72 bytes; sizes in bytes. */
export interface ProcessMemoryCounters {
  /** Bytes of the structure. */
  cb: number;
  /** Faults so far, modulo 2^32. */
  PageFaultCount: number;
  /** The most that the working set had. */
  PeakWorkingSetSize: number;
  /** The working set. */
  WorkingSetSize: number;
  /** 0: there is no pool. */
  QuotaPeakPagedPoolUsage: number;
  /** 0. */
  QuotaPagedPoolUsage: number;
  /** 0. */
  QuotaPeakNonPagedPoolUsage: number;
  /** 0. */
  QuotaNonPagedPoolUsage: number;
  /** The commit charge. */
  PagefileUsage: number;
  /** The most that it was. */
  PeakPagefileUsage: number;
}

/** Windows page: "PROCESS_MEMORY_COUNTERS_EX structure". 44 or 80 bytes. */
export interface ProcessMemoryCountersEx extends ProcessMemoryCounters {
  /** The commit charge, as PagefileUsage. */
  PrivateUsage: number;
}

const COUNTERS = [
  ["cb", "dword"],
  ["PageFaultCount", "dword"],
  ["PeakWorkingSetSize", "pointer"],
  ["WorkingSetSize", "pointer"],
  ["QuotaPeakPagedPoolUsage", "pointer"],
  ["QuotaPagedPoolUsage", "pointer"],
  ["QuotaPeakNonPagedPoolUsage", "pointer"],
  ["QuotaNonPagedPoolUsage", "pointer"],
  ["PagefileUsage", "pointer"],
  ["PeakPagefileUsage", "pointer"],
] as const;

export const PROCESS_MEMORY_COUNTERS = new Structure(COUNTERS);
export const PROCESS_MEMORY_COUNTERS_EX = new Structure([...COUNTERS, ["PrivateUsage", "pointer"]]);

/** Windows page: "WIN32_MEMORY_REGION_INFORMATION structure". 20 or 32 bytes. */
export interface Win32MemoryRegionInformation {
  /** First page of the region. */
  AllocationBase: number;
  /** PAGE_* as the region was made. */
  AllocationProtect: number;
  /** Bit 0 private, 1 view of a data file, 2 view of an image, 3 view of the page file. */
  Flags: number;
  /** Bytes of the whole region. */
  RegionSize: number;
  /** Bytes that are charged. */
  CommitSize: number;
}

export const WIN32_MEMORY_REGION_INFORMATION = new Structure([
  ["AllocationBase", "pointer"],
  ["AllocationProtect", "dword"],
  ["Flags", "dword"],
  ["RegionSize", "pointer"],
  ["CommitSize", "pointer"],
]);
