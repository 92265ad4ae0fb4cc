import { describe, expect, test } from "vitest";
import { rules } from "../conformance/rules.ts";
import { pageNames, pageText, testsText } from "./support/files.ts";
import { complaints, exampleOf, statementsOf } from "./support/page.ts";

const ids = new Set(rules.map(({ id }) => id));

test("each of the five faces has a page", () => {
  expect(pageNames()).toEqual(["clr-host", "coredll", "dotnet", "kernel32", "vb"]);
});

describe.each(pageNames())("docs/pages/%s.md", (name) => {
  test("every statement has one test, and those without behaviour none", () => {
    expect(complaints(pageText(name), testsText(name), ids)).toEqual([]);
  });

  test("begins with an example and what it prints", () => {
    expect(exampleOf(pageText(name))).toBeDefined();
  });
});

const PAGE = `# A page

\`\`\`ts
1. no statement
\`\`\`

1. The first one,
   on two lines.
2. A header. (No behaviour: nothing is called.)

### More

3. Not as it says. (Differs: 17.3#1.)

after all
`;
const TESTS = `statement(1, "a", () => {});
statement(
  3,
  "b",
  () => {},
);`;

describe("a page and its tests", () => {
  test("agree", () => {
    expect(statementsOf(PAGE)).toEqual([
      { number: 1, text: "The first one, on two lines.", hasBehaviour: true, differs: undefined },
      { number: 2, text: expect.any(String), hasBehaviour: false, differs: undefined },
      { number: 3, text: expect.any(String), hasBehaviour: true, differs: "17.3#1" },
    ]);
    expect(complaints(PAGE, TESTS, ids)).toEqual([]);
  });

  test.each([
    ["a test is missing", PAGE, TESTS.replace("1", "3"), 2],
    ["a test is commented out", PAGE, TESTS.replace("statement(1", "// statement(1"), 1],
    ["a statement has two tests", PAGE, `${TESTS}\nstatement(1, "c", () => {});`, 1],
    ["one without behaviour has a test", PAGE, `${TESTS}\nstatement(2, "c", () => {});`, 1],
    ["a test has no statement", PAGE, `${TESTS}\nstatement(4, "c", () => {});`, 1],
    ["a number is left out", PAGE.replace("3. ", "4. "), TESTS.replace("3", "4"), 1],
    ["a number comes twice", PAGE.replace("2. ", "1. "), TESTS, 2],
    ["the rule is not known", PAGE.replace("17.3#1", "17.3#99"), TESTS, 1],
    ["no rule is named", PAGE.replace("(Differs: 17.3#1.)", "(Differs)"), TESTS, 1],
    ["no reason is given", PAGE.replace(/\(No behaviour.*\)/, "(No behaviour)"), TESTS, 2],
    ["there are no statements", "# A page", "", 1],
  ])("do not where %s", (_, page, tests, count) => {
    expect(complaints(page, tests, ids)).toHaveLength(count);
  });
});

describe("the example of a page", () => {
  const both = "# A\n\n```ts\nrun();\n```\n\n```text\n1\n```\n";

  test("is its first block, with the block after it", () => {
    expect(exampleOf(`${both}\n\`\`\`ts\nother();\n\`\`\`\n`)).toEqual({
      source: "run();\n",
      printed: "1\n",
    });
  });

  test.each([
    ["no example", "# A\n\n```text\n1\n```\n"],
    ["nothing printed", "# A\n\n```ts\nrun();\n```\n"],
    ["something between", both.replace("```text", "which prints\n\n```text")],
  ])("is missing where there is %s", (_, page) => {
    expect(exampleOf(page)).toBeUndefined();
  });
});
