import { beforeAll, expect, test } from "vitest";
import { CoreSubject } from "./core-subject.ts";
import { CELLS_WITH_GUARD, CELLS_WITHOUT_GUARD, Coverage, REACHABLE_ROWS } from "./coverage.ts";
import { generate } from "./generator.ts";
import { ModelSubject } from "./model-subject.ts";

/**
 * What the random programs meet, by the rules that the core names and the pages that accesses find.
 */
const PROGRAMS = 400;
const PROGRAM_STEPS = 60;
const FRAGMENTS = 40;

const coverage = new Coverage();

beforeAll(async () => {
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      fragments: FRAGMENTS,
      awe: 0,
      spaces: ["translated", "translated"],
    });
    const core = await CoreSubject.create(program);
    const model = new ModelSubject(program);
    coverage.forget();
    for (const step of program.steps) {
      if ("by" in step) {
        coverage.noteAccess(step, model.processes[step.by], model.model.settings.dep);
      }
      model.apply(step);
      coverage.noteCall(step, core.apply(step).rule);
    }
    core.end();
  }
});

test("every row of 2.1, 2.2, 2.3, 3.1, 3.3 and 5.2 answers", () => {
  expect(REACHABLE_ROWS.filter((row) => !coverage.rows.has(row))).toEqual([]);
});

test("every cell of 4.2 is accessed", () => {
  expect(CELLS_WITHOUT_GUARD.filter((cell) => !coverage.cells.has(cell))).toEqual([]);
});

test("every cell of 4.3 is accessed", () => {
  expect(CELLS_WITH_GUARD.filter((cell) => !coverage.cells.has(cell))).toEqual([]);
});
