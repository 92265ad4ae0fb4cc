/**
 * Programs that some tests need beside Node.js. Where one is missing, those tests are left out and
 * say so; where all have to be there, as in continuous integration, its absence is a failure.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./tree.ts";

/** The names that each tool goes by. */
const TOOLS = {
  bun: ["bun"],
  "C compiler": ["gcc", "clang", "cc"],
  chromium: ["chromium", "chromium-browser", "google-chrome"],
  clang: ["clang"],
  "clang++": ["clang++"],
  firefox: ["firefox-esr", "firefox"],
  "g++": ["g++"],
  gcc: ["gcc"],
  "lld-link": ["lld-link"],
  make: ["make"],
  sh: ["sh"],
  "spectest-interp": ["spectest-interp"],
  wasm2c: ["wasm2c"],
  "wasm-ld": ["wasm-ld"],
} as const;

/** Where npm puts programs of packages, and where all others are. */
const PATH = [`${root}/node_modules/.bin`, process.env.PATH ?? ""].join(delimiter);

export type Tool = keyof typeof TOOLS;

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a program is, by the names that it goes by; undefined where it is nowhere. */
export function findProgram(names: readonly string[], path = ""): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Whether a missing tool is a failure. */
export function toolsAreRequired({ CI, GUARDPAGE_REQUIRE_TOOLS }: Environment): boolean {
  return [CI, GUARDPAGE_REQUIRE_TOOLS].some((value) => {
    return value !== undefined && !["", "0", "false"].includes(value);
  });
}

/** What becomes of tests whose tool is there, or is not. */
export function decision(path: string | undefined, environment: Environment) {
  if (path !== undefined) return "run";
  return toolsAreRequired(environment) ? "fail" : "leave out";
}

/** `describe` for tests that need a tool. The body gets the path of its program. */
export function describeWith(tool: Tool, title: string, body: (program: string) => void): void {
  const program = findProgram(TOOLS[tool], PATH);
  const decided = decision(program, process.env);
  if (program !== undefined) {
    describe(title, () => body(program));
  } else if (decided === "fail") {
    test(`${title}: ${tool} is installed`, () => {
      expect(program, `none of ${TOOLS[tool].join(", ")} is in PATH`).toBeDefined();
    });
  } else {
    const reason = `${title}: left out, ${tool} is not installed`;
    console.warn(reason);
    test.skipIf(true)(reason, () => {});
  }
}
