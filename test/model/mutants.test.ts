import { beforeAll, expect, test } from "vitest";
import { mutants } from "./mutants.ts";
import type { Program } from "./program.ts";
import { Recordings } from "./recording.ts";

/**
 * The programs can fail: each mutant of the model is told from the core by one of these. The core
 * runs them once; what it showed is held against every mutant.
 */
const PROGRAMS = 110;
const PROGRAM_STEPS = 60;
const FRAGMENTS = 40;
/** All that a mutant changes shows under these. */
const SETTINGS: Program["settings"] = { profile: "win64", commitLimit: 0x1000 };

const recordings = new Recordings();

beforeAll(() =>
  recordings.add(1, PROGRAMS, {
    length: PROGRAM_STEPS,
    settings: SETTINGS,
    fragments: FRAGMENTS,
    placeholders: 0,
  }),
);

test("the model itself agrees with the core", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(mutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
