import { ERROR_INVALID_HANDLE } from "../constants/error.ts";
import { packDecision } from "../decision.ts";
import { refuse } from "../kernel32/last-error.ts";
import type { Process } from "../process.ts";
import { FIRST_SLOT, LOWEST_SHARED, SLOT_BYTES } from "../slots.ts";
import type { UntilCe5 } from "./interface.ts";
import { withProcess } from "./processes.ts";

const SLOTS = packDecision("17.19#11");

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
