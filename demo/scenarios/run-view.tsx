import { useSignal, useSignalEffect } from "@preact/signals";
import type { Session } from "../session/session.ts";
import { Control } from "./control.tsx";
import { Omission } from "./omission.tsx";
import { OutcomeView } from "./outcome-view.tsx";
import { Run } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { chosenSpeed, type Speed } from "./speed.ts";
import "./scenarios.css";

interface RunViewProps {
  readonly scenario: Scenario;
  readonly session: Session;
}

/** A scenario with its controls: step, run, back, and what came of it. */
export function RunView({ scenario, session }: RunViewProps) {
  const run = useSignal<Run | undefined>(undefined);
  const isBeginning = useSignal(true);
  const failure = useSignal("");
  const omits = useSignal(false);
  const beginnings = useSignal(0);
  useSignalEffect(() => {
    beginnings.value;
    let isLeft = false;
    let begun: Run | undefined;
    isBeginning.value = true;
    failure.value = "";
    Run.begin(scenario, session, omits.value).then(
      (made) => {
        if (isLeft) return;
        begun = made;
        made.show();
        run.value = made;
        isBeginning.value = false;
      },
      (error) => {
        if (!isLeft) failure.value = `It could not begin: ${error}`;
      },
    );
    return () => {
      isLeft = true;
      begun?.pause();
    };
  });
  return (
    <article
      class="scenario"
      data-scenario={scenario.id}
      aria-busy={isBeginning.value && failure.value === ""}
    >
      <h2>{scenario.title}</h2>
      <p>{scenario.summary}</p>
      <Omission what={scenario.omission} omits={omits} />
      <p role="alert">{failure.value}</p>
      {run.value && (
        <Running
          run={run.value}
          session={session}
          isReady={!isBeginning.value}
          beginAnew={() => {
            beginnings.value += 1;
          }}
        />
      )}
    </article>
  );
}

interface RunningProps {
  readonly run: Run;
  readonly session: Session;
  readonly isReady: boolean;
  readonly beginAnew: () => void;
}

function Running({ run, session, isReady, beginAnew }: RunningProps) {
  const isRunning = run.isRunning.value;
  const isAtEnd = run.isAtEnd.value;
  const { Panel } = run.program;
  // Drawn anew after each change of the machine.
  session.changes.value;
  return (
    <>
      <Controls run={run} isReady={isReady} beginAnew={beginAnew} />
      <p class="sentence" aria-live={isRunning ? "off" : "polite"}>
        <span class="quiet">Step {run.position.value}.</span> {run.sentence.value}
      </p>
      <div class="end" role="status">
        {isAtEnd ? (
          <OutcomeView outcome={run.program.outcome()} />
        ) : (
          <p class="quiet">What came of it is shown here at the end.</p>
        )}
      </div>
      <p class="quiet">
        Hash of the state: <code class="hash">{isRunning ? "not while it runs" : run.hash}</code>
      </p>
      {Panel && <Panel program={run.program} />}
    </>
  );
}

function Controls({ run, isReady, beginAnew }: Omit<RunningProps, "session">) {
  const isRunning = run.isRunning.value;
  const canStep = isReady && !run.isAtEnd.value;
  const isBegun = isReady && run.position.value > 0;
  return (
    <fieldset class="controls">
      <legend class="unseen">Steps of the program</legend>
      <Control
        title="Start again"
        isIdle={!isBegun}
        act={() => (run.canRestart ? run.restart() : beginAnew())}
      />
      <Control title="Back" isIdle={!isBegun || !run.canGoBack} act={() => run.back()} />
      <Control title="Step" isIdle={!canStep} act={() => run.step()} />
      <Control
        title={isRunning ? "Pause" : "Run"}
        isMain
        isIdle={!canStep}
        act={() => (isRunning ? run.pause() : run.run(chosenSpeed))}
      />
      <label>
        Speed{" "}
        <select
          value={chosenSpeed.value}
          onChange={({ currentTarget }) => {
            chosenSpeed.value = currentTarget.value as Speed;
          }}
        >
          <option value="slowly">Slowly</option>
          <option value="at once">At once</option>
        </select>
      </label>
      {isBegun && !run.canGoBack && (
        <span class="quiet">There was no memory to remember the steps before.</span>
      )}
    </fieldset>
  );
}
