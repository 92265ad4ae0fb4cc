import { beforeAll, expect, test } from "vitest";
import { type Coverage, coverageOf } from "./coverage.ts";

/** What programs about windows and offers meet, by the rules that the core names. */
const PROGRAMS = 100;
const PROGRAM_STEPS = 60;
const SCRIPTS = 200;

/** Rows that answer a call; the others of 6, 9 and 17.16 are seen in its effects. */
const ROWS = [
  ...[1, 2, 3, 5, 6, 7, 8, 10, 11].map((row) => `6#${row}`),
  ...[1, 2, 3].map((row) => `9#${row}`),
  "17.4#8",
  "17.16#1",
  "17.16#2",
  "2.3#C4",
  "3.1#12",
  "3.1#13",
  "3.3#7",
  "17.10#6",
];

let coverage: Coverage;

beforeAll(async () => {
  coverage = await coverageOf(PROGRAMS, {
    length: PROGRAM_STEPS,
    fragments: 0,
    sections: 0,
    awe: SCRIPTS,
  });
});

test("every row about windows and offers answers", () => {
  expect(ROWS.filter((row) => !coverage.rows.has(row))).toEqual([]);
});
