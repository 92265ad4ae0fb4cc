import { describe, expect, test } from "vitest";
import { rules, sectionTitles } from "./rules.ts";
import { sectionOf } from "./support/rule-index.ts";
import { chapterPage, chapters, firstPage } from "./support/rule-pages.ts";
import { conformanceSources, missing, unknown, unread } from "./support/sources.ts";

const ids = rules.map(({ id }) => id);
const sources = conformanceSources();

describe("the index of rules", () => {
  test("has each id once, and a title for each section", () => {
    expect(new Set(ids).size).toBe(ids.length);
    const sections = new Set(ids.map(sectionOf));
    expect(Object.keys(sectionTitles).sort()).toEqual([...sections].sort());
  });

  test("every rule has a case", () => {
    expect(missing(ids, sources)).toEqual([]);
  });

  test("every case has a rule", () => {
    expect(unknown(ids, sources)).toEqual([]);
  });

  test("every table is read by a test", () => {
    expect(unread(sources)).toEqual([]);
  });

  test("a rule whose cases are taken away is missed, whichever it is", () => {
    for (const id of ids) {
      const without = new Map(
        [...sources].map(([name, text]) => [name, text.replaceAll(`"${id}"`, '""')]),
      );
      expect(missing(ids, without)).toEqual([id]);
    }
  });

  test("a rule that is commented out is missed", () => {
    const id = "2.3#C5";
    const without = [...sources].map(([name, text]): [string, string] => {
      return [name, text.replaceAll(`rule("${id}"`, `// rule("${id}"`)];
    });
    expect(missing(ids, new Map(without))).toEqual([id]);
  });

  test("a case of a rule that the index lacks is seen", () => {
    const shorter = ids.filter((id) => id !== "2.3#C5");
    expect(unknown(shorter, sources)).toEqual(["commit.test.ts: 2.3#C5"]);
  });
});

describe("the pages of rules", () => {
  test("the first one is up to date", async () => {
    await expect(firstPage(rules)).toMatchFileSnapshot("../../docs/rules.md");
  });

  for (const [chapter, own] of chapters(rules)) {
    test(`chapter ${chapter} is up to date`, async () => {
      const page = chapterPage(chapter, own, sectionTitles);
      await expect(page).toMatchFileSnapshot(`../../docs/rules/${chapter}.md`);
    });
  }
});
