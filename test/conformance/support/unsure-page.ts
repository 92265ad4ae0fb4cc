import type { Rule } from "./rule-index.ts";
import { sectionOf } from "./rule-index.ts";

/** The machine option that decides a rule nobody is sure of, where there is one. */
export const SWITCHES: Readonly<Record<string, string>> = {
  "3.6#6": "workingSetMin",
  "4.1#4": "guardOrder",
  "10#16": "enclaves",
  "11#10": "physicalPages",
  "14.2#13": "version",
  "14.2#16": "version",
  "16.2#8": "autoReserveOnCommit",
  "17.1#12": "version",
  "17.1#13": "version",
  "17.3#2": "strictPhysical",
  "17.6#9": "handlerDepthLimit",
  "17.6#10": "handlerLoopLimit",
  "17.7#2": "wow64",
  "17.9#15": "regionFlags",
  "17.10#8": "workingSetMin",
  "17.11#1": "numaNodes",
  "17.11#4": "codeGeneration",
  "17.11#5": "codeGeneration",
  "17.14#8": "lowMemoryPages",
  "17.14#9": "physicalPages",
};

export function unsureRules(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ unsure }) => unsure === true);
}

/** The test files with cases of a rule, by the sources of all of them. */
export function testsOf(id: string, sources: ReadonlyMap<string, string>): string[] {
  return [...sources].filter(([, text]) => text.includes(`"${id}"`)).map(([name]) => name);
}

/** The page that lists the rules which nobody has shown on Windows. */
export function unsurePage(rules: readonly Rule[], sources: ReadonlyMap<string, string>): string {
  const unsure = unsureRules(rules);
  const rows = unsure.map(({ id, title }) => {
    const option = SWITCHES[id] === undefined ? "" : `\`${SWITCHES[id]}\``;
    const tests = testsOf(id, sources).join(", ");
    return `| ${sectionOf(id)} | ${id} | ${title} | ${option} | ${tests} |`;
  });
  return `# Rules that nobody has shown on Windows

${unsure.length} of the ${rules.length} [rules](rules.md) are best reconstructions. Each is followed
in one place. Where a machine option decides it, the option is named; the tests are those of
\`test/conformance\`. The list is written from the index of rules, and a test counts it.

| Section | Rule | | Option | Tests |
|---|---|---|---|---|
${rows.join("\n")}
`;
}
