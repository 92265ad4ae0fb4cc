import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_OUTOFMEMORY,
} from "../constants/error.ts";
import { isLackOfMemory } from "../kernel32/last-error.ts";
import type { Process } from "../process.ts";

/**
 * What kernel32 answered; where it failed, the last error becomes the one of CE: charge, quota,
 * address space and tables are all the same there (14.3).
 */
export function inCe(process: Process, answer: number): number {
  const { currentThread } = process;
  if (answer === 0 && isLackOfMemory(currentThread.lastError)) {
    currentThread.lastError = ERROR_OUTOFMEMORY;
  }
  return answer;
}

/** The same for VirtualProtect, which wants committed pages of one allocation (14.3). */
export function protectInCe(process: Process, answer: number): number {
  const { currentThread } = process;
  if (answer === 0 && currentThread.lastError === ERROR_INVALID_ADDRESS) {
    currentThread.lastError = ERROR_INVALID_PARAMETER;
  }
  return inCe(process, answer);
}
