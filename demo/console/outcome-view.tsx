import { Writer } from "../calls/writer.ts";
import { RuleView } from "../rules/rule-view.tsx";
import { explanation } from "./explanation.ts";
import type { Outcome } from "./scope.ts";
import "./outcome.css";

interface OutcomeViewProps {
  readonly outcome: Outcome;
  readonly highestUserAddress: number;
}

/** What a line returned or threw, the last error and the rule. */
export function OutcomeView({ outcome, highestUserAddress }: OutcomeViewProps) {
  const { call, rule, value } = outcome;
  const explained = explanation(outcome, new Writer(highestUserAddress));
  const { title, lines, isFailure, lastError } = explained;
  const isOfPart = call !== undefined && call.rule === rule && !Object.is(call.value, value);
  return (
    <dl class="outcome-rows">
      <dt>{title}</dt>
      <dd class={isFailure ? "failed" : undefined}>
        <pre>{lines.join("\n")}</pre>
      </dd>
      {lastError !== undefined && (
        <>
          <dt>Last error</dt>
          <dd>{lastError}</dd>
        </>
      )}
      {rule !== "" && (
        <>
          <dt>{isOfPart ? `Rule of ${call.name}` : "Rule"}</dt>
          <dd class="sentence-text">
            <RuleView rule={rule} />
          </dd>
        </>
      )}
      {rule === "" && call !== undefined && (
        <>
          <dt>Rule</dt>
          <dd class="quiet sentence-text">No rule decides {call.name}.</dd>
        </>
      )}
    </dl>
  );
}
