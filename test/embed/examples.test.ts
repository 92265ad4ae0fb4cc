import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPTIONS, UserFolder } from "../emitter/assembly-program.ts";
import { describeWith } from "../setup/tools.ts";
import { root } from "../setup/tree.ts";

const examples = `${root}/embed/examples`;
const core = `${root}/dist/core.wasm`;

let build = "";
beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), "guardpage-embed-"));
});
afterAll(() => rmSync(build, { recursive: true }));

/** What a command prints in the folder of an example; its errors are the test's. */
function run(example: string, program: string, ...args: string[]): string {
  const cwd = `${examples}/${example}`;
  return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

const bitsOf = (number: number) => number.toString(2).replaceAll("0", "").length;

describeWith("make", "embed/examples", (make) => {
  describeWith("wasm2c", "wasm2c", () => {
    describeWith("gcc", "wasm2c", (gcc) => {
      test("reserves, commits, protects, handles a guard and prints the map", () => {
        const args = ["-s", "run", `CC=${gcc}`, `CORE=${core}`, `BUILD=${build}/wasm2c`];
        const expected = readFileSync(`${examples}/wasm2c/expected.txt`, "utf8");
        expect(run("wasm2c", make, ...args)).toBe(expected);
      });
    });
  });

  describeWith("clang", "guest-c", (clang) => {
    describeWith("wasm-ld", "guest-c", () => {
      test("commits its pages by faults, and reads back what it wrote", () => {
        run("guest-c", make, "-s", `CLANG=${clang}`, `BUILD=${build}/guest`);
        const guest = `${build}/guest/guest.wasm`;
        const words = 10_000;
        let bits = 0;
        for (let i = 0; i < words; i++) bits += bitsOf(i * i);
        expect(run("guest-c", process.execPath, "run.mjs", core, guest).split("\n")).toEqual([
          `stored ${words}`,
          `bits ${bits}`,
          `pages committed ${Math.ceil((words * 4) / 4096)}n`,
          "",
        ]);
      });

      test("imports the core's memory, and what it calls", () => {
        const bytes = readFileSync(`${build}/guest/guest.wasm`);
        const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
        const names = imports.map(({ module, name }) => `${module}.${name}`);
        expect(names.toSorted()).toEqual([
          "env.memory",
          "guardpage.allocate",
          "guardpage.loadSlow",
          "guardpage.outcomeClear",
          "guardpage.storeSlow",
        ]);
      });
    });
  });
});

test("guest-assembly sorts, through a guard that the handler lets pass", () => {
  const folder = new UserFolder();
  try {
    for (const name of ["program.ts", "run.mjs"]) {
      copyFileSync(`${examples}/guest-assembly/${name}`, join(folder.path, name));
    }
    const compiler = join(root, "node_modules/assemblyscript/bin/asc.js");
    folder.run(compiler, "program.ts", ...OPTIONS, "--outFile", "program.wasm");
    const printed = folder.run("run.mjs", "program.wasm").split("\n");
    expect(printed[0]).toMatch(/^moved [1-9]\d*$/);
    expect(printed.slice(1)).toEqual(["sorted true guards 1", ""]);
  } finally {
    folder.remove();
  }
});
