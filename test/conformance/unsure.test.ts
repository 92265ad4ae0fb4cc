import { expect, test } from "vitest";
import { createMachine } from "../setup/machine.ts";
import { rules } from "./rules.ts";
import { conformanceSources } from "./support/sources.ts";
import { SWITCHES, testsOf, unsurePage, unsureRules } from "./support/unsure-page.ts";

/** Changes only with a rule that becomes unsure, or sure. */
const UNSURE = 156;

const sources = conformanceSources();
const unsure = unsureRules(rules);

test("so many rules are unsure, and each has a test", () => {
  expect(unsure).toHaveLength(UNSURE);
  expect(unsure.filter(({ id }) => testsOf(id, sources).length === 0)).toEqual([]);
});

test("every option that decides one is an option, of a rule that is unsure", async () => {
  const options = Object.keys((await createMachine()).options);
  for (const [id, option] of Object.entries(SWITCHES)) {
    expect(options).toContain(option);
    expect(unsure.map((rule) => rule.id)).toContain(id);
  }
});

test("the page is up to date", async () => {
  await expect(unsurePage(rules, sources)).toMatchFileSnapshot("../../docs/unsure.md");
});
