import { ALL_NT, type Availability, available, EVERYWHERE } from "../availability.ts";
import { ERROR_CALL_NOT_IMPLEMENTED } from "../constants/error.ts";
import { packDecision } from "../decision.ts";
import { withoutOwners } from "../owners-only.ts";
import type { Process } from "../process.ts";
import type { Kernel32 } from "./interface.ts";
import { FALSE } from "./last-error.ts";

const MISSING = packDecision("17.1#12");
const NULL = 0;
/** GetWriteWatch and ResetWriteWatch. */
const WATCH_FAILED = 0xffff_ffff;

/** What takes a handle of a process came to CE with CE 6. */
const WITH_HANDLE = { nt: "nt4", win9x: "win95", ce: "ce6" } as const;
const ALL_BUT_CE = { nt: "nt4", win9x: "win95" } as const;
/** Windows 9x has the names with W too, and next to none of them works. */
const ANSI = { nt: "nt4", win9x: "win95" } as const;
const UNICODE = { nt: "nt4", ce: "ce5" } as const;
const AWE = { nt: "win2000" } as const;
/** XP, or Server 2003 with SP1, which is the same version here (17.1). */
const XP = { nt: "winxp" } as const;
const VISTA = { nt: "vista" } as const;
/** The functions of psapi that moved to kernel32. */
const WIN7 = { nt: "win7" } as const;
const WIN8 = { nt: "win8" } as const;
const OFFERS = { nt: "win8.1", failure: ERROR_CALL_NOT_IMPLEMENTED } as const;
const WIN10 = { nt: "win10" } as const;

/**
 * Which system has which function: first what table 14.2 says, then the oldest client that the
 * Windows page of the function names. Where there is none, its failure is the answer.
 */
export const kernel32Availability: Availability<Kernel32> = {
  VirtualAlloc: EVERYWHERE,
  VirtualAllocEx: { nt: "nt4", ce: "ce6", failure: NULL },
  VirtualAlloc2: { ...WIN10, failure: NULL },
  VirtualAllocExNuma: { ...VISTA, failure: NULL },
  VirtualAllocFromApp: { ...WIN10, failure: NULL },
  VirtualAlloc2FromApp: { ...WIN10, failure: NULL },
  VirtualFree: EVERYWHERE,
  VirtualFreeEx: { nt: "nt4", ce: "ce6", failure: FALSE },
  VirtualProtect: EVERYWHERE,
  VirtualProtectEx: { ...WITH_HANDLE, failure: FALSE },
  VirtualProtectFromApp: { ...WIN10, failure: FALSE },
  VirtualQuery: EVERYWHERE,
  VirtualQueryEx: { ...WITH_HANDLE, failure: 0 },
  QueryVirtualMemoryInformation: { ...WIN10, failure: FALSE },
  VirtualLock: { ...ALL_BUT_CE, failure: FALSE },
  VirtualUnlock: { ...ALL_BUT_CE, failure: FALSE },
  GetWriteWatch: { ...XP, win9x: "win98", failure: WATCH_FAILED },
  ResetWriteWatch: { ...XP, win9x: "win98", failure: WATCH_FAILED },

  CreateFileMapping: EVERYWHERE,
  CreateFileMappingA: { ...ANSI, failure: NULL },
  CreateFileMappingW: { ...UNICODE, failure: NULL },
  OpenFileMapping: { ...ALL_BUT_CE, failure: NULL },
  OpenFileMappingA: { ...ANSI, failure: NULL },
  OpenFileMappingW: { ...ALL_NT, failure: NULL },
  MapViewOfFile: EVERYWHERE,
  MapViewOfFileEx: { ...ALL_BUT_CE, failure: NULL },
  MapViewOfFile2: { ...WIN10, failure: NULL },
  MapViewOfFileNuma2: { ...WIN10, failure: NULL },
  MapViewOfFile3: { ...WIN10, failure: NULL },
  MapViewOfFileFromApp: { ...WIN10, failure: NULL },
  UnmapViewOfFile: EVERYWHERE,
  UnmapViewOfFileEx: { ...WIN8, failure: FALSE },
  UnmapViewOfFile2: { ...WIN10, failure: FALSE },
  FlushViewOfFile: EVERYWHERE,
  FlushFileBuffers: EVERYWHERE,

  IsBadReadPtr: EVERYWHERE,
  IsBadWritePtr: EVERYWHERE,
  IsBadCodePtr: EVERYWHERE,
  IsBadHugeReadPtr: { ...ALL_BUT_CE, failure: FALSE },
  IsBadHugeWritePtr: { ...ALL_BUT_CE, failure: FALSE },
  IsBadStringPtrA: { ...ANSI, failure: FALSE },
  IsBadStringPtrW: { ...ALL_NT, failure: FALSE },

  GetSystemInfo: EVERYWHERE,
  GetNativeSystemInfo: { ...XP, failure: undefined },
  GlobalMemoryStatus: EVERYWHERE,
  GlobalMemoryStatusEx: { nt: "win2000", failure: FALSE },
  GetLargePageMinimum: { ...XP, failure: 0 },
  FlushInstructionCache: EVERYWHERE,
  CreateMemoryResourceNotification: { ...XP, failure: NULL },
  QueryMemoryResourceNotification: { ...XP, failure: FALSE },

  ReadProcessMemory: EVERYWHERE,
  WriteProcessMemory: EVERYWHERE,
  OpenProcess: EVERYWHERE,
  CloseHandle: EVERYWHERE,
  GetCurrentProcess: EVERYWHERE,
  GetCurrentProcessId: EVERYWHERE,
  GetCurrentThreadId: EVERYWHERE,
  GetLastError: EVERYWHERE,
  SetLastError: EVERYWHERE,

  QueryWorkingSet: { ...ALL_NT, failure: FALSE },
  QueryWorkingSetEx: { ...XP, failure: FALSE },
  EmptyWorkingSet: { ...ALL_NT, failure: FALSE },
  GetProcessMemoryInfo: { ...ALL_NT, failure: FALSE },
  K32QueryWorkingSet: { ...WIN7, failure: FALSE },
  K32QueryWorkingSetEx: { ...WIN7, failure: FALSE },
  K32EmptyWorkingSet: { ...WIN7, failure: FALSE },
  K32GetProcessMemoryInfo: { ...WIN7, failure: FALSE },
  GetProcessWorkingSetSize: { ...ALL_NT, failure: FALSE },
  GetProcessWorkingSetSizeEx: { ...XP, failure: FALSE },
  SetProcessWorkingSetSize: { ...ALL_NT, failure: FALSE },
  SetProcessWorkingSetSizeEx: { ...XP, failure: FALSE },
  PrefetchVirtualMemory: { ...WIN8, failure: FALSE },
  OfferVirtualMemory: OFFERS,
  ReclaimVirtualMemory: OFFERS,
  DiscardVirtualMemory: OFFERS,

  AllocateUserPhysicalPages: { ...AWE, failure: FALSE },
  AllocateUserPhysicalPagesNuma: { ...VISTA, failure: FALSE },
  AllocateUserPhysicalPages2: { ...WIN10, failure: FALSE },
  FreeUserPhysicalPages: { ...AWE, failure: FALSE },
  MapUserPhysicalPages: { ...AWE, failure: FALSE },
  MapUserPhysicalPagesScatter: { ...AWE, failure: FALSE },

  IsEnclaveTypeSupported: { ...WIN10, failure: FALSE },
  CreateEnclave: { ...WIN10, failure: NULL },
  LoadEnclaveData: { ...WIN10, failure: FALSE },
  InitializeEnclave: { ...WIN10, failure: FALSE },
  DeleteEnclave: { ...WIN10, failure: FALSE },
  TerminateEnclave: { ...WIN10, failure: FALSE },
  CallEnclave: { ...WIN10, failure: FALSE },
  SetProcessValidCallTargets: { ...WIN10, failure: FALSE },

  SetThreadStackGuarantee: { ...XP, failure: FALSE },
  GetCurrentThreadStackLimits: { ...WIN8, failure: undefined },
  _resetstkoflw: { ...ALL_BUT_CE, failure: 0 },
  AddVectoredExceptionHandler: { ...XP, ce: "ce6", failure: NULL },
  RemoveVectoredExceptionHandler: { ...XP, ce: "ce6", failure: 0 },
  AddVectoredContinueHandler: { ...XP, failure: NULL },
  RemoveVectoredContinueHandler: { ...XP, failure: 0 },
  SetUnhandledExceptionFilter: { ...ALL_BUT_CE, failure: null },
  RaiseException: EVERYWHERE,
};

