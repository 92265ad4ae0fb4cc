import { answerText } from "../replay/answer.ts";
import type { RunsText } from "../replay/difference.ts";
import type { Space } from "../replay/profiles.ts";
import type { ReplayResult } from "../replay/replay.ts";

/** One file, replayed. */
export interface FileReport {
  readonly file: string;
  readonly profile: string;
  readonly space: Space;
  readonly result: ReplayResult;
  readonly milliseconds: number;
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
}

/** The line of one file: what was replayed, where, how it went, how long it took. */
export function fileLine({ file, profile, space, result, milliseconds }: FileReport): string {
  const time = `${(milliseconds / 1000).toFixed(2)} s`;
  return `${file}: ${profile} ${space}, ${totalsLine(result)} (${time})`;
}

export function totalsLine({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`;
}

/**
 * Each call that answered differently; calls that are not built follow as one line for each kind.
 */
export function differenceLines({ file, result }: FileReport): string[] {
  const lines: string[] = [];
  const notBuilt = new Map<string, number>();
  for (const { line, call, expected, actual } of result.differences) {
    if ("notBuilt" in actual) {
      notBuilt.set(actual.notBuilt, (notBuilt.get(actual.notBuilt) ?? 0) + 1);
      continue;
    }
    const [wanted, got] =
      "runs" in actual
        ? runTexts(expected as RunsText, actual)
        : [answerText(expected), answerText(actual)];
    lines.push(`${file}:${line}: ${call}`, `  expected  ${wanted}`, `  actual    ${got}`);
  }
  for (const [name, count] of notBuilt) {
    const calls = count === 1 ? "1 call" : `${count} calls`;
    lines.push(`${file}: ${name} is not built yet: ${calls} failed`);
  }
  return lines;
}

/** The first run that differs says it all: those after it are mostly the same difference again. */
function runTexts(expected: RunsText, actual: RunsText): [expected: string, actual: string] {
  const first = expected.runs.findIndex(
    (run, at) => answerText(run) !== answerText(actual.runs[at]),
  );
  const run = expected.runs[first];
  const query = `VirtualQuery(${run?.BaseAddress})`;
  return [
    `return as recorded, and then ${query} ${answerText(run)}`,
    `return as recorded, but ${query} ${answerText(actual.runs[first])}`,
  ];
}
