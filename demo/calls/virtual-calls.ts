import { BOOL, ERROR, LENGTH, POINTER, STATUS, WATCHED, YES_OR_NO } from "./answer.ts";
import { call, type Theme } from "./call.ts";
import { ALLOCATION, ALLOCATION_2, FREE, LOCK, WATCH } from "./flag-set.ts";
import {
  address,
  constant,
  flags,
  handle,
  inOut,
  number,
  optional,
  out,
  protection,
  size,
  structure,
} from "./parameter.ts";
import { bytesIn, bytesOut, extendedParameters, ranges } from "./structures.ts";

const RESERVE_AND_COMMIT = "MEM_COMMIT | MEM_RESERVE";
const process = handle("process", "process");
const type = flags("type", ALLOCATION, RESERVE_AND_COMMIT);
const type2 = flags("type", ALLOCATION_2, RESERVE_AND_COMMIT);
const protect = protection("protect");
const anywhere = address("address", "0");
const allocated = size("size", "0x10000");
const place = address("address");
const bytes = size("size");
const freeType = flags("type", FREE, "MEM_RELEASE");
const all = size("size", "0");
const count = optional("count", "empty: all of them");
const node = number("node", "NUMA_NO_PREFERRED_NODE");

const ProcessHandle = handle("ProcessHandle", "process");
const Anywhere = inOut("BaseAddress", "address", "0");
const BaseAddress = inOut("BaseAddress", "address", "focus");
const RegionSize = inOut("RegionSize", "number", "0x1000");
const Allocated = inOut("RegionSize", "number", "0x10000");
const AllocationType = flags("AllocationType", ALLOCATION, RESERVE_AND_COMMIT);
const place2 = address("BaseAddress");

export const allocation: Theme = {
  title: "Reserve, commit, free",
  calls: [
    call("VirtualAlloc", POINTER, anywhere, allocated, type, protect),
    call("VirtualAllocEx", POINTER, process, anywhere, allocated, type, protect),
    call(
      "VirtualAlloc2",
      POINTER,
      process,
      anywhere,
      allocated,
      type2,
      protect,
      extendedParameters("parameters"),
      count,
    ),
    call("VirtualAllocExNuma", POINTER, process, anywhere, allocated, type, protect, node),
    call("VirtualAllocFromApp", POINTER, anywhere, allocated, type, protect),
    call(
      "VirtualAlloc2FromApp",
      POINTER,
      process,
      anywhere,
      allocated,
      type2,
      protect,
      extendedParameters("parameters"),
      count,
    ),
    call("VirtualFree", BOOL, place, all, freeType),
    call("VirtualFreeEx", BOOL, process, place, all, freeType),
    call(
      "NtAllocateVirtualMemory",
      STATUS,
      ProcessHandle,
      Anywhere,
      number("ZeroBits"),
      Allocated,
      AllocationType,
      protection("Protect"),
    ),
    call(
      "NtAllocateVirtualMemoryEx",
      STATUS,
      ProcessHandle,
      Anywhere,
      Allocated,
      flags("AllocationType", ALLOCATION_2, RESERVE_AND_COMMIT),
      protection("PageProtection"),
      extendedParameters("ExtendedParameters"),
      optional("ExtendedParameterCount", "empty: all of them"),
    ),
    call(
      "NtFreeVirtualMemory",
      STATUS,
      ProcessHandle,
      BaseAddress,
      inOut("RegionSize", "number", "0"),
      flags("FreeType", FREE, "MEM_RELEASE"),
    ),
  ],
};

const readOnly = protection("protect", "PAGE_READONLY");
const old = out("old", "protection");
const information = structure("buffer");
const length = optional("length", "bytes; empty: all");
const ReturnLength = out("ReturnLength", "number");

export const protectionAndQuery: Theme = {
  title: "Protect and ask",
  calls: [
    call("VirtualProtect", BOOL, place, bytes, readOnly, old),
    call("VirtualProtectEx", BOOL, process, place, bytes, readOnly, old),
    call("VirtualProtectFromApp", BOOL, place, bytes, readOnly, old),
    call("VirtualQuery", LENGTH, place, information, length),
    call("VirtualQueryEx", LENGTH, process, place, information, length),
    call(
      "QueryVirtualMemoryInformation",
      BOOL,
      process,
      place,
      constant("informationClass", "MemoryRegionInfo"),
      information,
      size("size", "32"),
      out("returnSize", "number"),
    ),
    call(
      "NtProtectVirtualMemory",
      STATUS,
      ProcessHandle,
      BaseAddress,
      RegionSize,
      protection("NewProtect", "PAGE_READONLY"),
      out("OldProtect", "protection"),
    ),
    call(
      "NtQueryVirtualMemory",
      STATUS,
      ProcessHandle,
      place2,
      constant(
        "MemoryInformationClass",
        "MemoryBasicInformation",
        "MemoryRegionInformation",
        "MemoryWorkingSetInformation",
      ),
      structure("MemoryInformation"),
      size("MemoryInformationLength", "48"),
      ReturnLength,
    ),
  ],
};

