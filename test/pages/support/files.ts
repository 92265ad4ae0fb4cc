import { existsSync, readdirSync, readFileSync } from "node:fs";
import { root } from "../../setup/tree.ts";

const PAGES = `${root}/docs/pages`;
const TESTS = `${root}/test/pages`;
const PAGE_NAME = /^([a-z0-9-]+)\.md$/;

/** The faces that have a page, by name. */
export function pageNames(): string[] {
  if (!existsSync(PAGES)) return [];
  return readdirSync(PAGES)
    .flatMap((file) => PAGE_NAME.exec(file)?.[1] ?? [])
    .sort();
}

export function pageText(name: string): string {
  return readFileSync(`${PAGES}/${name}.md`, "utf8");
}

/** The tests of a page: `<name>.test.ts`, and where that is too long, `<name>-<part>.test.ts`. */
export function testsText(name: string): string {
  return readdirSync(TESTS)
    .filter((file) => file === `${name}.test.ts` || isPart(file, name))
    .map((file) => readFileSync(`${TESTS}/${file}`, "utf8"))
    .join("\n");
}

function isPart(file: string, name: string): boolean {
  return file.startsWith(`${name}-`) && file.endsWith(".test.ts");
}
