import { MemoryRegionInformation } from "../constants/memory.ts";
import { PROCESS_QUERY_INFORMATION, PROCESS_VM_OPERATION } from "../constants/process.ts";
import { STATUS_INVALID_PARAMETER } from "../constants/status.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { requirementsOf } from "../extended-parameters.ts";
import {
  type InOut,
  inValue,
  optionalOutAddress,
  outAddress,
  type StructureOut,
  setOut,
  setStructure,
} from "../out.ts";
import type { Process } from "../process.ts";
import { succeeded } from "../status.ts";
import {
  MEMORY_REGION_INFORMATION,
  type MemoryBasicInformation,
  type MemoryRegionInformation as RegionInformation,
} from "../structs.ts";
import type { ContextView } from "../wasm/context.ts";
import type { Handle, Ntdll } from "./interface.ts";
import { isWorkingSetClass, queryWorkingSetClass } from "./working-set.ts";

type VirtualServices = Pick<
  Ntdll,
  | "NtAllocateVirtualMemory"
  | "NtAllocateVirtualMemoryEx"
  | "NtFreeVirtualMemory"
  | "NtProtectVirtualMemory"
  | "NtQueryVirtualMemory"
  | "NtLockVirtualMemory"
  | "NtUnlockVirtualMemory"
>;

/** The parameters that five services have in common, checked and as the core wants them. */
interface RangeParameters {
  readonly target: number;
  readonly baseAt: number;
  readonly base: number;
  readonly sizeAt: number;
  readonly size: number;
}

