/**
 * Measures cases against each other: each is calibrated to a fixed time a sample, and the samples
 * are interleaved, so that a slow moment of the machine falls on all cases alike.
 */

const SAMPLE_MILLISECONDS = 4;

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {(iterations: number) => void} run does the work so often; throws if it went wrong
 * @property {number} [operations] how many operations one iteration counts for; default 1
 */

/** @param {Case} item @param {number} iterations */
function milliseconds({ run }, iterations) {
  const started = performance.now();
  run(iterations);
  return performance.now() - started;
}

/** How many iterations take about one sample's time. @param {Case} item */
function calibrate(item) {
  for (let iterations = 1; ; iterations *= 2) {
    const took = milliseconds(item, iterations);
    if (took >= SAMPLE_MILLISECONDS / 2) {
      return Math.max(1, Math.round((iterations * SAMPLE_MILLISECONDS) / took));
    }
  }
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Median nanoseconds of one operation, by name of the case.
 *
 * @param {Case[]} cases
 * @param {number} rounds samples of each case
 */
export function measure(cases, rounds) {
  for (const item of cases) calibrate(item); // the first calls are compiled on the way
  const prepared = cases.map((item) => ({
    item,
    iterations: calibrate(item),
    samples: /** @type {number[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { item, iterations, samples } of prepared) {
      const operations = iterations * (item.operations ?? 1);
      samples.push((milliseconds(item, iterations) * 1e6) / operations);
    }
  }
  return new Map(prepared.map(({ item, samples }) => [item.name, median(samples)]));
}
