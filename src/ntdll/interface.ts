import type { Address } from "../door.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { VectoredHandler } from "../handlers.ts";
import type { InOut, LargeIntegerIn, Out, StructureOut } from "../out.ts";
import type {
  MemoryBasicInformation,
  MemoryRegionInformation,
  SectionImageInformation,
  SectionInformation,
} from "../structs.ts";
import type { WorkingSetExInformation, WorkingSetInformation } from "../working-set-structs.ts";
import type { NtAwe } from "./awe-interface.ts";
import type { NtdllFiles } from "./file-interface.ts";
import type { StackFunctions } from "./stack-interface.ts";
import type { ViewServices } from "./views-interface.ts";
import type { WorkingSetServiceFunctions } from "./working-set-interface.ts";

/** Handle of a process or a section; -1 (and what has the same bits) is the caller's process. */
export type Handle = Address | null;

/** What OBJECT_ATTRIBUTES say of a section. */
export interface ObjectAttributes {
  /** Case sensitive; "Global\" and "Local\" before it make no difference. Default: none. */
  readonly name?: string | undefined;
}

/** An array to fill: `{ value }` gets a new one, a guest address receives pointers. */
export type AddressesOut = { value: number[] } | Address | null | undefined;

/**
 * System services and what belongs to them, as ntdll exports them. Services answer an NTSTATUS as
 * an unsigned number: 0 (or below 0x80000000) is success, and on failure nothing has changed and no
 * parameter was written, unless the Windows page of the call says otherwise. One that the machine's
 * version of NT lacks looks at no argument and answers STATUS_INVALID_SYSTEM_SERVICE (0xc000001c).
 *
 * Parameters have the names, the order and the units of the Windows headers; sizes are bytes. A
 * parameter that is read and written is `{ value }` or a guest address. All functions throw
 * TypeError or RangeError for an argument that is not what the parameter can hold, Error when the
 * process has ended, MachinePoisoned when the core has trapped.
 */
