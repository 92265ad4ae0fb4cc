/**
 * Where a rule comes from. `oracle` is a probe under Wine 8.0; the other names are explained on the
 * first page of the index (docs/rules.md).
 */
export const EVIDENCE = [
  "doc",
  "wine-test",
  "wine-test-new",
  "wine-src",
  "ros-src",
  "ros-test",
  "oracle",
] as const;

export type Evidence = (typeof EVIDENCE)[number];

/** One row of the rules that this package follows. */
export interface Rule {
  /** Section and row: "2.3#C5"; a section alone is the whole of a table. */
  readonly id: string;
  /** The rule in one sentence. */
  readonly title: string;
  readonly evidence: readonly Evidence[];
  /** Best reconstruction: nobody has shown it on Windows. */
  readonly unsure?: true;
}

export const RULE_ID = /^\d+(?:\.\d+)?(?:#[A-Z]?\d+[a-z]?)?$/;

/** The part of an id before the row: "2.3" of "2.3#C5". */
export function sectionOf(id: string): string {
  return id.split("#")[0] as string;
}

/**
 * Reads the form in which the rules are kept: a line `id | evidence`, and below it the title. A
 * question mark among the evidence says unsure.
 */
export function rulesOf(table: string): Rule[] {
  const lines = table.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line, index) => (index % 2 === 0 ? [ruleOf(line, lines[index + 1])] : []));
}

function ruleOf(head: string, title: string | undefined): Rule {
  const [id = "", tags = ""] = head.split(" | ");
  if (!RULE_ID.test(id) || !title?.startsWith("  ")) throw new Error(`not a rule: ${head}`);
  const words = tags.split(" ");
  const rule = {
    id,
    title: title.trim(),
    evidence: words.filter((word) => word !== "?").map(evidenceOf),
  };
  return words.includes("?") ? { ...rule, unsure: true } : rule;
}

function evidenceOf(word: string): Evidence {
  const found = EVIDENCE.find((name) => name === word);
  if (found === undefined) throw new Error(`not an evidence: ${word}`);
  return found;
}
