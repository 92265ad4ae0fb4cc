import type { Address } from "../door.ts";
import type { Kernel32 } from "../kernel32/interface.ts";
import type { Handle } from "../ntdll/interface.ts";
import type { Out } from "../out.ts";

/** What is called as in kernel32; the errors are those of CE. */
type AsKernel32 = Pick<
  Kernel32,
  | "VirtualAlloc"
  | "VirtualFree"
  | "VirtualProtect"
  | "VirtualQuery"
  | "ReadProcessMemory"
  | "WriteProcessMemory"
  | "CreateFileMapping"
  | "CreateFileMappingW"
  | "MapViewOfFile"
  | "UnmapViewOfFile"
  | "FlushViewOfFile"
  | "GetSystemInfo"
  | "CloseHandle"
  | "GetCurrentProcessId"
  | "GetLastError"
  | "SetLastError"
>;

/** What came with CE 6: with "ce5" there are no such members. */
export interface SinceCe6
  extends Pick<
    Kernel32,
    "VirtualAllocEx" | "VirtualFreeEx" | "VirtualProtectEx" | "VirtualQueryEx"
  > {
  /**
   * As VirtualCopy. A program may name no process but its own, for either place. Windows CE page:
   * "VirtualCopyEx".
   *
   * @returns 1, or 0. Errors: those of VirtualCopy, 5, 6
   */
  VirtualCopyEx(
    destinationProcess: Handle,
    destination: Address | null,
    sourceProcess: Handle,
    source: Address,
    size: Address,
    protect: number,
  ): number;
  /** Only the kernel may. Windows CE page: "VirtualAllocCopyEx". @returns 0. Errors: 5 */
  VirtualAllocCopyEx(
    sourceProcess: Handle,
    destinationProcess: Handle,
    address: Address | null,
    size: Address,
    protect: number,
  ): number;
}

/** What CE 6 has no more: with "ce6" there are no such members. */
export interface UntilCe5 {
  /**
   * Where every process finds what a process has at an address of slot 0: in the slot of that
   * process. Windows CE page: "MapPtrToProcess".
   *
   * @returns the address in the slot; any other address as it is; 0 where there is no such process.
   *   Errors: 6
   */
  MapPtrToProcess(address: Address | null, process: Handle): number;
  /**
   * The address in slot 0 of an address in a slot; any other as it is. Windows CE page: "UnMapPtr".
   */
  UnMapPtr(address: Address | null): number;
}

/**
 * The memory functions of Windows CE. BOOL is 1 or 0, NULL is 0. A function that fails answers 0,
 * sets the last error of the current thread, and has changed nothing unless its page says so; one
 * that succeeds leaves the last error alone.
 *
 * They are those of kernel32 but for this: where charge, quota or addresses do not suffice, the
 * error is 14; where VirtualProtect is given what is not committed, or not in one region, it is 87.
 * A size is a DWORD, of which 4 GB are 0. A process is named by a handle, by its identifier, or by
 * 0x42, the caller's own; -1 names none.
 *
 * All functions throw TypeError or RangeError for an argument that is not what the parameter can
 * hold, Error when the process has ended, MachinePoisoned when the core has trapped.
 */
export interface Coredll extends AsKernel32, Partial<SinceCe6>, Partial<UntilCe5> {
  /**
   * Let reserved pages show the pages of another place: of this process, of one that it sees in a
   * slot (CE 5), of memory that all share, or of physical memory. Windows CE page: "VirtualCopy".
   *
   * The region is the copy's from now on; VirtualFree with MEM_RELEASE ends it. Its pages have a
   * protection of their own and are charged to nobody; they fault when what they show is gone.
   *
   * @param destination in a region that is reserved, as far into its page as the source is
   * @param source committed; with PAGE_PHYSICAL a physical address >> 8, up to 7FFEFFFF >> 8
   * @param size bytes
   * @param protect PAGE_READONLY or PAGE_READWRITE; PAGE_NOCACHE and PAGE_PHYSICAL may be added
   * @returns 1, or 0. Errors: 14, 87
   */
  VirtualCopy(destination: Address | null, source: Address, size: Address, protect: number): number;

  /**
   * Say which kind of PCMCIA memory committed pages are, where the processor is an SH-4 (machine
   * option `cpu`); elsewhere nothing comes of it. Windows CE page: "VirtualSetPageFlags".
   *
   * @param size bytes
   * @param flags VSPF_*
   * @param old receives the flags that the first page had; may be NULL
   * @returns 1, or 0. Errors: 87, 998
   */
  VirtualSetPageFlags(
    address: Address | null,
    size: Address,
    flags: number,
    old?: Out<number>,
  ): number;

  /**
   * Change bits that the system keeps of each committed page and does not look at. With CE 6 only
   * the kernel may. Windows CE page: "VirtualSetAttributes".
   *
   * @param size bytes
   * @param bits their new values
   * @param mask which of them change; 0 only reads
   * @param old receives the bits that the first page had; may be NULL
   * @returns 1, or 0. Errors: 5, 87, 998
   */
  VirtualSetAttributes(
    address: Address | null,
    size: Address,
    bits: number,
    mask: number,
    old?: Out<number>,
  ): number;

  /**
   * Memory that every process sees at the same address, and the caller alone may write; it goes
   * with the caller. The process has to be trusted (`createProcess({ trusted })`). Windows CE page:
   * "CeVirtualSharedAlloc".
   *
   * @param address NULL with MEM_RESERVE; with MEM_COMMIT alone what was reserved so before, or
   *   NULL for both
   * @param size bytes
   * @param type MEM_RESERVE, MEM_COMMIT or both
   * @returns the first page, or 0. Errors: 5, 14, 87
   */
  CeVirtualSharedAlloc(address: Address | null, size: Address, type: number): number;

  /**
   * A handle with all rights, as CE gives no others. Windows CE page: "OpenProcess".
   *
   * @param access not looked at
   * @param inherit not looked at
   * @param id of a process of this machine
   * @returns the handle, or 0. Errors: 87
   */
  OpenProcess(access: number, inherit: number | boolean, id: number): number;
  /** 0x42, which stands for the caller's process. Windows CE page: "GetCurrentProcess". */
  GetCurrentProcess(): number;
}
