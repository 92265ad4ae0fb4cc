/**
 * A case that does its work so often, and nothing else.
 *
 * @param {string} name
 * @param {() => void} work
 * @param {number} [operations] of one time
 * @returns {import("../harness.mjs").Case}
 */
export function repeated(name, work, operations = 1) {
  const run = (/** @type {number} */ iterations) => {
    for (; iterations > 0; iterations -= 1) work();
  };
  return { name, run, operations };
}
