import type { Address } from "../door.ts";
import type { Out } from "../out.ts";
import type { MemoryRangeEntry } from "../working-set-structs.ts";
import type { Handle } from "./interface.ts";

/** An array of ranges: of the host, or at a guest address. */
export type RangesIn = readonly MemoryRangeEntry[] | Address | null;

/** The services of ntdll about pages that a process will want soon. */
export interface WorkingSetServiceFunctions {
  /**
   * Say which ranges will be used soon. A hint: what is not there is passed over, and nothing
   * changes. Windows page: "PrefetchVirtualMemory", as the service below it.
   *
   * @param ProcessHandle needs PROCESS_QUERY_INFORMATION
   * @param VmInformationClass VmPrefetchInformation (0)
   * @param NumberOfEntries of the array, at least 1
   * @param VirtualAddresses ranges, none of them empty
   * @param VmInformation flags, 0
   * @param VmInformationLength bytes of the flags, 4
   */
  NtSetInformationVirtualMemory(
    ProcessHandle: Handle,
    VmInformationClass: number,
    NumberOfEntries: Address,
    VirtualAddresses: RangesIn,
    VmInformation: Out<number>,
    VmInformationLength: number,
  ): number;
}
