import type { Difference } from "../../src/replay/difference.ts";

/** A row of a trace that is known to be answered differently, and why that is right. */
export interface KnownGap {
  /** Name of the trace, without its ending. */
  readonly trace: string;
  readonly profile: string;
  readonly line: number;
  /**
   * The row of the list of differences between Wine and Windows (16, 17.22) that explains it: 1 to
   * 49.
   */
  readonly divergence: number;
  /**
   * The record of the decision, from the top of the repository: "docs/decisions/0007-guard-
   * order.md".
   */
  readonly decision: string;
}

export const KNOWN_GAPS: readonly KnownGap[] = [];

export const DIVERGENCES = 49;

/**
 * What is wrong with a replay: differences that no gap explains, and gaps without a difference,
 * which are closed and must leave the list.
 */
export function complaints(
  differences: readonly Difference[],
  gaps: readonly KnownGap[],
): string[] {
  const gapLines = new Set(gaps.map((gap) => gap.line));
  const differentLines = new Set(differences.map((difference) => difference.line));
  return [
    ...differences
      .filter((difference) => !gapLines.has(difference.line))
      .map(
        ({ line, call, expected, actual }) =>
          `line ${line}: ${call}: expected ${JSON.stringify(expected)}, ` +
          `got ${JSON.stringify(actual)}`,
      ),
    ...gaps
      .filter((gap) => !differentLines.has(gap.line))
      .map((gap) => `line ${gap.line}: known gap ${gap.divergence} has closed: remove its entry`),
  ];
}
