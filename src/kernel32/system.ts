import { ERROR_INVALID_HANDLE, ERROR_NOACCESS } from "../constants/error.ts";
import {
  PROCESSOR_AMD_X8664,
  PROCESSOR_ARCHITECTURE_AMD64,
  PROCESSOR_ARCHITECTURE_INTEL,
  PROCESSOR_INTEL_PENTIUM,
} from "../constants/memory.ts";
import { STATUS_INVALID_HANDLE } from "../constants/status.ts";
import {
  outAddress,
  type StructureOut,
  serviceRead,
  serviceWrite,
  setStructure,
  TO_RESULTS,
} from "../out.ts";
import type { Process } from "../process.ts";
import {
  MEMORYSTATUS,
  MEMORYSTATUSEX,
  type MemoryStatusEx,
  type Structure,
  SYSTEM_INFO,
  type SystemInfo,
} from "../structs.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import type { Kernel32 } from "./interface.ts";
import { Rule, refuse, TRUE } from "./last-error.ts";

const ALLOCATION_GRANULARITY = 0x10000;
const PROCESSOR_LEVEL = 6;
/** 17.7: what a WoW64 process is told of the 64-bit maximum 7FFFFFFEFFFF, cut to its width. */
const NATIVE_MAXIMUM_CUT = 0xfffe_ffff;
const LARGE_PAGE_BYTES = 0x200000;
const MAXIMUM_32 = 0xffff_ffff;
/** What a process without the large-address flag is shown at most. */
const MAXIMUM_2G = 0x7fff_ffff;

type SystemFunctions = Pick<
  Kernel32,
  | "GetSystemInfo"
  | "GetNativeSystemInfo"
  | "GlobalMemoryStatusEx"
  | "GlobalMemoryStatus"
  | "GetLargePageMinimum"
  | "FlushInstructionCache"
>;