export function virtualServices(process: Process): VirtualServices {
  const { door, handles, machine } = process;

  function rangeIn(handle: Handle, BaseAddress: InOut, RegionSize: InOut): RangeParameters {
    return {
      target: handles.target(door.handle(handle, "ProcessHandle"), PROCESS_VM_OPERATION),
      baseAt: outAddress(BaseAddress, door, "BaseAddress"),
      base: inValue(BaseAddress, door, "BaseAddress"),
      sizeAt: outAddress(RegionSize, door, "RegionSize"),
      size: inValue(RegionSize, door, "RegionSize"),
    };
  }

  function rangeOut(BaseAddress: InOut, RegionSize: InOut, view: ContextView): void {
    setOut(BaseAddress, view.result(0));
    setOut(RegionSize, view.result(1));
  }

  return {
    NtAllocateVirtualMemory(
      ProcessHandle,
      BaseAddress,
      ZeroBits,
      RegionSize,
      AllocationType,
      Protect,
    ) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const zeroBits = door.pointer(ZeroBits, "ZeroBits");
      const type = dword(AllocationType, "AllocationType");
      const protect = dword(Protect, "Protect");
      const { services, view } = process.enter();
      const status = services.allocate(target, baseAt, base, zeroBits, sizeAt, size, type, protect);
      if (succeeded(status)) rangeOut(BaseAddress, RegionSize, view);
      return status;
    },

    NtAllocateVirtualMemoryEx(
      ProcessHandle,
      BaseAddress,
      RegionSize,
      AllocationType,
      PageProtection,
      ExtendedParameters,
      ExtendedParameterCount = ExtendedParameters?.length ?? 0,
    ) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const type = dword(AllocationType, "AllocationType");
      const protect = dword(PageProtection, "PageProtection");
      const count = dword(ExtendedParameterCount, "ExtendedParameterCount");
      const required = requirementsOf(ExtendedParameters, count, door);
      const { services, view } = process.enter();
      if (typeof required === "string") {
        view.decision = packDecision(required);
        return STATUS_INVALID_PARAMETER;
      }
      const { lowest, highest, alignment } = required;
      const status = services.allocateEx(
        target,
        baseAt,
        base,
        sizeAt,
        size,
        type,
        protect,
        lowest,
        highest,
        alignment,
      );
      if (succeeded(status)) rangeOut(BaseAddress, RegionSize, view);
      return status;
    },

    NtFreeVirtualMemory(ProcessHandle, BaseAddress, RegionSize, FreeType) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const type = dword(FreeType, "FreeType");
      const { services, view } = process.enter();
      const status = services.free(target, baseAt, base, sizeAt, size, type);
      if (!succeeded(status)) return status;
      rangeOut(BaseAddress, RegionSize, view);
      machine.pageBits.forgetFreed();
      return status;
    },

    NtProtectVirtualMemory(ProcessHandle, BaseAddress, RegionSize, NewProtect, OldProtect) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const protect = dword(NewProtect, "NewProtect");
      const oldAt = outAddress(OldProtect, door, "OldProtect");
      const { services, view } = process.enter();
      const status = services.protect(target, baseAt, base, sizeAt, size, protect, oldAt);
      if (!succeeded(status)) return status;
      rangeOut(BaseAddress, RegionSize, view);
      setOut(OldProtect, view.result(2));
      return status;
    },

    NtQueryVirtualMemory(
      ProcessHandle,
      BaseAddress,
      MemoryInformationClass,
      MemoryInformation,
      MemoryInformationLength,
      ReturnLength,
    ) {
      const handle = door.handle(ProcessHandle, "ProcessHandle");
      const target = handles.target(handle, PROCESS_QUERY_INFORMATION);
      const address = door.nullablePointer(BaseAddress, "BaseAddress");
      const kind = dword(MemoryInformationClass, "MemoryInformationClass");
      const bufferAt = outAddress(MemoryInformation, door, "MemoryInformation");
      const length = door.pointer(MemoryInformationLength, "MemoryInformationLength");
      if (isWorkingSetClass(kind)) {
        return queryWorkingSetClass(process, {
          handle,
          informationClass: kind,
          buffer: MemoryInformation,
          length,
          returnLength: ReturnLength,
        });
      }
      const returnLengthAt = optionalOutAddress(ReturnLength, door, "ReturnLength");
      const { services, view } = process.enter();
      const status = services.query(target, address, kind, bufferAt, length, returnLengthAt);
      if (!succeeded(status)) return status;
      setOut(ReturnLength, view.result(7));
      if (kind === MemoryRegionInformation) {
        const written = MEMORY_REGION_INFORMATION.fieldsWithin(length, door.pointerBytes);
        setStructure<object>(MemoryInformation, pick(regionInformation(view), written));
      } else {
        setBasicInformation(MemoryInformation, view);
      }
      return status;
    },

    NtLockVirtualMemory(ProcessHandle, BaseAddress, RegionSize, MapType) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const mapType = dword(MapType, "MapType");
      const { services, view } = process.enter();
      const status = services.lock(target, baseAt, base, sizeAt, size, mapType);
      if (succeeded(status)) rangeOut(BaseAddress, RegionSize, view);
      return status;
    },

    NtUnlockVirtualMemory(ProcessHandle, BaseAddress, RegionSize, MapType) {
      const { target, baseAt, base, sizeAt, size } = rangeIn(
        ProcessHandle,
        BaseAddress,
        RegionSize,
      );
      const mapType = dword(MapType, "MapType");
      const { services, view } = process.enter();
      const status = services.unlock(target, baseAt, base, sizeAt, size, mapType);
      if (succeeded(status)) rangeOut(BaseAddress, RegionSize, view);
      return status;
    },
  };
}

/**
 * MEMORY_BASIC_INFORMATION from the results of class 0, to the object that asked for it; a buffer
 * of fewer bytes has been refused. Field by field, since Object.assign takes longer.
 */
function setBasicInformation(out: StructureOut<object>, view: ContextView): void {
  if (typeof out !== "object" || out === null) return;
  const structure = ("value" in out ? {} : out) as MemoryBasicInformation;
  structure.BaseAddress = view.result(0);
  structure.AllocationBase = view.result(1);
  structure.AllocationProtect = view.result(2);
  structure.RegionSize = view.result(3);
  structure.State = view.result(4);
  structure.Protect = view.result(5);
  structure.Type = view.result(6);
  if ("value" in out) out.value = structure;
}

/** MEMORY_REGION_INFORMATION from the results of class 3. */
function regionInformation(view: ContextView): RegionInformation {
  return {
    AllocationBase: view.result(0),
    AllocationProtect: view.result(1),
    Flags: view.result(2),
    RegionSize: view.result(3),
    CommitSize: view.result(4),
    PartitionId: view.result(5),
    NodePreference: view.wideResult(6),
  };
}

/** 17.9: only whole fields that fit are written. */
function pick<T extends object>(structure: T, fields: readonly string[]): Partial<T> {
  const entries = Object.entries(structure).filter(([name]) => fields.includes(name));
  return Object.fromEntries(entries) as Partial<T>;
}
