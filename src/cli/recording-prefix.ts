import { callText } from "../replay/recording/player.ts";
import type { CallStep, Recording, Step } from "../replay/recording/recording.ts";
import type { PlacedCall } from "./placed-call.ts";
import { InputError } from "./replay-files.ts";

/** How many calls a recording has that were not made inside of others. */
export function outermostCalls({ steps }: Recording): number {
  return steps.filter(isCall).length;
}

/** The outermost call that has this number, from 1. */
export function outermostCallAt({ steps }: Recording, number: number): PlacedCall {
  const call = steps.filter(isCall)[number - 1] as CallStep;
  return { line: call.line, text: callText(call) };
}

/**
 * A recording as it would be had the program never come to the next call. What it wrote and was
 * told after the last of them belongs to that.
 */
export function recordingOfCalls(recording: Recording, calls: number): Recording {
  const { steps } = recording;
  const next = [...steps.keys()].filter((at) => isCall(steps[at] as Step))[calls];
  return cut(recording, next ?? steps.length);
}

/**
 * A recording up to a line, the row on it included. Line 1, the header, stands for none.
 *
 * @throws InputError where no row ends on the line, or one that is inside of another
 */
export function recordingUpTo(recording: Recording, line: number, file: string): Recording {
  if (line === 1) return cut(recording, 0);
  const { steps } = recording;
  const at = steps.findIndex((step) => step.line <= line && line <= endOf(step));
  const step = steps[at];
  if (step === undefined) {
    const [first, last] = [steps[0], steps.at(-1)];
    const there =
      first === undefined || last === undefined
        ? "there are none"
        : `they are on lines ${first.line} to ${endOf(last)}`;
    throw new InputError(`${file}:${line}: no call is on this line; ${there}`);
  }
  if (endOf(step) !== line) {
    const lines = `lines ${step.line} to ${endOf(step)}`;
    const message = `inside of a call that is on ${lines}: a state is before or after it`;
    throw new InputError(`${file}:${line}: ${message}`);
  }
  return cut(recording, at + 1);
}

function isCall(step: Step): step is CallStep {
  return step.kind === "call";
}

function endOf(step: Step): number {
  return "endLine" in step ? step.endLine : step.line;
}

function cut(recording: Recording, count: number): Recording {
  const steps = recording.steps.slice(0, count);
  return { ...recording, steps, answers: answersIn(steps) };
}

/** A list of what is left, because a recording may be nested deeper than a stack. */
function answersIn(steps: readonly Step[]): number {
  let answers = 0;
  const left = [...steps];
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    if (step.kind === "hash") answers += 1;
    if (step.kind !== "call" && step.kind !== "callback") continue;
    answers += 1;
    for (const inner of step.steps) left.push(inner);
  }
  return answers;
}
