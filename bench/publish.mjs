/** The table and the charts of the README, from the JSON of runs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { BUDGETS, verdict } from "./budgets.mjs";
import { charts } from "./chart.mjs";
import { Missing, root } from "./engines/program.mjs";
import { ENGINE_TITLES } from "./engines/titles.mjs";
import { budgetFigure } from "./format.mjs";
import { SCHEMA } from "./record.mjs";

/** @typedef {import("./record.mjs").Record} Record */

const BEGIN = "<!-- written by `npm run bench:publish` -->";
const END = "<!-- end of what it writes -->";
const ORDER = Object.keys(ENGINE_TITLES);

/** @param {string} path @returns {Record} */
function read(path) {
  try {
    const record = JSON.parse(readFileSync(path, "utf8"));
    if (record.schema === SCHEMA) return record;
  } catch (error) {
    throw new Missing(`${path}: ${error}`);
  }
  throw new Missing(`${path} is no run of this program`);
}

/** @param {string[]} cells */
const line = (cells) => `| ${cells.join(" | ")} |`;

/** What Wine takes, in a run that has it. @param {Record[]} records @param {string[]} rows */
function nativeFigure(records, rows) {
  for (const { rows: results } of records) {
    const native = results.find(({ id }) => id === rows[0])?.figures.native;
    if (native !== undefined) return budgetFigure(native, "nanoseconds");
  }
  return "";
}

/**
 * Budgets beside what was measured. A figure over its budget is set in bold, and a number leads to
 * the reason below.
 *
 * @param {Record[]} records
 */
function table(records) {
  const head = ["work", "budget", ...records.map(({ engine }) => ENGINE_TITLES[engine]), "Wine"];
  const lines = [line(head), line(head.map((_, column) => (column === 0 ? "---" : "---:")))];
  /** @type {string[]} */
  const reasons = [];
  for (const budget of BUDGETS) {
    const { title, text, measure, reason, rows } = budget;
    const verdicts = records.map((record) => verdict(budget, record.rows));
    const cells = verdicts.map(({ measured, holds }) => {
      const figures = measured.map((figure) => budgetFigure(figure, measure)).join(" / ");
      return holds === false ? `**${figures}**` : figures || "-";
    });
    const isKept = verdicts.every(({ holds }) => holds === true);
    if (!isKept && !reasons.includes(reason)) reasons.push(reason);
    const note = isKept ? "" : ` <sup>${reasons.indexOf(reason) + 1}</sup>`;
    lines.push(line([`${title}${note}`, text, ...cells, nativeFigure(records, rows)]));
  }
  const list = reasons.map((reason, index) => `${index + 1}. ${sentence(reason)}`);
  return [...lines, ...(list.length === 0 ? [] : ["", "Over budget, and why:", "", ...list])].join(
    "\n",
  );
}

const sentence = (/** @type {string} */ text) => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** @param {Record[]} records */
function section(records) {
  const [{ processor = "", samples = 0 } = {}] = records;
  const versions = records.map(({ version }) => version).join(", ");
  const native = records.find(({ native }) => native !== null)?.native;
  const machine = `${versions}${native ? `, ${native}` : ""}, on ${processor}`;
  const picture = (/** @type {string} */ name, /** @type {string} */ text) =>
    [
      "<picture>",
      `  <source media="(prefers-color-scheme: dark)" srcset="docs/speed/${name}-dark.svg">`,
      `  <img alt="${text}" src="docs/speed/${name}-light.svg">`,
      "</picture>",
    ].join("\n");
  return [
    picture("loads", "Nanoseconds of a checked load: guardpage, unchecked, page tables, v86"),
    `Medians of ${samples} interleaved samples; ${machine}.`,
    table(records),
    picture("calls", "Nanoseconds of a call: guardpage in three engines, and Wine"),
  ].join("\n\n");
}

/**
 * @param {string[]} paths of the JSON of one run of each engine
 * @throws Missing where a file cannot be read
 */
export async function publish(paths) {
  const records = paths.map(read);
  records.sort((left, right) => ORDER.indexOf(left.engine) - ORDER.indexOf(right.engine));
  const folder = `${root}docs/speed`;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await charts(records)) writeFileSync(`${folder}/${name}`, text);
  const path = `${root}README.md`;
  const readme = readFileSync(path, "utf8");
  const [before = "", rest = ""] = readme.split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined) throw new Missing("README.md has lost the place of the table");
  writeFileSync(path, `${before}${BEGIN}\n\n${section(records)}\n\n${END}${after}`);
}