/** What a thread in a worker does not have: handles, sections, AWE, enclaves, handlers. */
const OWNERS = [
  "CreateFileMapping",
  "CreateFileMappingA",
  "CreateFileMappingW",
  "OpenFileMapping",
  "OpenFileMappingA",
  "OpenFileMappingW",
  "MapViewOfFile",
  "MapViewOfFileEx",
  "MapViewOfFile2",
  "MapViewOfFileNuma2",
  "MapViewOfFile3",
  "MapViewOfFileFromApp",
  "UnmapViewOfFile",
  "UnmapViewOfFileEx",
  "UnmapViewOfFile2",
  "FlushViewOfFile",
  "FlushFileBuffers",
  "CreateMemoryResourceNotification",
  "QueryMemoryResourceNotification",
  "OpenProcess",
  "CloseHandle",
  "AllocateUserPhysicalPages",
  "AllocateUserPhysicalPagesNuma",
  "AllocateUserPhysicalPages2",
  "FreeUserPhysicalPages",
  "MapUserPhysicalPages",
  "MapUserPhysicalPagesScatter",
  "CreateEnclave",
  "LoadEnclaveData",
  "InitializeEnclave",
  "DeleteEnclave",
  "TerminateEnclave",
  "CallEnclave",
  "SetProcessValidCallTargets",
  "AddVectoredExceptionHandler",
  "RemoveVectoredExceptionHandler",
  "AddVectoredContinueHandler",
  "RemoveVectoredContinueHandler",
  "SetUnhandledExceptionFilter",
] as const satisfies readonly (keyof Kernel32)[];

/**
 * The functions as the system of this process has them. One that it lacks looks at no argument and
 * sets the last error to 120; the three that answer an error code leave the last error alone, as
 * they always do, and answer 120.
 */
export function availableIn(process: Process, functions: Kernel32): Kernel32 {
  const own = process.machine.isAttached ? withoutOwners(functions, OWNERS) : functions;
  return available(own, kernel32Availability, process.machine.options, (failure) => () => {
    const { core, currentThread } = process.alive();
    core.view.decision = MISSING;
    if (failure !== ERROR_CALL_NOT_IMPLEMENTED) {
      currentThread.lastError = ERROR_CALL_NOT_IMPLEMENTED;
    }
    return failure;
  });
}
