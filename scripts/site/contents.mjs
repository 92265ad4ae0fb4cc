/**
 * The pages of the site, in the order of the indexes that readers of the repository have too:
 * docs/README.md names the pages, under headings; two of these pages name chapters.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { root } from "../run.mjs";

const INDEX = "docs/README.md";
/** Pages of which each link into this folder leads to a chapter. */
const CHAPTERS = new Map([
  ["docs/rules.md", "docs/rules/"],
  ["docs/decisions/README.md", "docs/decisions/"],
]);
/** Pages about the repository, which the others link to. */
const ABOUT = ["CHANGELOG.md", "CONTRIBUTING.md", "test/conformance/traces/README.md"];
const ABOUT_HEADING = "The repository";
/** TypeDoc puts what is in this group above all groups. */
const NO_HEADING = "none";

/**
 * @typedef {object} Page
 * @property {string} path from the root of the repository
 * @property {string} heading under which it is listed
 * @property {string} [index] path of the page whose chapter it is
 */

/** @param {string} path */
const read = (path) => readFileSync(`${root}/${path}`, "utf8");

/**
 * Paths of pages that a line links to.
 *
 * @param {string} line
 * @param {string} from path of its file
 */
function linkedPages(line, from) {
  return [...line.matchAll(/\]\(([^)#:]+\.md)\)/g)].map(([, path = ""]) =>
    join(dirname(from), path),
  );
}

/** @returns {Page[]} */
function listedPages() {
  let heading = "";
  return read(INDEX)
    .split("\n")
    .flatMap((line) => {
      heading = /^## (.+)/.exec(line)?.[1] ?? heading;
      return linkedPages(line, INDEX).map((path) => ({ path, heading }));
    });
}

/**
 * @param {Page} page
 * @returns {Page[]}
 */
function chaptersOf({ path: index, heading }) {
  const folder = CHAPTERS.get(index);
  if (folder === undefined) return [];
  return linkedPages(read(index), index)
    .filter((path) => path.startsWith(folder))
    .map((path) => ({ path, heading, index }));
}

/** All pages that are texts, in the order of the site. */
export function pages() {
  const listed = listedPages();
  return [
    { path: INDEX, heading: NO_HEADING },
    ...listed.flatMap((page) => [page, ...chaptersOf(page)]),
    ...ABOUT.map((path) => ({ path, heading: ABOUT_HEADING })),
  ];
}

/** Headings in the order of the site; "*" is the API. */
export function headings() {
  return [NO_HEADING, ...listedPages().map(({ heading }) => heading), "*", ABOUT_HEADING];
}
