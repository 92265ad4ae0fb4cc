import { verifierBytes } from "./bytes.ts";

/** The functions of the verifier, a module of its own on the memory of a core. */
export interface VerifierFunctions {
  /** Every rule between the maps, recomputed: 0, or the rule that fails (R0 = page). */
  verifySpace(context: number, space: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** The verifier on the memory of a core. Synchronous, as whoever asks for it is. */
export function instantiateVerifier(memory: WebAssembly.Memory): VerifierFunctions {
  compiled ??= new WebAssembly.Module(verifierBytes());
  return new WebAssembly.Instance(compiled, { env: { memory } })
    .exports as unknown as VerifierFunctions;
}
