import { ERROR_SUCCESS } from "../constants/error.ts";
import { dword } from "../door.ts";
import type { Process } from "../process.ts";
import { dosErrorOf, succeeded } from "../status.ts";
import type { OfferFunctions } from "./offer-interface.ts";

export function offerFunctions(caller: Process): OfferFunctions {
  const { door } = caller;

  return {
    OfferVirtualMemory(address, size, priority) {
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      const asked = dword(priority, "priority");
      return codeOf(caller.enter().aweServices.offer(base, bytes, asked));
    },

    ReclaimVirtualMemory(address, size) {
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      return codeOf(caller.enter().aweServices.reclaim(base, bytes));
    },

    DiscardVirtualMemory(address, size) {
      const base = door.nullablePointer(address, "address");
      const bytes = door.pointer(size, "size");
      return codeOf(caller.enter().aweServices.discard(base, bytes));
    },
  };
}

/** What these functions answer with themselves, instead of leaving it to the last error. */
function codeOf(status: number): number {
  return succeeded(status) ? ERROR_SUCCESS : dosErrorOf(status);
}
