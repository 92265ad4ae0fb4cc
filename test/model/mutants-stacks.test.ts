import { beforeAll, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { show } from "./driver.ts";
import { type GeneratorOptions, generate } from "./generator.ts";
import { stackMutants } from "./mutants-stacks.ts";
import type { Program } from "./program.ts";
import { agrees, explain, type Recording } from "./recording.ts";

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
const PLACES: readonly Pick<GeneratorOptions, "settings" | "spaces">[] = [
  { settings: { profile: "win64", commitLimit: 0x60 }, spaces: ["translated", "translated"] },
  { settings: { profile: "win32", commitLimit: 0x60 }, spaces: ["windowed", "translated"] },
  {
    settings: { profile: "win32", guardOrder: "guard-first", dep: false },
    spaces: ["translated", "windowed"],
  },
];

const disagreements: string[] = [];
const sound: Recording[] = [];

function record(machine: Machine, program: Program, seed: number): void {
  const core = new CoreSubject(machine, program);
  const recording = { program, shown: [...show(program, core)].map(({ text }) => text) };
  const left = core.end();
  if (left !== "") disagreements.push(`seed ${seed}: left behind ${left}`);
  if (agrees(recording)) sound.push(recording);
  else disagreements.push(explain(program, new CoreSubject(machine, program), seed));
}

beforeAll(
  async () => {
    for (const place of PLACES) {
      let machine: Machine | undefined;
      for (let seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed += 1) {
        const program = generate(seed, { length: PROGRAM_STEPS, stacks: STACKS, ...place });
        machine ??= await machineFor(program);
        record(machine, program, seed);
      }
    }
  },
  120_000 + PROGRAMS * MILLISECONDS_PER_PROGRAM,
);

test("the model itself agrees with the core about stacks", () => {
  expect(disagreements).toEqual([]);
});

test.each(stackMutants)("$name", ({ make }) => {
  expect(sound.some((recording) => !agrees(recording, make))).toBe(true);
});
