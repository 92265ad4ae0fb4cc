import { useSignal, useSignalEffect } from "@preact/signals";
import { Machine } from "guardpage";
import type { Session } from "../session/session.ts";
import { FilmView } from "./film-view.tsx";
import { traceText } from "./trace-text.ts";

/** What became of a file. */
type Opened =
  | { readonly kind: "recording"; readonly text: string; readonly file: string }
  | { readonly kind: "snapshot"; readonly machine: Machine; readonly file: string }
  | { readonly kind: "refused"; readonly why: string };

/** A trace, a recording or a snapshot that somebody has: dropped on the page, or chosen here. */
export function OwnFile({ session }: { readonly session: Session }) {
  const opened = useSignal<Opened | undefined>(undefined);
  useSignalEffect(() => {
    const file = session.file.value;
    opened.value = undefined;
    if (file === undefined) return;
    open(file).then((what) => {
      if (session.file.peek() !== file) return;
      opened.value = what;
      if (what.kind === "snapshot") session.open(what.machine);
    });
  });
  const shown = opened.value;
  return (
    <article class="scenario" data-scenario="own-file">
      <h2>A file of your own</h2>
      <p>
        Drop a trace or recording (<code>.jsonl</code>, <code>.jsonl.gz</code>) on the page to play
        it as a film, or a snapshot to look at its machine. It stays in your browser.
      </p>
      <label>
        Or choose a file{" "}
        <input
          type="file"
          onChange={({ currentTarget }) => {
            session.file.value = currentTarget.files?.[0];
          }}
        />
      </label>
      <p role="alert">{shown?.kind === "refused" ? shown.why : ""}</p>
      {shown?.kind === "recording" && (
        <FilmView text={shown.text} file={shown.file} session={session} />
      )}
      {shown?.kind === "snapshot" && <SnapshotView machine={shown.machine} file={shown.file} />}
    </article>
  );
}

interface SnapshotViewProps {
  readonly machine: Machine;
  readonly file: string;
}

function SnapshotView({ machine, file }: SnapshotViewProps) {
  return (
    <>
      <p class="sentence" role="status">
        {file} is a snapshot of a {machine.profile} machine with {machine.processes.length}{" "}
        {machine.processes.length === 1 ? "process" : "processes"}.
      </p>
      <p class="quiet">
        Hash of the state: <code class="hash">{machine.hash()}</code>
      </p>
    </>
  );
}

/** How a trace begins, as it is or packed. Whatever else may be a snapshot. */
const TRACE_BEGINS = ["{", "\x1f"];

async function open(file: File): Promise<Opened> {
  const { name } = file;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (TRACE_BEGINS.includes(String.fromCharCode(bytes[0] ?? 0))) {
      return { kind: "recording", text: await traceText(bytes), file: name };
    }
    return { kind: "snapshot", machine: await Machine.restore(bytes), file: name };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: "refused", why: `${name}: ${why}` };
  }
}
