import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";

/**
 * Text by path from the root of the repository, "" for what is no text; the rules in
 * `tree-rules.ts` read nothing else.
 */
export type Tree = ReadonlyMap<string, string>;

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

const NOT_TEXT = /\.(exe|gz|wasm|png)$/;

/** Every file that is tracked, or would be if it were added. */
export function repositoryTree(): Tree {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const paths = listed.split("\0").filter((path) => path !== "" && existsSync(`${root}/${path}`));
  const textOf = (path: string) => readFileSync(`${root}/${path}`, "utf8");
  return new Map(paths.map((path) => [path, NOT_TEXT.test(path) ? "" : textOf(path)]));
}

const IMPORTS = [
  /^(?:import|export)\b[^;="'`]*?\bfrom\s*["']([^"']+)["']/gm,
  /^import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
];

/** What a source file imports or exports from elsewhere, as written. */
export function importsOf(source: string): string[] {
  return IMPORTS.flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1] ?? ""));
}

/** The path that a relative import names, without an extension if its language leaves it out. */
export function importedPath(importer: string, specifier: string): string {
  return join(dirname(importer), specifier);
}
