import {
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_ADDRESS,
  ERROR_NOACCESS,
} from "../constants/error.ts";
import { MemoryRegionInformation } from "../constants/memory.ts";
import {
  PROCESS_QUERY_INFORMATION,
  PROCESS_QUERY_LIMITED_INFORMATION,
  PROCESS_SET_QUOTA,
} from "../constants/process.ts";
import { STATUS_ACCESS_DENIED, STATUS_INVALID_ADDRESS } from "../constants/status.ts";
import { MemoryRegionInfo } from "../constants/working-set.ts";
import { packDecision } from "../decision.ts";
import { type Address, dword } from "../door.ts";
import { queryWorkingSet, queryWorkingSetEx } from "../ntdll/working-set.ts";
import { ntdll } from "../ntdll.ts";
import {
  deliver,
  isServiceWritable,
  outAddress,
  type StructureOut,
  serviceWrite,
  setOut,
  setStructure,
  TO_RESULTS,
} from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import {
  PROCESS_MEMORY_COUNTERS,
  PROCESS_MEMORY_COUNTERS_EX,
  type ProcessMemoryCountersEx,
  WIN32_MEMORY_REGION_INFORMATION,
} from "../working-set-structs.ts";
import type { FromAppFunctions } from "./from-app.ts";
import { boolOf, FALSE, refuse, TRUE } from "./last-error.ts";
import type { WorkingSetFunctions } from "./working-set-interface.ts";

const DWORD_BYTES = 4;
const KEEP_FLAGS = 0;

const Rule = {
  Counters: packDecision("17.14#4"),
  Create: packDecision("17.14#6"),
  Query: packDecision("17.14#7"),
  Region: packDecision("17.9#16"),
} as const;

type OwnFunctions = Omit<WorkingSetFunctions, keyof FromAppFunctions>;

