/** The command line: `npm run bench -- --help`. Needs a build. */
import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { raiseBaseline, readBaseline, rowsOver, TOLERANCE, writeBaseline } from "./baseline.mjs";
import { ENGINES } from "./engines/engines.mjs";
import { Missing, root } from "./engines/program.mjs";
import { addNative, openNative } from "./native.mjs";
import { recordOf } from "./record.mjs";
import { report } from "./report.mjs";
import { GROUPS } from "./rows/groups.mjs";

/** @typedef {import("./run.mjs").Result} Result */
/** @typedef {import("./engines/engines.mjs").Engine} Engine */

/**
 * @typedef {object} Options
 * @property {import("./engines/engines.mjs").EngineName} engine
 * @property {number} samples
 * @property {string} [rows]
 * @property {string} [json]
 * @property {boolean} [check]
 * @property {string} baseline
 * @property {boolean} [writeBaseline]
 * @property {boolean} [raiseBaseline]
 * @property {boolean} [native]
 * @property {string[]} [publish]
 */

const SAMPLES = 25;
const MEASURED_AGAIN = 2;
const Exit = { over: 1, usage: 2 };

function wholeNumber(/** @type {string} */ text) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It has to be 1 to 9999.");
  return Number(text);
}

const command = new Command("bench")
  .description("Measures guardpage against its limits and against what else there is.")
  .addOption(
    new Option("--engine <name>", "what runs the rows")
      .choices(Object.keys(ENGINES))
      .default("node"),
  )
  .option("--rows <pattern>", "only rows whose id has this in it")
  .option("--samples <count>", "of each case", wholeNumber, SAMPLES)
  .option("--json <file>", "write all rows as JSON")
  .option("--native", "measure Wine's own calls too")
  .option("--check", `exit 1 where a ratio is over ${TOLERANCE} times its baseline`)
  .option("--write-baseline", "make this run the baseline of its engine")
  .option("--raise-baseline", "the same, where its ratios are higher")
  .option("--baseline <file>", "of --check", `${root}bench/baseline.json`)
  .option(
    "--publish <files...>",
    "run nothing; table and charts of the README from these JSON files",
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : Exit.usage))
  .showHelpAfterError();

/** Groups, and ids of their rows. @param {(id: string) => boolean} isChosen */
function orders(isChosen) {
  return GROUPS.map(({ rows }, group) => ({
    group,
    ids: rows.map(({ id }) => id).filter(isChosen),
  })).filter(({ ids }) => ids.length > 0);
}

/** @param {Engine} engine @param {number} samples @param {(id: string) => boolean} isChosen */
async function run(engine, samples, isChosen) {
  const results = [];
  for (const order of orders(isChosen)) results.push(...(await engine.run({ ...order, samples })));
  return results;
}

/**
 * Rows over their baseline in this run, and again each time that they are measured alone: machines
 * are noisy, and a slow moment is no slow row.
 *
 * @param {Engine} engine
 * @param {Options} options
 * @param {Result[]} results
 */
async function check(engine, { engine: name, samples, baseline }, results) {
  const ratios = readBaseline(baseline)[name] ?? {};
  let over = rowsOver(results, ratios);
  for (let time = 0; time < MEASURED_AGAIN && over.length > 0; time += 1) {
    const ids = over.map(({ id }) => id);
    over = rowsOver(await run(engine, samples, (id) => ids.includes(id)), ratios);
  }
  for (const { id, ratio } of over) {
    const accepted = ratios[id] ?? Number.NaN;
    console.error(`over: ${id}: ${ratio?.toFixed(2)}, baseline ${accepted.toFixed(2)}`);
  }
  return over.length === 0;
}

/** @param {Options} options */
async function bench(options) {
  const { rows: pattern = "", samples } = options;
  if (orders((id) => id.includes(pattern)).length === 0) {
    throw new Missing(`no row has "${pattern}" in its id`);
  }
  const native = options.native ? openNative() : undefined;
  const engine = await ENGINES[options.engine]();
  try {
    const results = await run(engine, samples, (id) => id.includes(pattern));
    const nativeVersion = native === undefined ? null : await addNative(native, results);
    const { engine: name } = options;
    const { version } = engine;
    const record = recordOf({
      engine: name,
      version,
      samples,
      native: nativeVersion,
      rows: results,
    });
    console.log(report(record));
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify(record, null, 2)}\n`);
    }
    if (options.writeBaseline) writeBaseline(options.baseline, name, results);
    if (options.raiseBaseline) raiseBaseline(options.baseline, name, results);
    if (options.check && !(await check(engine, options, results))) process.exitCode = Exit.over;
  } finally {
    await engine.close();
  }
}

const options = /** @type {Options} */ (command.parse().opts());
try {
  if (options.publish === undefined) await bench(options);
  else {
    // What draws the charts takes longer to load than all the rest.
    const { publish } = await import("./publish.mjs");
    await publish(options.publish);
  }
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = Exit.usage;
}
