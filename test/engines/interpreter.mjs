/** wabt's interpreter, which runs scripts of modules and calls: each program in a process. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../bench/engines/program.mjs";
import { pathsOf } from "./files.mjs";

const FIGURES = 160;

/** @param {string} field @param {...number} numbers */
function call(field, ...numbers) {
  const args = numbers.map((number) => ({ type: "i32", value: String(number) }));
  return { type: "action", line: 1, action: { type: "invoke", field, args }, expected: [] };
}

/**
 * A window is as long as the address space, and this engine writes all of it: 6 seconds each. So
 * the programs go without one here, which no answer depends on.
 *
 * @param {string} program `spectest-interp`
 * @param {readonly import("./program.mjs").Order[]} orders
 * @returns {Promise<import("./program.mjs").Figures[]>}
 */
export async function inInterpreter(program, orders) {
  const answers = [];
  for (const order of orders) answers.push(await interpret(program, order));
  return answers;
}

/**
 * @param {string} interpreter
 * @param {import("./program.mjs").Order} order
 */
async function interpret(interpreter, { core, program, seed, steps }) {
  const folder = mkdtempSync(join(tmpdir(), "guardpage-interpreter-"));
  try {
    for (const [name, path] of Object.entries(pathsOf(core))) {
      copyFileSync(path, join(folder, `${name}.wasm`));
    }
    const module = (/** @type {string} */ name) => ({
      type: "module",
      line: 1,
      filename: `${name}.wasm`,
    });
    const commands = [
      module("core"),
      { type: "register", line: 1, as: "env" },
      { type: "register", line: 1, as: "guardpage" },
      module("tools"),
      { type: "register", line: 1, as: "tools" },
      module("driver"),
      call("begin", program, 0, seed),
      call("run", steps),
      ...Array.from({ length: FIGURES }, (_, number) => call("figure", number)),
    ];
    const script = join(folder, "script.json");
    writeFileSync(script, JSON.stringify({ source_filename: "script.wast", commands }));
    const printed = await output(interpreter, [script]);
    const figures = [...printed.matchAll(/^figure\(i32:\d+\) => i64:(\d+)$/gm)];
    if (figures.length !== FIGURES) throw new Error(printed.slice(0, 2000));
    return figures.map(([, figure = "0"]) => BigInt(figure).toString(16));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
