import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "./setup/tree.ts";

const readme = readFileSync(`${root}/README.md`, "utf8");
const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];

/** Where the package's own name leads to what was built. */
const folder = `${root}/build/readme`;
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/example.mts`, example);
writeFileSync(`${folder}/example.mjs`, example);

test("the example has eight lines", () => {
  expect(example.split("\n").filter((line) => line !== "")).toHaveLength(8);
});

test("the example ends by hitting the guard page", () => {
  const source = `
    const fault = await import("./example.mjs").catch((error) => error);
    console.log(JSON.stringify([fault.name, fault.code, fault.access]));
  `;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(JSON.parse(printed)).toEqual(["PageFault", 0x80000001, 0]);
});

test("the example agrees with the declarations of the package", () => {
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--lib", "es2022,dom"];
  const args = [compiler, ...options, "--ignoreConfig", "example.mts"];
  execFileSync(process.execPath, args, { cwd: folder, stdio: "pipe" });
});

describe("the table of faces", () => {
  const row = /^\|[^|]*\| \[`(guardpage\/[\w-]+)`\][^|]*\| `(\w+)` \| `(.*?)` \| `(.*?)`[^|]*\|$/gm;
  const rows = [...readme.matchAll(row)].map(
    ([, entry = "", profile = "", example = "", answer = ""]) => {
      return { entry, profile, example, answer };
    },
  );

  test("has all five", () => {
    const faces = ["kernel32", "dotnet", "clr-host", "coredll", "vb"];
    expect(rows.map(({ entry }) => entry)).toEqual(faces.map((face) => `guardpage/${face}`));
  });

  test.each(rows)("$entry answers $answer", ({ entry, profile, example, answer }) => {
    const source = `
      import { Machine } from "guardpage";
      import * as constants from "guardpage/constants";
      import * as face from "${entry}";
      const guest = (await Machine.create({ profile: "${profile}" })).createProcess();
      const names = { ...constants, ...face, guest };
      const answer = new Function(...Object.keys(names), "return ${example}");
      console.log(answer(...Object.values(names)));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", source], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(printed.trim()).toBe(answer);
  });
});

test("the two commands are scripts of the package", () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  expect(readme).toContain("npm ci && npm start\n");
  expect(readme).toContain("npm cit\n");
  expect(scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
});
