import { beforeAll, expect, test } from "vitest";
import { aweMutants } from "./mutants-awe.ts";
import type { Program } from "./program.ts";
import { Recordings } from "./recording.ts";

/** Programs about windows and offers tell each of these mutants from the core. */
const PROGRAMS = 60;
const PROGRAM_STEPS = 60;
const SCRIPTS = 200;
/** Frames can be had, though not many. */
const SETTINGS: Program["settings"] = {
  profile: "win64",
  commitLimit: 0x40,
  lockMemoryPrivilege: true,
  resetEffect: "zero",
};

const recordings = new Recordings();

beforeAll(() =>
  recordings.add(1, PROGRAMS, {
    length: PROGRAM_STEPS,
    settings: SETTINGS,
    fragments: 0,
    sections: 0,
    awe: SCRIPTS,
  }),
);

test("the model itself agrees with the core about windows and offers", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(aweMutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
