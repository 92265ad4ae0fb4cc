import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { show } from "./driver.ts";
import { generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import type { Program } from "./program.ts";
import { agrees, explain, type Recording } from "./recording.ts";

/**
 * The programs can fail: each mutant of the model is told from the core by one of these. The core
 * runs them once; what it showed is held against every mutant.
 */
const PROGRAMS = 110;
const PROGRAM_STEPS = 60;
const FRAGMENTS = 40;
/** All that a mutant changes shows under these. */
const SETTINGS: Program["settings"] = { profile: "win64", commitLimit: 0x1000 };

interface AnsweredRecording extends Recording {
  /** What each step answered, which is among what it showed. */
  answers: string[];
}

const disagreements: string[] = [];
/** Those that the model itself agrees with: what a mutant shows differently is its own. */
const sound: AnsweredRecording[] = [];

beforeAll(async () => {
  let machine: Machine | undefined;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings: SETTINGS,
      fragments: FRAGMENTS,
      placeholders: 0,
    });
    machine ??= await machineFor(program);
    const core = new CoreSubject(machine, program);
    const shown = [...show(program, core)];
    const answers = shown.filter(({ what }) => what === "answer").map(({ text }) => text);
    const recording = { program, answers, shown: shown.map(({ text }) => text) };
    core.end();
    if (agrees(recording)) sound.push(recording);
    else disagreements.push(explain(program, new CoreSubject(machine, program), seed));
  }
});

/** Most mutants answer differently, and answers alone are soon compared. */
function agreesInAnswers({ program, answers }: AnsweredRecording, make: Mutant["make"]): boolean {
  const model = new ModelSubject(program, make);
  return program.steps.every((step, at) => model.apply(step).answer === answers[at]);
}

test("the model itself agrees with the core", () => {
  expect(disagreements).toEqual([]);
});

test.each(mutants)("$name", ({ make }) => {
  const noticed =
    sound.some((recording) => !agreesInAnswers(recording, make)) ||
    sound.some((recording) => !agrees(recording, make));
  expect(noticed).toBe(true);
});
