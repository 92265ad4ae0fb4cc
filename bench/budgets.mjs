/** What the figures of a run are held against: what each kind of work may cost. */

/** @typedef {import("./run.mjs").Result} Result */

/**
 * How a figure of a budget comes from a row. "ratio": to the limit, or the slowest to the first.
 * "speed": the limit to it. "nanoseconds", "milliseconds", "bytes": as measured.
 *
 * @typedef {"ratio" | "speed" | "nanoseconds" | "milliseconds" | "bytes" | "imports"} Measure
 */

/**
 * @typedef {object} Budget
 * @property {string} title
 * @property {string} text what it may cost
 * @property {Measure} measure
 * @property {number} bound the most that it may be; of "speed" the least
 * @property {string[]} rows by their ids; each has to keep it
 * @property {string} reason why it is over, where it is, or why there are no rows
 */

const KILOBYTE = 1024;

/** Why a row is over its budget, where it is. */
const WHY = {
  sequential:
    "without a check the loop takes one cycle for a load; to test one byte and nothing else " +
    "makes it two in V8 (docs/decisions/009)",
  random: "the check has a load of its own before that of the word",
  chained: "the check lies on the way from one load to the next",
  memory:
    "the fields of the object and the bounds of two views are read beside the word " +
    "(docs/decisions/009)",
  translated: "a translation is three words to compare and one to add",
  bulk: "the rights of all pages are looked at first, eight at a time",
  face: "from JavaScript, checking the arguments and reading the results take time of their own",
  pages: "each page asks once, gets a frame, and its bytes are cleared before they are used again",
  large: "the page table is walked in chunks of 4 MB",
  fault: "the exception record and the handler's arguments are objects, made for each exception",
  watch: "each page asks once, so that its mark is set",
  harvest: "marks and rights are taken by words; each address becomes a number of JavaScript",
  regions:
    "the index of regions is a tree, and its lower levels no longer lie in the nearest cache",
  fork: "small records are copied or compared, and the rights to write are taken by words",
  size: "more was built in than was planned",
};

/**
 * @param {string} title
 * @param {number} bound
 * @param {string[]} rows
 * @param {string} reason
 * @returns {Budget}
 */
function times(title, bound, rows, reason) {
  return { title, text: `≤ ${bound}x`, measure: "ratio", bound, rows, reason };
}

/**
 * @param {string} title
 * @param {number} bound
 * @param {string} row
 * @param {string} reason
 * @returns {Budget}
 */
function nanoseconds(title, bound, row, reason) {
  const text = `≤ ${bound.toLocaleString("en")} ns`;
  const rows = [`call/js/${row}`];
  return { title, text, measure: "nanoseconds", bound, rows, reason };
}

const loadAndStore = (/** @type {string} */ rest) => [
  `wasm/windowed/load/${rest}`,
  `wasm/windowed/store/${rest}`,
];
const translated = (/** @type {string} */ pattern) => [`wasm/translated/load/${pattern}/leave`];

/** @type {Budget[]} */
export const BUDGETS = [
  times(
    "WASM load / store, windowed, sequential",
    1.5,
    loadAndStore("sequential/leave"),
    WHY.sequential,
  ),
  times("WASM load / store, windowed, random", 1.2, loadAndStore("random/leave"), WHY.random),
  times("WASM load / store, windowed, chained", 1.05, loadAndStore("chained/leave"), WHY.chained),
  times("the same, random, asking in line", 1.8, loadAndStore("random/call"), WHY.random),
  times("WASM load, translated, sequential", 2.3, translated("sequential"), WHY.sequential),
  times("WASM load, translated, random", 1.8, translated("random"), WHY.random),
  times("WASM load, translated, chained", 2.5, translated("chained"), WHY.chained),
  times("`getUint32`, windowed, random", 1.5, ["memory/windowed/load/random"], WHY.memory),
  times("`getUint32`, windowed, sequential", 2.5, ["memory/windowed/load/sequential"], WHY.memory),
  times(
    "`getUint32`, translated, random / sequential",
    5,
    ["memory/translated/load/random", "memory/translated/load/sequential"],
    WHY.translated,
  ),
  {
    title: "copy / fill of 1 MB: speed of `memory.copy` / `memory.fill`",
    text: "≥ 0.95x",
    measure: "speed",
    bound: 0.95,
    rows: ["bulk/memory/copy", "bulk/memory/fill"],
    reason: WHY.bulk,
  },
  nanoseconds("VirtualAlloc + VirtualFree, 64 KB", 400, "allocate", WHY.face),
  nanoseconds("the same, 16 pages touched", 4000, "allocate-touched", WHY.pages),
  nanoseconds("commit one page", 120, "commit", WHY.face),
  nanoseconds("VirtualProtect, one page", 120, "protect", WHY.face),
  nanoseconds("VirtualProtect, 1 GB", 2000, "protect-1gb", WHY.large),
  nanoseconds("VirtualQuery in 64 KB", 200, "query", WHY.face),
  nanoseconds("VirtualQuery in 1 GB", 300, "query-1gb", WHY.large),
  nanoseconds("arm a guard, hit it, handler continues", 1000, "guard", WHY.fault),
  nanoseconds("commit on fault, handler continues", 1000, "commit-on-fault", WHY.fault),
  nanoseconds("first write to a watched page", 100, "first-write", WHY.watch),
  nanoseconds("harvest of the write watch, a page", 5, "harvest", WHY.harvest),
  times(
    "65,536 regions against 16: allocate / query / protect / fault",
    2,
    ["allocate", "query", "protect", "fault"].map((call) => `growth/regions/${call}`),
    WHY.regions,
  ),
  {
    title: "fork or checkpoint of a process with 1 GB touched",
    text: "≤ 0.5 ms",
    measure: "milliseconds",
    bound: 0.5,
    rows: ["fork/windowed", "fork/translated", "checkpoint/windowed", "checkpoint/translated"],
    reason: WHY.fork,
  },
  {
    title: "core module",
    text: "≤ 64 KB",
    measure: "bytes",
    bound: 64 * KILOBYTE,
    rows: ["size/core"],
    reason: WHY.size,
  },
  {
    title: "imports of the core module",
    text: "none",
    measure: "imports",
    bound: 0,
    rows: ["size/core-imports"],
    reason: WHY.size,
  },
  {
    title: "memory of an empty process, windowed / translated",
    text: "≤ 256 KB",
    measure: "bytes",
    bound: 256 * KILOBYTE,
    rows: ["size/process/windowed", "size/process/translated"],
    reason: WHY.size,
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
  const { title, text, measure, rows, reason } = budget;
  const found = rows.flatMap((id) => results.find((result) => result.id === id) ?? []);
  const measured = found.map((result) => figureOf(measure, result));
  const isWhole = rows.length > 0 && found.length === rows.length;
  const why = rows.length === 0 ? reason : "not measured in this run";
  const holds = isWhole ? measured.every((figure) => keeps(budget, figure)) : null;
  return {
    title,
    budget: text,
    measured: isWhole ? measured : [],
    holds,
    note: isWhole ? "" : why,
  };
}
