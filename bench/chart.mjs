/** Charts of runs, as SVG: what a load takes, and what a call takes. */

import { parse, View } from "vega";
import { compile } from "vega-lite";
import { BUDGETS } from "./budgets.mjs";
import { ENGINE_TITLES } from "./engines/titles.mjs";
import { digits } from "./format.mjs";

/** @typedef {import("./record.mjs").Record} Record */
/** @typedef {"light" | "dark"} Theme */

const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

/** The hues keep apart in both themes, and for the colour-blind. */
const THEMES = {
  light: {
    background: "#ffffff",
    text: "#1f2328",
    quiet: "#59636e",
    line: "#d1d9e0",
    colors: ["#8c959f", "#0969da", "#54aeff", "#bc4c00", "#e8a15c", "#8250df"],
  },
  dark: {
    background: "#0d1117",
    text: "#f0f6fc",
    quiet: "#9198a1",
    line: "#3d444d",
    colors: ["#9198a1", "#1f6feb", "#79c0ff", "#db6d28", "#f0b072", "#ab7df8"],
  },
};

const BAR_HEIGHT = 18;
const PANEL_WIDTH = 170;
const CALL_HEIGHT = 30;
const CALLS_WIDTH = 440;

/** Who takes how long, in the order of the colours. */
const WHO = [
  "unchecked",
  "guardpage, windowed",
  "guardpage, translated",
  "table: typed arrays",
  "table: Map of pages",
  "v86, paging on",
];

/**
 * Row and case of each bar, in the order of WHO.
 *
 * @param {string} windowed
 * @param {string} translated
 * @returns {[string, string][]}
 */
const bars = (windowed, translated) => [
  [windowed, "limit"],
  [windowed, "ours"],
  [translated, "ours"],
  [windowed, "typed arrays"],
  [windowed, "map of pages"],
  [windowed, "v86"],
];

/** @type {{ title: string, bars: [string, string][] }[]} */
const LOADS = [
  {
    title: "WebAssembly, sequential",
    bars: bars("wasm/windowed/load/sequential/leave", "wasm/translated/load/sequential/leave"),
  },
  {
    title: "WebAssembly, random in 1 MB",
    bars: bars("wasm/windowed/load/random/leave", "wasm/translated/load/random/leave"),
  },
  {
    title: "JavaScript, sequential",
    bars: bars("memory/windowed/load/sequential", "memory/translated/load/sequential"),
  },
  {
    title: "JavaScript, random in 512 KB",
    bars: bars("memory/windowed/load/random", "memory/translated/load/random"),
  },
];

/** @param {Record} record @param {string} id @param {string} name */
function figure({ rows }, id, name) {
  return rows.find((row) => row.id === id)?.figures[name];
}

/** @param {Record[]} records @param {(typeof LOADS)[number]} load */
function loadValues(records, { bars }) {
  return records.flatMap((record) =>
    bars.flatMap(([id, name], index) => {
      const nanoseconds = figure(record, id, name);
      if (nanoseconds === undefined) return [];
      const engine = ENGINE_TITLES[record.engine];
      return [{ engine, who: WHO[index], nanoseconds, label: digits(nanoseconds) }];
    }),
  );
}

/** @param {Record[]} records @param {Theme} theme */
function loadsSpec(records, theme) {
  const { colors } = THEMES[theme];
  const engines = records.map(({ engine }) => ENGINE_TITLES[engine]);
  return {
    title: { text: "A checked load of 32 bits, in nanoseconds", anchor: "start", offset: 12 },
    spacing: 14,
    vconcat: LOADS.map((load, index) => {
      const values = loadValues(records, load);
      const most = Math.max(...values.map(({ nanoseconds }) => nanoseconds));
      return {
        title: { text: load.title, anchor: "start", frame: "group", fontSize: 12, offset: 4 },
        data: { values },
        facet: {
          column: {
            field: "engine",
            sort: engines,
            title: null,
            header: index === 0 ? { labelFontWeight: "bold" } : { labels: false },
          },
        },
        spacing: 16,
        spec: {
          width: PANEL_WIDTH,
          height: { step: BAR_HEIGHT },
          encoding: {
            y: { field: "who", type: "nominal", sort: WHO, title: null },
            // Room for the label of the longest bar.
            x: {
              field: "nanoseconds",
              type: "quantitative",
              axis: null,
              scale: { domain: [0, most * 1.25] },
            },
          },
          layer: [
            {
              mark: { type: "bar", height: BAR_HEIGHT - 5 },
              encoding: {
                color: {
                  field: "who",
                  type: "nominal",
                  scale: { domain: WHO, range: colors },
                  legend: null,
                },
              },
            },
            {
              mark: { type: "text", align: "left", dx: 4 },
              encoding: { text: { field: "label" } },
            },
          ],
        },
      };
    }),
  };
}

