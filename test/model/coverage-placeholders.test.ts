import { beforeAll, expect, test } from "vitest";
import { type Coverage, coverageOf, PLACEHOLDER_ROWS } from "./coverage.ts";

/** What programs about placeholders meet, by the rules that the core names. */
const PROGRAMS = 120;
const PROGRAM_STEPS = 60;
const PLACEHOLDERS = 200;

let coverage: Coverage;

beforeAll(async () => {
  coverage = await coverageOf(PROGRAMS, {
    length: PROGRAM_STEPS,
    fragments: 0,
    sections: 0,
    placeholders: PLACEHOLDERS,
  });
});

test("every row of 8.1, 8.2, 8.3 and 7.10 that answers does", () => {
  expect(PLACEHOLDER_ROWS.filter((row) => !coverage.rows.has(row))).toEqual([]);
});
