import type { MachineOptions, VersionName } from "../../src/index.ts";

/** A Windows, as options of a machine. */
export type System = Pick<MachineOptions, "profile" | "version" | "windows95">;

/** What each version of NT has that no older one has; everything else is in all of them. */
export const NEW_IN_NT: Readonly<Record<Exclude<VersionName, "nt4">, readonly string[]>> = {
  win2000: [
    "AllocateUserPhysicalPages",
    "FreeUserPhysicalPages",
    "GlobalMemoryStatusEx",
    "MapUserPhysicalPages",
    "MapUserPhysicalPagesScatter",
  ],
  winxp: [
    "AddVectoredContinueHandler",
    "AddVectoredExceptionHandler",
    "CreateMemoryResourceNotification",
    "GetLargePageMinimum",
    "GetNativeSystemInfo",
    "GetProcessWorkingSetSizeEx",
    "GetWriteWatch",
    "QueryMemoryResourceNotification",
    "QueryWorkingSetEx",
    "RemoveVectoredContinueHandler",
    "RemoveVectoredExceptionHandler",
    "ResetWriteWatch",
    "SetProcessWorkingSetSizeEx",
    "SetThreadStackGuarantee",
  ],
  vista: ["AllocateUserPhysicalPagesNuma", "VirtualAllocExNuma"],
  win7: [
    "K32EmptyWorkingSet",
    "K32GetProcessMemoryInfo",
    "K32QueryWorkingSet",
    "K32QueryWorkingSetEx",
  ],
  win8: ["GetCurrentThreadStackLimits", "PrefetchVirtualMemory", "UnmapViewOfFileEx"],
  "win8.1": ["DiscardVirtualMemory", "OfferVirtualMemory", "ReclaimVirtualMemory"],
  win10: [
    "AllocateUserPhysicalPages2",
    "CallEnclave",
    "CreateEnclave",
    "DeleteEnclave",
    "InitializeEnclave",
    "IsEnclaveTypeSupported",
    "LoadEnclaveData",
    "MapViewOfFile2",
    "MapViewOfFile3",
    "MapViewOfFileFromApp",
    "MapViewOfFileNuma2",
    "QueryVirtualMemoryInformation",
    "SetProcessValidCallTargets",
    "TerminateEnclave",
    "UnmapViewOfFile2",
    "VirtualAlloc2",
    "VirtualAlloc2FromApp",
    "VirtualAllocFromApp",
    "VirtualProtectFromApp",
  ],
};

/** The same of ntdll. */
export const NEW_IN_NTDLL: Readonly<Partial<Record<VersionName, readonly string[]>>> = {
  win2000: [
    "NtAllocateUserPhysicalPages",
    "NtFreeUserPhysicalPages",
    "NtMapUserPhysicalPages",
    "NtMapUserPhysicalPagesScatter",
  ],
  winxp: [
    "NtGetWriteWatch",
    "NtResetWriteWatch",
    "RtlAddVectoredContinueHandler",
    "RtlAddVectoredExceptionHandler",
    "RtlRemoveVectoredContinueHandler",
    "RtlRemoveVectoredExceptionHandler",
  ],
  vista: ["RtlCreateUserStack", "RtlFreeUserStack"],
  win8: ["NtSetInformationVirtualMemory", "NtUnmapViewOfSectionEx"],
  win10: ["NtAllocateVirtualMemoryEx", "NtMapViewOfSectionEx"],
};

/** What NT 4 has and Windows 98 lacks; of what came to NT later, it has write watch alone. */
export const NOT_IN_98: readonly string[] = [
  "CreateFileMappingW",
  "EmptyWorkingSet",
  "GetProcessMemoryInfo",
  "GetProcessWorkingSetSize",
  "IsBadStringPtrW",
  "OpenFileMappingW",
  "QueryWorkingSet",
  "SetProcessWorkingSetSize",
  "VirtualAllocEx",
  "VirtualFreeEx",
];

export const WRITE_WATCH: readonly string[] = ["GetWriteWatch", "ResetWriteWatch"];

/** All that CE 5 has. */
export const IN_CE5: readonly string[] = [
  "CloseHandle",
  "CreateFileMapping",
  "CreateFileMappingW",
  "FlushFileBuffers",
  "FlushInstructionCache",
  "FlushViewOfFile",
  "GetCurrentProcess",
  "GetCurrentProcessId",
  "GetCurrentThreadId",
  "GetLastError",
  "GetSystemInfo",
  "GlobalMemoryStatus",
  "IsBadCodePtr",
  "IsBadReadPtr",
  "IsBadWritePtr",
  "MapViewOfFile",
  "OpenProcess",
  "RaiseException",
  "ReadProcessMemory",
  "SetLastError",
  "UnmapViewOfFile",
  "VirtualAlloc",
  "VirtualFree",
  "VirtualProtect",
  "VirtualQuery",
  "WriteProcessMemory",
];

/** What CE 6 has beside that. */
export const NEW_IN_CE6: readonly string[] = [
  "AddVectoredExceptionHandler",
  "RemoveVectoredExceptionHandler",
  "VirtualAllocEx",
  "VirtualFreeEx",
  "VirtualProtectEx",
  "VirtualQueryEx",
];
