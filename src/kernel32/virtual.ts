import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  MemoryBasicInformation,
} from "../constants/memory.ts";
import { dword } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { ntdll } from "../ntdll.ts";
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

export function virtualFunctions(caller: Process): VirtualFunctions {
  const { door } = caller;
  const services = ntdll(caller);

  const VirtualAllocEx: Kernel32["VirtualAllocEx"] = (process, address, size, type, protect) => {
    const at = door.nullablePointer(address, "address");
    const base = { value: at };
    const bytes = { value: door.pointer(size, "size") };
    const flags = (dword(type, "type") & ~NODE_BITS) >>> 0;
    dword(protect, "protect");
    door.handle(process, "process");
    if (at > 0 && at < ALLOCATION_GRANULARITY) return refuse(caller, Rule.BaseTooLow);
    const status = services.NtAllocateVirtualMemory(process, base, 0, bytes, flags, protect);
    return boolOf(caller, status) === FALSE ? 0 : base.value;
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
    const status = services.NtAllocateVirtualMemoryEx(
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
    const base = { value: door.nullablePointer(address, "address") };
    const bytes = { value: door.pointer(size, "size") };
    const flags = dword(type, "type");
    door.handle(process, "process");
    const releases = (flags & MEM_RELEASE) !== 0 && (flags & PLACEHOLDERS) === 0;
    if (releases && bytes.value !== 0) return refuse(caller, Rule.ReleaseWithSize);
    return boolOf(caller, services.NtFreeVirtualMemory(process, base, bytes, flags));
  };

  const VirtualProtectEx: Kernel32["VirtualProtectEx"] = (process, address, size, protect, old) => {
    const base = { value: door.nullablePointer(address, "address") };
    const bytes = { value: door.pointer(size, "size") };
    dword(protect, "protect");
    return boolOf(caller, services.NtProtectVirtualMemory(process, base, bytes, protect, old));
  };

  const VirtualQueryEx: Kernel32["VirtualQueryEx"] = (process, address, buffer, length) => {
    const at = door.nullablePointer(address, "address");
    const structureBytes = MEMORY_BASIC_INFORMATION.sizeBytes(door.pointerBytes);
    const bytes = length === undefined ? structureBytes : door.pointer(length, "length");
    const status = services.NtQueryVirtualMemory(
      process,
      at,
      MemoryBasicInformation,
      buffer,
      bytes,
    );
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
      return boolOf(
        caller,
        services.NtLockVirtualMemory(CURRENT_PROCESS, base, bytes, LOCK_IN_PROCESS),
      );
    },

    VirtualUnlock(address, size) {
      const base = { value: door.nullablePointer(address, "address") };
      const bytes = { value: door.pointer(size, "size") };
      return boolOf(
        caller,
        services.NtUnlockVirtualMemory(CURRENT_PROCESS, base, bytes, LOCK_IN_PROCESS),
      );
    },

    GetWriteWatch(flags, base, size, addresses, count, granularity) {
      const status = services.NtGetWriteWatch(
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
      const status = services.NtResetWriteWatch(
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
