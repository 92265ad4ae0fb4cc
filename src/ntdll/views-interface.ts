import type { Address } from "../door.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { InOut, LargeIntegerIn } from "../out.ts";
import type { Handle } from "./interface.ts";

/** The services of views that may take the place of a placeholder, and leave one behind. */
export interface ViewServices {
  /**
   * As NtMapViewOfSection, with placeholders and address requirements. Windows page:
   * "MapViewOfFile3".
   *
   * @param SectionHandle needs the rights of the protection (7.3)
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress in: where, 0 for anywhere; out: the first page
   * @param SectionOffset first byte of the section to show; null for 0
   * @param ViewSize in: bytes, 0 up to the end of the section; out: bytes in whole pages
   * @param AllocationType 0, MEM_TOP_DOWN, MEM_REPLACE_PLACEHOLDER, SEC_NO_CHANGE. What replaces a
   *   placeholder has exactly its base and size, and may begin at any page
   * @param PageProtection PAGE_*
   * @param ExtendedParameters null for none; address requirements have no Alignment
   * @param ExtendedParameterCount default: all of them
   */
  NtMapViewOfSectionEx(
    SectionHandle: Handle,
    ProcessHandle: Handle,
    BaseAddress: InOut,
    SectionOffset: LargeIntegerIn,
    ViewSize: InOut,
    AllocationType: number,
    PageProtection: number,
    ExtendedParameters?: readonly ExtendedParameter[] | null,
    ExtendedParameterCount?: number,
  ): number;

  /**
   * As NtUnmapViewOfSection. Windows page: "UnmapViewOfFile2".
   *
   * @param ProcessHandle needs PROCESS_VM_OPERATION
   * @param BaseAddress any address inside the view
   * @param Flags 0, MEM_UNMAP_WITH_TRANSIENT_BOOST, or MEM_PRESERVE_PLACEHOLDER for a view that
   *   took the place of a placeholder
   */
  NtUnmapViewOfSectionEx(ProcessHandle: Handle, BaseAddress: Address | null, Flags: number): number;
}
