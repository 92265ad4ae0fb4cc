import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../", import.meta.url);

/** Name and text of every table and test file of this folder. */
export function conformanceSources(): Map<string, string> {
  const names = readdirSync(FOLDER).filter((name) => /\.(rows|test)\.ts$/.test(name));
  return new Map(names.map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]));
}

/**
 * The rules that a file declares cases of: the first argument of `rule(...)`, the `rule` of a row
 * of a table, and the first argument of the two functions that make several rows. All are written
 * out as strings, so that they can be seen without running anything.
 */
export function rulesIn(text: string): Set<string> {
  const code = text.replaceAll(/^\s*\/\/.*$/gm, "");
  const cases = code.matchAll(/\b(?:rule(?:\(|:)|(?:types|protections)\()\s*"(\d[^"]*)"/g);
  return new Set(Array.from(cases, ([, id]) => id as string));
}

/** Ids of the index without a case. */
export function missing(ids: Iterable<string>, sources: ReadonlyMap<string, string>): string[] {
  const found = new Set([...sources.values()].flatMap((text) => [...rulesIn(text)]));
  return [...ids].filter((id) => !found.has(id));
}

/** Cases of rules that the index does not have, as "file: id". */
export function unknown(ids: Iterable<string>, sources: ReadonlyMap<string, string>): string[] {
  const known = new Set(ids);
  return [...sources].flatMap(([name, text]) => {
    return [...rulesIn(text)].filter((id) => !known.has(id)).map((id) => `${name}: ${id}`);
  });
}

/** Tables that no test file reads. */
export function unread(sources: ReadonlyMap<string, string>): string[] {
  const tests = [...sources].filter(([name]) => name.endsWith(".test.ts"));
  return [...sources.keys()].filter((name) => {
    return name.endsWith(".rows.ts") && !tests.some(([, text]) => text.includes(`"./${name}"`));
  });
}
