import { describe, expect, test } from "vitest";
import type { ModelProfile } from "../../src/model/settings.ts";
import { CoreSubject } from "./core-subject.ts";
import { compare, type Difference, report, shrink } from "./driver.ts";
import { generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";
import { mutants } from "./mutants.ts";
import { type Program, parseProgram, programText, type SpaceKind } from "./program.ts";

/** `SEED=7 STEPS=1000000 npx vitest run test/model/model.test.ts` runs a million other steps. */
const firstSeed = Number(process.env.SEED ?? 1);
const steps = Number(process.env.STEPS ?? 12_000);
const PROGRAM_STEPS = 100;
const MILLISECONDS_PER_STEP = 20;

const PLACES: readonly [ModelProfile, SpaceKind, SpaceKind][] = [
  ["win64", "translated", "translated"],
  ["win32", "windowed", "translated"],
  ["win32", "translated", "translated"],
  ["win32-3g", "translated", "windowed"],
  ["win32-3g", "translated", "translated"],
  ["win32-4g", "windowed", "translated"],
  ["win32-4g", "translated", "translated"],
];

async function differenceOf(program: Program): Promise<Difference | null> {
  const core = await CoreSubject.create(program);
  const difference = compare(program, new ModelSubject(program), core);
  if (difference !== null) return difference;
  const left = core.end();
  return left === ""
    ? null
    : { at: program.steps.length, what: "left behind", expected: "", actual: left };
}

async function explain(program: Program, seed: number, difference: Difference): Promise<string> {
  const smallest = await shrink(program, async (candidate) => {
    return (await differenceOf(candidate)) !== null;
  });
  return report(smallest, (await differenceOf(smallest)) ?? difference, seed);
}

describe.each(PLACES)("%s, %s and %s", (profile, first, second) => {
  const count = Math.max(1, Math.round(steps / PROGRAM_STEPS / PLACES.length));
  const patience = 60_000 + steps * MILLISECONDS_PER_STEP;

  test(`${count} programs from seed ${firstSeed} on`, { timeout: patience }, async () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const program = generate(seed, {
        length: PROGRAM_STEPS,
        settings: { profile },
        spaces: [first, second],
      });
      const difference = await differenceOf(program);
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
