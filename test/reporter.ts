import { writeSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** What the last line of a run says. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts over all projects. A file that could not be loaded, a hook that failed and an error
 * outside of any test are one failure each: a run in which something went wrong never ends with
 * "0 failed".
 */
export function count(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): Counts {
  const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") counts.passed += 1;
      else if (state === "failed") counts.failed += 1;
      else counts.skipped += 1;
    }
  }
  return counts;
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Prints the closing line when the process ends, after everything that vitest has to say. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: "passed" | "failed" | "interrupted",
  ): void {
    const counts = count(modules, unhandledErrors);
    if (reason !== "passed" && counts.failed === 0) counts.failed = 1;
    process.once("exit", () => writeSync(1, `${closingLine(counts)}\n`));
  }
}