const MapType = flags("MapType", LOCK, "MAP_PROCESS");
const priority = constant(
  "priority",
  "VmOfferPriorityNormal",
  "VmOfferPriorityBelowNormal",
  "VmOfferPriorityLow",
  "VmOfferPriorityVeryLow",
);

export const lockAndOffer: Theme = {
  title: "Lock, offer, prefetch",
  calls: [
    call("VirtualLock", BOOL, place, bytes),
    call("VirtualUnlock", BOOL, place, bytes),
    call("NtLockVirtualMemory", STATUS, ProcessHandle, BaseAddress, RegionSize, MapType),
    call("NtUnlockVirtualMemory", STATUS, ProcessHandle, BaseAddress, RegionSize, MapType),
    call("OfferVirtualMemory", ERROR, place, bytes, priority),
    call("ReclaimVirtualMemory", ERROR, place, bytes),
    call("DiscardVirtualMemory", ERROR, place, bytes),
    call(
      "PrefetchVirtualMemory",
      BOOL,
      process,
      number("count", "1"),
      ranges("ranges"),
      number("flags"),
    ),
    call(
      "NtSetInformationVirtualMemory",
      STATUS,
      ProcessHandle,
      constant("VmInformationClass", "VmPrefetchInformation"),
      number("NumberOfEntries", "1"),
      ranges("VirtualAddresses"),
      out("VmInformation", "number"),
      number("VmInformationLength", "4"),
    ),
  ],
};

export const writeWatch: Theme = {
  title: "Write watch",
  calls: [
    call(
      "GetWriteWatch",
      WATCHED,
      flags("flags", WATCH),
      address("base"),
      bytes,
      out("addresses", "structure"),
      inOut("count", "number", "16"),
      out("granularity", "size"),
    ),
    call("ResetWriteWatch", WATCHED, address("base"), bytes),
    call(
      "NtGetWriteWatch",
      STATUS,
      ProcessHandle,
      flags("Flags", WATCH),
      place2,
      size("RegionSize"),
      out("UserAddressArray", "structure"),
      inOut("EntriesInUserAddressArray", "number", "16"),
      out("Granularity", "size"),
    ),
    call("NtResetWriteWatch", STATUS, ProcessHandle, place2, size("RegionSize")),
  ],
};

const characters = number("max", "16", "characters");

export const probes: Theme = {
  title: "Probe",
  calls: [
    call("IsBadReadPtr", YES_OR_NO, place, bytes),
    call("IsBadWritePtr", YES_OR_NO, place, bytes),
    call("IsBadHugeReadPtr", YES_OR_NO, place, bytes),
    call("IsBadHugeWritePtr", YES_OR_NO, place, bytes),
    call("IsBadCodePtr", YES_OR_NO, place),
    call("IsBadStringPtrA", YES_OR_NO, place, characters),
    call("IsBadStringPtrW", YES_OR_NO, place, characters),
  ],
};

const copied = size("size", "16");
const done = out("done", "number");

export const otherProcesses: Theme = {
  title: "Other processes",
  calls: [
    call("ReadProcessMemory", BOOL, process, place, bytesOut("buffer", "16"), copied, done),
    call(
      "WriteProcessMemory",
      BOOL,
      process,
      place,
      bytesIn("buffer", "48 65 6c 6c 6f"),
      size("size", "5"),
      done,
    ),
    call(
      "NtReadVirtualMemory",
      STATUS,
      ProcessHandle,
      place2,
      bytesOut("Buffer", "16"),
      size("NumberOfBytesToRead", "16"),
      out("NumberOfBytesRead", "number"),
    ),
    call(
      "NtWriteVirtualMemory",
      STATUS,
      ProcessHandle,
      place2,
      bytesIn("Buffer", "48 65 6c 6c 6f"),
      size("NumberOfBytesToWrite", "5"),
      out("NumberOfBytesWritten", "number"),
    ),
    call("FlushInstructionCache", BOOL, process, place, bytes),
  ],
};
