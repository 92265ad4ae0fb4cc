import type { Address } from "../door.ts";
import type { ExtendedParameter } from "../extended-parameters.ts";
import type { Handle } from "../ntdll/interface.ts";
import type { RangesIn } from "../ntdll/working-set-interface.ts";
import type { Out, StructureOut } from "../out.ts";
import type {
  ProcessMemoryCountersEx,
  Win32MemoryRegionInformation,
  WorkingSetExInformation,
  WorkingSetInformation,
} from "../working-set-structs.ts";

/** Working sets, counters, low memory, nodes of memory, and calls of packaged apps. */
export interface WorkingSetFunctions {
  /**
   * The pages of a working set, ascending. Windows page: "QueryWorkingSet".
   *
   * @param process needs PROCESS_QUERY_INFORMATION and PROCESS_VM_READ
   * @param buffer receives how many there are, and an entry for each
   * @param length bytes of the buffer: a pointer for the number, and one for each entry
   * @returns 1, or 0. Errors: 5, 6, 24 (too small; the number is stored), 998
   */
  QueryWorkingSet(
    process: Handle,
    buffer: StructureOut<WorkingSetInformation>,
    length: Address,
  ): number;
  /**
   * What is so of single addresses. Windows page: "QueryWorkingSetEx".
   *
   * @param process needs PROCESS_QUERY_INFORMATION and PROCESS_VM_READ
   * @param buffer of each entry, VirtualAddress is read and VirtualAttributes written
   * @param length bytes of the buffer, two pointers an entry
   * @returns 1, or 0. Errors: 5, 6, 24, 998
   */
  QueryWorkingSetEx(
    process: Handle,
    buffer: WorkingSetExInformation[] | Address | null,
    length: Address,
  ): number;
  /**
   * Take every page that is not locked out of the working set; its content stays. Windows page:
   * "EmptyWorkingSet".
   *
   * @param process needs PROCESS_QUERY_LIMITED_INFORMATION (or PROCESS_QUERY_INFORMATION) and
   *   PROCESS_SET_QUOTA
   * @returns 1, or 0. Errors: 5, 6
   */
  EmptyWorkingSet(process: Handle): number;
  /**
   * Windows page: "GetProcessMemoryInfo".
   *
   * @param process needs PROCESS_QUERY_LIMITED_INFORMATION or PROCESS_QUERY_INFORMATION
   * @param cb bytes of the buffer; with 44 or 80 PrivateUsage is filled too
   * @returns 1, or 0. Errors: 5, 6, 122, 998
   */
  GetProcessMemoryInfo(
    process: Handle,
    counters: StructureOut<ProcessMemoryCountersEx>,
    cb: number,
  ): number;
  /** As QueryWorkingSet. */
  K32QueryWorkingSet: WorkingSetFunctions["QueryWorkingSet"];
  /** As QueryWorkingSetEx. */
  K32QueryWorkingSetEx: WorkingSetFunctions["QueryWorkingSetEx"];
  /** As EmptyWorkingSet. */
  K32EmptyWorkingSet: WorkingSetFunctions["EmptyWorkingSet"];
  /** As GetProcessMemoryInfo. */
  K32GetProcessMemoryInfo: WorkingSetFunctions["GetProcessMemoryInfo"];

