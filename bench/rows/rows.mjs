/**
 * What a row is measured by, and what its ratio is. "access": to the limit. "call": to a round of
 * the calibration. "growth": the slowest case to the first. "size": the number itself.
 * "reference": what others take; it has no ratio.
 *
 * @typedef {"access" | "call" | "growth" | "size" | "reference"} Kind
 */

/**
 * @typedef {object} Prepared
 * @property {import("../harness.mjs").Case[]} cases "ours" and "limit", or those of the row
 * @property {Record<string, string>} [notes] why a case is missing, by its name
 * @property {() => void} [verify] after the last sample; throws where something is wrong
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {Kind} kind
 * @property {(host: Host) => Promise<Prepared>} [prepare]
 * @property {(host: Host) => Promise<number>} [size] of a size row
 * @property {"bytes" | "ms" | "imports"} [unit] of a size row
 */

/**
 * @typedef {object} Host what differs between the engines
 * @property {(path: string) => Promise<Uint8Array>} file a file of the repository
 */
export {};
