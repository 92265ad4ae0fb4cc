/** One run of the program, as its JSON has it (docs/bench.md). */
import { cpus } from "node:os";
import { BUDGETS, verdict } from "./budgets.mjs";

/** @typedef {import("./run.mjs").Result} Result */

export const SCHEMA = 1;

/**
 * @typedef {object} Record
 * @property {number} schema
 * @property {import("./engines/engines.mjs").EngineName} engine
 * @property {string} version of the engine
 * @property {string} processor
 * @property {number} samples of each case
 * @property {string | null} native what made the figures "native"
 * @property {Result[]} rows
 * @property {import("./budgets.mjs").Verdict[]} budgets
 */

/**
 * @param {Pick<Record, "engine" | "version" | "samples" | "native" | "rows">} run
 * @returns {Record}
 */
export function recordOf({ engine, version, samples, native, rows }) {
  return {
    schema: SCHEMA,
    engine,
    version,
    processor: cpus()[0]?.model.trim() ?? "",
    samples,
    native,
    rows,
    budgets: BUDGETS.map((budget) => verdict(budget, rows)),
  };
}
