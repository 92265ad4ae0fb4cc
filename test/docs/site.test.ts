import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeWith } from "../setup/tools.ts";
import { repositoryTree, root } from "../setup/tree.ts";
import { buildSite } from "./built-site.ts";
import { openSite, type ServedSite, violations } from "./site-page.ts";
import { brokenLinks, navigationPaths, otherOrigins, type Site } from "./site-rules.ts";

let site: Site;
beforeAll(() => {
  site = buildSite();
});

const texts = [...repositoryTree().keys()].filter((path) => /^docs\/.*\.md$/.test(path));
const entries = Object.entries(
  JSON.parse(readFileSync(`${root}/package.json`, "utf8")).exports as Record<
    string,
    { readonly types?: string }
  >,
)
  .filter(([, { types }]) => types !== undefined)
  .map(([name]) => name.replace(/^\./, "guardpage"));

const addressOf = (text: string) => text.replace(/README\.md$/, "index.md").replace(/md$/, "html");

describe("the site", () => {
  test.each(texts)("has %s, and leads to it", (text) => {
    expect(site.has(addressOf(text))).toBe(true);
    expect(navigationPaths(site)).toContain(addressOf(text));
  });

  test.each(entries)("has %s, by the name that is imported", (entry) => {
    const address = `api/${entry}.html`;
    expect(site.get(address)).toContain(`<h1>Module ${entry}</h1>`);
    expect(navigationPaths(site)).toContain(address);
  });

  test("begins with the README", () => {
    expect(site.get("index.html")).toContain("emulates the Windows paging model");
  });

  test("says what a function does, and nothing of what is inside", () => {
    expect(site.get("api/guardpage/kernel32/Kernel32.html")).toContain(
      "ERROR_CALL_NOT_IMPLEMENTED",
    );
    expect(site.get("api/guardpage/Machine.html")).toContain("checkpoint");
    expect(site.get("api/guardpage/Machine.html")).not.toContain("lastIds");
  });

  test("has no link that leads nowhere", () => {
    expect(brokenLinks(site)).toEqual([]);
    expect(navigationPaths(site).filter((path) => !site.has(path))).toEqual([]);
  });

  test("fetches nothing from elsewhere", () => {
    expect(otherOrigins(site)).toEqual([]);
  });
});

describe("the rules about a site", () => {
  const page = '<h1 id="top">a</h1><a href="../b.html#place">b</a><a href="#top">up</a>';
  const sound = { "a/a.html": page, "b.html": '<p id="place"><img src="b.svg"></p>', "b.svg": "" };
  const without = [
    { ...sound, "b.html": "<p>no such place</p>" },
    { ...sound, "a/a.html": page.replace("../", "") },
    { ...sound, "b.html": '<p id="place"><img srcset="none.svg 2x"></p>' },
    { ...sound, "a/a.html": page.replace("top", "end") },
  ];
  const elsewhere = [
    { "a.html": '<script async src="https://example.org/a.js"></script>' },
    { "a.html": '<link rel="stylesheet" href="//example.org/a.css">' },
    { "a.css": "@import 'https://example.org/b.css';" },
    { "a.css": "p { background: url(https://example.org/b.png) }" },
  ];

  test("hold for a sound site", () => {
    expect(brokenLinks(new Map(Object.entries(sound)))).toEqual([]);
    const linking = { ...sound, "c.html": '<a href="https://example.org/">away</a>' };
    expect(otherOrigins(new Map(Object.entries(linking)))).toEqual([]);
  });

  test.each(without)("tell what leads nowhere in %j", (broken) => {
    expect(brokenLinks(new Map(Object.entries(broken)))).toHaveLength(1);
  });

  test.each(elsewhere)("tell what is fetched from elsewhere in %j", (broken) => {
    expect(otherOrigins(new Map(Object.entries<string>(broken)))).toHaveLength(1);
  });
});

/** Headings that open and close have links inside, those that scripts of TypeDoc make too. */
const ON_ALL_PAGES = ["nested-interactive"];
/** TypeDoc gives the parts of a comment the same level wherever they stand. */
const IN_THE_API = [...ON_ALL_PAGES, "heading-order"];

describeWith("chromium", "the site in Chromium", (program) => {
  const pages = [
    { path: "index.html", leftOut: ON_ALL_PAGES },
    { path: "docs/rules/3.html", leftOut: ON_ALL_PAGES },
    { path: "api/guardpage/Machine.html", leftOut: IN_THE_API },
  ];
  const looks = [360, 1280].flatMap((width) =>
    (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
  );
  let served: ServedSite;
  beforeAll(async () => {
    served = await openSite(site, program);
  });
  afterAll(() => served.close());

  describe.each(looks)("$width pixels wide, $colorScheme", (look) => {
    test.each(pages)("$path can be used by everybody, and fits", async ({ path, leftOut }) => {
      const { page, requests } = await served.see(path, look);
      expect(requests.filter((url) => !url.startsWith(`${served.origin}/`))).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
      expect(await violations(page, leftOut)).toEqual([]);
      await page.context().close();
    });
  });

  test("a search finds functions and texts", async () => {
    const { page } = await served.see("index.html", { width: 1280, colorScheme: "light" });
    await page.click("#tsd-search-trigger");
    const found = page.locator("#tsd-search-results li");
    await page.fill("#tsd-search-input", "VirtualAlloc2");
    await found.filter({ hasText: "VirtualAlloc2" }).first().waitFor();
    await page.fill("#tsd-search-input", "wasm2c");
    await found.filter({ hasText: "Embedding without JavaScript" }).first().waitFor();
  });
});
