import { describe, expect, test } from "vitest";
import type { Machine } from "../../src/index.ts";
import type { ModelProfile } from "../../src/model/settings.ts";
import { CoreSubject, machineFor } from "./core-subject.ts";
import { drawSettings } from "./draw-settings.ts";
import { compare, type Difference, report, shrink } from "./driver.ts";
import { generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";
import { mutants } from "./mutants.ts";
import { type Program, parseProgram, programText, type SpaceKind } from "./program.ts";
import { Random } from "./random.ts";

/** `SEED=1000 STEPS=1000000 npx vitest run test/model/model.test.ts` runs a million other steps. */
const firstSeed = Number(process.env.SEED ?? 1);
const steps = Number(process.env.STEPS ?? 7_000);
const PROGRAM_STEPS = 100;
/** Scripts about stacks among a hundred steps. */
const STACKS = 3;
/** Forks among a hundred steps. */
const FORKS = 4;
/**
 * Programs that share settings and a machine: each begins where the one before left frames and
 * records behind.
 */
const PROGRAMS_PER_MACHINE = 5;
const MILLISECONDS_PER_STEP = 20;

const PLACES: readonly [ModelProfile, SpaceKind, SpaceKind][] = [
  ["win64", "translated", "translated"],
  ["win64-8tb", "translated", "translated"],
  ["win32", "windowed", "translated"],
  ["win32", "translated", "translated"],
  ["win32-3g", "translated", "windowed"],
  ["win32-3g", "translated", "translated"],
  ["win32-4g", "windowed", "translated"],
  ["win32-4g", "translated", "translated"],
];

function differenceOn(machine: Machine, program: Program): Difference | null {
  const core = CoreSubject.on(machine, program);
  const difference = compare(program, new ModelSubject(program), core);
  if (difference !== null) return difference;
  const left = core.end();
  if (left === "") return null;
  return { at: program.steps.length, what: "left behind", expected: "", actual: left };
}

async function differenceOf(program: Program): Promise<Difference | null> {
  return differenceOn(await machineFor(program), program);
}

/**
 * The smallest program for a difference, or the whole one where a fresh machine does not show it.
 */
async function explain(program: Program, seed: number, difference: Difference): Promise<string> {
  const smallest = await shrink(program, async (candidate) => {
    return (await differenceOf(candidate)) !== null;
  });
  const again = await differenceOf(smallest);
  if (again !== null) return report(smallest, again, seed);
  const text = report(program, difference, seed);
  return `after up to ${PROGRAMS_PER_MACHINE - 1} seeds before on the same machine, ${text}`;
}

/** Numbers that were drawn are gone: only a fresh machine draws the same again. */
function canShareMachine({ settings }: Program): boolean {
  const { placement, resetEffect } = settings;
  return typeof placement !== "object" && typeof resetEffect !== "object";
}

describe.each(PLACES)("%s, %s and %s", (profile, first, second) => {
  const count = Math.max(1, Math.round(steps / PROGRAM_STEPS / PLACES.length));
  const patience = 60_000 + steps * MILLISECONDS_PER_STEP;

  test(`${count} programs from seed ${firstSeed} on`, { timeout: patience }, async () => {
    let machine: Machine | undefined;
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const group = Math.floor(seed / PROGRAMS_PER_MACHINE);
      const program = generate(seed, {
        length: PROGRAM_STEPS,
        settings: drawSettings(new Random(group), profile),
        spaces: [first, second],
        stacks: STACKS,
        forks: FORKS,
      });
      const fresh = seed % PROGRAMS_PER_MACHINE === 0 || !canShareMachine(program);
      if (fresh || machine === undefined) machine = await machineFor(program);
      const difference = differenceOn(machine, program);
      if (difference !== null) throw new Error(await explain(program, seed, difference));
    }
  });
});

describe("a difference", () => {
  const [mutant] = mutants;
  if (mutant === undefined) throw new Error("no mutants");
  const differs = (program: Program) =>
    compare(program, new ModelSubject(program), new ModelSubject(program, mutant.make));

  test("is reported with the smallest program, which can be pasted", async () => {
    let program = generate(1, { length: PROGRAM_STEPS });
    for (let seed = 2; differs(program) === null; seed += 1) {
      program = generate(seed, { length: PROGRAM_STEPS });
    }
    const smallest = await shrink(program, async (candidate) => differs(candidate) !== null);
    const difference = differs(smallest);
    if (difference === null) throw new Error("the smallest program shows nothing");
    const text = report(smallest, difference, 1);
    expect(smallest.steps.length).toBeLessThan(6);
    const pasted = parseProgram(text.slice(text.indexOf('{"settings"')));
    expect(pasted).toEqual(smallest);
    expect(differs(pasted)).toEqual(difference);
  });
});

test("a seed names one program", () => {
  const text = programText(generate(firstSeed, { length: PROGRAM_STEPS }));
  expect(programText(generate(firstSeed, { length: PROGRAM_STEPS }))).toBe(text);
  expect(programText(generate(firstSeed + 1, { length: PROGRAM_STEPS }))).not.toBe(text);
});
