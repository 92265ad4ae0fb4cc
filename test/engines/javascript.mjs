/** Node.js and bun: all programs in one process. */
import { output } from "../../bench/engines/program.mjs";
import { beside } from "./files.mjs";

/**
 * @param {string} program the engine's own
 * @param {readonly import("./program.mjs").Order[]} orders
 * @returns {Promise<import("./program.mjs").Figures[]>}
 */
export async function inProcess(program, orders) {
  return JSON.parse(await output(program, [beside("child.mjs"), JSON.stringify(orders)]));
}
