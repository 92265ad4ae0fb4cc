import type { Address } from "../door.ts";
import type { ExceptionFilter } from "../exceptions.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { VectoredHandler } from "../handlers.ts";
import type { AddressesOut, Handle } from "../ntdll/interface.ts";
import type { InOut, Out, StructureOut } from "../out.ts";
import type {
  MemoryBasicInformation,
  MemoryStatus,
  MemoryStatusEx,
  SystemInfo,
} from "../structs.ts";
import type { AweFunctions } from "./awe-interface.ts";
import type { EnclaveFunctions } from "./enclaves-interface.ts";
import type { OfferFunctions } from "./offer-interface.ts";
import type { StackFunctions } from "./stack-interface.ts";
import type { ViewFunctions } from "./views-interface.ts";
import type { WorkingSetFunctions } from "./working-set-interface.ts";

/**
 * The memory functions of kernel32. BOOL is 1 or 0, NULL is 0. A function that fails answers 0 (the
 * two of write watch 0xffffffff), sets the last error of the current thread, and has changed
 * nothing unless its Windows page says so; one that succeeds leaves the last error alone. One that
 * the machine's Windows lacks (`version`, `profile`) looks at no argument and fails with 120
 * (ERROR_CALL_NOT_IMPLEMENTED).
 *
 * Names, order and units of parameters are those of the Windows headers; sizes are bytes, and
 * `address` may be any integer that a pointer holds. All functions throw TypeError or RangeError
 * for an argument that is not what the parameter can hold, Error when the process has ended,
 * MachinePoisoned when the core has trapped.
 *
 * With the profile "win9x" some answer in the way of Windows 95, 98 and Me (14.1): VirtualProtect
 * takes NULL for the old protection, VirtualLock and VirtualUnlock do nothing and say TRUE,
 * GetWriteWatch and ResetWriteWatch return the error itself, CreateFileMapping takes protection 0
 * for PAGE_READONLY, OpenFileMapping grants all rights, UnmapViewOfFile wants the exact base.
 */
