/**
 * MEM_*, PAGE_* and what belongs to them, by the names and values of winnt.h and memoryapi.h.
 * Windows pages: "Memory Protection Constants", "VirtualAlloc", "VirtualFree", "GetWriteWatch".
 */

/** Allocation type; also a State of MEMORY_BASIC_INFORMATION. */
export const MEM_COMMIT = 0x1000;
/** Allocation type; also a State of MEMORY_BASIC_INFORMATION. */
export const MEM_RESERVE = 0x2000;
/** VirtualAlloc2 and MapViewOfFile3 only. */
export const MEM_REPLACE_PLACEHOLDER = 0x4000;
/** Free type: pages become reserved. */
export const MEM_DECOMMIT = 0x4000;
/** Free type: the region goes. */
export const MEM_RELEASE = 0x8000;
/** A State of MEMORY_BASIC_INFORMATION; never a free type. */
export const MEM_FREE = 0x10000;
/** A Type of MEMORY_BASIC_INFORMATION: made by VirtualAlloc. */
export const MEM_PRIVATE = 0x20000;
/** A Type of MEMORY_BASIC_INFORMATION: a view of data. */
export const MEM_MAPPED = 0x40000;
/** VirtualAlloc2 only. */
export const MEM_RESERVE_PLACEHOLDER = 0x40000;
/** Allocation type: the content of the pages is of no interest. */
export const MEM_RESET = 0x80000;
/** Allocation modifier: the highest address that fits. */
export const MEM_TOP_DOWN = 0x100000;
/** Allocation modifier: record which pages are written. */
export const MEM_WRITE_WATCH = 0x200000;
/** Allocation modifier: a window for Address Windowing Extensions. */
export const MEM_PHYSICAL = 0x400000;
export const MEM_ROTATE = 0x800000;
export const MEM_DIFFERENT_IMAGE_BASE_OK = 0x800000;
/** Allocation type: take MEM_RESET back. */
export const MEM_RESET_UNDO = 0x1000000;
/** A Type of MEMORY_BASIC_INFORMATION: a view of an executable image. */
export const MEM_IMAGE = 0x1000000;
/** Allocation modifier. */
export const MEM_LARGE_PAGES = 0x20000000;
export const MEM_64K_PAGES = 0x20400000;
export const MEM_4MB_PAGES = 0x80000000;
/** VirtualFree modifier: the placeholders of the range become one. */
export const MEM_COALESCE_PLACEHOLDERS = 0x1;
/** VirtualFree modifier: what is released becomes a placeholder. */
export const MEM_PRESERVE_PLACEHOLDER = 0x2;
export const MEM_UNMAP_WITH_TRANSIENT_BOOST = 0x1;

export const PAGE_NOACCESS = 0x1;
export const PAGE_READONLY = 0x2;
export const PAGE_READWRITE = 0x4;
/** Views only. */
export const PAGE_WRITECOPY = 0x8;
/** Readable too, as on real hardware (switch `executeOnlyReadable`). */
export const PAGE_EXECUTE = 0x10;
export const PAGE_EXECUTE_READ = 0x20;
export const PAGE_EXECUTE_READWRITE = 0x40;
/** Views only. */
export const PAGE_EXECUTE_WRITECOPY = 0x80;
/** Modifier: the first access raises EXCEPTION_GUARD_PAGE and clears it. */
export const PAGE_GUARD = 0x100;
/** Modifier. */
export const PAGE_NOCACHE = 0x200;
/** Modifier. */
export const PAGE_WRITECOMBINE = 0x400;
/** Modifier of EXECUTE protections: no address of the new pages is a valid call target. */
export const PAGE_TARGETS_INVALID = 0x40000000;
/** The same bit for VirtualProtect: valid call targets stay as they are. */
export const PAGE_TARGETS_NO_UPDATE = 0x40000000;
export const PAGE_REVERT_TO_FILE_MAP = 0x80000000;

/** Flag of GetWriteWatch: forget the pages that are reported. */
export const WRITE_WATCH_FLAG_RESET = 0x1;

/** Information class of NtQueryVirtualMemory. */
export const MemoryBasicInformation = 0;
/** Information class of NtQueryVirtualMemory. */
export const MemoryRegionInformation = 3;

/** Map type of NtLockVirtualMemory. */
export const MAP_PROCESS = 1;
/** Map type of NtLockVirtualMemory. */
export const MAP_SYSTEM = 2;

export const PROCESSOR_ARCHITECTURE_INTEL = 0;
export const PROCESSOR_ARCHITECTURE_AMD64 = 9;
export const PROCESSOR_INTEL_PENTIUM = 586;
export const PROCESSOR_AMD_X8664 = 8664;

/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterInvalidType = 0;
/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterAddressRequirements = 1;
/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterNumaNode = 2;
/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterPartitionHandle = 3;
/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterUserPhysicalHandle = 4;
/** Type of MEM_EXTENDED_PARAMETER. */
export const MemExtendedParameterAttributeFlags = 5;
