import { expect, test } from "vitest";
import { chapters, ruleIndex, rulePages } from "../../demo/plugins/rule-pages.ts";
import { explained, ruleLink } from "../../demo/rules/rules.ts";
import { rules, sectionTitles } from "../conformance/rules.ts";
import { root } from "../setup/tree.ts";

const folder = `${root}/docs/rules`;
const index = ruleIndex(chapters(folder));

test("the index has every rule, and every section by its title", () => {
  expect(Object.keys(index.sentences).sort()).toEqual(rules.map(({ id }) => id).sort());
  expect(index.titles).toMatchObject(sectionTitles);
});

test("a rule is explained by its sentence and the title of its section", () => {
  expect(explained(index, "2.1#13")).toEqual({
    section: "2.1",
    title: "VirtualAlloc: order of checks",
    sentence: "Size 0 is refused.",
  });
});

test("a section that decides as a whole is explained by its title", () => {
  const { title } = explained(index, "17.8") ?? {};
  expect(title).toBe(sectionTitles["17.8"]);
  expect(explained(index, "13")).toMatchObject({ section: "13", sentence: "" });
});

test("what is no rule is not explained", () => {
  expect(explained(index, "99.9#1")).toBeUndefined();
});

test("the page of rules has a place for each link, once", () => {
  const { transformIndexHtml } = rulePages(folder);
  if (typeof transformIndexHtml !== "function") throw new Error("the plugin writes no page");
  const html = String(transformIndexHtml.call({} as never, "<!-- chapters -->", {} as never));
  const places = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);
  expect(new Set(places).size).toBe(places.length);
  const links = [...Object.keys(index.titles), ...Object.keys(index.sentences)].map(ruleLink);
  expect(links.filter((link) => !places.includes(link.split("#")[1] ?? ""))).toEqual([]);
});
