/**
 * Working sets, low memory and prefetching, by the names of the Windows headers. Windows pages:
 * "SetProcessWorkingSetSizeEx", "CreateMemoryResourceNotification", "PrefetchVirtualMemory".
 */

export const QUOTA_LIMITS_HARDWS_MIN_ENABLE = 0x1;
export const QUOTA_LIMITS_HARDWS_MIN_DISABLE = 0x2;
/** The process's own least recently used page makes way for the next one. */
export const QUOTA_LIMITS_HARDWS_MAX_ENABLE = 0x4;
export const QUOTA_LIMITS_HARDWS_MAX_DISABLE = 0x8;

/** Type of CreateMemoryResourceNotification. */
export const LowMemoryResourceNotification = 0;
/** Type of CreateMemoryResourceNotification. */
export const HighMemoryResourceNotification = 1;

/** Information class of NtQueryVirtualMemory. */
export const MemoryWorkingSetInformation = 1;
/** Information class of NtQueryVirtualMemory. */
export const MemoryWorkingSetExInformation = 4;

/** Information class of NtSetInformationVirtualMemory. */
export const VmPrefetchInformation = 0;
/** Information class of QueryVirtualMemoryInformation. */
export const MemoryRegionInfo = 0;

/** Node of VirtualAllocExNuma: any. */
export const NUMA_NO_PREFERRED_NODE = 0xffff_ffff;
