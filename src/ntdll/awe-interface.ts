import type { Address } from "../door.ts";
import type { InOut } from "../out.ts";
import type { AddressesOut, Handle } from "./interface.ts";

/** An array to read: entries, `{ value }` with them, or a guest address of pointers. */
export type PointersIn =
  | readonly (Address | null)[]
  | { readonly value: readonly (Address | null)[] }
  | Address
  | null
  | undefined;

/** Address Windowing Extensions, as ntdll exports them. A frame number is opaque, and never 0. */
export interface NtAwe {
  /**
   * Get frames of physical memory that are mapped nowhere. Windows page:
   * "AllocateUserPhysicalPages". Needs the privilege to lock memory (`lockMemoryPrivilege`).
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param NumberOfPages in: how many; out: how many there are, perhaps fewer
   * @param UserPfnArray receives their numbers
   */
  NtAllocateUserPhysicalPages(
    ProcessHandle: Handle,
    NumberOfPages: InOut,
    UserPfnArray: AddressesOut,
  ): number;

  /**
   * Give frames back, mapped or not. Stops at one that the process does not own. Windows page:
   * "FreeUserPhysicalPages".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param NumberOfPages in: how many; out: how many were freed, on failure too
   */
  NtFreeUserPhysicalPages(
    ProcessHandle: Handle,
    NumberOfPages: InOut,
    UserPfnArray: PointersIn,
  ): number;

  /**
   * Show frames in a window of the calling process, all or none. Windows page:
   * "MapUserPhysicalPages".
   *
   * @param VirtualAddress a page inside memory that MEM_PHYSICAL has reserved
   * @param UserPfnArray null to show nothing there any more
   */
  NtMapUserPhysicalPages(
    VirtualAddress: Address | null,
    NumberOfPages: Address,
    UserPfnArray: PointersIn,
  ): number;

  /**
   * The same at addresses of their own. Windows page: "MapUserPhysicalPagesScatter".
   *
   * @param UserPfnArray null, or entries 0, to show nothing there any more
   */
  NtMapUserPhysicalPagesScatter(
    VirtualAddresses: PointersIn,
    NumberOfPages: Address,
    UserPfnArray: PointersIn,
  ): number;
}
