/** Runs rows, in whatever engine this is. */
import { CALIBRATION, measure, medians, ratio } from "./harness.mjs";
import { GROUPS } from "./rows/groups.mjs";

/** @typedef {import("./rows/rows.mjs").Row} Row */
/** @typedef {import("./rows/rows.mjs").Host} Host */
/** @typedef {import("./harness.mjs").Samples} Samples */

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

/** What a later run is compared by. @param {Row["kind"]} kind @param {Samples} samples */
function ratioOf(kind, samples) {
  if (kind === "access") return ratio(samples, "ours", "limit");
  if (kind === "call") return ratio(samples, "ours", "calibration");
  if (kind !== "growth") return null;
  const [first = "", ...others] = Object.keys(samples);
  return Math.max(...others.map((name) => ratio(samples, name, first)));
}

/** @param {Row} row @param {number} count of samples @param {Host} host */
async function measureRow(row, count, host) {
  const { kind, size, unit, prepare } = row;
  if (size !== undefined) {
    const ours = await size(host);
    if (unit !== "ms") return { figures: { ours }, notes: {}, ratio: ours };
    const { calibration = Number.NaN } = medians(await measure([CALIBRATION], count));
    return { figures: { ours }, notes: {}, ratio: (ours * NANOSECONDS) / calibration };
  }
  const prepared = await prepare?.(host);
  const samples = await measure(prepared?.cases ?? [], count);
  prepared?.verify?.();
  const notes = prepared?.notes ?? {};
  return { figures: medians(samples), notes, ratio: ratioOf(kind, samples) };
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
    const measured = await measureRow(row, samples, host).catch((error) => {
      throw new Error(`${id}: ${error?.stack ?? error}`);
    });
    results.push({ id, title, kind, unit, ...measured });
  }
  return results;
}
