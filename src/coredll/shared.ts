import { ERROR_ACCESS_DENIED } from "../constants/error.ts";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../constants/memory.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { boolOf, refuse } from "../kernel32/last-error.ts";
import { TO_RESULTS } from "../out.ts";
import type { Process } from "../process.ts";
import { COMMON_SPACE } from "../slots.ts";
import { inCe } from "./errors.ts";
import type { Coredll } from "./interface.ts";
import { dwordSize } from "./sizes.ts";

const SHARED = packDecision("14.3#23");
const ACTIONS = MEM_RESERVE | MEM_COMMIT;

export function sharedFunctions(caller: Process): Pick<Coredll, "CeVirtualSharedAlloc"> {
  const { door, machine } = caller;

  return {
    CeVirtualSharedAlloc(address, size, type) {
      const base = door.nullablePointer(address, "address");
      const bytes = dwordSize(size);
      const action = dword(type, "type");
      if (!machine.trusted.has(caller)) return refuse(caller, SHARED, ERROR_ACCESS_DENIED);
      const isKnown = action !== 0 && (action & ~ACTIONS) === 0;
      const isAgain = base !== 0 && (action & MEM_RESERVE) !== 0;
      if (!isKnown || isAgain) return refuse(caller, SHARED);
      const { services, view } = caller.enter();
      const status = services.allocate(
        COMMON_SPACE,
        TO_RESULTS,
        base,
        0,
        TO_RESULTS,
        bytes,
        action,
        PAGE_READWRITE,
      );
      return inCe(caller, boolOf(caller, status)) === 0 ? 0 : view.result(0);
    },
  };
}
