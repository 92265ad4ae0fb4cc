import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MemoryBasicInformation,
} from "../constants/memory.ts";
import { PROCESS_VM_OPERATION } from "../constants/process.ts";
import { type Address, dword } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { ntdll } from "../ntdll.ts";
import { outAddress, setOut, TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import { MEMORY_BASIC_INFORMATION } from "../structs.ts";
import type { Kernel32 } from "./interface.ts";
import { boolOf, FALSE, Rule, refuse } from "./last-error.ts";

const ALLOCATION_GRANULARITY = 0x10000;
/** 2.1#0b: the low six type bits are a hint for a NUMA node, which kernel32 masks off. */
const NODE_BITS = 0x3f;
const PLACEHOLDERS = MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER;
const LOCK_IN_PROCESS = 1;
const WATCH_FAILED = 0xffff_ffff;

type VirtualFunctions = Pick<
  Kernel32,
  | "VirtualAlloc"
  | "VirtualAlloc2"
  | "VirtualAllocEx"
  | "VirtualFree"
  | "VirtualFreeEx"
  | "VirtualProtect"
  | "VirtualProtectEx"
  | "VirtualQuery"
  | "VirtualQueryEx"
  | "VirtualLock"
  | "VirtualUnlock"
  | "GetWriteWatch"
  | "ResetWriteWatch"
>;

/**
 * What programs call all the time asks the core itself, as the Nt services do: objects for base and
 * size on the way there and back take as long as the rest of the call.
 */
export function virtualFunctions(caller: Process): VirtualFunctions {
  const { door, handles } = caller;
  const nt = ntdll(caller);

  function targetOf(process: Address | null): number {
    return handles.target(door.handle(process, "process"), PROCESS_VM_OPERATION);
  }

  const VirtualAllocEx: Kernel32["VirtualAllocEx"] = (process, address, size, type, protect) => {
    const at = door.nullablePointer(address, "address");
    const bytes = door.pointer(size, "size");
    const flags = (dword(type, "type") & ~NODE_BITS) >>> 0;
    dword(protect, "protect");
    const target = targetOf(process);
    if (at > 0 && at < ALLOCATION_GRANULARITY) return refuse(caller, Rule.BaseTooLow);
    const { services, view } = caller.enter();
    const status = services.allocate(target, TO_RESULTS, at, 0, TO_RESULTS, bytes, flags, protect);
    return boolOf(caller, status) === FALSE ? 0 : view.result(0);
  };

  const VirtualAlloc2: Kernel32["VirtualAlloc2"] = (
    process,
    address,
    size,
    type,
    protect,
    parameters,
    count,
  ) => {
    const base = { value: door.nullablePointer(address, "address") };
    const bytes = { value: door.pointer(size, "size") };
    const status = nt.NtAllocateVirtualMemoryEx(
      process || CURRENT_PROCESS,
      base,
      bytes,
      type,
      protect,
      parameters,
      count,
    );
    return boolOf(caller, status) === FALSE ? 0 : base.value;
  };

  const VirtualFreeEx: Kernel32["VirtualFreeEx"] = (process, address, size, type) => {
    const base = door.nullablePointer(address, "address");
    const bytes = door.pointer(size, "size");
    const flags = dword(type, "type");
    const target = targetOf(process);
    const releases = (flags & MEM_RELEASE) !== 0 && (flags & PLACEHOLDERS) === 0;
    if (releases && bytes !== 0) return refuse(caller, Rule.ReleaseWithSize);
    const { services } = caller.enter();
    const status = services.free(target, TO_RESULTS, base, TO_RESULTS, bytes, flags);
    if (succeeded(status)) caller.machine.pageBits.forgetFreed();
    return boolOf(caller, status);
  };

  const VirtualProtectEx: Kernel32["VirtualProtectEx"] = (process, address, size, protect, old) => {
    const base = door.nullablePointer(address, "address");
    const bytes = door.pointer(size, "size");
    dword(protect, "protect");
    const target = targetOf(process);
    const oldAt = outAddress(old, door, "old");
    const { services, view } = caller.enter();
    const status = services.protect(target, TO_RESULTS, base, TO_RESULTS, bytes, protect, oldAt);
    if (succeeded(status)) setOut(old, view.result(2));
    return boolOf(caller, status);
  };

  const VirtualQueryEx: Kernel32["VirtualQueryEx"] = (process, address, buffer, length) => {
    const at = door.nullablePointer(address, "address");
    const structureBytes = MEMORY_BASIC_INFORMATION.sizeBytes(door.pointerBytes);
    const bytes = length === undefined ? structureBytes : door.pointer(length, "length");
    const status = nt.NtQueryVirtualMemory(process, at, MemoryBasicInformation, buffer, bytes);
    return boolOf(caller, status) === FALSE ? 0 : structureBytes;
  };

  return {
    VirtualAlloc2,
    VirtualAllocEx,
    VirtualFreeEx,
    VirtualProtectEx,
    VirtualQueryEx,

    VirtualAlloc(address, size, type, protect) {
      return VirtualAllocEx(CURRENT_PROCESS, address, size, type, protect);
    },

    VirtualFree(address, size, type) {
      return VirtualFreeEx(CURRENT_PROCESS, address, size, type);
    },

    VirtualProtect(address, size, protect, old) {
      return VirtualProtectEx(CURRENT_PROCESS, address, size, protect, old);
    },

    VirtualQuery(address, buffer, length) {
      return VirtualQueryEx(CURRENT_PROCESS, address, buffer, length);
    },

    VirtualLock(address, size) {
      const base = { value: door.nullablePointer(address, "address") };
      const bytes = { value: door.pointer(size, "size") };
      return boolOf(caller, nt.NtLockVirtualMemory(CURRENT_PROCESS, base, bytes, LOCK_IN_PROCESS));
    },

    VirtualUnlock(address, size) {
      const base = { value: door.nullablePointer(address, "address") };
      const bytes = { value: door.pointer(size, "size") };
      return boolOf(
        caller,
        nt.NtUnlockVirtualMemory(CURRENT_PROCESS, base, bytes, LOCK_IN_PROCESS),
      );
    },

    GetWriteWatch(flags, base, size, addresses, count, granularity) {
      const status = nt.NtGetWriteWatch(
        CURRENT_PROCESS,
        dword(flags, "flags"),
        door.nullablePointer(base, "base"),
        door.pointer(size, "size"),
        addresses,
        count,
        granularity,
      );
      return watchAnswer(status);
    },

    ResetWriteWatch(base, size) {
      const status = nt.NtResetWriteWatch(
        CURRENT_PROCESS,
        door.nullablePointer(base, "base"),
        door.pointer(size, "size"),
      );
      return watchAnswer(status);
    },
  };

  function watchAnswer(status: number): number {
    boolOf(caller, status);
    return succeeded(status) ? 0 : WATCH_FAILED;
  }
}
