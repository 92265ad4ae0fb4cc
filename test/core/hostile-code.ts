import type { CoreExports } from "../../src/wasm/exports.ts";
import type { HostileNumbers } from "./hostile-working-set.ts";

/** Calls for generated code. */
export function codeCalls(
  core: CoreExports,
  c: number,
  { one, space, address, size }: HostileNumbers,
): Record<string, () => unknown> {
  return {
    codeMark: () => core.codeMarkF64(c, address(), one([1, 0x1000, 0x5000, size()])),
    codeForget: () => core.codeForgetF64(c, address(), one([1, 0x20000, size()])),
    codeNext: () => {
      const from = address();
      return core.codeNextF64(space(), from, one([from, from + 1, from + 0x10000, address()]));
    },
    contextStop: () => core.contextStop(c),
    contextPoll: () => core.contextPoll(c),
  };
}
