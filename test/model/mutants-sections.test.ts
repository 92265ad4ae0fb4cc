import { beforeAll, expect, test } from "vitest";
import { sectionMutants } from "./mutants-sections.ts";
import type { Program } from "./program.ts";
import { Recordings } from "./recording.ts";

/** Programs about sections tell each of these mutants from the core, as others do for memory. */
const PROGRAMS = 60;
const PROGRAM_STEPS = 60;
const SECTIONS = 200;
/** So small that what views are charged meets it. */
const SETTINGS: Program["settings"] = { profile: "win64", commitLimit: 0x30 };

const recordings = new Recordings();

beforeAll(() =>
  recordings.add(1, PROGRAMS, {
    length: PROGRAM_STEPS,
    settings: SETTINGS,
    fragments: 0,
    sections: SECTIONS,
  }),
);

test("the model itself agrees with the core about sections", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(sectionMutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
