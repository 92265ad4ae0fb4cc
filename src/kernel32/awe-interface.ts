import type { Address } from "../door.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { PointersIn } from "../ntdll/awe-interface.ts";
import type { AddressesOut, Handle } from "../ntdll/interface.ts";
import type { InOut } from "../out.ts";

/**
 * Address Windowing Extensions: frames of physical memory that a process owns, and shows in windows
 * which VirtualAlloc reserves with MEM_PHYSICAL. A frame number is opaque, and never 0.
 */
export interface AweFunctions {
  /**
   * Get frames that are mapped nowhere. Windows page: "AllocateUserPhysicalPages".
   *
   * @param process needs PROCESS_VM_OPERATION
   * @param count in: how many; out: how many there are, perhaps fewer
   * @param frames receives their numbers
   * @returns 1 or 0. Errors: 5, 6, 998, 1314 (see `lockMemoryPrivilege`), 1450
   */
  AllocateUserPhysicalPages(process: Handle, count: InOut, frames: AddressesOut): number;
  /**
   * The same with a preferred node. Windows page: "AllocateUserPhysicalPagesNuma".
   *
   * @param node below the number of nodes, or 0xffffffff. Errors: 87
   */
  AllocateUserPhysicalPagesNuma(
    process: Handle,
    count: InOut,
    frames: AddressesOut,
    node: number,
  ): number;
  /**
   * The same with extended parameters. Windows page: "AllocateUserPhysicalPages2".
   *
   * @param parameters null for none; a node is all that makes a difference
   * @param parameterCount default: all of them
   */
  AllocateUserPhysicalPages2(
    process: Handle,
    count: InOut,
    frames: AddressesOut,
    parameters?: readonly ExtendedParameter[] | null,
    parameterCount?: number,
  ): number;
  /**
   * Give frames back, mapped or not; stops at one that is not owned. Windows page:
   * "FreeUserPhysicalPages".
   *
   * @param count in: how many; out: how many were freed, on failure too. Errors: 5, 6, 87, 998
   */
  FreeUserPhysicalPages(process: Handle, count: InOut, frames: PointersIn): number;
  /**
   * Show frames in a window, all or none. Windows page: "MapUserPhysicalPages".
   *
   * @param address a page of the window
   * @param count pages
   * @param frames null to show nothing there any more. Errors: 87, 487, 998
   */
  MapUserPhysicalPages(address: Address | null, count: Address, frames: PointersIn): number;
  /**
   * The same at addresses of their own. Windows page: "MapUserPhysicalPagesScatter".
   *
   * @param frames null, or entries 0, to show nothing there any more
   */
  MapUserPhysicalPagesScatter(addresses: PointersIn, count: Address, frames: PointersIn): number;
}
