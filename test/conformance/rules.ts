import { additionRules } from "./rules/additions.ts";
import { allocateRules } from "./rules/allocate.ts";
import { aweRules } from "./rules/awe.ts";
import { ceRules } from "./rules/ce.ts";
import { changeRules } from "./rules/change.ts";
import { clrHostRules } from "./rules/clr-host.ts";
import { dotnetRules } from "./rules/dotnet.ts";
import { enclaveAdditionRules, enclaveRules } from "./rules/enclaves.ts";
import { faultRules } from "./rules/faults.ts";
import { fileRules } from "./rules/files.ts";
import { imageAdditionRules, imageRules } from "./rules/images.ts";
import { layoutRules } from "./rules/layout.ts";
import { offerRules } from "./rules/offers.ts";
import { placeholderRules, viewExRules } from "./rules/placeholders.ts";
import { processRules } from "./rules/processes.ts";
import { sectionRules } from "./rules/sections.ts";
import { stackAdditionRules, stackRules } from "./rules/stacks.ts";
import { switchRules } from "./rules/switches.ts";
import { versionRules } from "./rules/versions.ts";
import { visualBasicRules } from "./rules/visual-basic.ts";
import { watchRules } from "./rules/watch.ts";
import { windows9xRules } from "./rules/windows9x.ts";
import { largePageRules, workingSetAdditions, workingSetRules } from "./rules/working-set.ts";
import { type Rule, sectionOf } from "./support/rule-index.ts";

/** Every rule that this package follows, in the order of the sections. */
export const rules: readonly Rule[] = [
  ...layoutRules,
  ...allocateRules,
  ...changeRules,
  ...faultRules,
  ...stackRules,
  ...watchRules,
  ...aweRules,
  ...sectionRules,
  ...fileRules,
  ...viewExRules,
  ...placeholderRules,
  ...offerRules,
  ...imageRules,
  ...processRules,
  ...switchRules,
  ...additionRules,
  ...workingSetRules,
  ...largePageRules,
  ...workingSetAdditions,
  ...stackAdditionRules,
  ...enclaveRules,
  ...enclaveAdditionRules,
  ...imageAdditionRules,
  ...clrHostRules,
  ...dotnetRules,
  ...windows9xRules,
  ...visualBasicRules,
  ...versionRules,
  ...ceRules,
].sort((left, right) => orderOf(left.id) - orderOf(right.id));

/** "17.12#3" counts as 17012: rows stay as they were declared. */
function orderOf(id: string): number {
  const [section = 0, part = 0] = sectionOf(id).split(".").map(Number);
  return section * 1000 + part;
}

/** What each section is about. */
export const sectionTitles: Readonly<Record<string, string>> = {
  "0.2": "Allocation types, free types, states and types",
  "0.3": "Protections",
  "0.5": "Other constants",
  "0.6": "Exceptions",
  "0.7": "HRESULTs",
  "1.1": "Profiles",
  "1.2": "Fixed residents",
  "1.3": "Kernel and non-canonical addresses",
  "2.1": "VirtualAlloc: order of checks",
  "2.2": "VirtualAlloc: reserving, and rounding of a reservation",
  "2.3": "VirtualAlloc: committing",
  "2.4": "Validity of a protection",
  "2.5": "Type combinations and states of the address",
  "2.6": "MEM_RESET and MEM_RESET_UNDO",
  "2.8": "Placement",
  "2.9": "Zero bits",
  "2.10": "Corner cases of size",
  "3.1": "VirtualFree: order of checks",
  "3.2": "VirtualFree: effects",
  "3.3": "VirtualProtect: order of checks",
  "3.4": "VirtualProtect: effects",
  "3.5": "VirtualQuery",
  "3.6": "VirtualLock and VirtualUnlock",
  "3.7": "IsBadReadPtr and its family",
  "4.1": "What an access does",
  "4.2": "Protection and access",
  "4.3": "Protection and access with GUARD",
  "4.4": "Accesses that straddle pages",
  "4.5": "Execution faults",
  "4.6": "Fields of the exception record",
  "4.7": "Dispatch",
  "4.8": "Faults inside system services",
  "4.9": "Stacks of threads",
  "5.1": "What marks a watched page",
  "5.2": "GetWriteWatch and ResetWriteWatch: order of checks",
  "5.3": "GetWriteWatch: results",
  "6": "Address Windowing Extensions",
  "7.1": "CreateFileMapping: order of checks, attributes, names",
  "7.2": "MapViewOfFile: order of checks, and size of a view",
  "7.3": "Access and protection of views",
  "7.4": "What VirtualQuery reports of a view",
  "7.5": "UnmapViewOfFile",
  "7.6": "Changing protection in views",
  "7.7": "Copy-on-write",
  "7.8": "VirtualAlloc and VirtualFree in views",
  "7.10": "MapViewOfFile2, MapViewOfFile3",
  "7.9": "Views of images",
  "7.11": "FlushViewOfFile",
  "8.1": "VirtualAlloc2: order of checks",
  "8.2": "Address requirements",
  "8.3": "Placeholders",
  "9": "Offer, reclaim, discard, prefetch, working set",
  "11": "Large pages",
  "10": "Enclaves",
  "12.1": "Access rights",
  "12.2": "ReadProcessMemory",
  "12.3": "WriteProcessMemory",
  "13": "Commit charge and limits",
  "14.1": "Windows 9x",
  "14.2": "Versions of Windows NT",
  "14.3": "Windows CE",
  "14.4": ".NET",
  "14.5": "IHostMemoryManager",
  "15": "From NTSTATUS to Win32 errors",
  "16.2": "Switches",
  "16.3": "Worked examples",
  "17.1": "Profiles and versions",
  "17.2": "Statements of the documentation",
  "17.3": "Statements that are knowingly not met to the letter",
  "17.4": "One answer where two were possible",
  "17.5": "Accesses: further rules",
  "17.6": "Vectored handlers",
  "17.7": "System information and last error",
  "17.8": "Handles and processes",
  "17.9": "NtQueryVirtualMemory, class 3",
  "17.10": "VirtualLock and VirtualUnlock: order of checks",
  "17.11": "NUMA and FromApp",
  "17.12": "Sections: further rules",
  "17.14": "Working set, counters, low memory, paging",
  "17.16": "Offers and prefetching: further rules",
  "17.13": "Stacks",
  "17.15": "Control Flow Guard",
  "17.18": ".NET and Visual Basic",
  "17.17": "IHostMemoryManager and IHostMalloc: further rules",
  "17.19": "Windows 9x and Windows CE",
  "17.21": "From NTSTATUS to Win32 errors, continued",
};
