import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { inChromium, inFirefox } from "./browsers.mjs";
import { everyProgramOnce, everySeed, expectOneAnswer, firstSeed, steps } from "./expected.ts";
import { beside, compileDriver } from "./files.mjs";
import { everyProgram } from "./hashes.mjs";
import { inProcess } from "./javascript.mjs";
import { KINDS, OUTCOMES, STATUSES } from "./least.ts";
import type { Figures } from "./program.mjs";

const orders = [...everySeed("release"), ...everyProgramOnce("simd"), ...everyProgramOnce("debug")];

beforeAll(compileDriver);

describe("every engine gives one answer", () => {
  test("Node.js", async () => {
    await expectOneAnswer(orders, await inProcess(process.execPath, orders));
  });

  test("Node.js, without a window", async () => {
    const without = everyProgram({ core: "release", kind: 0, seed: firstSeed, steps });
    await expectOneAnswer(without, await inProcess(process.execPath, without));
  });

  describeWith("bun", "bun", (program) => {
    test("bun", async () => {
      await expectOneAnswer(orders, await inProcess(program, orders));
    });
  });

  describeWith("chromium", "Chromium", (program) => {
    test("Chromium", async () => {
      await expectOneAnswer(orders, await inChromium(program, orders));
    });
  });

  describeWith("firefox", "Firefox", (program) => {
    test("Firefox", async () => {
      await expectOneAnswer(orders, await inFirefox(program, orders));
    });
  });
});

test("another seed gives another answer", async () => {
  const changed = everyProgram({ core: "release", kind: 1, seed: firstSeed + 1000, steps: 2000 });
  const first = everyProgram({ core: "release", kind: 1, seed: firstSeed, steps: 2000 });
  const answers = await inProcess(process.execPath, [...changed, ...first]);
  expect(new Set(answers.map(([hash]) => hash)).size).toBe(answers.length);
});

describe("the programs meet all that they are for", () => {
  const REQUESTS = 2;
  const KIND = 16;
  const OUTCOME = 80;
  const STATUS = 96;
  const END = 160;
  /** At least so often in 100,000 steps. */
  const STEPS_COUNTED = 10_000;
  let answers: Figures[] = [];
  beforeAll(async () => {
    await compileDriver();
    const counted = everyProgram({ core: "release", kind: 1, seed: 1, steps: STEPS_COUNTED });
    answers = await inProcess(process.execPath, counted);
  });
  const sum = (number: number) => {
    return answers.reduce((total, figures) => total + Number(`0x${figures[number]}`), 0);
  };

  test("every kind of step is made", () => {
    const source = readFileSync(beside("driver/steps.ts"), "utf8");
    const names = [...source.matchAll(/STEP_(\w+): u32 = (\d+);/g)]
      .map(([, name = "", number]) => ({ name, number: Number(number) }))
      .filter(({ name }) => name !== "KINDS");
    expect(names.length).toBe(KINDS.count);
    const rare = names.filter(({ number }) => sum(KIND + number) < KINDS.least);
    expect(rare).toEqual([]);
  });

  test.each(OUTCOMES)("accesses end so: %s", (_name, outcome, least) => {
    expect(sum(OUTCOME + outcome)).toBeGreaterThanOrEqual(least);
  });

  test("pages leave and come back", () => {
    expect(sum(REQUESTS)).toBeGreaterThan(5_000);
  });

  test.each(STATUSES)("services answer %s", (_name, status, least) => {
    let count = 0;
    for (const figures of answers) {
      for (const figure of figures.slice(STATUS, END)) {
        const bits = BigInt(`0x${figure}`);
        if (Number(bits >> 32n) === status) count += Number(bits & 0xffff_ffffn);
      }
    }
    expect(count).toBeGreaterThanOrEqual(least);
  });
});