export function workingSetFunctions(caller: Process): OwnFunctions {
  const { door, handles, machine } = caller;
  const services = ntdll(caller);

  /** The target of a handle that may ask, and carries `rights` besides. */
  function queried(process: Address | null, rights: number): number {
    const handle = door.handle(process, "process");
    const target = handles.target(handle, PROCESS_QUERY_INFORMATION | rights);
    if (target !== STATUS_ACCESS_DENIED) return target;
    return handles.target(handle, PROCESS_QUERY_LIMITED_INFORMATION | rights);
  }

  /** A limit in bytes; all ones are -1, however they were written. */
  function limit(value: Address, name: string): number {
    const ones = door.pointerBytes === 4 ? 0xffff_ffff : 0xffff_ffff_ffff_ffffn;
    if (value === -1 || value === -1n) return TO_RESULTS;
    return BigInt(door.exactPointer(value, name)) === BigInt(ones)
      ? TO_RESULTS
      : door.pointer(value, name);
  }

  const QueryWorkingSet: OwnFunctions["QueryWorkingSet"] = (process, buffer, length) => {
    const bytes = door.pointer(length, "length");
    return boolOf(caller, queryWorkingSet(caller, process, buffer, bytes));
  };

  const QueryWorkingSetEx: OwnFunctions["QueryWorkingSetEx"] = (process, buffer, length) => {
    const bytes = door.pointer(length, "length");
    return boolOf(caller, queryWorkingSetEx(caller, process, buffer, bytes));
  };

  const EmptyWorkingSet: OwnFunctions["EmptyWorkingSet"] = (process) => {
    const target = queried(process, PROCESS_SET_QUOTA);
    return boolOf(caller, caller.enter().workingSet.empty(target));
  };

  const GetProcessMemoryInfo: OwnFunctions["GetProcessMemoryInfo"] = (process, counters, cb) => {
    const target = queried(process, 0);
    const at = outAddress(counters, door, "counters");
    const room = dword(cb, "cb");
    const isWide = room >= PROCESS_MEMORY_COUNTERS_EX.sizeBytes(door.pointerBytes);
    const layout = isWide ? PROCESS_MEMORY_COUNTERS_EX : PROCESS_MEMORY_COUNTERS;
    const bytes = layout.sizeBytes(door.pointerBytes);
    if (room < bytes) return refuse(caller, Rule.Counters, ERROR_INSUFFICIENT_BUFFER);
    const { workingSet, view } = caller.enter();
    const status = workingSet.memoryCounters(target);
    if (boolOf(caller, status) === FALSE) return FALSE;
    const charge = view.result(4) * PAGE_BYTES;
    const structure: Partial<ProcessMemoryCountersEx> = {
      cb: bytes,
      PageFaultCount: view.result(0) % 2 ** 32,
      PeakWorkingSetSize: view.result(1) * PAGE_BYTES,
      WorkingSetSize: view.result(2) * PAGE_BYTES,
      QuotaPeakPagedPoolUsage: 0,
      QuotaPagedPoolUsage: 0,
      QuotaPeakNonPagedPoolUsage: 0,
      QuotaNonPagedPoolUsage: 0,
      PagefileUsage: charge,
      PeakPagefileUsage: view.result(3) * PAGE_BYTES,
    };
    if (isWide) structure.PrivateUsage = charge;
    setStructure(counters, structure);
    if (at === TO_RESULTS) return TRUE;
    const isWritten = serviceWrite(caller, at, layout.encode(structure, door.pointerBytes));
    view.decision = Rule.Counters;
    return isWritten ? TRUE : refuse(caller, Rule.Counters, ERROR_NOACCESS);
  };

  const GetProcessWorkingSetSizeEx: OwnFunctions["GetProcessWorkingSetSizeEx"] = (
    process,
    minimum,
    maximum,
    flags,
  ) => {
    const target = queried(process, 0);
    const minimumAt = outAddress(minimum, door, "minimum");
    const maximumAt = outAddress(maximum, door, "maximum");
    const flagsAt = outAddress(flags, door, "flags");
    const { workingSet, view } = caller.enter();
    const status = workingSet.getLimits(target, minimumAt, maximumAt, flagsAt);
    if (boolOf(caller, status) === FALSE) return FALSE;
    setOut(minimum, view.result(0));
    setOut(maximum, view.result(1));
    setOut(flags, view.result(2));
    return TRUE;
  };

  const SetProcessWorkingSetSizeEx: OwnFunctions["SetProcessWorkingSetSizeEx"] = (
    process,
    minimum,
    maximum,
    flags,
  ) => {
    const target = handles.target(door.handle(process, "process"), PROCESS_SET_QUOTA);
    const least = limit(minimum, "minimum");
    const most = limit(maximum, "maximum");
    const bits = dword(flags, "flags");
    return boolOf(caller, caller.enter().workingSet.setLimits(target, least, most, bits));
  };

  return {
    QueryWorkingSet,
    QueryWorkingSetEx,
    EmptyWorkingSet,
    GetProcessMemoryInfo,
    K32QueryWorkingSet: QueryWorkingSet,
    K32QueryWorkingSetEx: QueryWorkingSetEx,
    K32EmptyWorkingSet: EmptyWorkingSet,
    K32GetProcessMemoryInfo: GetProcessMemoryInfo,
    GetProcessWorkingSetSizeEx,
    SetProcessWorkingSetSizeEx,

    GetProcessWorkingSetSize(process, minimum, maximum) {
      return GetProcessWorkingSetSizeEx(process, minimum, maximum, { value: 0 });
    },

    SetProcessWorkingSetSize(process, minimum, maximum) {
      return SetProcessWorkingSetSizeEx(process, minimum, maximum, KEEP_FLAGS);
    },

    PrefetchVirtualMemory(process, count, ranges, flags) {
      const information = { value: dword(flags, "flags") };
      const status = services.NtSetInformationVirtualMemory(
        process,
        0,
        count,
        ranges,
        information,
        DWORD_BYTES,
      );
      return boolOf(caller, status);
    },

    CreateMemoryResourceNotification(type) {
      const object = machine.memoryNotifications.get(dword(type, "type"));
      if (object === undefined) return refuse(caller, Rule.Create);
      caller.enter().view.decision = Rule.Create;
      return handles.open(object, 0);
    },

    QueryMemoryResourceNotification(handle, state) {
      const object = handles.notification(door.handle(handle, "handle"));
      const at = outAddress(state, door, "state");
      if (object === undefined) return refuse(caller, Rule.Query);
      const { view } = caller.enter();
      const isReady = at === TO_RESULTS || isServiceWritable(caller, at, DWORD_BYTES);
      if (!isReady) return refuse(caller, Rule.Query, ERROR_NOACCESS);
      view.decision = Rule.Query;
      deliver(caller, state, at, object.isSignaled ? TRUE : FALSE, DWORD_BYTES);
      return TRUE;
    },

    QueryVirtualMemoryInformation(process, address, informationClass, buffer, size, returnSize) {
      const kind = dword(informationClass, "informationClass");
      const bytes = WIN32_MEMORY_REGION_INFORMATION.sizeBytes(door.pointerBytes);
      const room = Math.min(door.pointer(size, "size"), bytes);
      const returnAt = outAddress(returnSize, door, "returnSize");
      if (kind !== MemoryRegionInfo) return refuse(caller, Rule.Region);
      caller.enter();
      if (returnAt > 0 && !isServiceWritable(caller, returnAt, door.pointerBytes)) {
        return refuse(caller, Rule.Region, ERROR_NOACCESS);
      }
      const status = services.NtQueryVirtualMemory(
        process,
        address,
        MemoryRegionInformation,
        buffer as StructureOut<never>,
        room,
      );
      if (!succeeded(status)) {
        boolOf(caller, status);
        // The general table has 59 for it; this door says what is wrong (17.9) [unsure].
        if (status === STATUS_INVALID_ADDRESS) {
          caller.currentThread.lastError = ERROR_INVALID_ADDRESS;
        }
        return FALSE;
      }
      deliver(caller, returnSize, returnAt, bytes, door.pointerBytes);
      return TRUE;
    },
  };
}
