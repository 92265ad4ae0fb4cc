import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { show } from "./driver.ts";
import { generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";
import { type Mutant, mutants } from "./mutants.ts";
import type { Program } from "./program.ts";

/**
 * The programs can fail: each mutant of the model is told from the core by one of these. The core runs them once; what
 * it showed is held against every mutant.
 */
const PROGRAMS = 160;
const PROGRAM_STEPS = 60;
const FRAGMENTS = 40;
/** All that a mutant changes shows under these. */
const SETTINGS: Program["settings"] = { profile: "win64", commitLimit: 0x1000 };

interface Recording {
  program: Program;
  shown: string[];
}

/** Those that the model itself agrees with: what a mutant shows differently is its own. */
const sound: Recording[] = [];

beforeAll(async () => {
  let machine: Machine | undefined;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings: SETTINGS,
      fragments: FRAGMENTS,
    });
    machine ??= await machineFor(program);
    const core = new CoreSubject(machine, program);
    const recording = { program, shown: [...show(program, core)].map(({ text }) => text) };
    if (agrees(recording)) sound.push(recording);
    core.end();
  }
});

/** Whether a model shows what the core showed; rules are names, not behaviour. */
function agrees({ program, shown }: Recording, make?: Mutant["make"]): boolean {
  let at = 0;
  for (const { what, text } of show(program, new ModelSubject(program, make))) {
    if (what !== "rule" && text !== shown[at]) return false;
    at += 1;
  }
  return true;
}

test("the model itself agrees with the core", () => {
  expect(sound).toHaveLength(PROGRAMS);
});

test.each(mutants)("$name", ({ make }) => {
  expect(sound.some((recording) => !agrees(recording, make))).toBe(true);
});
