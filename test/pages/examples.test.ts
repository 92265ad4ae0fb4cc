import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../setup/tree.ts";
import { pageNames, pageText } from "./support/files.ts";
import { exampleOf } from "./support/page.ts";

/** Where the package's own name leads to what was built. */
const folder = `${root}/build/page-examples`;

const examples = pageNames().flatMap((name) => {
  const example = exampleOf(pageText(name));
  return example === undefined ? [] : [{ name, ...example }];
});

describe("the examples of the pages", () => {
  /** As a user does: by the declarations of the package. Wrong types end all tests here. */
  beforeAll(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const { name, source } of examples) writeFileSync(`${folder}/${name}.mts`, source);
    const compiler = `${root}/node_modules/typescript/bin/tsc`;
    const language = ["--strict", "--module", "nodenext", "--target", "es2022"];
    const options = [...language, "--lib", "es2022,dom", "--ignoreConfig"];
    const files = examples.map(({ name }) => `${name}.mts`);
    execFileSync(process.execPath, [compiler, ...options, ...files], { cwd: folder });
  });

  test.each(examples)("$name prints what its page says", ({ name, printed }) => {
    const output = execFileSync(process.execPath, [`${name}.mjs`], { cwd: folder });
    expect(output.toString()).toBe(printed);
  });

  test.each(examples)("$name imports its own entry, and no other face", ({ name, source }) => {
    const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]);
    const allowed = ["guardpage", "guardpage/constants", `guardpage/${name}`];
    expect(imported).toContain(`guardpage/${name}`);
    expect(imported.filter((entry) => !allowed.includes(entry ?? ""))).toEqual([]);
  });
});
