import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { show } from "./driver.ts";
import { generate } from "./generator.ts";
import { aweMutants } from "./mutants-awe.ts";
import type { Program } from "./program.ts";
import { agrees, explain, type Recording } from "./recording.ts";

/** Programs about windows and offers tell each of these mutants from the core. */
const PROGRAMS = 60;
const PROGRAM_STEPS = 60;
const FRAGMENTS = 0;
const SCRIPTS = 200;
/** Frames can be had, though not many. */
const SETTINGS: Program["settings"] = {
  profile: "win64",
  commitLimit: 0x40,
  lockMemoryPrivilege: true,
  resetEffect: "zero",
};

const disagreements: string[] = [];
const sound: Recording[] = [];

beforeAll(async () => {
  let machine: Machine | undefined;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings: SETTINGS,
      fragments: FRAGMENTS,
      sections: 0,
      awe: SCRIPTS,
    });
    machine ??= await machineFor(program);
    const core = new CoreSubject(machine, program);
    const recording = { program, shown: [...show(program, core)].map(({ text }) => text) };
    core.end();
    if (agrees(recording)) sound.push(recording);
    else disagreements.push(explain(program, new CoreSubject(machine, program), seed));
  }
});

test("the model itself agrees with the core about windows and offers", () => {
  expect(disagreements).toEqual([]);
});

test.each(aweMutants)("$name", ({ make }) => {
  expect(sound.some((recording) => !agrees(recording, make))).toBe(true);
});
