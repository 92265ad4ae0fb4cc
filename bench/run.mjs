/** Runs rows, in whatever engine this is. */
import { CALIBRATION, measure } from "./harness.mjs";
import { GROUPS } from "./rows/groups.mjs";

/** @typedef {import("./rows/rows.mjs").Row} Row */
/** @typedef {import("./rows/rows.mjs").Host} Host */

/**
 * @typedef {object} Result
 * @property {string} id
 * @property {string} title
 * @property {import("./rows/rows.mjs").Kind} kind
 * @property {"ns" | "bytes" | "ms" | "imports"} unit of the figures
 * @property {Record<string, number>} figures by name of the case
 * @property {Record<string, string>} notes why a case is missing, by its name
 * @property {number | null} ratio what a later run is compared by
 */

/**
 * @typedef {object} Order
 * @property {number} group index in GROUPS
 * @property {string[]} ids of its rows
 * @property {number} samples of each case
 */

const NANOSECONDS = 1e6;

/** @param {Row["kind"]} kind @param {Result["unit"]} unit @param {Record<string, number>} figures */
function ratioOf(kind, unit, figures) {
  const { ours = Number.NaN, limit = Number.NaN, calibration = Number.NaN } = figures;
  switch (kind) {
    case "access":
      return ours / limit;
    case "call":
      return ours / calibration;
    case "growth": {
      const [first = Number.NaN, ...others] = Object.values(figures);
      return Math.max(...others) / first;
    }
    case "size":
      return unit === "ms" ? (ours * NANOSECONDS) / calibration : ours;
    case "reference":
      return null;
  }
}

/** @param {Row} row @param {number} samples @param {Host} host */
async function figuresOf(row, samples, host) {
  if (row.size !== undefined) {
    const ours = await row.size(host);
    const calibration = row.unit === "ms" ? await measure([CALIBRATION], samples) : {};
    return { figures: { ours, ...calibration }, notes: {} };
  }
  const prepared = await row.prepare?.(host);
  const figures = await measure(prepared?.cases ?? [], samples);
  prepared?.verify?.();
  return { figures, notes: prepared?.notes ?? {} };
}

/**
 * @param {Order} order
 * @param {Host} host
 * @returns {Promise<Result[]>}
 */
export async function runGroup({ group, ids, samples }, host) {
  /** @type {Result[]} */
  const results = [];
  for (const row of GROUPS[group]?.rows ?? []) {
    if (!ids.includes(row.id)) continue;
    const { id, title, kind, unit = "ns" } = row;
    const { figures, notes } = await figuresOf(row, samples, host).catch((error) => {
      throw new Error(`${id}: ${error?.stack ?? error}`);
    });
    results.push({ id, title, kind, unit, figures, notes, ratio: ratioOf(kind, unit, figures) });
  }
  return results;
}
