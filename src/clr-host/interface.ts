import type { Address } from "../door.ts";
import type { Out, StructureOut } from "../out.ts";
import type { MemoryBasicInformation } from "../structs.ts";

/** An out-parameter for an interface: `{ value }`, or NULL. Guest memory has no place for one. */
export type InterfaceOut<T> = { value: T | null } | null | undefined;

/** The root of all COM interfaces. Windows page: "IUnknown". */
export interface IUnknown {
  /**
   * Ask for an interface of this object, with one reference more.
   *
   * @param riid "{00000000-0000-0000-c000-000000000046}" or the like, in letters of either case
   * @param object receives this object, or null
   * @returns S_OK, E_NOINTERFACE, E_POINTER, HOST_E_CLRNOTAVAILABLE
   */
  QueryInterface(riid: string, object: InterfaceOut<unknown>): number;
  /** @returns how many references there are now; a number, not an HRESULT */
  AddRef(): number;
  /** @returns how many references are left; a number, not an HRESULT */
  Release(): number;
}

/** What the runtime gives the host to hear of the memory that there is. */
export interface ICLRMemoryNotificationCallback {
  /**
   * Windows page: "ICLRMemoryNotificationCallback::OnMemoryNotification".
   *
   * @param available eMemoryAvailableLow, eMemoryAvailableNeutral or eMemoryAvailableHigh
   * @returns an HRESULT, which nobody looks at
   */
  OnMemoryNotification(available: number): unknown;
}

/**
 * The memory that a host has for the common language runtime. Every method answers an HRESULT as an
 * unsigned number, and looks in this order: whether the runtime can be served
 * (HOST_E_CLRNOTAVAILABLE), whether out-parameters lead somewhere (E_POINTER), what the policy of
 * the host says, and only then at the call.
 *
 * Out-parameters are `{ value }`, or a guest address that is written with guest access rules. All
 * methods throw TypeError or RangeError for an argument that is not what the parameter can hold,
 * Error when the process has ended, MachinePoisoned when the core has trapped. They need no `this`.
 *
 * Windows page: "IHostMemoryManager Interface".
 */
export interface IHostMemoryManager extends IUnknown {
  /**
   * Make an allocator, with one reference. Windows page: "IHostMemoryManager::CreateMalloc".
   *
   * @param type MALLOC_THREADSAFE, MALLOC_EXECUTABLE, both or 0
   * @param malloc receives the allocator, or null for every answer but S_OK
   * @returns S_OK, E_INVALIDARG, E_OUTOFMEMORY and the general ones
   */
  CreateMalloc(type: number, malloc: InterfaceOut<IHostMalloc>): number;

  /**
   * As VirtualAlloc of kernel32; what it reserves is memory of the host. Windows page:
   * "IHostMemoryManager::VirtualAlloc".
   *
   * @param address where, or 0 for anywhere
   * @param size bytes
   * @param type MEM_*
   * @param protect PAGE_*
   * @param level what a failure costs: eTaskCritical, eAppDomainCritical, eProcessCritical
   * @param memory receives the first page, or 0 for every answer but S_OK
   * @returns S_OK, E_OUTOFMEMORY and the general ones; with `hresults: "detailed"` others too
   * @throws RangeError for another level
   */
  VirtualAlloc(
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
    level: number,
    memory: Out<number>,
  ): number;

  /**
   * As VirtualFree of kernel32, in regions that VirtualAlloc of a manager has made. Windows page:
   * "IHostMemoryManager::VirtualFree".
   *
   * @param size bytes; 0 for the whole region, as MEM_RELEASE wants it
   * @param type MEM_DECOMMIT or MEM_RELEASE
   * @returns S_OK, HOST_E_INVALIDOPERATION and the general ones; with `hresults: "detailed"` the
   *   HRESULT of the Win32 error where the region is the host's
   */
  VirtualFree(address: Address | null, size: Address, type: number): number;

