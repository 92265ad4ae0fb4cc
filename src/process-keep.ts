import type { Process } from "./process.ts";

/** What makes the parts of a process what they are now: those that others can see, too. */
export function keepParts(process: Process): () => void {
  const { contextProvider, enclaveRoutine, instructionCacheFlushed, instructionPointer } = process;
  const parts = [process.handles, process.exceptions, ...process.threads].map((part) => {
    return part.keep();
  });
  return () => {
    Object.assign(process, { contextProvider, enclaveRoutine, instructionCacheFlushed });
    process.instructionPointer = instructionPointer;
    for (const part of parts) part();
  };
}
