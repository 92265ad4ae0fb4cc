/**
 * 32 bits with a sign: an integer from -2147483648 to 2147483647. An address or a size from
 * &H80000000 on is negative, going in and coming out.
 */
export type Long = number;

/**
 * A parameter that was declared ByRef: the variable, `{ value }`; or what a program passes ByVal in
 * its place: the guest address of one, or NULL (0, null).
 */
export type ByRef<T = Long> = { value: T } | Long | null | undefined;

/** As ByRef, for a structure: the variable, or `{ value }` for a new one. */
export type ByRefType<T> = { value: T } | Partial<T> | Long | null | undefined;

/** A parameter As Any: a Long variable, an array of Byte, or ByVal the guest address of either. */
export type ByRefAny = { value: Long } | Uint8Array | Long;

/** As the API-Guide declares it; lType, because Type is a word of the language. 28 bytes. */
export interface MEMORY_BASIC_INFORMATION {
  /** The queried page. */
  BaseAddress: Long;
  /** First page of the region; 0 for free memory. */
  AllocationBase: Long;
  /** PAGE_* as the region was made; 0 for free memory. */
  AllocationProtect: Long;
  /** Bytes from BaseAddress to the end of the run of equal pages. */
  RegionSize: Long;
  /** MEM_COMMIT, MEM_RESERVE or MEM_FREE. */
  State: Long;
  /** PAGE_* of committed pages, 0 for reserved ones, PAGE_NOACCESS for free ones. */
  Protect: Long;
  /** MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE; 0 for free memory. */
  lType: Long;
}

/** As the API-Guide declares it, with its spelling. 36 bytes. */
export interface SYSTEM_INFO {
  /** The architecture of the processor: 0 for x86. */
  dwOemID: Long;
  /** Bytes. */
  dwPageSize: Long;
  /** Lowest address of user space. */
  lpMinimumApplicationAddress: Long;
  /** Highest address of user space. */
  lpMaximumApplicationAddress: Long;
  /** A bit for each processor. */
  dwActiveProcessorMask: Long;
  /** The machine option `numberOfProcessors`. */
  dwNumberOrfProcessors: Long;
  /** PROCESSOR_*. */
  dwProcessorType: Long;
  /** Bytes. */
  dwAllocationGranularity: Long;
  /** Level of the processor in the low word, its revision in the high one. */
  dwReserved: Long;
}

/** As the API-Guide declares it. 32 bytes. */
export interface MEMORYSTATUS {
  /** Bytes of the structure. */
  dwLength: Long;
  /** Percent of physical memory in use. */
  dwMemoryLoad: Long;
  /** Bytes, as all that follow. */
  dwTotalPhys: Long;
  /** Physical memory that is free. */
  dwAvailPhys: Long;
  /** The commit limit. */
  dwTotalPageFile: Long;
  /** What may still be committed. */
  dwAvailPageFile: Long;
  /** Addresses of user space. */
  dwTotalVirtual: Long;
  /** Those of them that no region has. */
  dwAvailVirtual: Long;
}

/**
 * Functions of kernel32 as the API-Guide of the AllAPI Network declares them: its names, and its
 * order of parameters. What the calls do, and which errors they leave in `Err.LastDllError`, is
 * said in guardpage/kernel32; on a machine of the profile "win9x" it is what Windows 98 does.
 *
 * BOOL is 1 or 0, and NULL is 0. A value that is no Long is not passed on: a RangeError that names
 * Overflow (6) for a number, a TypeError that names Type mismatch (13) for anything else. Error
 * when the process has ended, MachinePoisoned when the core has trapped. A call that throws leaves
 * `Err.LastDllError` as it is.
 */
