import { beforeAll, expect, test } from "vitest";
import { placeholderMutants } from "./mutants-placeholders.ts";
import type { Program } from "./program.ts";
import { Recordings } from "./recording.ts";

/** Programs about placeholders tell each of these mutants from the core. */
const PROGRAMS = 40;
const PROGRAM_STEPS = 60;
const PLACEHOLDERS = 200;
const SETTINGS: Program["settings"] = { profile: "win64", commitLimit: 0x1000 };

const recordings = new Recordings();

beforeAll(() =>
  recordings.add(1, PROGRAMS, {
    length: PROGRAM_STEPS,
    settings: SETTINGS,
    fragments: 0,
    sections: 0,
    placeholders: PLACEHOLDERS,
  }),
);

test("the model itself agrees with the core about placeholders", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(placeholderMutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
