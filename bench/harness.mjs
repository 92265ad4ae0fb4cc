/**
 * Measures cases against each other: each is calibrated to a fixed time a sample, and the samples
 * are interleaved, so that a slow moment of the machine falls on all cases alike.
 */

const SAMPLE_MILLISECONDS = 3;
/** Of warming up, for each sample: it takes some 20,000 calls until all is compiled for good. */
const WARM_UP_MILLISECONDS = 10;

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {(iterations: number) => void} [run] does the work so often; throws if it went wrong
 * @property {() => Promise<number>} [sample] instead of `run`, for what cannot be called: does the
 *   work once and says how many milliseconds it took
 * @property {number} [operations] how many operations one iteration counts for; default 1
 */

/** @param {boolean} holds @param {string} what */
export function verify(holds, what) {
  if (!holds) throw new Error(`wrong result: ${what}`);
}

/** @param {Case} item @param {number} iterations */
async function milliseconds({ run, sample }, iterations) {
  if (run === undefined) return (await sample?.()) ?? Number.NaN;
  const started = performance.now();
  run(iterations);
  return performance.now() - started;
}

/** How many iterations take about one sample's time. @param {Case} item */
async function calibrate(item) {
  if (item.run === undefined) return 1;
  for (let iterations = 1; ; iterations *= 2) {
    const took = await milliseconds(item, iterations);
    if (took >= SAMPLE_MILLISECONDS / 2) {
      return Math.max(1, Math.round((iterations * SAMPLE_MILLISECONDS) / took));
    }
  }
}

/** @param {Case} item @param {number} budgetMilliseconds */
async function warmUp(item, budgetMilliseconds) {
  const end = performance.now() + budgetMilliseconds;
  do {
    await milliseconds(item, await calibrate(item));
  } while (performance.now() < end);
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Nanoseconds of one operation, by name of the case: a number for each sample.
 *
 * @typedef {Record<string, number[]>} Samples
 */

/** @param {Samples} samples @returns {Record<string, number>} */
export function medians(samples) {
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, median(all)]));
}

/**
 * The median of the ratios of samples that were taken beside each other: while both cases are
 * slowed down, the ratio stays.
 *
 * @param {Samples} samples
 * @param {string} name
 * @param {string} base
 */
export function ratio(samples, name, base) {
  const { [name]: measured = [], [base]: bases = [] } = samples;
  return median(measured.map((value, index) => value / (bases[index] ?? Number.NaN)));
}

/**
 * @param {Case[]} cases
 * @param {number} samples of each case
 * @returns {Promise<Samples>}
 */
export async function measure(cases, samples) {
  for (const item of cases) await warmUp(item, samples * WARM_UP_MILLISECONDS);
  const prepared = [];
  for (const item of cases) {
    prepared.push({
      item,
      iterations: await calibrate(item),
      nanoseconds: /** @type {number[]} */ ([]),
    });
  }
  for (let round = 0; round < samples; round += 1) {
    for (const { item, iterations, nanoseconds } of prepared) {
      const operations = iterations * (item.operations ?? 1);
      nanoseconds.push(((await milliseconds(item, iterations)) * 1e6) / operations);
    }
  }
  return Object.fromEntries(prepared.map(({ item, nanoseconds }) => [item.name, nanoseconds]));
}

const ROUNDS = 1000;

/**
 * The unit of calls: one round of xorshift32, three shifts that wait for each other. Nothing but
 * the processor's clock decides how long it takes.
 *
 * @type {Case}
 */
export const CALIBRATION = {
  name: "calibration",
  operations: ROUNDS,
  run(iterations) {
    let state = 1;
    for (let round = iterations * ROUNDS; round > 0; round -= 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
    verify(state !== 0, "xorshift never comes to 0");
  },
};
