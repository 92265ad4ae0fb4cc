import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OUTOFMEMORY,
  ERROR_PAGEFILE_QUOTA,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
} from "../constants/error.ts";
import type { Process } from "../process.ts";

/** Charge, quota, address space or tables: in CE all the same (14.3). */
const SHORTAGES: readonly number[] = [
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_COMMITMENT_LIMIT,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_PAGEFILE_QUOTA,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
];

/** What kernel32 answered; where it failed, the last error becomes the one of CE. */
export function inCe(process: Process, answer: number): number {
  const { currentThread } = process;
  if (answer === 0 && SHORTAGES.includes(currentThread.lastError)) {
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
