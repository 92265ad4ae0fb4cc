/** What the figures of a run are held against: what each kind of work may cost. */

/** @typedef {import("./run.mjs").Result} Result */

/**
 * How a figure of a budget comes from a row. "ratio": to the limit, or the slowest to the first.
 * "speed": the limit to it. "nanoseconds", "bytes": as measured.
 *
 * @typedef {"ratio" | "speed" | "nanoseconds" | "bytes" | "imports"} Measure
 */

/**
 * @typedef {object} Budget
 * @property {string} title
 * @property {string} text what it may cost
 * @property {Measure} measure
 * @property {number} bound the most that it may be; of "speed" the least
 * @property {string[]} rows by their ids; each has to keep it
 * @property {string} [missing] why there are no rows
 */

const KILOBYTE = 1024;

/** @param {string} title @param {number} bound @param {string[]} rows @returns {Budget} */
function times(title, bound, rows) {
  return { title, text: `≤ ${bound}x`, measure: "ratio", bound, rows };
}

/** @param {string} title @param {number} bound @param {string} row @returns {Budget} */
function nanoseconds(title, bound, row) {
  const text = `≤ ${bound.toLocaleString("en")} ns`;
  return { title, text, measure: "nanoseconds", bound, rows: [`call/js/${row}`] };
}

const loadAndStore = (/** @type {string} */ rest) => [
  `wasm/windowed/load/${rest}`,
  `wasm/windowed/store/${rest}`,
];

/** @type {Budget[]} */
export const BUDGETS = [
  times("WASM load / store, windowed: sequential", 1.5, loadAndStore("sequential/leave")),
  times("random in 1 MB", 1.2, loadAndStore("random/leave")),
  times("chained", 1.05, loadAndStore("chained/leave")),
  times("random, asking in line", 1.8, loadAndStore("random/call")),
  times("WASM load, translated: sequential", 2.3, ["wasm/translated/load/sequential/leave"]),
  times("random within the translations", 1.8, ["wasm/translated/load/random/leave"]),
  times("chained", 2.5, ["wasm/translated/load/chained/leave"]),
  times("`guest.memory.getUint32`, windowed: random", 1.5, ["memory/windowed/load/random"]),
  times("tight sequential", 2.5, ["memory/windowed/load/sequential"]),
  times("translated: random / tight sequential", 5, [
    "memory/translated/load/random",
    "memory/translated/load/sequential",
  ]),
  {
    title: "copy / fill of 1 MB, speed of `memory.copy` / `memory.fill`",
    text: "≥ 0.95x",
    measure: "speed",
    bound: 0.95,
    rows: ["bulk/memory/copy", "bulk/memory/fill"],
  },
  nanoseconds("VirtualAlloc + VirtualFree, 64 KB", 400, "allocate"),
  nanoseconds("the same, 16 pages touched", 4000, "allocate-touched"),
  nanoseconds("commit one page", 120, "commit"),
  nanoseconds("VirtualProtect, one page back and forth, each", 120, "protect"),
  nanoseconds("VirtualProtect, 1 GB", 2000, "protect-1gb"),
  nanoseconds("VirtualQuery in 64 KB", 200, "query"),
  nanoseconds("VirtualQuery in 1 GB", 300, "query-1gb"),
  nanoseconds("arm a guard, hit it, handler continues", 1000, "guard"),
  nanoseconds("commit on fault, handler continues", 1000, "commit-on-fault"),
  nanoseconds("first write to a watched page", 100, "first-write"),
  nanoseconds("harvest of the write watch, a page", 5, "harvest"),
  times("65,536 regions against 16: allocate / query / protect / fault", 2, [
    "growth/regions/allocate",
    "growth/regions/query",
    "growth/regions/protect",
    "growth/regions/fault",
  ]),
  {
    title: "fork or checkpoint of a process with 1 GB touched",
    text: "≤ 0.5 ms",
    measure: "nanoseconds",
    bound: 500_000,
    rows: [],
    missing: "there are no snapshots yet",
  },
  {
    title: "core module",
    text: "≤ 64 KB",
    measure: "bytes",
    bound: 64 * KILOBYTE,
    rows: ["size/core"],
  },
  {
    title: "imports of the core module",
    text: "none",
    measure: "imports",
    bound: 0,
    rows: ["size/core-imports"],
  },
  {
    title: "a machine with an empty process: windowed / translated",
    text: "≤ 256 KB",
    measure: "bytes",
    bound: 256 * KILOBYTE,
    rows: ["size/process/windowed", "size/process/translated"],
  },
];

/** The figure that a budget is about. @param {Measure} measure @param {Result} result */
export function figureOf(measure, { figures, ratio }) {
  if (measure === "ratio") return ratio ?? Number.NaN;
  if (measure === "speed") return 1 / (ratio ?? Number.NaN);
  return figures.ours ?? Number.NaN;
}

/** @param {Budget} budget @param {number} figure */
export function keeps({ measure, bound }, figure) {
  return measure === "speed" ? figure >= bound : figure <= bound;
}

/**
 * @typedef {object} Verdict
 * @property {string} title
 * @property {string} budget
 * @property {number[]} measured a figure for each row; none where the rows did not run
 * @property {boolean | null} holds null where nothing was measured
 * @property {string} note why nothing was measured
 */

/** @param {Budget} budget @param {Result[]} results @returns {Verdict} */
export function verdict(budget, results) {
  const { title, text, measure, rows, missing } = budget;
  const found = rows.flatMap((id) => results.find((result) => result.id === id) ?? []);
  const measured = found.map((result) => figureOf(measure, result));
  const isWhole = rows.length > 0 && found.length === rows.length;
  const note = missing ?? (isWhole ? "" : "not measured in this run");
  const holds = isWhole ? measured.every((figure) => keeps(budget, figure)) : null;
  return { title, budget: text, measured: isWhole ? measured : [], holds, note };
}
