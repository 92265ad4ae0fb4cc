/**
 * Random programs on two equal machines: on one the calls of kernel32, on the other those of a
 * face. Each answer of kernel32 goes through the table of the face, and has to be what the face
 * answers; the memory of both has to stay the same.
 */
import { relative } from "node:path";
import { expect } from "vitest";
import type { Machine, Process } from "../../src/index.ts";
import { shrink } from "../model/driver.ts";
import { programText } from "../model/program.ts";
import { coreName } from "../setup/machine.ts";
import { root } from "../setup/tree.ts";
import {
  type Answer,
  access,
  call,
  type FaceCalls,
  type FaceTable,
  isAccess,
  isStep,
  kernel32Calls,
  type Step,
  succeeded,
} from "./calls.ts";
import { Generator } from "./generator.ts";
import { answerText, memoryText } from "./shown.ts";

export interface FaceRun {
  /** Makes two equal machines for each program. */
  makeMachine(): Promise<Machine>;
  /** The calls of the face in a process of such a machine. */
  face(process: Process): FaceCalls;
  table: FaceTable;
  /** Of the first program; the next has the next. Default 1; SEED= overrides it. */
  seed?: number;
  /** Steps of all programs together. Default 2,000; STEPS= overrides it. */
  steps?: number;
}

/** How often each kind of step succeeded or failed in kernel32, or was answered without it. */
export type Tally = Record<Step["op"], { succeeded: number; failed: number; alone: number }>;

interface Difference {
  /** Index of the step. */
  at: number;
  what: string;
  expected: string;
  actual: string;
}

const STEPS = 2_000;
const PROGRAM_STEPS = 250;
/** How many steps go by between two looks at the whole memory. */
const MEMORY_STEPS = 50;
const MILLISECONDS_PER_STEP = 20;

/** Time that a test with these programs may take, in milliseconds, however long STEPS= makes it. */
export const patienceMilliseconds =
  60_000 + Number(process.env.STEPS ?? STEPS) * MILLISECONDS_PER_STEP;

/**
 * Run programs until one shows a difference.
 *
 * @returns what the programs met, for a test to see that they met enough
 * @throws Error with the smallest program for the difference, and how to run it again
 */
export async function runPrograms(run: FaceRun): Promise<Tally> {
  const tally = emptyTally();
  const first = Number(process.env.SEED ?? run.seed ?? 1);
  let left = Number(process.env.STEPS ?? run.steps ?? STEPS);
  for (let seed = first; left > 0; seed += 1) {
    const count = Math.min(left, PROGRAM_STEPS);
    const pair = await Pair.create(run, tally);
    const generator = pair.generator(seed);
    const steps: Step[] = [];
    let difference: Difference | null = null;
    while (difference === null && steps.length < count) {
      const step = generator.next();
      steps.push(step);
      difference = pair.apply(step);
    }
    difference ??= pair.compareMemory();
    if (difference !== null) throw new Error(await explain(run, seed, steps, difference));
    left -= count;
  }
  return tally;
}

function emptyTally(): Tally {
  const none = () => ({ succeeded: 0, failed: 0, alone: 0 });
  return {
    alloc: none(),
    free: none(),
    protect: none(),
    query: none(),
    getWriteWatch: none(),
    read: none(),
    write: none(),
  };
}

/** One program, on kernel32 and on the face. */
class Pair {
  readonly #reference: Process;
  readonly #face: Process;
  readonly #kernel32: FaceCalls;
  readonly #calls: FaceCalls;
  readonly #table: FaceTable;
  readonly #tally: Tally;
  #steps = 0;

  static async create(run: FaceRun, tally: Tally): Promise<Pair> {
    const [one, other] = [await run.makeMachine(), await run.makeMachine()];
    return new Pair(run, one.createProcess(), other.createProcess(), tally);
  }

  private constructor(run: FaceRun, reference: Process, face: Process, tally: Tally) {
    this.#reference = reference;
    this.#face = face;
    this.#kernel32 = kernel32Calls(reference);
    this.#calls = run.face(face);
    this.#table = run.table;
    this.#tally = tally;
  }

  generator(seed: number): Generator {
    return new Generator(seed, this.#reference, this.#calls.getWriteWatch !== undefined);
  }

  apply(step: Step): Difference | null {
    const expected = this.#expected(step);
    const actual = textOf(() => {
      return isAccess(step) ? access(this.#face, step) : call(this.#calls, step);
    });
    this.#steps += 1;
    const text = answerText(expected);
    if (text !== actual) return this.#difference(`answer of ${step.op}`, text, actual);
    return this.#steps % MEMORY_STEPS === 0 ? this.compareMemory() : null;
  }

  /** Looks at all of both processes. */
  compareMemory(): Difference | null {
    const expected = memoryText(this.#reference);
    const actual = memoryText(this.#face);
    return expected === actual ? null : this.#difference("memory", ...parted(expected, actual));
  }

  #expected(step: Step): Answer {
    const figures = this.#tally[step.op];
    const count = (answer: Answer) => {
      figures[succeeded(step, answer) ? "succeeded" : "failed"] += 1;
      return answer;
    };
    if (isAccess(step)) return count(access(this.#reference, step));
    const asked = this.#table.call?.(step) ?? step;
    if (isStep(asked)) return this.#table.answer(count(call(this.#kernel32, asked)), step);
    figures.alone += 1;
    if (asked.error !== 0) this.#reference.currentThread.lastError = asked.error;
    return asked;
  }

  #difference(what: string, expected: string, actual: string): Difference {
    return { at: this.#steps - 1, what, expected, actual };
  }
}

/** A face that throws has shown something else, too. */
function textOf(answer: () => Answer): string {
  try {
    return answerText(answer());
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** The lines that the other does not have. */
function parted(expected: string, actual: string): [string, string] {
  const [left, right] = [expected.split("\n"), actual.split("\n")];
  const only = (mine: string[], theirs: string[]) =>
    mine.filter((line) => !theirs.includes(line)).join(" | ");
  return [only(left, right), only(right, left)];
}

/** The first difference that these steps show on fresh machines. */
async function replay(run: FaceRun, steps: readonly Step[]): Promise<Difference | null> {
  const pair = await Pair.create(run, emptyTally());
  for (const step of steps) {
    const difference = pair.apply(step);
    if (difference !== null) return difference;
  }
  return pair.compareMemory();
}

async function explain(
  run: FaceRun,
  seed: number,
  steps: readonly Step[],
  difference: Difference,
): Promise<string> {
  const program = await shrink({ steps }, async (candidate) => {
    return (await replay(run, candidate.steps)) !== null;
  });
  const { at, what, expected, actual } = (await replay(run, program.steps)) ?? difference;
  const file = relative(root, expect.getState().testPath ?? "");
  const again = `SEED=${seed} STEPS=${steps.length}`;
  const place = `seed ${seed}, step ${difference.at + 1}`;
  return [
    `${place}; alone in the smallest program, step ${at + 1}: ${what}`,
    `expected: ${expected}`,
    `actual:   ${actual}`,
    `again:    ${again} npx vitest run --project ${coreName} ${file}`,
    programText(program),
  ].join("\n");
}
