import { beforeAll, describe, expect, test } from "vitest";
import { type Check, HELD, type Opened, type Outcomes } from "./check.ts";

/** One test for each check, each on a subject of its own. */
export function describeChecks<Subject>(
  title: string,
  checks: readonly Check<Subject>[],
  open: () => Opened<Subject> | Promise<Opened<Subject>>,
): void {
  describe(title, () => {
    test.each(named(checks))("%s", async (_name, check) => {
      const { subject, close } = await open();
      try {
        await check.run(subject);
      } finally {
        await close();
      }
    });
  });
}

/** One test for each check of those that ran somewhere else, all at once. */
export function describeOutcomes<Subject>(
  title: string,
  checks: readonly Check<Subject>[],
  outcomesOf: () => Outcomes | Promise<Outcomes>,
): void {
  describe(title, () => {
    let outcomes: Outcomes;
    beforeAll(async () => {
      outcomes = await outcomesOf();
    });
    test.each(named(checks))("%s", (name) => {
      expect(outcomes[name]).toBe(HELD);
    });
  });
}

/** Vitest cuts long names that it finds in objects short. */
function named<Subject>(checks: readonly Check<Subject>[]) {
  return checks.map((check) => [check.name, check] as const);
}
