import type { Difference } from "./difference.ts";
import { RunComparison } from "./runs.ts";
import type { ReplaySubject } from "./subject.ts";
import type { Trace } from "./trace.ts";
import { TraceSteps } from "./trace-steps.ts";

export interface ReplayResult {
  /** Answers that were the same. */
  readonly passed: number;
  /** Answers that were not. */
  readonly failed: number;
  /** Each that was not, in the order of the lines. */
  readonly differences: readonly Difference[];
}

export interface ReplayOptions {
  /**
   * What VirtualQuery of the subject is held against after each call; without one only answers are
   * compared.
   */
  readonly reference?: ReplaySubject;
  /** Called after each answer, with the number of answers so far. */
  readonly onAnswer?: (answers: number) => void;
}

/** Make every call of a trace on a subject, and compare. */
export function replay(
  trace: Trace,
  subject: ReplaySubject,
  options: ReplayOptions = {},
): ReplayResult {
  const { reference, onAnswer } = options;
  const comparison = reference && new RunComparison(reference, subject);
  const steps = new TraceSteps(trace, subject, comparison);
  const differences: Difference[] = [];
  let passed = 0;
  for (let made = steps.make(); made !== undefined; made = steps.make()) {
    if (made.difference === undefined) {
      passed += 1;
    } else {
      differences.push(made.difference);
    }
    onAnswer?.(passed + differences.length);
  }
  const failed = differences.length;
  if (passed + failed !== trace.answers) {
    const judged = `${passed} passed and ${failed} failed`;
    throw new Error(`${trace.file} has ${trace.answers} rows with an answer, but ${judged}`);
  }
  return { passed, failed, differences };
}