export function systemFunctions(caller: Process): SystemFunctions {
  const { door, machine } = caller;
  const { numberOfProcessors, wow64 } = machine.options;

  function systemInfo(): SystemInfo {
    const isWide = door.pointerBytes === 8;
    return {
      wProcessorArchitecture: isWide ? PROCESSOR_ARCHITECTURE_AMD64 : PROCESSOR_ARCHITECTURE_INTEL,
      wReserved: 0,
      dwPageSize: PAGE_BYTES,
      lpMinimumApplicationAddress: machine.lowestUserAddress,
      lpMaximumApplicationAddress: machine.highestUserAddress,
      dwActiveProcessorMask: 2 ** numberOfProcessors - 1,
      dwNumberOfProcessors: numberOfProcessors,
      dwProcessorType: isWide ? PROCESSOR_AMD_X8664 : PROCESSOR_INTEL_PENTIUM,
      dwAllocationGranularity: ALLOCATION_GRANULARITY,
      wProcessorLevel: PROCESSOR_LEVEL,
      wProcessorRevision: 0,
    };
  }

  function nativeSystemInfo(): SystemInfo {
    if (!wow64) return systemInfo();
    return {
      ...systemInfo(),
      wProcessorArchitecture: PROCESSOR_ARCHITECTURE_AMD64,
      dwProcessorType: PROCESSOR_AMD_X8664,
      lpMaximumApplicationAddress: NATIVE_MAXIMUM_CUT,
    };
  }

  function memoryStatus(): MemoryStatusEx {
    const { commitCharge, commitLimit, frames, physicalPages } = machine.counters;
    const totalVirtual = machine.highestUserAddress - machine.lowestUserAddress + 1;
    return {
      dwLength: MEMORYSTATUSEX.sizeBytes(door.pointerBytes),
      dwMemoryLoad: Math.floor((100 * frames) / physicalPages),
      ullTotalPhys: physicalPages * PAGE_BYTES,
      ullAvailPhys: (physicalPages - frames) * PAGE_BYTES,
      ullTotalPageFile: commitLimit * PAGE_BYTES,
      ullAvailPageFile: (commitLimit - commitCharge) * PAGE_BYTES,
      ullTotalVirtual: totalVirtual,
      ullAvailVirtual: totalVirtual - caller.counters.regionBytes,
      ullAvailExtendedVirtual: 0,
    };
  }

  /** To an object, or to the guest with its rights: FALSE and 998 where it cannot be written. */
  function deliver<T extends object>(
    out: StructureOut<T>,
    layout: Structure,
    structure: () => T,
    rule: number,
  ): number {
    const address = outAddress(out, door, "out");
    caller.enter().view.decision = rule;
    if (address === TO_RESULTS) {
      setStructure(out, structure());
      return TRUE;
    }
    const isWritten = serviceWrite(caller, address, layout.encode(structure(), door.pointerBytes));
    caller.enter().view.decision = rule;
    return isWritten ? TRUE : refuse(caller, rule, ERROR_NOACCESS);
  }

  /** dwLength as the caller has set it; null where it cannot be read. */
  function lengthIn(out: StructureOut<MemoryStatusEx>): unknown {
    if (typeof out === "object" && out !== null) {
      const structure: Partial<MemoryStatusEx> = "value" in out ? out.value : out;
      return structure?.dwLength;
    }
    const bytes = serviceRead(caller, outAddress(out, door, "out"), 4);
    return bytes && new DataView(bytes.buffer).getUint32(0, true);
  }

  /** No size above what the process can count; the sizes behind the two words. */
  function clamped(value: number): number {
    if (door.pointerBytes === 8) return value;
    const isLarge = machine.highestUserAddress > MAXIMUM_2G;
    return Math.min(value, isLarge ? MAXIMUM_32 : MAXIMUM_2G);
  }

  return {
    GetSystemInfo(out) {
      deliver(out, SYSTEM_INFO, systemInfo, Rule.System);
    },

    GetNativeSystemInfo(out) {
      deliver(out, SYSTEM_INFO, nativeSystemInfo, Rule.System);
    },

    GlobalMemoryStatusEx(out) {
      const length = lengthIn(out);
      if (length === null) return refuse(caller, Rule.MemoryStatus, ERROR_NOACCESS);
      if (length !== MEMORYSTATUSEX.sizeBytes(door.pointerBytes)) {
        return refuse(caller, Rule.MemoryStatus);
      }
      return deliver(out, MEMORYSTATUSEX, memoryStatus, Rule.MemoryStatus);
    },

    GlobalMemoryStatus(out) {
      const structure = () => {
        const status = memoryStatus();
        return {
          dwLength: MEMORYSTATUS.sizeBytes(door.pointerBytes),
          dwMemoryLoad: status.dwMemoryLoad,
          dwTotalPhys: clamped(status.ullTotalPhys),
          dwAvailPhys: clamped(status.ullAvailPhys),
          dwTotalPageFile: clamped(status.ullTotalPageFile),
          dwAvailPageFile: clamped(status.ullAvailPageFile),
          dwTotalVirtual: clamped(status.ullTotalVirtual),
          dwAvailVirtual: clamped(status.ullAvailVirtual),
        };
      };
      deliver(out, MEMORYSTATUS, structure, Rule.System);
    },

    GetLargePageMinimum() {
      caller.enter();
      return LARGE_PAGE_BYTES;
    },

    FlushInstructionCache(process, address, size) {
      const handle = door.handle(process, "process");
      const at = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      caller.enter().view.decision = Rule.System;
      const target = caller.handles.target(handle, 0);
      if (target === STATUS_INVALID_HANDLE) {
        return refuse(caller, Rule.System, ERROR_INVALID_HANDLE);
      }
      const flushed = caller.machine.processes.find(({ spaceNumber }) => spaceNumber === target);
      flushed?.instructionCacheFlushed?.(at, bytes);
      return TRUE;
    },
  };
}
