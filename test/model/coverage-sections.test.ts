import { beforeAll, expect, test } from "vitest";
import { CoreSubject } from "./core-subject.ts";
import { Coverage, SECTION_ROWS, SECTION_TABLES } from "./coverage.ts";
import { generate } from "./generator.ts";

/** What programs about sections meet, by the rules that the core names. */
const PROGRAMS = 200;
const PROGRAM_STEPS = 60;
const SECTIONS = 200;

const coverage = new Coverage();

beforeAll(async () => {
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      fragments: 0,
      sections: SECTIONS,
      placeholders: 0,
      awe: 0,
      spaces: ["translated", "translated"],
    });
    const core = await CoreSubject.create(program);
    for (const step of program.steps) coverage.noteCall(step, core.apply(step).rule);
    core.end();
  }
});

test("every row of 7.1 and 7.2, and every row about views elsewhere, answers", () => {
  expect(SECTION_ROWS.filter((row) => !coverage.rows.has(row))).toEqual([]);
});

test("unmapping, flushing and the charge of a changed protection answer", () => {
  const rows = [...coverage.rows];
  const missing = SECTION_TABLES.filter(
    (table) => !rows.some((row) => row === table || row.startsWith(`${table}#`)),
  );
  expect(missing).toEqual([]);
});
