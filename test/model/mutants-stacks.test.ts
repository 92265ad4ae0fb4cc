import { beforeAll, expect, test } from "vitest";
import type { GeneratorOptions } from "./generator.ts";
import { stackMutants } from "./mutants-stacks.ts";
import { Recordings } from "./recording.ts";

/**
 * Programs about stacks agree with the core on two processes of either kind, and tell each of these
 * mutants from it. `SEED=1000 PROGRAMS=500` runs other ones.
 */
const FIRST_SEED = Number(process.env.SEED ?? 1);
const PROGRAMS = Number(process.env.PROGRAMS ?? 40);
const PROGRAM_STEPS = 70;
const STACKS = 40;
const MILLISECONDS_PER_PROGRAM = 2000;
/** A limit so small that growth meets it. */
const PLACES: readonly Required<Pick<GeneratorOptions, "settings" | "spaces">>[] = [
  { settings: { profile: "win64", commitLimit: 0x60 }, spaces: ["translated", "translated"] },
  { settings: { profile: "win32", commitLimit: 0x60 }, spaces: ["windowed", "translated"] },
  {
    settings: { profile: "win32", guardOrder: "guard-first", dep: false },
    spaces: ["translated", "windowed"],
  },
];

const recordings = new Recordings();

beforeAll(
  async () => {
    for (const place of PLACES) {
      await recordings.add(FIRST_SEED, PROGRAMS, {
        length: PROGRAM_STEPS,
        stacks: STACKS,
        ...place,
      });
    }
  },
  120_000 + PROGRAMS * MILLISECONDS_PER_PROGRAM,
);

test("the model itself agrees with the core about stacks", () => {
  expect(recordings.disagreements).toEqual([]);
});

test.each(stackMutants)("$name", (mutant) => {
  expect(recordings.notice(mutant)).toBe(true);
});