export interface Kernel32
  extends ViewFunctions,
    WorkingSetFunctions,
    StackFunctions,
    EnclaveFunctions,
    AweFunctions,
    OfferFunctions {
  /**
   * Reserve, commit or reset pages. Windows page: "VirtualAlloc".
   *
   * @param address where, or 0 for anywhere
   * @param size bytes
   * @param type MEM_*
   * @param protect PAGE_*
   * @returns the first page, or 0. Errors: 5, 8, 87, 487, 1455 and others
   */
  VirtualAlloc(address: Address | null, size: Address, type: number, protect: number): number;
  /**
   * As VirtualAlloc, in the process of a handle with PROCESS_VM_OPERATION. Windows page:
   * "VirtualAllocEx".
   */
  VirtualAllocEx(
    process: Handle,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
  ): number;

  /**
   * As VirtualAllocEx, with placeholders and address requirements. Windows page: "VirtualAlloc2".
   *
   * @param process null for the calling process
   * @param type MEM_RESERVE_PLACEHOLDER and MEM_REPLACE_PLACEHOLDER too
   * @param parameters null for none
   * @param count of the parameters; default: all of them
   * @returns base, or 0. Errors: those of VirtualAlloc
   */
  VirtualAlloc2(
    process: Handle,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
    parameters?: readonly ExtendedParameter[] | null,
    count?: number,
  ): number;

  /**
   * Decommit pages or release a region. Windows page: "VirtualFree".
   *
   * @param size bytes; 0 for the whole region, as MEM_RELEASE wants it
   * @param type MEM_DECOMMIT or MEM_RELEASE
   * @returns 1, or 0. Errors: 87, 487
   */
  VirtualFree(address: Address | null, size: Address, type: number): number;
  /**
   * As VirtualFree, in the process of a handle with PROCESS_VM_OPERATION. Windows page:
   * "VirtualFreeEx".
   */
  VirtualFreeEx(process: Handle, address: Address | null, size: Address, type: number): number;

  /**
   * Change the protection of committed pages. Windows page: "VirtualProtect".
   *
   * @param old receives the protection of the first page; NULL fails with 998
   * @returns 1, or 0. Errors: 87, 487, 998
   */
  VirtualProtect(address: Address | null, size: Address, protect: number, old: Out<number>): number;
  /**
   * As VirtualProtect, in the process of a handle with PROCESS_VM_OPERATION. Windows page:
   * "VirtualProtectEx".
   */
  VirtualProtectEx(
    process: Handle,
    address: Address | null,
    size: Address,
    protect: number,
    old: Out<number>,
  ): number;

  /**
   * Ask about the run of equal pages that begins at an address. Windows page: "VirtualQuery".
   *
   * @param buffer receives a MEMORY_BASIC_INFORMATION
   * @param length bytes of the buffer. Default: the bytes of the structure, 28 or 48
   * @returns bytes of the structure, or 0. Errors: 24, 87, 998
   */
  VirtualQuery(
    address: Address | null,
    buffer: StructureOut<MemoryBasicInformation>,
    length?: Address,
  ): number;
  /**
   * As VirtualQuery, in the process of a handle with PROCESS_QUERY_INFORMATION. Windows page:
   * "VirtualQueryEx".
   */
  VirtualQueryEx(
    process: Handle,
    address: Address | null,
    buffer: StructureOut<MemoryBasicInformation>,
    length?: Address,
  ): number;

  /**
   * Lock pages into the working set. Windows page: "VirtualLock". Errors: 87, 998, 1453, 0x80000001
   */
  VirtualLock(address: Address | null, size: Address): number;
  /** Windows page: "VirtualUnlock". Errors: 87, 158 */
  VirtualUnlock(address: Address | null, size: Address): number;

  /**
   * Which pages of a watched region were written. Windows page: "GetWriteWatch".
   *
   * @param flags 0, or WRITE_WATCH_FLAG_RESET to forget the pages that are reported
   * @param base first byte of the range
   * @param size bytes
   * @param addresses receives page addresses, ascending
   * @param count in: how many fit; out: how many came
   * @param granularity receives the bytes of a page
   * @returns 0, or 0xffffffff. Errors: 87, 998
   */
  GetWriteWatch(
    flags: number,
    base: Address | null,
    size: Address,
    addresses: AddressesOut,
    count: InOut,
    granularity: Out<number>,
  ): number;
  /**
   * Forget which pages of a range were written. Windows page: "ResetWriteWatch".
   * @returns 0, or 0xffffffff
   */
  ResetWriteWatch(base: Address | null, size: Address): number;

  /**
   * Make a section, a memory that views show, backed by the paging file; or open the one that has
   * the name already, with last error 183. Windows page: "CreateFileMapping".
   *
   * @param file INVALID_HANDLE_VALUE, or a handle of `Process.openFile`; with SEC_IMAGE a program
   * @param attributes security, which is not looked at
   * @param protect PAGE_*, what views may do at most, with SEC_* beside it. Default: SEC_COMMIT
   * @param maximumSizeHigh high DWORD of the bytes
   * @param maximumSizeLow low DWORD of the bytes
   * @param name case sensitive; "Global\" and "Local\" before it make no difference
   * @returns the handle, or 0. Success writes the last error too: 0 or 183. Errors: 6, 8, 87, 193,
   *   1314, 1455 and others
   */
  CreateFileMapping(
    file: Handle,
    attributes: unknown,
    protect: number,
    maximumSizeHigh: number,
    maximumSizeLow: number,
    name?: string | null,
  ): number;
  /** As CreateFileMapping. */
  CreateFileMappingA: Kernel32["CreateFileMapping"];
  /** As CreateFileMapping. */
  CreateFileMappingW: Kernel32["CreateFileMapping"];
  /**
   * Open a section by its name. Windows page: "OpenFileMapping".
   *
   * @param access FILE_MAP_*; the handle has exactly these rights
   * @param inherit BOOL; there is nobody to inherit it
   * @returns the handle, or 0. Errors: 2, 87
   */
  OpenFileMapping(access: number, inherit: number | boolean, name: string | null): number;
  /** As OpenFileMapping. */
  OpenFileMappingA: Kernel32["OpenFileMapping"];
  /** As OpenFileMapping. */
  OpenFileMappingW: Kernel32["OpenFileMapping"];
  /**
   * Show a section. Windows page: "MapViewOfFile".
   *
   * @param handle of a section
   * @param access FILE_MAP_*
   * @param offsetHigh high DWORD of the first byte to show
   * @param offsetLow low DWORD of it; the whole is a multiple of 64 KB
   * @param size bytes; 0 up to the end of the section
   * @returns the first page, or 0. Errors: 5, 6, 8, 87, 1132, 1455
   */
  MapViewOfFile(
    handle: Handle,
    access: number,
    offsetHigh: number,
    offsetLow: number,
    size: Address,
  ): number;
  /**
   * As MapViewOfFile, at an address; 0 for anywhere. Windows page: "MapViewOfFileEx".
   *
   * @returns the first page, or 0. Errors: those of MapViewOfFile, 487
   */
  MapViewOfFileEx(
    handle: Handle,
    access: number,
    offsetHigh: number,
    offsetLow: number,
    size: Address,
    address: Address | null,
  ): number;
  /**
   * Take a view away. Windows page: "UnmapViewOfFile".
   *
   * @param address any address inside the view
   * @returns 1, or 0. Errors: 487
   */
  UnmapViewOfFile(address: Address | null): number;
  /**
   * Write a view back; what the paging file backs is nowhere to be written. Windows page:
   * "FlushViewOfFile".
   *
   * @param size bytes; 0 up to the end of the view
   * @returns 1, or 0. Errors: 487
   */
  FlushViewOfFile(address: Address | null, size: Address): number;

  /**
   * Whether bytes cannot be read: touches each page of the range, and clears the guards that it
   * meets. Windows page: "IsBadReadPtr".
   *
   * @returns 1 for a bad range, or 0
   */
  IsBadReadPtr(address: Address | null, size: Address): number;
  /**
   * As IsBadReadPtr, for writing; marks what it touches as written. Windows page: "IsBadWritePtr".
   */
  IsBadWritePtr(address: Address | null, size: Address): number;
  /** Windows page: "IsBadHugeReadPtr". */
  IsBadHugeReadPtr(address: Address | null, size: Address): number;
  /** Windows page: "IsBadHugeWritePtr". */
  IsBadHugeWritePtr(address: Address | null, size: Address): number;
  /** Whether one byte cannot be read. Windows page: "IsBadCodePtr". */
  IsBadCodePtr(address: Address | null): number;
  /**
   * Whether a string of bytes cannot be read up to its NUL. Windows page: "IsBadStringPtrA".
   *
   * @param max characters to look at, at most
   */
  IsBadStringPtrA(address: Address | null, max: Address): number;
  /** As IsBadStringPtrA, for characters of two bytes. Windows page: "IsBadStringPtrW". */
  IsBadStringPtrW(address: Address | null, max: Address): number;

  /** Windows page: "GetSystemInfo". */
  GetSystemInfo(out: StructureOut<SystemInfo>): void;
  /** The system under a WoW64 process. Windows page: "GetNativeSystemInfo". */
  GetNativeSystemInfo(out: StructureOut<SystemInfo>): void;
  /**
   * Windows page: "GlobalMemoryStatusEx".
   *
   * @param out dwLength has to be 64 before
   * @returns 1, or 0. Errors: 87, 998
   */
  GlobalMemoryStatusEx(out: StructureOut<MemoryStatusEx>): number;
  /**
   * Windows page: "GlobalMemoryStatus". Sizes that do not fit are cut to the highest that a process
   * sees.
   */
  GlobalMemoryStatus(out: StructureOut<MemoryStatus>): void;
  /** Bytes of the smallest large page. Windows page: "GetLargePageMinimum". */
  GetLargePageMinimum(): number;
  /**
   * Fetches see the newest bytes anyway; `process.instructionCacheFlushed` of the named process is
   * told the range. Windows page: "FlushInstructionCache". Errors: 6
   */
  FlushInstructionCache(process: Handle, address: Address | null, size: Address): number;

  /**
   * Copy out of a process. Windows page: "ReadProcessMemory".
   *
   * @param process needs PROCESS_VM_READ
   * @param buffer an array of the host, or a guest address in the calling process
   * @param size bytes
   * @param done receives how many bytes came, also when it fails with 299
   * @returns 1, or 0. Errors: 5, 6, 299, 998
   */
  ReadProcessMemory(
    process: Handle,
    address: Address | null,
    buffer: Uint8Array | Address | null,
    size: Address,
    done?: Out<number>,
  ): number;
  /**
   * Copy into a process; read-only code is written too, read-only data is not. Windows page:
   * "WriteProcessMemory".
   *
   * @param process needs PROCESS_VM_WRITE and PROCESS_VM_OPERATION
   * @returns 1, or 0. Errors: 5, 6, 87, 299, 487, 998
   */
  WriteProcessMemory(
    process: Handle,
    address: Address | null,
    buffer: Uint8Array | Address | null,
    size: Address,
    done?: Out<number>,
  ): number;

  /**
   * A handle with exactly these rights. Windows page: "OpenProcess".
   *
   * @param access PROCESS_*
   * @param inherit BOOL; there is nobody to inherit it
   * @param id of a process of this machine
   * @returns the handle, or 0. Errors: 87
   */
  OpenProcess(access: number, inherit: number | boolean, id: number): number;
  /**
   * What was written to a file reaches the disk. Windows page: "FlushFileBuffers". Errors: 6, 112,
   * 1117
   */
  FlushFileBuffers(file: Handle): number;
  /** Windows page: "CloseHandle". Errors: 6 */
  CloseHandle(handle: Handle): number;
  /**
   * -1, which stands for the caller's process with all rights. Windows page: "GetCurrentProcess".
   */
  GetCurrentProcess(): number;
  /** Windows page: "GetCurrentProcessId". */
  GetCurrentProcessId(): number;
  /** Windows page: "GetCurrentThreadId". */
  GetCurrentThreadId(): number;
  /** The last error of the current thread. Windows page: "GetLastError". */
  GetLastError(): number;
  /** Windows page: "SetLastError". */
  SetLastError(code: number): void;

  /** Windows page: "AddVectoredExceptionHandler". @returns a handle, not 0 */
  AddVectoredExceptionHandler(first: number, handler: VectoredHandler): number;
  /**
   * Windows page: "RemoveVectoredExceptionHandler".
   * @returns whether the handle was in the list, 1 or 0
   */
  RemoveVectoredExceptionHandler(handle: number): number;
  /** Windows page: "AddVectoredContinueHandler". @returns a handle, not 0 */
  AddVectoredContinueHandler(first: number, handler: VectoredHandler): number;
  /**
   * Windows page: "RemoveVectoredContinueHandler".
   * @returns whether the handle was in the list, 1 or 0
   */
  RemoveVectoredContinueHandler(handle: number): number;
  /** Windows page: "SetUnhandledExceptionFilter". @returns the filter before, or null */
  SetUnhandledExceptionFilter(filter: ExceptionFilter | null): ExceptionFilter | null;
  /**
   * Raise an exception of the guest. Windows page: "RaiseException".
   *
   * @param flags EXCEPTION_NONCONTINUABLE or 0
   * @param information at most 15 elements. Default none
   */
  RaiseException(code: number, flags: number, information?: readonly Address[] | null): void;
}