/** @param {Record[]} records @param {Theme} theme */
function callsSpec(records, theme) {
  const { colors } = THEMES[theme];
  const [first] = records;
  const calls = (first?.rows ?? []).filter(({ id }) => id.startsWith("call/js/"));
  const titleOf = (/** @type {import("./run.mjs").Result} */ { id, title }) =>
    BUDGETS.find(({ rows }) => rows.includes(id))?.title ?? title.replace(/; .*$/, "");
  const engines = records.map(({ engine }) => ENGINE_TITLES[engine]);
  const wine = records.some(({ native }) => native !== null) ? ["Wine"] : [];
  const values = records.flatMap(({ rows, engine }) =>
    calls.flatMap((result) => {
      const figures = rows.find(({ id }) => id === result.id)?.figures ?? {};
      const call = titleOf(result);
      return [
        { call, who: ENGINE_TITLES[engine], nanoseconds: figures.ours },
        { call, who: "Wine", nanoseconds: figures.native },
      ].filter(({ nanoseconds }) => nanoseconds !== undefined);
    }),
  );
  return {
    title: {
      text: "A call, in nanoseconds (logarithmic): from JavaScript, and native in Wine",
      anchor: "start",
      offset: 12,
    },
    data: { values },
    width: CALLS_WIDTH,
    height: { step: CALL_HEIGHT, for: "position" },
    mark: { type: "point", filled: true, size: 38, opacity: 1 },
    encoding: {
      y: {
        field: "call",
        type: "nominal",
        sort: calls.map(titleOf),
        title: null,
        axis: { grid: true, labelLimit: 400 },
      },
      // Equal figures stand below each other.
      yOffset: { field: "who", sort: [...engines, ...wine] },
      x: {
        field: "nanoseconds",
        type: "quantitative",
        scale: { type: "log", nice: true },
        title: null,
        axis: { format: ",", values: [1, 10, 100, 1000, 10_000, 100_000] },
      },
      color: {
        field: "who",
        type: "nominal",
        scale: {
          domain: [...engines, ...wine],
          range: [colors[1], colors[2], colors[5], colors[3]],
        },
        legend: { orient: "top", title: null, columns: 4, symbolSize: 38 },
      },
      shape: {
        field: "who",
        type: "nominal",
        scale: {
          domain: [...engines, ...wine],
          range: ["circle", "square", "triangle-up", "diamond"],
        },
        legend: { orient: "top", title: null, columns: 4 },
      },
    },
  };
}

/** @param {Theme} theme */
function config(theme) {
  const { background, text, quiet, line } = THEMES[theme];
  return {
    background,
    font: FONT,
    padding: 16,
    title: { color: text, fontSize: 15 },
    header: { labelColor: text, labelFontSize: 12 },
    axis: {
      labelColor: text,
      labelFontSize: 11,
      labelLimit: 220,
      gridColor: line,
      domainColor: line,
      tickColor: line,
    },
    legend: { labelColor: text, labelFontSize: 12, labelLimit: 300 },
    text: { color: quiet, fontSize: 11 },
    view: { stroke: null },
  };
}

/** @param {object} spec @param {Theme} theme @returns {Promise<string>} */
async function svg(spec, theme) {
  const full = { ...spec, config: config(theme) };
  const { spec: vega } = compile(/** @type {import("vega-lite").TopLevelSpec} */ (full));
  return `${await new View(parse(vega), { renderer: "none" }).toSVG()}\n`;
}

/**
 * The charts, by name of their files.
 *
 * @param {Record[]} records one of each engine
 * @returns {Promise<Map<string, string>>}
 */
export async function charts(records) {
  const files = new Map();
  for (const theme of /** @type {Theme[]} */ (["light", "dark"])) {
    files.set(`loads-${theme}.svg`, await svg(loadsSpec(records, theme), theme));
    files.set(`calls-${theme}.svg`, await svg(callsSpec(records, theme), theme));
  }
  return files;
}