  /**
   * As VirtualQuery of kernel32. Windows page: "IHostMemoryManager::VirtualQuery".
   *
   * @param buffer receives a MEMORY_BASIC_INFORMATION
   * @param length bytes of the buffer
   * @param result receives the bytes of the structure, or 0 where VirtualQuery fails
   * @returns S_OK, a failure of VirtualQuery included, and the general ones
   */
  VirtualQuery(
    address: Address | null,
    buffer: StructureOut<MemoryBasicInformation>,
    length: Address,
    result: Out<number>,
  ): number;

  /**
   * As VirtualProtect of kernel32. Windows page: "IHostMemoryManager::VirtualProtect".
   *
   * @param old receives the protection of the first page
   * @returns S_OK, the HRESULT of the Win32 error, and the general ones
   */
  VirtualProtect(address: Address | null, size: Address, protect: number, old: Out<number>): number;

  /**
   * How much physical memory is in use. Windows page: "IHostMemoryManager::GetMemoryLoad".
   *
   * @param load receives the part of physical memory that is in use, in percent
   * @param available receives the bytes that are free; ffffffff in a 32-bit process for more
   */
  GetMemoryLoad(load: Out<number>, available: Out<number>): number;

  /**
   * Who is told when memory becomes low, neither or high; one at a time. It is told nothing at
   * once, and of a change when the call or access that has made it has returned: at the start of
   * the next method of the manager or of an IHostMalloc, or when the running JavaScript has come to
   * its end (a microtask), whatever is first, or by `ClrHost.notify`. What has changed back by then
   * is not told.
   *
   * Windows page: "IHostMemoryManager::RegisterMemoryNotificationCallback".
   *
   * @param callback null for nobody
   */
  RegisterMemoryNotificationCallback(callback: ICLRMemoryNotificationCallback | null): number;

  /**
   * The runtime is going to reserve address space without the host, who may refuse. Windows page:
   * "IHostMemoryManager::NeedsVirtualAddressSpace".
   *
   * @param start of the range
   * @param size bytes
   * @returns S_OK, E_OUTOFMEMORY where the policy says so, and the general ones
   */
  NeedsVirtualAddressSpace(start: Address | null, size: Address): number;

  /**
   * The runtime has reserved address space without the host (`ClrHost.acquiredRanges`). Windows
   * page: "IHostMemoryManager::AcquiredVirtualAddressSpace".
   *
   * @param start of the range
   * @param size bytes
   */
  AcquiredVirtualAddressSpace(start: Address | null, size: Address): number;

  /**
   * The runtime does not need it any more. Windows page:
   * "IHostMemoryManager::ReleasedVirtualAddressSpace".
   *
   * @param start as it was acquired
   * @returns S_OK, E_INVALIDARG for another start, and the general ones
   */
  ReleasedVirtualAddressSpace(start: Address | null): number;
}

/**
 * An allocator over committed pages of the guest. What it knows of its blocks lies outside of the
 * guest, who cannot corrupt it. Pages without a block are decommitted at once. The last Release
 * gives all pages back; every method but that throws Error from then on.
 *
 * Windows page: "IHostMalloc Interface".
 */
export interface IHostMalloc extends IUnknown {
  /**
   * Allocate a block. Its memory is zeros where no block has been before. Windows page:
   * "IHostMAlloc::Alloc".
   *
   * @param size bytes; 0 for a block of its own like any other
   * @param level as for IHostMemoryManager.VirtualAlloc
   * @param memory receives the address, a multiple of 16, or 0 for every answer but S_OK
   * @returns S_OK, E_OUTOFMEMORY and the general ones
   */
  Alloc(size: Address, level: number, memory: Out<number>): number;

  /**
   * As Alloc; the block is listed in `ClrHost.debugBlocks`. Windows page:
   * "IHostMAlloc::DebugAlloc".
   *
   * @param file name of the source file, or null
   * @param line in it
   */
  DebugAlloc(
    size: Address,
    level: number,
    file: string | null,
    line: number,
    memory: Out<number>,
  ): number;

  /**
   * Give a block back. Windows page: "IHostMAlloc::Free".
   *
   * @param memory a block of this allocator, or null
   * @returns S_OK, HOST_E_INVALIDOPERATION for anything else, and the general ones
   */
  Free(memory: Address | null): number;
}
