import type { Process } from "../process.ts";
import type { Err } from "./interface.ts";
import { signed } from "./long.ts";

/** Makes a call of a function that was declared. */
export type Declared = <T>(call: () => T) => T;

/** After each call Visual Basic keeps the last error of the system, for the thread. */
export function dllErrors(process: Process): { declared: Declared; Err: Err } {
  return {
    declared(call) {
      const result = call();
      const { currentThread } = process;
      currentThread.dllError = signed(currentThread.lastError);
      return result;
    },

    Err: Object.freeze({
      get LastDllError() {
        return process.currentThread.dllError;
      },
    }),
  };
}