export interface Ntdll
  extends NtdllFiles,
    ViewServices,
    WorkingSetServiceFunctions,
    StackFunctions,
    NtAwe {
  /**
   * Reserve, commit or reset pages. Windows page: "NtAllocateVirtualMemory function (ntifs.h)".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress in: where, 0 for anywhere; out: the first page
   * @param ZeroBits how many high bits of the address are 0, or a mask (2.9)
   * @param RegionSize in and out: bytes
   * @param AllocationType MEM_*
   * @param Protect PAGE_*
   */
  NtAllocateVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    ZeroBits: Address,
    RegionSize: InOut,
    AllocationType: number,
    Protect: number,
  ): number;

  /**
   * As NtAllocateVirtualMemory, with placeholders and address requirements. Windows page:
   * "NtAllocateVirtualMemoryEx function (ntifs.h)".
   *
   * @param AllocationType MEM_RESERVE_PLACEHOLDER and MEM_REPLACE_PLACEHOLDER too
   * @param ExtendedParameters null for none
   * @param ExtendedParameterCount default: all of them
   */
  NtAllocateVirtualMemoryEx(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    RegionSize: InOut,
    AllocationType: number,
    PageProtection: number,
    ExtendedParameters?: readonly ExtendedParameter[] | null,
    ExtendedParameterCount?: number,
  ): number;

  /**
   * Decommit or release pages. Windows page: "NtFreeVirtualMemory function (ntifs.h)".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress in and out: first page
   * @param RegionSize in and out: bytes; 0 for the whole region
   * @param FreeType MEM_DECOMMIT or MEM_RELEASE, which here may name a part of a region
   */
  NtFreeVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    RegionSize: InOut,
    FreeType: number,
  ): number;

  /**
   * Change the protection of committed pages. Windows page: "VirtualProtectEx".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param OldProtect receives the protection of the first page
   */
  NtProtectVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    RegionSize: InOut,
    NewProtect: number,
    OldProtect: Out<number>,
  ): number;

  /**
   * Ask about pages. Windows page: "NtQueryVirtualMemory function (ntifs.h)".
   *
   * @param ProcessHandle needs PROCESS_QUERY_INFORMATION
   * @param MemoryInformationClass MemoryBasicInformation (0) or MemoryRegionInformation (3); or
   *   MemoryWorkingSetInformation (1) and MemoryWorkingSetExInformation (4), as QueryWorkingSet and
   *   QueryWorkingSetEx ask
   * @param MemoryInformation receives the structure
   * @param MemoryInformationLength bytes of the buffer; fields that do not fit are not written
   * @param ReturnLength receives the bytes of the structure; optional
   */
  NtQueryVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: Address | null,
    MemoryInformationClass: number,
    MemoryInformation:
      | StructureOut<MemoryBasicInformation>
      | StructureOut<MemoryRegionInformation>
      | StructureOut<WorkingSetInformation>
      | WorkingSetExInformation[],
    MemoryInformationLength: Address,
    ReturnLength?: Out<number>,
  ): number;

  /**
   * Lock pages into the working set. Windows page: "VirtualLock".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param MapType MAP_PROCESS (1), MAP_SYSTEM (2)
   */
  NtLockVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    RegionSize: InOut,
    MapType: number,
  ): number;

  /** Undo NtLockVirtualMemory. Windows page: "VirtualUnlock". */
  NtUnlockVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: InOut,
    RegionSize: InOut,
    MapType: number,
  ): number;

  /**
   * Copy out of a process. Windows page: "ReadProcessMemory".
   *
   * @param ProcessHandle needs PROCESS_VM_READ
   * @param Buffer an array of the host, or a guest address in the calling process
   * @param NumberOfBytesToRead bytes
   * @param NumberOfBytesRead receives the bytes that came, also with STATUS_PARTIAL_COPY; optional
   */
  NtReadVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: Address | null,
    Buffer: Uint8Array | Address | null,
    NumberOfBytesToRead: Address,
    NumberOfBytesRead?: Out<number>,
  ): number;

  /**
   * Copy into a process. Windows page: "WriteProcessMemory"; unlike that function, the service
   * changes no protection.
   *
   * @param ProcessHandle needs PROCESS_VM_WRITE
   */
  NtWriteVirtualMemory(
    ProcessHandle: Handle,
    BaseAddress: Address | null,
    Buffer: Uint8Array | Address | null,
    NumberOfBytesToWrite: Address,
    NumberOfBytesWritten?: Out<number>,
  ): number;

  /**
   * Which pages of a watched region were written. Windows page: "GetWriteWatch".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param Flags 0 or WRITE_WATCH_FLAG_RESET, which forgets the pages that are reported
   * @param UserAddressArray receives page addresses, ascending
   * @param EntriesInUserAddressArray in: how many fit; out: how many came
   * @param Granularity receives the bytes of a page
   */
  NtGetWriteWatch(
    ProcessHandle: Handle,
    Flags: number,
    BaseAddress: Address | null,
    RegionSize: Address,
    UserAddressArray: AddressesOut,
    EntriesInUserAddressArray: InOut,
    Granularity: Out<number>,
  ): number;

  /** Forget which pages of a range were written. Windows page: "ResetWriteWatch". */
  NtResetWriteWatch(
    ProcessHandle: Handle,
    BaseAddress: Address | null,
    RegionSize: Address,
  ): number;

  /**
   * Make a section, a memory that views show, backed by the paging file. Windows page:
   * "NtCreateSection function (ntifs.h)".
   *
   * @param SectionHandle receives the handle
   * @param DesiredAccess SECTION_*; the handle has exactly these rights
   * @param ObjectAttributes the name, or null; a section of that name is opened instead, and the
   *   answer is STATUS_OBJECT_NAME_EXISTS
   * @param MaximumSize bytes
   * @param SectionPageProtection PAGE_*; what views may do at most
   * @param AllocationAttributes SEC_COMMIT or SEC_RESERVE, and others beside them
   * @param FileHandle null, or a handle of `Process.openFile`; with SEC_IMAGE a program
   */
  NtCreateSection(
    SectionHandle: Out<number>,
    DesiredAccess: number,
    ObjectAttributes: ObjectAttributes | null,
    MaximumSize: LargeIntegerIn,
    SectionPageProtection: number,
    AllocationAttributes: number,
    FileHandle: Handle,
  ): number;

  /** Open a section by its name. Windows page: "ZwOpenSection function (wdm.h)". */
  NtOpenSection(
    SectionHandle: Out<number>,
    DesiredAccess: number,
    ObjectAttributes: ObjectAttributes | null,
  ): number;

  /**
   * Show a section in an address space. An image goes to the address that it wants, where that is
   * free; anywhere else the answer is STATUS_IMAGE_NOT_AT_BASE, a success, and relocation is up to
   * the caller. Windows page: "ZwMapViewOfSection function (wdm.h)".
   *
   * @param SectionHandle needs the rights of the protection (7.3)
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress in: where, 0 for anywhere; out: the first page
   * @param ZeroBits how many high bits of the address are 0, or a mask (2.9)
   * @param CommitSize bytes at the start of the view to commit in a section with SEC_RESERVE
   * @param SectionOffset first byte of the section to show; null for 0
   * @param ViewSize in: bytes, 0 up to the end of the section; out: bytes in whole pages
   * @param InheritDisposition ViewShare or ViewUnmap; there are no children to inherit
   * @param AllocationType 0, MEM_TOP_DOWN, SEC_NO_CHANGE
   * @param Win32Protect PAGE_*
   */
  NtMapViewOfSection(
    SectionHandle: Handle,
    ProcessHandle: Handle,
    BaseAddress: InOut,
    ZeroBits: Address,
    CommitSize: Address,
    SectionOffset: LargeIntegerIn,
    ViewSize: InOut,
    InheritDisposition: number,
    AllocationType: number,
    Win32Protect: number,
  ): number;

  /**
   * Take a view away. Windows page: "ZwUnmapViewOfSection function (wdm.h)".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress any address inside the view
   */
  NtUnmapViewOfSection(ProcessHandle: Handle, BaseAddress: Address | null): number;

  /**
   * Ask about a section. Windows page: "NtQuerySection".
   *
   * @param SectionHandle needs SECTION_QUERY
   * @param SectionInformationClass SectionBasicInformation (0), or SectionImageInformation (1) of
   *   a section with SEC_IMAGE
   * @param SectionInformation receives the structure
   * @param SectionInformationLength bytes of the buffer
   * @param ReturnLength receives the bytes of the structure; optional
   */
  NtQuerySection(
    SectionHandle: Handle,
    SectionInformationClass: number,
    SectionInformation: StructureOut<SectionInformation | SectionImageInformation>,
    SectionInformationLength: Address,
    ReturnLength?: Out<number>,
  ): number;

  /** Close a handle; the pseudo handle -1 may be closed too. Windows page: "NtClose function". */
  NtClose(Handle: Handle): number;

  /**
   * The Win32 code of an NTSTATUS; 317 where it has none. Windows page: "RtlNtStatusToDosError
   * function".
   */
  RtlNtStatusToDosError(Status: number): number;

  /** Windows page: "AddVectoredExceptionHandler". @returns a handle, not 0 */
  RtlAddVectoredExceptionHandler(First: number, Handler: VectoredHandler): number;
  /**
   * Windows page: "RemoveVectoredExceptionHandler".
   * @returns whether the handle was in the list, 1 or 0
   */
  RtlRemoveVectoredExceptionHandler(Handle: number): number;
  /** Windows page: "AddVectoredContinueHandler". @returns a handle, not 0 */
  RtlAddVectoredContinueHandler(First: number, Handler: VectoredHandler): number;
  /**
   * Windows page: "RemoveVectoredContinueHandler".
   * @returns whether the handle was in the list, 1 or 0
   */
  RtlRemoveVectoredContinueHandler(Handle: number): number;
}
