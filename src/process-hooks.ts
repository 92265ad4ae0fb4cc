import type { Address } from "./door.ts";
import type { ExceptionEvents } from "./exceptions.ts";

/** What a host may set on a process, so that the process asks it or tells it of something. */
export abstract class ProcessHooks {
  /** Supplies ContextRecord for handlers, say the registers of a CPU. */
  contextProvider?: (() => unknown) | undefined;
  /** What CallEnclave runs inside of an enclave. Without it, the call fails with 120. */
  enclaveRoutine?: ((routine: Address, parameter: Address) => Address) | undefined;
  /** Hears of FlushInstructionCache for this process. NULL and 0 stand for all of its memory. */
  instructionCacheFlushed?: ((address: number, sizeBytes: number) => void) | undefined;
  /** Hears of exceptions, as a debugger does; is in no snapshot, checkpoint or fork. */
  exceptionEvents?: ExceptionEvents | undefined;
}
