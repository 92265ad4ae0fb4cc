import { ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE } from "../constants/error.ts";
import { packDecision } from "../decision.ts";
import { type Address, dword } from "../door.ts";
import { boolOf, refuse } from "../kernel32/last-error.ts";
import type { Handle } from "../ntdll/interface.ts";
import type { Process } from "../process.ts";
import { inCe } from "./errors.ts";
import type { Coredll, SinceCe6 } from "./interface.ts";
import { withProcess } from "./processes.ts";
import { dwordSize } from "./sizes.ts";

const COPY = packDecision("14.3#20");
const KERNEL_ALONE = packDecision("14.3#22");

export function copyFunctions(caller: Process): Pick<Coredll, "VirtualCopy"> {
  const { door } = caller;

  return {
    VirtualCopy(destination, source, size, protect) {
      const to = door.nullablePointer(destination, "destination");
      const from = door.pointer(source, "source");
      const bytes = dwordSize(size);
      const protection = dword(protect, "protect");
      const { views } = caller.enter();
      const status = views.copyPages(caller.spaceNumber, to, from, bytes, protection);
      return inCe(caller, boolOf(caller, status));
    },
  };
}

export function copyFunctionsEx(
  caller: Process,
  { VirtualCopy }: Pick<Coredll, "VirtualCopy">,
): Pick<SinceCe6, "VirtualCopyEx" | "VirtualAllocCopyEx"> {
  const { door, handles } = caller;

  /** What stands against a program's naming this process: an error, or 0. */
  function objection(named: Handle): number {
    return withProcess(caller, named, (handle) => {
      const target = handles.target(handle, 0);
      if (target === caller.spaceNumber) return 0;
      const isProcess = caller.machine.processes.some(({ spaceNumber }) => spaceNumber === target);
      return isProcess ? ERROR_ACCESS_DENIED : ERROR_INVALID_HANDLE;
    });
  }

  return {
    VirtualCopyEx(destinationProcess, destination, sourceProcess, source, size, protect) {
      const error = objection(destinationProcess) || objection(sourceProcess);
      if (error !== 0) return refuse(caller, COPY, error);
      return VirtualCopy(destination, source, size, protect);
    },

    VirtualAllocCopyEx(sourceProcess, destinationProcess, address, size, protect) {
      for (const process of [sourceProcess, destinationProcess]) door.handle(process, "process");
      door.nullablePointer(address, "address");
      dwordSize(size satisfies Address);
      dword(protect, "protect");
      return refuse(caller, KERNEL_ALONE, ERROR_ACCESS_DENIED);
    },
  };
}
