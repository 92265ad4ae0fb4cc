import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const INDEX_FILE = "rules.json";
/** Where rules.html has its chapters. */
const PLACE = "<!-- chapters -->";

/** "# 2 VirtualAlloc" and "## 2.1 VirtualAlloc: order of checks" */
const HEADING = /^(#{1,2}) (\d+(?:\.\d+)?) (.+)$/;
/** "| 2.1#13 | Size 0 is refused. | ros-src, oracle |" */
const ROW = /^\| (\d[^ |]*) \| (.+) \| ([^|]*) \|$/;

/** The rules of `docs/rules`, as the page fetches them. */
export interface RuleIndex {
  /** Of chapters and sections: "2", "2.3". */
  readonly titles: Readonly<Record<string, string>>;
  /** Of rules: "2.3#C5". */
  readonly sentences: Readonly<Record<string, string>>;
}

interface Line {
  readonly heading?: { readonly level: number; readonly section: string; readonly title: string };
  readonly rule?: { readonly id: string; readonly sentence: string; readonly evidence: string };
}

/**
 * The rules of `docs/rules`, for the page: an index that it fetches when it first has a rule to
 * explain, and a page that the rules link to.
 *
 * @param folder of the chapters
 */
export function rulePages(folder: string): Plugin {
  const index = () => JSON.stringify(ruleIndex(chapters(folder)));
  return {
    name: "rule-pages",
    configureServer({ middlewares }) {
      middlewares.use(`/${INDEX_FILE}`, (_request, response) => {
        response.setHeader("content-type", "application/json");
        response.end(index());
      });
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: INDEX_FILE, source: index() });
    },
    transformIndexHtml: (html) => html.replace(PLACE, () => chapters(folder).map(page).join("\n")),
  };
}

/** The texts of the chapters, in their order. */
export function chapters(folder: string): readonly string[] {
  const numbers = readdirSync(folder).map((name) => Number.parseInt(name, 10));
  return numbers
    .sort((left, right) => left - right)
    .map((number) => readFileSync(`${folder}/${number}.md`, "utf8"));
}

export function ruleIndex(texts: readonly string[]): RuleIndex {
  const all = texts.flatMap(lines);
  const titles = all.flatMap(({ heading }) => {
    return heading === undefined ? [] : [[heading.section, heading.title] as const];
  });
  const sentences = all.flatMap(({ rule }) => {
    return rule === undefined ? [] : [[rule.id, rule.sentence] as const];
  });
  return { titles: Object.fromEntries(titles), sentences: Object.fromEntries(sentences) };
}

function lines(text: string): Line[] {
  return text.split("\n").map((line): Line => {
    const [, marks = "", section = "", title = ""] = HEADING.exec(line) ?? [];
    if (marks !== "") return { heading: { level: marks.length, section, title } };
    const [, id = "", sentence = "", evidence = ""] = ROW.exec(line) ?? [];
    return id === "" ? {} : { rule: { id, sentence, evidence } };
  });
}

/** A chapter: a heading, and a list of rules for each section. */
function page(text: string): string {
  const parts = lines(text).map(({ heading, rule }) => {
    if (heading !== undefined) {
      const { level, section, title } = heading;
      // A chapter without parts has its number twice.
      const id = level === 1 && text.includes(`\n## ${section} `) ? "" : ` id="${section}"`;
      return `<h${level + 1}${id}>${section} ${escaped(title)}</h${level + 1}>`;
    }
    if (rule === undefined) return "";
    const { id, sentence, evidence } = rule;
    // A section of one rule has its place already.
    const place = id.includes("#") ? ` id="${id.replace("#", "-")}"` : "";
    return (
      `<p${place}><b class="fixed">${id}</b> ${escaped(sentence)} ` +
      `<span class="quiet">${evidence}</span></p>`
    );
  });
  return parts.filter((part) => part !== "").join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
