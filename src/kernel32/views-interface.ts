import type { Address } from "../door.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { Handle } from "../ntdll/interface.ts";

/** Views in any process, by a protection, and views that take the place of a placeholder. */
export interface ViewFunctions {
  /**
   * Show a section in a process. Windows page: "MapViewOfFile2".
   *
   * @param handle of a section
   * @param process needs PROCESS_VM_OPERATION
   * @param offset first byte of the section to show, a multiple of 64 KB
   * @param address where, a multiple of 64 KB; 0 for anywhere
   * @param size bytes; 0 up to the end of the section
   * @param type 0 or MEM_RESERVE, which belongs to sections of files
   * @param protect PAGE_*
   * @returns the first page, or 0. Errors: 5, 6, 8, 87, 487, 1132, 1455
   */
  MapViewOfFile2(
    handle: Handle,
    process: Handle,
    offset: Address,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
  ): number;
  /**
   * As MapViewOfFile2, which calls it. Windows page: "MapViewOfFileNuma2".
   *
   * @param node a hint; NUMA_NO_PREFERRED_NODE for none
   */
  MapViewOfFileNuma2(
    handle: Handle,
    process: Handle,
    offset: Address,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
    node: number,
  ): number;
  /**
   * Show a section in a process, within limits or in place of a placeholder. Windows page:
   * "MapViewOfFile3".
   *
   * @param process needs PROCESS_VM_OPERATION; null is the caller's
   * @param address 0 for anywhere; what replaces a placeholder has exactly its base and size
   * @param offset first byte of the section to show, a multiple of 64 KB; of a page where a
   *   placeholder is replaced
   * @param type 0, MEM_REPLACE_PLACEHOLDER, or MEM_RESERVE, which belongs to sections of files
   * @param protect PAGE_*
   * @param parameters null for none; address requirements have no Alignment
   * @param count default: all of them
   * @returns the first page, or 0. Errors: those of MapViewOfFile2
   */
  MapViewOfFile3(
    handle: Handle,
    process: Handle,
    address: Address | null,
    offset: Address,
    size: Address,
    type: number,
    protect: number,
    parameters?: readonly ExtendedParameter[] | null,
    count?: number,
  ): number;
  /**
   * Take a view away. Windows page: "UnmapViewOfFileEx".
   *
   * @param address any address inside the view
   * @param flags 0, MEM_UNMAP_WITH_TRANSIENT_BOOST, or MEM_PRESERVE_PLACEHOLDER for a view that
   *   took the place of a placeholder
   * @returns 1, or 0. Errors: 87, 487
   */
  UnmapViewOfFileEx(address: Address | null, flags: number): number;
  /**
   * As UnmapViewOfFileEx, in any process. Windows page: "UnmapViewOfFile2".
   *
   * @param process needs PROCESS_VM_OPERATION
   * @returns 1, or 0. Errors: 5, 6, 87, 487
   */
  UnmapViewOfFile2(process: Handle, address: Address | null, flags: number): number;
}
