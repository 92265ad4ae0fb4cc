import { toolsBytes } from "./bytes.ts";
import type { CoreExports } from "./exports.ts";

type Functions = Pick<CoreExports, Exclude<keyof CoreExports, "memory">>;

/** Functions of the tools that the host calls, with the names that a core has none of. */
const NAMES = [
  "checkpointMake",
  "checkpointRewind",
  "checkpointsDrop",
  "checkpointsForget",
  "checkpointsThere",
  "codeForgetF64",
  "codeMarkF64",
  "codeNextF64",
  "enclaveAcceptF64",
  "enclaveCallF64",
  "enclaveCreateF64",
  "enclaveDeleteF64",
  "enclaveEnterF64",
  "enclaveInitializeF64",
  "enclaveInsideF64",
  "enclaveLeaveF64",
  "enclaveLoadF64",
  "enclavePageNextF64",
  "enclaveSupported",
  "enclaveTerminateF64",
  "offerPagesF64",
  "discardPagesF64",
  "reclaimPagesF64",
  "regionAdoptF64",
  "spaceFork",
  "spaceGuardFlow",
  "spaceTouchedF64",
  "stackCreateF64",
  "stackGuaranteeF64",
  "stackRearmF64",
  "stateBytes",
  "stateHashAdd",
  "stateHashBegin",
  "stateHashHalf",
  "stateLoad",
  "stateLoaded",
  "stateMore",
  "stateRank",
  "stateRecords",
  "stateRoot",
  "stateRoots",
  "stateSave",
  "stateSlot",
  "stateTotalF64",
  "targetsSetF64",
  "targetValidF64",
  "threadFork",
  "threadStackMakeF64",
  "userPagesAllocateF64",
  "userPagesFreeF64",
  "userPagesList",
  "userPagesMapF64",
  "userPagesScatterF64",
  "verifySpace",
] as const satisfies readonly (keyof Functions)[];

type Tools = Pick<Functions, (typeof NAMES)[number]>;

let compiled: WebAssembly.Module | undefined;

/**
 * The tools on the memory of a core. Compiled and instantiated when the first of them is called,
 * and synchronously, as whoever calls expects.
 */
export function toolsOn(memory: WebAssembly.Memory): Tools {
  let instance: Record<string, (...parameters: number[]) => unknown> | undefined;
  const functions = NAMES.map((name) => {
    const call = (...parameters: number[]) => {
      instance ??= instantiated(memory);
      return instance[name]?.(...parameters);
    };
    return [name, call];
  });
  return Object.fromEntries(functions) as Tools;
}

function instantiated(
  memory: WebAssembly.Memory,
): Record<string, (...parameters: number[]) => unknown> {
  compiled ??= new WebAssembly.Module(toolsBytes());
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as Record<string, (...parameters: number[]) => unknown>;
}
