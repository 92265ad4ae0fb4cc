/**
 * The native API of a process.
 *
 * @example
 * import { ntdll } from "guardpage/ntdll";
 *
 * const { NtAllocateVirtualMemory } = ntdll(process);
 * const base = { value: 0 };
 * const size = { value: 0x10000 };
 * NtAllocateVirtualMemory(-1, base, 0, size, MEM_RESERVE, PAGE_READWRITE); // 0: STATUS_SUCCESS
 *
 * @module guardpage/ntdll
 */

import { faceOf } from "./faces.ts";
import { availableIn } from "./ntdll/availability.ts";
import { aweServices } from "./ntdll/awe.ts";
import { fileServices } from "./ntdll/files.ts";
import type { Ntdll } from "./ntdll/interface.ts";
import { runtimeFunctions } from "./ntdll/runtime.ts";
import { sectionServices } from "./ntdll/sections.ts";
import { stackFunctions } from "./ntdll/stacks.ts";
import { transferServices } from "./ntdll/transfers.ts";
import { viewServices } from "./ntdll/views.ts";
import { virtualServices } from "./ntdll/virtual.ts";
import { watchServices } from "./ntdll/watch.ts";
import { workingSetServices } from "./ntdll/working-set.ts";
import type { Process } from "./process.ts";

export type { PointersIn } from "./ntdll/awe-interface.ts";
export type { AddressesOut, Handle, Ntdll, ObjectAttributes } from "./ntdll/interface.ts";
export type { RangesIn } from "./ntdll/working-set-interface.ts";
export type { InOut, LargeIntegerIn, Out, StructureOut } from "./out.ts";
export type { InitialTeb } from "./stack-structs.ts";
export type {
  MemoryBasicInformation,
  MemoryRegionInformation,
  SectionImageInformation,
  SectionInformation,
} from "./structs.ts";

/**
 * The functions of ntdll as this process calls them. They need no `this`, and may be taken apart.
 */
export function ntdll(process: Process): Ntdll {
  return faceOf(process, "ntdll", () => makeFace(process));
}

function makeFace(process: Process): Ntdll {
  const functions: Ntdll = {
    ...virtualServices(process),
    ...sectionServices(process),
    ...fileServices(process),
    ...viewServices(process),
    ...aweServices(process),
    ...transferServices(process),
    ...watchServices(process),
    ...workingSetServices(process),
    ...runtimeFunctions(process),
    ...stackFunctions(process),
  };
  return Object.freeze(availableIn(process, functions));
}
