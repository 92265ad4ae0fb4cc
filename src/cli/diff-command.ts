import { EXIT_FAILED, EXIT_PASSED } from "./exit-codes.ts";
import { openState, parseStateName, type StateName } from "./open-state.ts";
import type { ReplayChoice } from "./replay-files.ts";
import { stateDifferences } from "./state-difference.ts";
import { differenceJson, differenceText } from "./state-difference-text.ts";

export interface DiffOptions extends ReplayChoice {
  readonly at?: number;
  readonly json?: boolean;
}

/** `guardpage diff A B`: the exit code. */
export async function diffCommand(
  left: string,
  right: string,
  options: DiffOptions,
): Promise<number> {
  const names = [parseStateName(left, options.at), parseStateName(right, options.at)] as const;
  const [before, after] = names;
  const machines = [await openState(before, options), await openState(after, options)] as const;
  const differences = stateDifferences(...machines);
  if (options.json) {
    const json = { left: before, right: after, differences: differences.map(differenceJson) };
    console.log(JSON.stringify({ equal: differences.length === 0, ...json }, null, 2));
  } else {
    const count = differences.length === 1 ? "1 difference" : `${differences.length} differences`;
    const lines = differences.flatMap(differenceText);
    const sides = [`--- ${nameText(before)}`, `+++ ${nameText(after)}`];
    console.log([...(lines.length === 0 ? [] : sides), ...lines, count].join("\n"));
  }
  return differences.length === 0 ? EXIT_PASSED : EXIT_FAILED;
}

function nameText({ file, line }: StateName): string {
  return line === undefined ? file : `${file}@${line}`;
}
