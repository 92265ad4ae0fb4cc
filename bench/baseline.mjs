/** Ratios of an accepted run, by engine and row, and what is slower than they. */
import { readFileSync, writeFileSync } from "node:fs";

/** @typedef {import("./run.mjs").Result} Result */
/** @typedef {{ [engine: string]: { [row: string]: number } }} Baseline */

/** How much more than the baseline is taken for noise. */
export const TOLERANCE = 1.25;
const DIGITS = 4;

/** @param {string} path @returns {Baseline} */
export function readBaseline(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * The ratios of these rows take the place of what the engine had.
 *
 * @param {string} path
 * @param {string} engine
 * @param {Result[]} results
 */
export function writeBaseline(path, engine, results) {
  update(path, engine, results, (_, ratio) => ratio);
}

/**
 * The same where they are higher: what varies from run to run is held against its worst.
 *
 * @param {string} path
 * @param {string} engine
 * @param {Result[]} results
 */
export function raiseBaseline(path, engine, results) {
  update(path, engine, results, (known, ratio) => Math.max(known, ratio));
}

/**
 * @param {string} path
 * @param {string} engine
 * @param {Result[]} results
 * @param {(known: number, ratio: number) => number} choose
 */
function update(path, engine, results, choose) {
  const baseline = readBaseline(path);
  const rows = { ...baseline[engine] };
  for (const { id, ratio } of results) {
    if (ratio !== null) rows[id] = Number(choose(rows[id] ?? 0, ratio).toPrecision(DIGITS));
  }
  writeFileSync(path, `${JSON.stringify({ ...baseline, [engine]: rows }, null, 2)}\n`);
}

/**
 * Rows over their baseline; one without a baseline is never over.
 *
 * @param {Result[]} results
 * @param {{ [row: string]: number }} ratios
 */
export function rowsOver(results, ratios) {
  return results.filter(({ id, ratio }) => {
    const accepted = ratios[id];
    return accepted !== undefined && ratio !== null && ratio > accepted * TOLERANCE;
  });
}
