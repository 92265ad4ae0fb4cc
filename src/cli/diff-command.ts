import { Machine } from "../machine.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { EXIT_FAILED, EXIT_PASSED } from "./exit-codes.ts";
import { openState, parseStateName, type StateName } from "./open-state.ts";
import type { ReplayChoice } from "./replay-files.ts";
import { changeJson, changeText } from "./snapshot-change-text.ts";
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
  const states = [await openState(before, options), await openState(after, options)] as const;
  const differences = shownDifferences(...states);
  if (options.json) {
    const json = {
      left: before,
      right: after,
      differences: differences.map(({ json: each }) => each),
    };
    console.log(JSON.stringify({ equal: differences.length === 0, ...json }, null, 2));
  } else {
    const count = differences.length === 1 ? "1 difference" : `${differences.length} differences`;
    const lines = differences.flatMap(({ text }) => text);
    const sides = [`--- ${nameText(before)}`, `+++ ${nameText(after)}`];
    console.log([...(lines.length === 0 ? [] : sides), ...lines, count].join("\n"));
  }
  return differences.length === 0 ? EXIT_PASSED : EXIT_FAILED;
}

/** One difference, as it is printed. */
interface ShownDifference {
  readonly text: readonly string[];
  readonly json: object;
}

/** Of a snapshot there is no machine to be asked, so its bytes are compared. */
function shownDifferences(left: Machine | Snapshot, right: Machine | Snapshot): ShownDifference[] {
  if (left instanceof Machine && right instanceof Machine) {
    return stateDifferences(left, right).map((difference) => {
      return { text: differenceText(difference), json: differenceJson(difference) };
    });
  }
  return snapshotOf(left)
    .diff(snapshotOf(right))
    .changes.map((change) => ({ text: changeText(change), json: changeJson(change) }));
}

function snapshotOf(state: Machine | Snapshot): Snapshot {
  return state instanceof Machine ? state.snapshot() : state;
}

function nameText({ file, line }: StateName): string {
  return line === undefined ? file : `${file}@${line}`;
}
