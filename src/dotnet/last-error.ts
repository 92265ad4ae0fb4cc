import type { Process } from "../process.ts";
import { int32 } from "./integers.ts";
import type { Marshal } from "./interface.ts";

/** Makes a call of the system as P/Invoke does with SetLastError = true. */
export type Invoke = <T>(call: () => T) => T;

/** @param clears whether the system's last error is 0 when a call begins */
export function platformInvoke(process: Process, clears: boolean): Invoke {
  return <T>(call: () => T): T => {
    const { currentThread } = process;
    const before = currentThread.lastError;
    if (clears) currentThread.lastError = 0;
    let result: T;
    try {
      result = call();
    } catch (error) {
      // Where the page store has not answered yet, the call will be made again.
      currentThread.lastError = before;
      throw error;
    }
    currentThread.savedError = currentThread.lastError | 0;
    return result;
  };
}

export function marshal(process: Process): Marshal {
  const savedError = () => process.currentThread.savedError;

  return {
    GetLastWin32Error: savedError,
    GetLastPInvokeError: savedError,

    SetLastPInvokeError(error) {
      const code = int32(error, "error");
      process.alive().currentThread.savedError = code;
    },

    GetLastSystemError: () => process.currentThread.lastError | 0,

    SetLastSystemError(error) {
      const code = int32(error, "error");
      process.alive().currentThread.lastError = code >>> 0;
    },
  };
}