  /**
   * Windows page: "GetProcessWorkingSetSize".
   *
   * @param process needs PROCESS_QUERY_LIMITED_INFORMATION or PROCESS_QUERY_INFORMATION
   * @param minimum receives bytes
   * @param maximum receives bytes
   * @returns 1, or 0. Errors: 5, 6, 998
   */
  GetProcessWorkingSetSize(process: Handle, minimum: Out<number>, maximum: Out<number>): number;
  /** As GetProcessWorkingSetSize. @param flags receives QUOTA_LIMITS_* */
  GetProcessWorkingSetSizeEx(
    process: Handle,
    minimum: Out<number>,
    maximum: Out<number>,
    flags: Out<number>,
  ): number;
  /**
   * Set the limits of a working set, or, with -1 twice, trim it. The minimum says how many pages
   * can be locked. Windows page: "SetProcessWorkingSetSize".
   *
   * @param process needs PROCESS_SET_QUOTA
   * @param minimum bytes; less than 20 pages become 20
   * @param maximum bytes, 13 pages or more
   * @returns 1, or 0. Errors: 5, 6, 87
   */
  SetProcessWorkingSetSize(process: Handle, minimum: Address, maximum: Address): number;
  /** As SetProcessWorkingSetSize. @param flags QUOTA_LIMITS_*; 0 leaves them as they are */
  SetProcessWorkingSetSizeEx(
    process: Handle,
    minimum: Address,
    maximum: Address,
    flags: number,
  ): number;

  /**
   * Say which ranges will be used soon: a hint without an effect. Windows page:
   * "PrefetchVirtualMemory".
   *
   * @param process needs PROCESS_QUERY_INFORMATION
   * @param count of the ranges, at least 1
   * @param ranges none of them empty
   * @param flags 0
   * @returns 1, or 0. Errors: 5, 6, 87, 998
   */
  PrefetchVirtualMemory(process: Handle, count: Address, ranges: RangesIn, flags: number): number;

  /**
   * A handle of the object that says whether memory is low, or plenty. Windows page:
   * "CreateMemoryResourceNotification".
   *
   * @param type LowMemoryResourceNotification or HighMemoryResourceNotification
   * @returns the handle, or 0. Errors: 87
   */
  CreateMemoryResourceNotification(type: number): number;
  /**
   * Windows page: "QueryMemoryResourceNotification".
   *
   * @param state receives 1 or 0
   * @returns 1, or 0. Errors: 87, 998
   */
  QueryMemoryResourceNotification(handle: Handle, state: Out<number>): number;

  /**
   * Ask about a whole region. Windows page: "QueryVirtualMemoryInformation".
   *
   * @param process needs PROCESS_QUERY_INFORMATION
   * @param informationClass MemoryRegionInfo (0)
   * @param size bytes of the buffer, 20 or 32
   * @param returnSize receives the bytes of the structure; optional
   * @returns 1, or 0. Errors: 5, 6, 24, 87, 487, 998
   */
  QueryVirtualMemoryInformation(
    process: Handle,
    address: Address | null,
    informationClass: number,
    buffer: StructureOut<Win32MemoryRegionInformation>,
    size: Address,
    returnSize?: Out<number>,
  ): number;

  /**
   * As VirtualAllocEx, with a node of memory for a region that is made. Windows page:
   * "VirtualAllocExNuma".
   *
   * @param node below the machine's `numaNodes`, or NUMA_NO_PREFERRED_NODE
   */
  VirtualAllocExNuma(
    process: Handle,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
    node: number,
  ): number;

  /** As VirtualAlloc; executable memory is refused with 87. Windows page: "VirtualAllocFromApp". */
  VirtualAllocFromApp(
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
  ): number;
  /**
   * As VirtualAlloc2; executable memory is refused with 87. Windows page: "VirtualAlloc2FromApp".
   */
  VirtualAlloc2FromApp(
    process: Handle,
    address: Address | null,
    size: Address,
    type: number,
    protect: number,
    parameters?: readonly ExtendedParameter[] | null,
    count?: number,
  ): number;
  /**
   * As VirtualProtect; memory that can be written and executed is refused with 87, and without the
   * option `codeGeneration` all that can be executed. Windows page: "VirtualProtectFromApp".
   */
  VirtualProtectFromApp(
    address: Address | null,
    size: Address,
    protect: number,
    old: Out<number>,
  ): number;
  /**
   * As MapViewOfFile, with an offset of 64 bits; FILE_MAP_EXECUTE is refused with 87 without the
   * option `codeGeneration`. Windows page: "MapViewOfFileFromApp".
   */
  MapViewOfFileFromApp(handle: Handle, access: number, offset: Address, size: Address): number;
}
