import { toolsBytes } from "./bytes.ts";

/** The functions of the tools, a module of its own on the memory of a core. */
export interface Tools {
  /** Every rule between the maps, recomputed: 0, or the rule that fails (R0 = page). */
  verifySpace(context: number, space: number): number;
  /**
   * A region that was there before; `runs` of pages are in the transfer area. An NTSTATUS.
   */
  regionAdopt(
    context: number,
    space: number,
    base: bigint,
    size: bigint,
    type: number,
    allocationProtect: number,
    backing: number,
    runs: number,
  ): number;
}

let compiled: WebAssembly.Module | undefined;

/** The tools on the memory of a core. Synchronous, as whoever asks for them is. */
export function instantiateTools(memory: WebAssembly.Memory): Tools {
  compiled ??= new WebAssembly.Module(toolsBytes());
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Tools;
}
