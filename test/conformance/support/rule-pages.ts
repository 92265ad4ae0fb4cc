import type { Evidence, Rule } from "./rule-index.ts";
import { sectionOf } from "./rule-index.ts";

const EVIDENCE_MEANING: Readonly<Record<Evidence, string>> = {
  doc: "stated by the documentation: Microsoft's, or of the library that a face follows",
  "wine-test": "asserted by the test suite of Wine 8.0, which is validated on Windows",
  "wine-test-new": "asserted by a newer test of Wine",
  "wine-src": "how the source of Wine 8.0 does it, which is no proof for Windows",
  "ros-src":
    "how the memory manager of ReactOS does it, which follows the order of checks of NT 5.2",
  "ros-test": "asserted by the tests of ReactOS, validated on Windows Server 2003",
  oracle: "seen in a probe under Wine 8.0, 64-bit",
};

const CHAPTERS: Readonly<Record<string, string>> = {
  "0": "Constants",
  "1": "Layout of the address space",
  "2": "VirtualAlloc",
  "3": "VirtualFree, VirtualProtect, VirtualQuery, VirtualLock, IsBad*Ptr",
  "4": "Faults",
  "5": "Write watch",
  "6": "Address Windowing Extensions",
  "7": "Sections, views, copy-on-write",
  "8": "VirtualAlloc2 and placeholders",
  "11": "Large pages",
  "10": "Enclaves",
  "9": "Offered memory, prefetching, working set",
  "12": "Other processes",
  "13": "Commit charge and limits",
  "14": "Faces and versions",
  "15": "Status codes",
  "16": "Switches and worked examples",
  "17": "Additions",
};

function chapterOf(id: string): string {
  return id.split(/[.#]/)[0] as string;
}

function groups(rules: readonly Rule[], keyOf: (id: string) => string): [string, Rule[]][] {
  const byKey = new Map<string, Rule[]>();
  for (const rule of rules) {
    const key = keyOf(rule.id);
    byKey.set(key, [...(byKey.get(key) ?? []), rule]);
  }
  return [...byKey];
}

/** Every chapter with its rules. */
export function chapters(rules: readonly Rule[]): [string, Rule[]][] {
  return groups(rules, chapterOf);
}

/** The first page: what an id is, what the evidence is, and where the chapters are. */
export function firstPage(rules: readonly Rule[]): string {
  const evidence = Object.entries(EVIDENCE_MEANING).map(
    ([name, meaning]) => `| ${name} | ${meaning} |`,
  );
  const pages = chapters(rules).map(([chapter, own]) => {
    return `| [${chapter}](rules/${chapter}.md) | ${CHAPTERS[chapter]} | ${own.length} |`;
  });
  return `# Rules

What Windows answers, one row for each rule that this package follows. Comments, tests and
\`machine.decision\` cite a rule by section and row: 2.3#C5 is row C5 of section 2.3. Sections and
rows that are missing here are about things that are not built yet. Numbers in the rules are
hexadecimal where they are addresses, sizes or flags; counts and error codes are decimal.

Every rule has a test whose title begins with its id (\`test/conformance\`); a test fails when a
rule has none. These pages are written from the list that it checks.

| Chapter | About | Rules |
|---|---|---|
${pages.join("\n")}

## Evidence

| Word | Meaning |
|---|---|
${evidence.join("\n")}
| unsure | best reconstruction: nobody has shown it on Windows |
`;
}

/** The page of one chapter. */
export function chapterPage(
  chapter: string,
  rules: readonly Rule[],
  titles: Readonly<Record<string, string>>,
): string {
  const sections = groups(rules, sectionOf).map(([section, own]) => {
    const rows = own.map(({ id, title, evidence, unsure }) => {
      return `| ${id} | ${title} | ${[...evidence, ...(unsure ? ["unsure"] : [])].join(", ")} |`;
    });
    return `## ${section} ${titles[section]}

| Rule | | Evidence |
|---|---|---|
${rows.join("\n")}
`;
  });
  return `# ${chapter} ${CHAPTERS[chapter]}

[All chapters and what the evidence means](../rules.md)

${sections.join("\n")}`;
}
