import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { root } from "./setup/tree.ts";

const page = readFileSync(`${root}/docs/recording.md`, "utf8");
const [recorded = "", played = ""] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, example]) => example,
);

/** Where the package's own name leads to what was built. */
const folder = `${root}/build/recording-page`;
beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const [name, example] of Object.entries({ recorded, played })) {
    writeFileSync(`${folder}/${name}.mts`, example);
  }
});

/** The lines that a program prints. */
function printed(source: string): string[] {
  const args = ["--input-type=module", "--eval", source];
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" })
    .trimEnd()
    .split("\n");
}

test("the example of a recording replays what it recorded", () => {
  const [, passed, failed] = /\/\/ (\d+), (\d+)/.exec(recorded) ?? [];
  // Node.js 20 does not know the one type that is written down.
  const source = recorded.replace("const lines: string[]", "const lines");
  expect(printed(`${source}\nconsole.log(passed, failed);`)).toEqual([`${passed} ${failed}`]);
});

test("the example of a playback prints each step, and goes back", () => {
  expect(printed(played)).toEqual([
    "2: VirtualAlloc(0x10000, 0x1000, 0x3000, 0x4): return 0x10000",
    "3: store(0x10000, 0x4, 0x2a): done",
    "4: VirtualFree(0x10000, 0x0, 0x8000): return 1",
    "42",
  ]);
});

test("the examples agree with the declarations of the package", () => {
  const compiler = `${root}/node_modules/typescript/bin/tsc`;
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--lib", "es2022,dom"];
  const args = [compiler, ...options, "--ignoreConfig", "recorded.mts", "played.mts"];
  execFileSync(process.execPath, args, { cwd: folder, stdio: "pipe" });
});
