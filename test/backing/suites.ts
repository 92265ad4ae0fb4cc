import { beforeAll, describe, expect, test } from "vitest";
import { type Check, HELD, type Opened, type Outcomes } from "./check.ts";

/** One test for each check, each on a subject of its own. */
export function describeChecks<Subject>(
  title: string,
  checks: readonly Check<Subject>[],
  open: () => Opened<Subject> | Promise<Opened<Subject>>,
): void {
  describe(title, () => {
    test.each(checks)("$name", async (check) => {
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
    test.each(checks)("$name", ({ name }) => {
      expect(outcomes[name]).toBe(HELD);
    });
  });
}
