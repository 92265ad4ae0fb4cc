import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Session } from "../session/session.ts";
import { Run } from "./run.ts";
import type { Outcome, Scenario } from "./scenario.ts";
import "./scenarios.css";

interface RunViewProps {
  readonly scenario: Scenario;
  readonly session: Session;
}

/** A scenario with its controls: step, run, back, and what came of it. */
export function RunView({ scenario, session }: RunViewProps) {
  const run = useSignal<Run | undefined>(undefined);
  const omits = useSignal(false);
  useSignalEffect(() => {
    const isOmitted = omits.value;
    let isLeft = false;
    run.value = undefined;
    Run.begin(scenario, session, isOmitted).then((begun) => {
      if (!isLeft) run.value = begun;
    });
    return () => {
      isLeft = true;
    };
  });
  useEffect(() => () => run.value?.pause(), []);
  return (
    <article class="scenario" data-scenario={scenario.id}>
      <h2>{scenario.title}</h2>
      <p>{scenario.summary}</p>
      <label class="choice">
        <input
          type="checkbox"
          checked={omits.value}
          onChange={({ currentTarget }) => {
            omits.value = currentTarget.checked;
          }}
        />
        Without {scenario.omission}
      </label>
      {run.value && <Running run={run.value} session={session} />}
    </article>
  );
}

interface RunningProps {
  readonly run: Run;
  readonly session: Session;
}

function Running({ run, session }: RunningProps) {
  const isRunning = run.isRunning.value;
  const isAtEnd = run.isAtEnd.value;
  const isAtStart = run.position.value === 0;
  const { Panel } = run.program;
  // Drawn anew after each change of the machine.
  session.changes.value;
  return (
    <>
      <fieldset class="controls">
        <legend>Steps of the program</legend>
        <button type="button" disabled={isAtStart || isRunning} onClick={() => run.restart()}>
          Start again
        </button>
        <button type="button" disabled={isAtStart || isRunning} onClick={() => run.back()}>
          Back
        </button>
        <button type="button" disabled={isAtEnd || isRunning} onClick={() => run.step()}>
          Step
        </button>
        <button
          type="button"
          class="main"
          disabled={isAtEnd}
          onClick={() => (isRunning ? run.pause() : run.run())}
        >
          {isRunning ? "Pause" : "Run"}
        </button>
      </fieldset>
      <p class="sentence" aria-live="polite">
        <span class="quiet">Step {run.position.value}.</span> {run.sentence.value}
      </p>
      {isAtEnd && <OutcomeView outcome={run.program.outcome()} />}
      {!isRunning && (
        <p class="quiet">
          State <output class="hash">{session.machine.value.hash()}</output>
        </p>
      )}
      {Panel && <Panel program={run.program} />}
    </>
  );
}

function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  return (
    <section class={outcome.isRight ? "outcome right" : "outcome wrong"} role="status">
      <h3>{outcome.isRight ? "As it should be" : "It went wrong"}</h3>
      <p>{outcome.sentence}</p>
      <dl>
        {Object.entries(outcome.facts).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
