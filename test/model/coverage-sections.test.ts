import { beforeAll, expect, test } from "vitest";
import { type Coverage, coverageOf, SECTION_ROWS, SECTION_TABLES } from "./coverage.ts";

/** What programs about sections meet, by the rules that the core names. */
const PROGRAMS = 200;
const PROGRAM_STEPS = 60;
const SECTIONS = 200;

let coverage: Coverage;

beforeAll(async () => {
  coverage = await coverageOf(PROGRAMS, {
    length: PROGRAM_STEPS,
    fragments: 0,
    sections: SECTIONS,
    placeholders: 0,
    awe: 0,
  });
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
