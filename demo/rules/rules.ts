import { signal } from "@preact/signals";
import type { RuleIndex } from "../plugins/rule-pages.ts";

export interface ExplainedRule {
  /** "2.3" */
  readonly section: string;
  readonly title: string;
  /** "" where the whole section is the rule. */
  readonly sentence: string;
}

/** What a rule of an index says; undefined for one that is not there. */
export function explained(index: RuleIndex, rule: string): ExplainedRule | undefined {
  const [section = ""] = rule.split("#");
  const title = index.titles[section];
  if (title === undefined) return undefined;
  return { section, title, sentence: index.sentences[rule] ?? "" };
}

/** Where rules.html has a rule. */
export function ruleLink(rule: string): string {
  return `rules.html#${rule.replace("#", "-")}`;
}

/** undefined until it has come. */
export const ruleIndex = signal<RuleIndex | undefined>(undefined);
let isAsked = false;

/** Fetch the index, once. Without it rules are numbers. */
export async function askForRules(): Promise<void> {
  if (isAsked) return;
  isAsked = true;
  const response = await fetch(new URL("rules.json", document.baseURI));
  if (response.ok) ruleIndex.value = await response.json();
}
