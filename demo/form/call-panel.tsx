import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { matching } from "../calls/calls.ts";
import { Writer } from "../calls/writer.ts";
import { consoleOf } from "../console/console.ts";
import { OutcomeView } from "../console/outcome-view.tsx";
import type { Session } from "../session/session.ts";
import { FieldView } from "./field-view.tsx";
import { Form, type Made } from "./form.ts";
import "./form.css";

/** A form for every call, and what came of it. */
export function CallPanel({ session }: { readonly session: Session }) {
  const own = consoleOf(session);
  const form = useMemo(() => new Form(session, own.scope), [session]);
  const made = form.made.value;
  const { highestUserAddress } = session.machine.value;
  return (
    <div class="form">
      <Chooser form={form} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          form.make();
        }}
      >
        <Fields form={form} />
        <Line form={form} put={(line) => own.put(line)} />
      </form>
      <section aria-label="Answer" aria-live="polite">
        {made && <MadeView form={form} made={made} highestUserAddress={highestUserAddress} />}
      </section>
    </div>
  );
}

function Chooser({ form }: { readonly form: Form }) {
  const search = useSignal("");
  const found = useComputed(() => matching(search.value));
  const chosen = form.chosen.value.name;
  const isFound = found.value.some(({ calls }) => calls.some(({ name }) => name === chosen));
  return (
    <div class="chooser">
      <label>
        Search{" "}
        <input
          type="search"
          spellcheck={false}
          value={search.value}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value;
          }}
          onKeyDown={({ key }) => {
            const [first] = found.value.flatMap(({ calls }) => calls);
            if (key === "Enter" && first !== undefined) form.choose(first.name);
          }}
        />
      </label>
      <label>
        Call{" "}
        <select
          class="fixed"
          value={isFound ? chosen : ""}
          onChange={({ currentTarget }) => form.choose(currentTarget.value)}
        >
          {!isFound && <option value="">{chosen}</option>}
          {found.value.map(({ title, calls }) => (
            <optgroup key={title} label={title}>
              {calls.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
    </div>
  );
}

function Fields({ form }: { readonly form: Form }) {
  const { name, parameters } = form.chosen.value;
  return (
    <div class="fields" key={name}>
      {parameters.flatMap((parameter) =>
        parameter.fields.map((field) => (
          <FieldView
            key={`${parameter.name} ${field.label}`}
            form={form}
            parameter={parameter}
            field={field}
          />
        )),
      )}
    </div>
  );
}

interface LineProps {
  readonly form: Form;
  readonly put: (line: string) => void;
}

/** The call as it will be made, and the buttons. */
function Line({ form, put }: LineProps) {
  const line = form.line();
  const isReady = "line" in line;
  return (
    <>
      <pre class="code-line">{isReady ? line.line : line.reason}</pre>
      <div class="controls">
        <button type="submit" class="main" disabled={!isReady}>
          Call
        </button>
        <button type="button" disabled={!isReady} onClick={() => isReady && put(line.line)}>
          Put it in the console
        </button>
      </div>
    </>
  );
}

interface MadeViewProps {
  readonly form: Form;
  readonly made: Made;
  readonly highestUserAddress: number;
}

function MadeView({ form, made, highestUserAddress }: MadeViewProps) {
  const { outcome, received } = made;
  const now = form.line();
  const isShownAbove = "line" in now && now.line === outcome.line;
  const writer = new Writer(highestUserAddress);
  const isUndecided = outcome.rule === "" && outcome.call === undefined;
  return (
    <>
      {!isShownAbove && <pre class="code-line quiet">{outcome.line}</pre>}
      <OutcomeView outcome={outcome} highestUserAddress={highestUserAddress} />
      {received.length > 0 && (
        <dl class="outcome-rows">
          {received.map(({ parameter: { name, received: shown = "structure" }, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <pre>{writer.text(value, shown)}</pre>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {isUndecided && outcome.thrown === undefined && <p class="quiet">No rule decided it.</p>}
    </>
  );
}
