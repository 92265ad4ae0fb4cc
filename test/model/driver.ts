import { type Program, programText } from "./program.ts";
import type { Subject } from "./subject.ts";

/** Where two subjects part. */
export interface Difference {
  /** Index of the step; the number of steps for what is compared at the end. */
  at: number;
  what: string;
  expected: string;
  actual: string;
}

interface Shown {
  at: number;
  what: string;
  text: string;
}

/**
 * What a subject shows: after each step its answer and the state of both processes, at the end all
 * bytes.
 */
export function* show(program: Program, subject: Subject): Generator<Shown> {
  for (const [at, step] of program.steps.entries()) {
    const { answer, rule } = subject.apply(step);
    yield { at, what: "answer", text: answer };
    yield { at, what: "rule", text: rule };
    yield { at, what: "first process", text: subject.state(0) };
    yield { at, what: "second process", text: subject.state(1) };
  }
  const at = program.steps.length;
  yield { at, what: "content of the first process", text: subject.contents(0) };
  yield { at, what: "content of the second process", text: subject.contents(1) };
}

/** Runs both, step by step, to the first difference. */
export function compare(program: Program, model: Subject, core: Subject): Difference | null {
  const actual = show(program, core);
  for (const { at, what, text } of show(program, model)) {
    const other = nextOf(actual);
    const same = what === "rule" ? sameRule(text, other) : text === other;
    if (!same) return { at, what, expected: text, actual: other };
  }
  return null;
}

/** The core may name a row where the model names the table. */
function sameRule(model: string, core: string): boolean {
  return model === "" || core === model || core.startsWith(`${model}#`);
}

/** A core that throws has shown something else, too. */
export function nextOf(shown: Generator<Shown>): string {
  try {
    return shown.next().value?.text ?? "";
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** The program without every step that the difference does not need. */
export async function shrink<P extends { readonly steps: readonly unknown[] }>(
  program: P,
  differs: (candidate: P) => Promise<boolean>,
): Promise<P> {
  let { steps } = program;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : size >> 1) {
    for (let at = 0; at < steps.length; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (await differs({ ...program, steps: fewer })) steps = fewer;
      else at += size;
    }
  }
  return { ...program, steps };
}

/** What differs, and the program to paste. */
export function report(program: Program, difference: Difference, seed: number): string {
  const { at, what, expected, actual } = difference;
  const [left, right] = onlyDifferent(expected, actual);
  return [
    `seed ${seed}, step ${at + 1} of ${program.steps.length}: ${what}`,
    `expected: ${left}`,
    `actual:   ${right}`,
    programText(program),
  ].join("\n");
}

function onlyDifferent(expected: string, actual: string): [string, string] {
  const [left, right] = [expected.split("\n"), actual.split("\n")];
  const only = (mine: string[], theirs: string[]) =>
    mine.filter((line) => !theirs.includes(line)).join(" | ");
  return [only(left, right), only(right, left)];
}
