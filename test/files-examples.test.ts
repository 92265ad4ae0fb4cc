import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./setup/tree.ts";

function examplesOf(path: string): string[] {
  const page = readFileSync(`${root}/${path}`, "utf8");
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
}

const examples = examplesOf("docs/files.md");

test("docs/files.md has an example of each kind of file", () => {
  const entries = ["guardpage", "guardpage/node", "guardpage/opfs", "guardpage"];
  expect(examples.map((text) => /from "([^"]+)"/.exec(text)?.[1])).toEqual(entries);
});

/** As a user compiles them: by the declarations of the package, which need none of Node.js. */
test("the examples of these pages agree with the declarations of the package", () => {
  const folder = `${root}/build/files-examples`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const all = [...examples, ...examplesOf("docs/paging.md")];
  const names = all.map((_, index) => `example-${index}.mts`);
  for (const [index, name] of names.entries()) {
    writeFileSync(`${folder}/${name}`, all[index] ?? "");
  }
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--lib", "es2022,webworker"];
  const args = [compiler, ...options, "--ignoreConfig", ...names];
  execFileSync(process.execPath, args, { cwd: folder, stdio: "pipe" });
});
