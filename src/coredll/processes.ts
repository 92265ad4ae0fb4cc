import { CE_CURRENT_PROCESS } from "../constants/ce.ts";
import { PROCESS_ALL_ACCESS } from "../constants/process.ts";
import { type Address, dword } from "../door.ts";
import { CURRENT_PROCESS } from "../handles.ts";
import { kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import { inCe } from "./errors.ts";
import type { Coredll } from "./interface.ts";
import { dwordSize } from "./sizes.ts";

/** A handle that leads nowhere. */
const NO_HANDLE = 0;

/**
 * Make a call of kernel32 with a handle of the process that is meant (17.2): by a handle, by 0x42,
 * else by the identifier of a process. What names none is passed on as no handle, so that the call
 * answers 6 where its order of checks comes to it.
 */
export function withProcess<Result>(
  caller: Process,
  named: Address | null,
  call: (handle: number) => Result,
): Result {
  const { door, handles, machine } = caller;
  const value = door.handle(named, "process");
  caller.alive();
  if (value === CE_CURRENT_PROCESS) return call(CURRENT_PROCESS);
  if (handles.has(value)) return call(value);
  const process = machine.processes.find(({ id }) => id === value);
  if (process === undefined) return call(NO_HANDLE);
  const handle = handles.open(process, PROCESS_ALL_ACCESS);
  try {
    return call(handle);
  } finally {
    handles.close(handle);
  }
}

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
