import { PROCESS_VM_OPERATION, PROCESS_VM_WRITE } from "../constants/process.ts";
import { dword, truth } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { ntdll } from "../ntdll.ts";
import type { Process } from "../process.ts";
import { writeProcess } from "../transfer.ts";
import type { Kernel32 } from "./interface.ts";
import { boolOf, Rule, refuse } from "./last-error.ts";

type ProcessFunctions = Pick<
  Kernel32,
  | "ReadProcessMemory"
  | "WriteProcessMemory"
  | "OpenProcess"
  | "CloseHandle"
  | "GetCurrentProcess"
  | "GetCurrentProcessId"
  | "GetCurrentThreadId"
  | "GetLastError"
  | "SetLastError"
>;

export function processFunctions(caller: Process): ProcessFunctions {
  const { door, handles, machine } = caller;
  const services = ntdll(caller);

  return {
    ReadProcessMemory(process, address, buffer, size, done) {
      const status = services.NtReadVirtualMemory(
        process,
        door.nullablePointer(address, "address"),
        buffer,
        door.pointer(size, "size"),
        done,
      );
      return boolOf(caller, status);
    },

    WriteProcessMemory(process, address, buffer, size, done) {
      const rights = PROCESS_VM_WRITE | PROCESS_VM_OPERATION;
      const status = writeProcess(caller, {
        target: handles.target(door.handle(process, "process"), rights),
        address: door.nullablePointer(address, "address"),
        buffer,
        size: door.pointer(size, "size"),
        done,
      });
      return boolOf(caller, status);
    },

    OpenProcess(access, inherit, id) {
      const rights = dword(access, "access");
      if (typeof inherit === "number") dword(inherit, "inherit");
      else truth(inherit, "inherit");
      const wanted = dword(id, "id");
      const { core } = caller.alive();
      const process = machine.processes.find((one) => one.id === wanted);
      if (process === undefined) return refuse(caller, Rule.Handles);
      core.view.decision = Rule.Handles;
      return handles.open(process, rights);
    },

    CloseHandle: (handle) => boolOf(caller, services.NtClose(handle)),
    GetCurrentProcess: () => CURRENT_PROCESS,
    GetCurrentProcessId: () => caller.id,
    GetCurrentThreadId: () => caller.currentThread.id,
    GetLastError: () => caller.currentThread.lastError,

    SetLastError(code) {
      caller.alive().currentThread.lastError = dword(code, "code");
    },
  };
}
