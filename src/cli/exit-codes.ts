import { type FileResult, isFailed } from "./result.ts";

export const EXIT_PASSED = 0;
export const EXIT_FAILED = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_INTERNAL_ERROR = 3;

/**
 * Of several files the worst counts: a fault of guardpage, then a file that cannot be used, then
 * one that answers differently.
 */
export function exitCodeOf(results: readonly FileResult[]): number {
  return results.reduce((worst, result) => Math.max(worst, codeOf(result)), EXIT_PASSED);
}

function codeOf(result: FileResult): number {
  if (isFailed(result)) {
    return result.error.cause === "fault" ? EXIT_INTERNAL_ERROR : EXIT_BAD_INPUT;
  }
  return result.failed === 0 ? EXIT_PASSED : EXIT_FAILED;
}
