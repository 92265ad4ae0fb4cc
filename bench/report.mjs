/** A run as text, ratios first. */
import { BUDGETS } from "./budgets.mjs";
import { aligned, amount, budgetFigure, digits } from "./format.mjs";
import { GROUPS } from "./rows/groups.mjs";

/** @typedef {import("./run.mjs").Result} Result */
/** @typedef {import("./record.mjs").Record} Record */

/** What others take, where they have such a thing. */
const INSTEAD = ["typed arrays", "map of pages", "v86", "native"];

const cell = (/** @type {number | undefined} */ value) =>
  value === undefined ? "" : digits(value);

/** @param {Result[]} results @returns {string[][]} */
function measured(results) {
  const isAccess = results.some(({ kind }) => kind === "access");
  const names = INSTEAD.filter((name) => results.some(({ figures }) => name in figures));
  const base = isAccess ? "limit ns" : "round ns";
  return [
    [
      "",
      isAccess ? "to limit" : "in rounds",
      "ours ns",
      base,
      ...names.map((name) => `${name} ns`),
    ],
    ...results.map(({ title, figures, ratio }) => [
      title,
      ratio === null ? "" : digits(ratio),
      cell(figures.ours),
      cell(isAccess ? figures.limit : figures.calibration),
      ...names.map((name) => cell(figures[name])),
    ]),
  ];
}

/** @param {Result[]} results @returns {string[][]} */
function grown(results) {
  return results.flatMap(({ title, figures, ratio }, index) => {
    const steps = Object.entries(figures);
    const head = ["", "slowest to first", ...steps.map(([step]) => `${step}: ns`)];
    const row = [title, digits(ratio ?? Number.NaN), ...steps.map(([, value]) => digits(value))];
    return index === 0 ? [head, row] : [row];
  });
}

/** @param {Result[]} results @returns {string[][]} */
function sized(results) {
  return results.map(({ title, figures, unit }) => [
    title,
    amount(figures.ours ?? Number.NaN, unit),
  ]);
}

/** @param {Result[]} results */
function table(results) {
  const [first] = results;
  if (first?.kind === "size") return aligned(sized(results));
  if (first?.kind !== "growth") return aligned(measured(results));
  // Rows with other steps are a table of their own.
  const steps = (/** @type {Result} */ { figures }) => Object.keys(figures).join();
  const alike = results.filter((result) => steps(result) === steps(first));
  const others = results.filter((result) => steps(result) !== steps(first));
  return [...aligned(grown(alike)), ...(others.length > 0 ? aligned(grown(others)) : [])];
}

/** @param {Record} record */
function budgets({ budgets }) {
  const rows = budgets.map(({ title, budget, measured, holds, note }, index) => {
    const { measure } = BUDGETS[index] ?? { measure: "ratio" };
    const figures = measured.map((figure) => budgetFigure(figure, measure)).join(" / ");
    return [title, budget, figures || note, holds === false ? "over" : ""];
  });
  return aligned([["", "budget", "measured", ""], ...rows]);
}

/** @param {Record} record */
export function report(record) {
  const { version, processor, samples, rows } = record;
  const lines = [`${version}, ${processor}; medians of ${samples} interleaved samples`];
  for (const { title, rows: known } of GROUPS) {
    const ids = known.map(({ id }) => id);
    const results = rows.filter(({ id }) => ids.includes(id));
    if (results.length === 0) continue;
    lines.push("", title, ...table(results).map((line) => `  ${line}`.trimEnd()));
    for (const { title, notes } of results) {
      for (const [name, why] of Object.entries(notes)) lines.push(`  ${title}: ${name} ${why}`);
    }
  }
  return [...lines, "", "budgets", ...budgets(record).map((line) => `  ${line}`.trimEnd())].join(
    "\n",
  );
}
