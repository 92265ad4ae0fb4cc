/**
 * The Win32 API of a process.
 *
 * @example
 * import { kernel32 } from "guardpage/kernel32";
 *
 * const { VirtualAlloc, GetLastError } = kernel32(process);
 * const base = VirtualAlloc(0, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
 *
 * @module guardpage/kernel32
 */

import { faceOf } from "./faces.ts";
import { availableIn } from "./kernel32/availability.ts";
import { aweFunctions } from "./kernel32/awe.ts";
import { enclaveFunctions } from "./kernel32/enclaves.ts";
import { fromAppFunctions } from "./kernel32/from-app.ts";
import type { Kernel32 } from "./kernel32/interface.ts";
import { offerFunctions } from "./kernel32/offers.ts";
import { probeFunctions } from "./kernel32/probe.ts";
import { processFunctions } from "./kernel32/processes.ts";
import { sectionFunctions } from "./kernel32/sections.ts";
import { stackFunctions } from "./kernel32/stacks.ts";
import { systemFunctions } from "./kernel32/system.ts";
import { viewFunctions } from "./kernel32/views.ts";
import { virtualFunctions } from "./kernel32/virtual.ts";
import { windows9xFunctions } from "./kernel32/windows9x.ts";
import { workingSetFunctions } from "./kernel32/working-set.ts";
import { ntdll } from "./ntdll.ts";
import type { Process } from "./process.ts";

export type { CfgCallTargetInfo } from "./kernel32/enclaves-interface.ts";
export type { Kernel32 } from "./kernel32/interface.ts";
export type { PointersIn } from "./ntdll/awe-interface.ts";
export type { AddressesOut, Handle } from "./ntdll/interface.ts";
export type { InOut, Out, StructureOut } from "./out.ts";
export type {
  MemoryBasicInformation,
  MemoryStatus,
  MemoryStatusEx,
  SystemInfo,
} from "./structs.ts";

/**
 * The functions of kernel32 as this process calls them. They need no `this`, and may be taken
 * apart.
 */
export function kernel32(process: Process): Kernel32 {
  return faceOf(process, "kernel32", () => makeFace(process));
}

function makeFace(process: Process): Kernel32 {
  const services = ntdll(process);
  const virtual = virtualFunctions(process);
  const sections = sectionFunctions(process);
  const functions: Kernel32 = {
    ...virtual,
    ...sections,
    ...viewFunctions(process),
    ...workingSetFunctions(process),
    ...fromAppFunctions(process, { ...virtual, ...sections }),
    ...enclaveFunctions(process),
    ...aweFunctions(process),
    ...offerFunctions(process),
    ...probeFunctions(process),
    ...systemFunctions(process),
    ...processFunctions(process),
    ...stackFunctions(process),
    AddVectoredExceptionHandler: services.RtlAddVectoredExceptionHandler,
    RemoveVectoredExceptionHandler: services.RtlRemoveVectoredExceptionHandler,
    AddVectoredContinueHandler: services.RtlAddVectoredContinueHandler,
    RemoveVectoredContinueHandler: services.RtlRemoveVectoredContinueHandler,
    SetUnhandledExceptionFilter: (filter) => process.setUnhandledExceptionFilter(filter),
    RaiseException: (code, flags, information) =>
      process.raiseException({ code, flags, information: information ?? [] }),
  };
  const is9x = process.machine.options.profile === "win9x";
  const own = is9x ? windows9xFunctions(process, functions) : {};
  return Object.freeze(availableIn(process, { ...functions, ...own }));
}
