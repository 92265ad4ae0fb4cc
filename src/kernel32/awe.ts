import { MemExtendedParameterNumaNode } from "../constants/memory.ts";
import { packDecision } from "../decision.ts";
import { dword } from "../door.ts";
import { requirementsOf } from "../extended-parameters.ts";
import { ntdll } from "../ntdll.ts";
import type { Process } from "../process.ts";
import type { AweFunctions } from "./awe-interface.ts";
import { boolOf, refuse } from "./last-error.ts";

const NO_PREFERRED_NODE = 0xffff_ffff;
const NODE_RULE = packDecision("17.11#2");

export function aweFunctions(caller: Process): AweFunctions {
  const { door } = caller;
  const services = ntdll(caller);

  const AllocateUserPhysicalPages: AweFunctions["AllocateUserPhysicalPages"] = (
    process,
    count,
    frames,
  ) => boolOf(caller, services.NtAllocateUserPhysicalPages(process, count, frames));

  const AllocateUserPhysicalPagesNuma: AweFunctions["AllocateUserPhysicalPagesNuma"] = (
    process,
    count,
    frames,
    node,
  ) => {
    const asked = dword(node, "node");
    if (asked !== NO_PREFERRED_NODE && asked >= caller.machine.options.numaNodes)
      return refuse(caller, NODE_RULE);
    return AllocateUserPhysicalPages(process, count, frames);
  };

  return {
    AllocateUserPhysicalPages,
    AllocateUserPhysicalPagesNuma,

    AllocateUserPhysicalPages2(
      process,
      count,
      frames,
      parameters,
      parameterCount = parameters?.length ?? 0,
    ) {
      const asked = requirementsOf(parameters, dword(parameterCount, "parameterCount"), door);
      if (typeof asked === "string") return refuse(caller, packDecision(asked));
      const node = parameters
        ?.slice(0, parameterCount)
        .find(({ Type }) => Type === MemExtendedParameterNumaNode)?.ULong64;
      if (node === undefined) return AllocateUserPhysicalPages(process, count, frames);
      return AllocateUserPhysicalPagesNuma(process, count, frames, Number(node));
    },

    FreeUserPhysicalPages(process, count, frames) {
      return boolOf(caller, services.NtFreeUserPhysicalPages(process, count, frames));
    },

    MapUserPhysicalPages(address, count, frames) {
      return boolOf(caller, services.NtMapUserPhysicalPages(address, count, frames));
    },

    MapUserPhysicalPagesScatter(addresses, count, frames) {
      return boolOf(caller, services.NtMapUserPhysicalPagesScatter(addresses, count, frames));
    },
  };
}
