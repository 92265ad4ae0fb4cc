import { useSignal } from "@preact/signals";
import { MEM_RESERVE } from "guardpage/constants";
import { useEffect, useMemo } from "preact/hooks";
import { Omission } from "../scenarios/omission.tsx";
import type { Session } from "../session/session.ts";
import { FilmView } from "./film-view.tsx";
import { traceText } from "./trace-text.ts";

const TRACE = new URL(
  "../../test/conformance/traces/esbuild-ia32-minify.jsonl.gz",
  import.meta.url,
);

/** The calls that a real program made when it ran under Windows' names for memory. */
export function RecordedProgram({ session }: { readonly session: Session }) {
  const text = useSignal("");
  const failure = useSignal("");
  const omits = useSignal(false);
  useEffect(() => {
    const show = async () => {
      const response = await fetch(TRACE);
      if (!response.ok) throw new Error(`the recording could not be fetched: ${response.status}`);
      text.value = await traceText(new Uint8Array(await response.arrayBuffer()));
    };
    show().catch((error) => {
      failure.value = String(error);
    });
  }, []);
  const isOmitted = omits.value;
  const whole = text.value;
  const shown = useMemo(() => {
    return isOmitted ? withoutFirstReservation(whole) : whole;
  }, [whole, isOmitted]);
  return (
    <article class="scenario" data-scenario="recorded-program">
      <h2>A recorded program, as a film</h2>
      <p>
        The 32-bit esbuild, a Go program, minified the TypeScript compiler; each of its calls about
        memory was recorded, and is made again here and compared. Watch Go's heap arenas being
        reserved, and committed bit by bit.
      </p>
      <Omission what="its first reservation" omits={omits} />
      <p role="alert">{failure.value}</p>
      {shown !== "" && <FilmView text={shown} file="esbuild-ia32-minify.jsonl" session={session} />}
    </article>
  );
}

/** The program as it would have been without the first call that did nothing but reserve. */
function withoutFirstReservation(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => {
    if (!line.startsWith('{"call":"VirtualAlloc"')) return false;
    const { args } = JSON.parse(line) as { readonly args: readonly string[] };
    return Number(args[2]) === MEM_RESERVE;
  });
  return lines.filter((_, index) => index !== first).join("\n");
}
