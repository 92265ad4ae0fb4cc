import { useEffect } from "preact/hooks";
import { askForRules, type ExplainedRule, explained, ruleIndex, ruleLink } from "./rules.ts";

/** The number of a rule, its sentence and the title of its section. */
export function RuleView({ rule }: { readonly rule: string }) {
  useEffect(() => {
    askForRules();
  }, []);
  const index = ruleIndex.value;
  const found = index && explained(index, rule);
  return (
    <>
      <a class="fixed" href={ruleLink(rule)} target="_blank" rel="noopener">
        {rule}
      </a>{" "}
      {found && <RuleText {...found} />}
    </>
  );
}

function RuleText({ section, title, sentence }: ExplainedRule) {
  if (sentence === "") return title;
  return (
    <>
      {sentence}{" "}
      <span class="quiet">
        ({section} {title})
      </span>
    </>
  );
}
