import { kernel32 } from "../kernel32.ts";
import type { Process } from "../process.ts";
import { inCe, protectInCe } from "./errors.ts";
import type { Coredll, SinceCe6 } from "./interface.ts";
import { withProcess } from "./processes.ts";
import { dwordSize } from "./sizes.ts";

type VirtualFunctions = Pick<
  Coredll,
  "VirtualAlloc" | "VirtualFree" | "VirtualProtect" | "VirtualQuery"
>;
type VirtualFunctionsEx = Pick<
  SinceCe6,
  "VirtualAllocEx" | "VirtualFreeEx" | "VirtualProtectEx" | "VirtualQueryEx"
>;

export function virtualFunctions(caller: Process): VirtualFunctions {
  const calls = kernel32(caller);

  return {
    VirtualAlloc(address, size, type, protect) {
      return inCe(caller, calls.VirtualAlloc(address, dwordSize(size), type, protect));
    },

    VirtualFree(address, size, type) {
      return inCe(caller, calls.VirtualFree(address, dwordSize(size), type));
    },

    VirtualProtect(address, size, protect, old) {
      return protectInCe(caller, calls.VirtualProtect(address, dwordSize(size), protect, old));
    },

    VirtualQuery: calls.VirtualQuery,
  };
}

/** The same in a process that is named. */
export function virtualFunctionsEx(caller: Process): VirtualFunctionsEx {
  const calls = kernel32(caller);

  return {
    VirtualAllocEx(process, address, size, type, protect) {
      const bytes = dwordSize(size);
      return withProcess(caller, process, (handle) =>
        inCe(caller, calls.VirtualAllocEx(handle, address, bytes, type, protect)),
      );
    },

    VirtualFreeEx(process, address, size, type) {
      const bytes = dwordSize(size);
      return withProcess(caller, process, (handle) =>
        inCe(caller, calls.VirtualFreeEx(handle, address, bytes, type)),
      );
    },

    VirtualProtectEx(process, address, size, protect, old) {
      const bytes = dwordSize(size);
      return withProcess(caller, process, (handle) =>
        protectInCe(caller, calls.VirtualProtectEx(handle, address, bytes, protect, old)),
      );
    },

    VirtualQueryEx(process, address, buffer, length) {
      return withProcess(caller, process, (handle) =>
        calls.VirtualQueryEx(handle, address, buffer, length),
      );
    },
  };
}