export interface Declares {
  /**
   * Reserve or commit pages. Library page: "VirtualAlloc".
   *
   * @param lpAddress where, or 0 for anywhere
   * @param dwSize bytes
   * @param flAllocationType MEM_*
   * @param flProtect PAGE_*
   * @returns the first page, or 0
   */
  VirtualAlloc(lpAddress: Long, dwSize: Long, flAllocationType: Long, flProtect: Long): Long;
  /**
   * As VirtualAlloc, in the process of a handle with PROCESS_VM_OPERATION. Windows 9x has none of
   * it: 0, with error 120.
   */
  VirtualAllocEx(
    hProcess: Long,
    lpAddress: Long,
    dwSize: Long,
    flAllocationType: Long,
    flProtect: Long,
  ): Long;
  /**
   * Decommit pages or release a region. Library page: "VirtualFree".
   *
   * @param dwSize bytes; 0 for the whole region, as MEM_RELEASE wants it
   * @param dwFreeType MEM_DECOMMIT or MEM_RELEASE
   * @returns 1 or 0
   */
  VirtualFree(lpAddress: Long, dwSize: Long, dwFreeType: Long): Long;
  /** As VirtualFree, in the process of a handle. Windows 9x has none of it: 0, with error 120. */
  VirtualFreeEx(hProcess: Long, lpAddress: Long, dwSize: Long, dwFreeType: Long): Long;
  /**
   * Change the protection of committed pages. Library page: "VirtualProtect".
   *
   * @param lpflOldProtect receives the protection of the first page. Only Windows 9x takes NULL
   * @returns 1 or 0
   */
  VirtualProtect(lpAddress: Long, dwSize: Long, flNewProtect: Long, lpflOldProtect: ByRef): Long;
  /** As VirtualProtect, in the process of a handle with PROCESS_VM_OPERATION. */
  VirtualProtectEx(
    hProcess: Long,
    lpAddress: Long,
    dwSize: Long,
    flNewProtect: Long,
    lpflOldProtect: ByRef,
  ): Long;
  /**
   * Ask about the run of equal pages that begins at an address. Library page: "VirtualQuery".
   *
   * @param dwLength bytes of the structure, 28
   * @returns bytes of the structure, or 0
   */
  VirtualQuery(
    lpAddress: Long,
    lpBuffer: ByRefType<MEMORY_BASIC_INFORMATION>,
    dwLength: Long,
  ): Long;
  /** As VirtualQuery, in the process of a handle with PROCESS_QUERY_INFORMATION. */
  VirtualQueryEx(
    hProcess: Long,
    lpAddress: Long,
    lpBuffer: ByRefType<MEMORY_BASIC_INFORMATION>,
    dwLength: Long,
  ): Long;
  /**
   * Lock pages into the working set; Windows 9x locks none and says 1. Library page: "VirtualLock".
   *
   * @returns 1 or 0
   */
  VirtualLock(lpAddress: Long, dwSize: Long): Long;
  /** Library page: "VirtualUnlock". @returns 1 or 0 */
  VirtualUnlock(lpAddress: Long, dwSize: Long): Long;
  /**
   * Which pages of a watched region were written. Windows page: "GetWriteWatch".
   *
   * @param dwFlags 0, or WRITE_WATCH_FLAG_RESET to forget the pages that are reported
   * @param lpAddresses receives page addresses, ascending as unsigned numbers
   * @param lpdwCount in: how many fit; out: how many came
   * @param lpdwGranularity receives the bytes of a page
   * @returns 0 for a success. For a failure -1; in Windows 9x the error itself, and
   *   `Err.LastDllError` does not have it
   */
  GetWriteWatch(
    dwFlags: Long,
    lpBaseAddress: Long,
    dwRegionSize: Long,
    lpAddresses: ByRef<Long[]>,
    lpdwCount: ByRef,
    lpdwGranularity: ByRef,
  ): Long;
  /** Forget which pages were written. Windows page: "ResetWriteWatch". @returns as GetWriteWatch */
  ResetWriteWatch(lpBaseAddress: Long, dwRegionSize: Long): Long;
  /** Library page: "GetSystemInfo". */
  GetSystemInfo(lpSystemInfo: ByRefType<SYSTEM_INFO>): void;
  /** Library page: "GlobalMemoryStatus". */
  GlobalMemoryStatus(lpBuffer: ByRefType<MEMORYSTATUS>): void;
  /**
   * Copy bytes: `Sub CopyMemory Lib "kernel32" Alias "RtlMoveMemory"`. The program itself makes the
   * accesses, so what is not allowed is an exception: a PageFault if nobody handles it.
   *
   * @param Length bytes
   * @throws RangeError where a variable has fewer bytes
   */
  CopyMemory(Destination: ByRefAny, Source: ByRefAny, Length: Long): void;
  /** Library page: "OpenProcess". @returns a handle with these rights, or 0 */
  OpenProcess(dwDesiredAccess: Long, bInheritHandle: Long, dwProcessId: Long): Long;
  /** Library page: "CloseHandle". @returns 1 or 0 */
  CloseHandle(hObject: Long): Long;
  /** Library page: "GetCurrentProcess". @returns -1 */
  GetCurrentProcess(): Long;
  /** The last error of the current thread; a program asks Err. Library page: "GetLastError". */
  GetLastError(): Long;
}

/** What the object Err of Visual Basic says of functions that were declared. */
export interface Err {
  /**
   * What the last error of the system was when the last call of this face by the current thread
   * returned; 0 before the first. A call that succeeds leaves the system's alone, so an older error
   * is still there then. Calls through other entries do not change it.
   */
  readonly LastDllError: Long;
}

/** What a Visual Basic program calls. */
export interface VisualBasic extends Declares {
  /** The object Err of the program. */
  readonly Err: Err;
}
