import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./setup/tree.ts";

const page = readFileSync(`${root}/docs/files.md`, "utf8");
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

test("docs/files.md has an example of each kind of file", () => {
  const entries = ["guardpage", "guardpage/node", "guardpage/opfs"];
  expect(examples.map((text) => /from "([^"]+)"/.exec(text)?.[1])).toEqual(entries);
});

/** As a user compiles them: by the declarations of the package, which need none of Node.js. */
test("the examples of docs/files.md agree with the declarations of the package", () => {
  const folder = `${root}/build/files-examples`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const names = examples.map((_, index) => `example-${index}.mts`);
  for (const [index, name] of names.entries()) {
    writeFileSync(`${folder}/${name}`, examples[index] ?? "");
  }
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--lib", "es2022,webworker"];
  const args = [compiler, ...options, "--ignoreConfig", ...names];
  execFileSync(process.execPath, args, { cwd: folder, stdio: "pipe" });
});
