/** wasm2c, and what a C compiler makes of it: each program in a process. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../bench/engines/program.mjs";
import { root } from "../../scripts/run.mjs";
import { beside, pathsOf } from "./files.mjs";

/** As the pages of wasm2c say: bits of floats stay, and a call that never ends is found. */
const FLAGS = ["-O1", "-w", "-fno-optimize-sibling-calls", "-frounding-math", "-fsignaling-nans"];
const LIBRARIES = ["-lwasm-rt-impl", "-lm"];

/** Paths of what is needed. @typedef {{ wasm2c: string, cc: string }} Compilers */

/**
 * The path of the program.
 *
 * @param {Compilers} compilers
 * @param {import("./program.mjs").Order["core"]} core
 */
async function compile({ wasm2c, cc }, core) {
  const folder = `${root}/build/engines/wasm2c-${core}`;
  mkdirSync(folder, { recursive: true });
  const paths = pathsOf(core);
  // The names of the modules are those that the driver imports from.
  const modules = { guardpage: paths.core, tools: paths.tools, driver: paths.driver };
  const objects = await Promise.all(
    Object.entries(modules).map(async ([name, path]) => {
      await output(wasm2c, [path, "-n", name, "-o", join(folder, `${name}.c`)]);
      const object = join(folder, `${name}.o`);
      await output(cc, [...FLAGS, "-c", join(folder, `${name}.c`), "-o", object]);
      return object;
    }),
  );
  copyFileSync(beside("wasm2c/main.c"), join(folder, "main.c"));
  const program = join(folder, "driver");
  await output(cc, [...FLAGS, join(folder, "main.c"), ...objects, ...LIBRARIES, "-o", program]);
  return program;
}

/**
 * @param {Compilers} compilers
 * @param {readonly import("./program.mjs").Order[]} orders
 * @returns {Promise<import("./program.mjs").Figures[]>}
 */
export async function inC(compilers, orders) {
  const programs = new Map();
  for (const { core } of orders) {
    if (!programs.has(core)) programs.set(core, compile(compilers, core));
  }
  const answers = [];
  for (const { core, program, kind, seed, steps } of orders) {
    const numbers = [program, kind, seed, steps].map(String);
    answers.push((await output(await programs.get(core), numbers)).trim().split("\n"));
  }
  return answers;
}
