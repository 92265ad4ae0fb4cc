import { ALL_NT, type Availability, available, EVERYWHERE } from "../availability.ts";
import { STATUS_INVALID_SYSTEM_SERVICE } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { withoutOwners } from "../owners-only.ts";
import type { Process } from "../process.ts";
import { isNt } from "../profile.ts";
import type { Ntdll } from "./interface.ts";

const MISSING = packDecision("17.1#12");
/** A kernel answers this to the number of a service that it does not know. */
const failure = STATUS_INVALID_SYSTEM_SERVICE;

const ALL = { ...ALL_NT, failure } as const;
const AWE = { nt: "win2000", failure } as const;
const XP = { nt: "winxp", failure } as const;
const XP_LIST = { nt: "winxp", failure: 0 } as const;
const WIN8 = { nt: "win8", failure } as const;
const WIN10 = { nt: "win10", failure } as const;

/** Which version of NT has which function. */
export const ntdllAvailability: Availability<Ntdll> = {
  NtAllocateVirtualMemory: ALL,
  NtAllocateVirtualMemoryEx: WIN10,
  NtFreeVirtualMemory: ALL,
  NtProtectVirtualMemory: ALL,
  NtQueryVirtualMemory: ALL,
  NtLockVirtualMemory: ALL,
  NtUnlockVirtualMemory: ALL,
  NtReadVirtualMemory: ALL,
  NtWriteVirtualMemory: ALL,
  NtSetInformationVirtualMemory: WIN8,
  NtGetWriteWatch: XP,
  NtResetWriteWatch: XP,
  NtCreateSection: ALL,
  NtOpenSection: ALL,
  NtExtendSection: ALL,
  NtQuerySection: ALL,
  NtMapViewOfSection: ALL,
  NtMapViewOfSectionEx: WIN10,
  NtUnmapViewOfSection: ALL,
  NtUnmapViewOfSectionEx: WIN8,
  NtFlushBuffersFile: ALL,
  NtClose: ALL,
  NtAllocateUserPhysicalPages: AWE,
  NtFreeUserPhysicalPages: AWE,
  NtMapUserPhysicalPages: AWE,
  NtMapUserPhysicalPagesScatter: AWE,
  RtlNtStatusToDosError: EVERYWHERE,
  RtlAddVectoredExceptionHandler: XP_LIST,
  RtlRemoveVectoredExceptionHandler: XP_LIST,
  RtlAddVectoredContinueHandler: XP_LIST,
  RtlRemoveVectoredContinueHandler: XP_LIST,
  RtlCreateUserStack: { nt: "vista", failure },
  RtlFreeUserStack: { nt: "vista", failure: undefined },
};

/** What a thread in a worker does not have: handles, sections, AWE, vectored handlers. */
const OWNERS = [
  "NtCreateSection",
  "NtOpenSection",
  "NtExtendSection",
  "NtQuerySection",
  "NtMapViewOfSection",
  "NtMapViewOfSectionEx",
  "NtUnmapViewOfSection",
  "NtUnmapViewOfSectionEx",
  "NtFlushBuffersFile",
  "NtClose",
  "NtAllocateUserPhysicalPages",
  "NtFreeUserPhysicalPages",
  "NtMapUserPhysicalPages",
  "NtMapUserPhysicalPagesScatter",
  "RtlAddVectoredExceptionHandler",
  "RtlRemoveVectoredExceptionHandler",
  "RtlAddVectoredContinueHandler",
  "RtlRemoveVectoredContinueHandler",
] as const satisfies readonly (keyof Ntdll)[];

/**
 * The functions as this version of NT has them: one that it lacks looks at no argument and answers
 * its failure. Where Windows is not NT, they stand for what is below the functions of that system,
 * and none is taken away.
 */
export function availableIn(process: Process, functions: Ntdll): Ntdll {
  const { options } = process.machine;
  const own = process.machine.isAttached ? withoutOwners(functions, OWNERS) : functions;
  if (!isNt(options.profile)) return own;
  return available(own, ntdllAvailability, options, (answer) => () => {
    process.alive().core.view.decision = MISSING;
    return answer;
  });
}
