import type { Process } from "../process.ts";
import type { Thread } from "../thread.ts";
import type { Err } from "./interface.ts";
import { signed } from "./long.ts";

/** Makes a call of a function that was declared. */
export type Declared = <T>(call: () => T) => T;

/** After each call Visual Basic keeps the last error of the system, for the thread. */
export function dllErrors(process: Process): { declared: Declared; Err: Err } {
  const kept = new WeakMap<Thread, number>();

  return {
    declared(call) {
      const result = call();
      const { currentThread } = process;
      kept.set(currentThread, signed(currentThread.lastError));
      return result;
    },

    Err: Object.freeze({
      get LastDllError() {
        return kept.get(process.currentThread) ?? 0;
      },
    }),
  };
}
