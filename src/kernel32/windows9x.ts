import { ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER } from "../constants/error.ts";
import { PAGE_READONLY, WRITE_WATCH_FLAG_RESET } from "../constants/memory.ts";
import { SECTION_ALL_ACCESS } from "../constants/section.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { ntdll } from "../ntdll.ts";
import { deliver, type InOut, type Out, outAddress } from "../out.ts";
import type { Process } from "../process.ts";
import { runAt } from "../run.ts";
import { dosErrorOf, succeeded } from "../status.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import type { Kernel32 } from "./interface.ts";
import { refuse, TRUE } from "./last-error.ts";

const BASES = 0xff;
const DWORD_BYTES = 4;
const NO_ERROR = 0;

const EXACT_BASE = packDecision("14.1#17");
const STUB = packDecision("14.1#20");
const WATCH = packDecision("5.3#9");
/** What NT refuses, and Windows 98 takes for a range in which nothing was written. */
const NOTHING_WRITTEN = ["5.2#3", "5.2#4", "5.2#5", "5.2#7"].map(packDecision);

type Windows9x = Pick<
  Kernel32,
  | "VirtualProtect"
  | "VirtualProtectEx"
  | "VirtualLock"
  | "VirtualUnlock"
  | "GetWriteWatch"
  | "ResetWriteWatch"
  | "CreateFileMapping"
  | "CreateFileMappingA"
  | "OpenFileMapping"
  | "OpenFileMappingA"
  | "UnmapViewOfFile"
>;

/**
 * What Windows 95, 98 and Me answer in their own way (14.1).
 *
 * @param nt the functions as Windows NT has them
 */
export function windows9xFunctions(caller: Process, nt: Kernel32): Windows9x {
  const { core, door } = caller;
  const services = ntdll(caller);

  /** Locks nothing: the system itself knows what may leave memory. */
  const stub: Kernel32["VirtualLock"] = (address, size) => {
    door.nullablePointer(address, "address");
    door.pointer(size, "size");
    caller.enter().view.decision = STUB;
    return TRUE;
  };

  const CreateFileMapping: Kernel32["CreateFileMapping"] = (file, attributes, protect, ...rest) => {
    const flags = dword(protect, "protect");
    const asked = (flags & BASES) === 0 ? flags + PAGE_READONLY : flags;
    return nt.CreateFileMapping(file, attributes, asked, ...rest);
  };

  const OpenFileMapping: Kernel32["OpenFileMapping"] = (access, inherit, name) => {
    dword(access, "access");
    return nt.OpenFileMapping(SECTION_ALL_ACCESS, inherit, name);
  };

  return {
    VirtualLock: stub,
    VirtualUnlock: stub,
    CreateFileMapping,
    CreateFileMappingA: CreateFileMapping,
    OpenFileMapping,
    OpenFileMappingA: OpenFileMapping,

    VirtualProtect(address, size, protect, old) {
      return nt.VirtualProtect(address, size, protect, place(old));
    },

    VirtualProtectEx(process, address, size, protect, old) {
      return nt.VirtualProtectEx(process, address, size, protect, place(old));
    },

    UnmapViewOfFile(address) {
      const base = door.nullablePointer(address, "address");
      const allocationBase = runAt(core, caller.spaceNumber, base)?.allocationBase ?? 0;
      const isInside = allocationBase !== 0 && allocationBase !== base;
      if (isInside) return refuse(caller, EXACT_BASE, ERROR_INVALID_ADDRESS);
      return nt.UnmapViewOfFile(base);
    },

    GetWriteWatch(flags, base, size, addresses, count, granularity) {
      const status = services.NtGetWriteWatch(
        CURRENT_PROCESS,
        dword(flags, "flags") & WRITE_WATCH_FLAG_RESET,
        door.nullablePointer(base, "base"),
        door.pointer(size, "size"),
        addresses,
        count,
        granularity,
      );
      if (succeeded(status)) return NO_ERROR;
      const isNothing = NOTHING_WRITTEN.includes(core.view.decision);
      if (isNothing) tellNothing(count, granularity);
      core.view.decision = WATCH;
      if (isNothing) return NO_ERROR;
      const isNull = outAddress(addresses, door, "addresses") === 0;
      return isNull ? ERROR_INVALID_PARAMETER : dosErrorOf(status);
    },

    ResetWriteWatch(base, size) {
      const at = door.nullablePointer(base, "base");
      const bytes = door.pointer(size, "size");
      const status = services.NtResetWriteWatch(CURRENT_PROCESS, at, bytes);
      if (!succeeded(status)) core.view.decision = WATCH;
      return NO_ERROR;
    },
  };

  /** Somewhere to put the old protection, which the caller need not take. */
  function place(old: Out<number>): Out<number> {
    return outAddress(old, door, "old") === 0 ? { value: 0 } : old;
  }

  /** The places were looked at before the range was. */
  function tellNothing(count: InOut, granularity: Out<number>): void {
    deliver(caller, count, outAddress(count, door, "count"), 0, DWORD_BYTES);
    const granularityAt = outAddress(granularity, door, "granularity");
    deliver(caller, granularity, granularityAt, PAGE_BYTES, DWORD_BYTES);
  }
}
