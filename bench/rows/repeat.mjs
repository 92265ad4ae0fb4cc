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

const ROUNDS = 32;

/**
 * A case whose work needs something before each time, which is not counted.
 *
 * @param {() => void} before
 * @param {() => void} work
 * @param {number} operations of one time
 * @returns {import("../harness.mjs").Case}
 */
export function prepared(before, work, operations) {
  return {
    name: "ours",
    operations: operations * ROUNDS,
    async sample() {
      let milliseconds = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        before();
        const started = performance.now();
        work();
        milliseconds += performance.now() - started;
      }
      return milliseconds;
    },
  };
}
