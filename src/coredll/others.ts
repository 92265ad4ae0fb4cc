import { CE_CURRENT_PROCESS } from "../constants/ce.ts";
import { ERROR_INVALID_HANDLE } from "../constants/error.ts";
import { PROCESS_ALL_ACCESS } from "../constants/process.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { refuse } from "../kernel32/last-error.ts";
import { kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import { FIRST_SLOT, LOWEST_SHARED, SLOT_BYTES } from "../slots.ts";
import { inCe } from "./errors.ts";
import type { Coredll, UntilCe5 } from "./interface.ts";
import { withProcess } from "./processes.ts";
import { dwordSize } from "./sizes.ts";

const SLOTS = packDecision("17.19#11");

type ProcessFunctions = Pick<
  Coredll,
  | "ReadProcessMemory"
  | "WriteProcessMemory"
  | "OpenProcess"
  | "CloseHandle"
  | "GetCurrentProcess"
  | "GetCurrentProcessId"
  | "GetLastError"
  | "SetLastError"
  | "GetSystemInfo"
>;

export function processFunctions(caller: Process): ProcessFunctions {
  const calls = kernel32(caller);

  return {
    ReadProcessMemory(process, address, buffer, size, done) {
      const bytes = dwordSize(size);
      return withProcess(caller, process, (handle) =>
        calls.ReadProcessMemory(handle, address, buffer, bytes, done),
      );
    },

    WriteProcessMemory(process, address, buffer, size, done) {
      const bytes = dwordSize(size);
      return withProcess(caller, process, (handle) =>
        inCe(caller, calls.WriteProcessMemory(handle, address, buffer, bytes, done)),
      );
    },

    OpenProcess(access, inherit, id) {
      dword(access, "access");
      return calls.OpenProcess(PROCESS_ALL_ACCESS, inherit, id);
    },

    CloseHandle(handle) {
      const isOwn = caller.door.handle(handle, "handle") === CE_CURRENT_PROCESS;
      return calls.CloseHandle(isOwn ? calls.GetCurrentProcess() : handle);
    },

    GetCurrentProcess: () => CE_CURRENT_PROCESS,
    GetCurrentProcessId: calls.GetCurrentProcessId,
    GetLastError: calls.GetLastError,
    SetLastError: calls.SetLastError,
    GetSystemInfo: calls.GetSystemInfo,
  };
}

type SectionFunctions = Pick<
  Coredll,
  | "CreateFileMapping"
  | "CreateFileMappingW"
  | "MapViewOfFile"
  | "UnmapViewOfFile"
  | "FlushViewOfFile"
>;

export function sectionFunctions(caller: Process): SectionFunctions {
  const calls = kernel32(caller);
  const CreateFileMapping: Coredll["CreateFileMapping"] = (...section) =>
    inCe(caller, calls.CreateFileMapping(...section));

  return {
    CreateFileMapping,
    CreateFileMappingW: CreateFileMapping,

    MapViewOfFile(handle, access, offsetHigh, offsetLow, size) {
      const bytes = dwordSize(size);
      return inCe(caller, calls.MapViewOfFile(handle, access, offsetHigh, offsetLow, bytes));
    },

    UnmapViewOfFile: calls.UnmapViewOfFile,

    FlushViewOfFile(address, size) {
      return calls.FlushViewOfFile(address, dwordSize(size));
    },
  };
}

export function slotFunctions(caller: Process): UntilCe5 {
  const { door, handles, machine } = caller;

  return {
    MapPtrToProcess(address, process) {
      const at = door.nullablePointer(address, "address");
      const owner = withProcess(caller, process, (handle) => handles.target(handle, 0));
      if (!machine.processes.some(({ spaceNumber }) => spaceNumber === owner)) {
        return refuse(caller, SLOTS, ERROR_INVALID_HANDLE);
      }
      return at > 0 && at < SLOT_BYTES ? owner * SLOT_BYTES + at : at;
    },

    UnMapPtr(address) {
      const at = door.nullablePointer(address, "address");
      const slot = Math.floor(at / SLOT_BYTES);
      const isInSlot = slot >= FIRST_SLOT && at < (LOWEST_SHARED[machine.profile] ?? 0);
      return isInSlot ? at % SLOT_BYTES : at;
    },
  };
}
