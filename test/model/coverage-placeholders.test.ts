import { beforeAll, expect, test } from "vitest";
import { CoreSubject } from "./core-subject.ts";
import { Coverage, PLACEHOLDER_ROWS } from "./coverage.ts";
import { generate } from "./generator.ts";

/** What programs about placeholders meet, by the rules that the core names. */
const PROGRAMS = 120;
const PROGRAM_STEPS = 60;
const PLACEHOLDERS = 200;

const coverage = new Coverage();

beforeAll(async () => {
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      fragments: 0,
      sections: 0,
      placeholders: PLACEHOLDERS,
      spaces: ["translated", "translated"],
    });
    const core = await CoreSubject.create(program);
    for (const step of program.steps) coverage.noteCall(step, core.apply(step).rule);
    core.end();
  }
});

test("every row of 8.1, 8.2, 8.3 and 7.10 that answers does", () => {
  expect(PLACEHOLDER_ROWS.filter((row) => !coverage.rows.has(row))).toEqual([]);
});
