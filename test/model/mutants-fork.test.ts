import { beforeAll, expect, test } from "vitest";
import type { GeneratorOptions } from "./generator.ts";
import { forkMutants } from "./mutants-fork.ts";
import { Recordings } from "./recording.ts";

/** Programs that fork tell each of these mutants from the core, in both kinds of space. */
const PROGRAMS = 30;
const PROGRAM_STEPS = 70;
const FORKS = 8;
const STACKS = 8;
/** The limit is so small that forks meet it. */
const PLACES: readonly Required<Pick<GeneratorOptions, "settings" | "spaces">>[] = [
  {
    settings: { profile: "win64", commitLimit: 0x28, workingSetMin: 16 },
    spaces: ["translated", "translated"],
  },
  { settings: { profile: "win32", workingSetMin: 16 }, spaces: ["windowed", "translated"] },
];

const recordings = new Recordings();

beforeAll(async () => {
  for (const place of PLACES) {
    const options = {
      length: PROGRAM_STEPS,
      forks: FORKS,
      stacks: STACKS,
      sections: 20,
      fragments: 30,
      ...place,
    };
    await recordings.add(1, PROGRAMS, options);
  }
});

test("the model itself agrees with the core about forks", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(forkMutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
