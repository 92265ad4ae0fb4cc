import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Session } from "../session/session.ts";
import { onDemand } from "../view/on-demand.tsx";
import { ScenariosPanel } from "./scenarios-panel.tsx";

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly View: ComponentType<{ readonly session: Session }>;
  /** A number behind the title, while it is not 0. */
  readonly count?: (session: Session) => number;
}

const panels: readonly Panel[] = [
  { id: "scenarios", title: "Scenarios", View: ScenariosPanel },
  {
    id: "regions",
    title: "Regions",
    View: onDemand(async () => (await import("../regions/regions-panel.tsx")).RegionsPanel),
  },
  {
    id: "bytes",
    title: "Bytes",
    View: onDemand(async () => (await import("../bytes/bytes-panel.tsx")).BytesPanel),
  },
  {
    id: "calls",
    title: "Call",
    View: onDemand(async () => (await import("../form/call-panel.tsx")).CallPanel),
  },
  {
    id: "console",
    title: "Console",
    View: onDemand(async () => (await import("../console/console-panel.tsx")).ConsolePanel),
  },
  {
    id: "exceptions",
    title: "Exceptions",
    View: onDemand(
      async () => (await import("../exceptions/exceptions-panel.tsx")).ExceptionsPanel,
    ),
    count: ({ exceptions }) => exceptions.entries.value.length,
  },
];

/** What is done with the memory, a tab each. All stay as they are while another is shown. */
export function Panels({ session }: { readonly session: Session }) {
  const opened = useSignal<ReadonlySet<string>>(new Set());
  useSignalEffect(() => {
    opened.value = new Set([...opened.peek(), session.panel.value]);
  });
  const shown = panels.findIndex(({ id }) => id === session.panel.value);
  const show = (index: number) => {
    const panel = panels.at(index % panels.length);
    if (panel === undefined) return;
    session.panel.value = panel.id;
    document.getElementById(`tab-${panel.id}`)?.focus();
  };
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => show(shown - 1),
    ArrowRight: () => show(shown + 1),
    Home: () => show(0),
    End: () => show(-1),
  };
  return (
    <section class="panels" aria-label="Tools">
      <div role="tablist" aria-label="Tools">
        {panels.map(({ id, title, count }, index) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={index === shown}
            aria-controls={`panel-${id}`}
            tabIndex={index === shown ? 0 : -1}
            onClick={() => show(index)}
            onKeyDown={(event) => {
              const move = moves[event.key];
              if (move === undefined) return;
              event.preventDefault();
              move();
            }}
          >
            {title}
            {count && <Count session={session} count={count} />}
          </button>
        ))}
      </div>
      {panels.map(({ id, View }, index) => (
        <div
          key={id}
          id={`panel-${id}`}
          class="panel"
          role="tabpanel"
          aria-labelledby={`tab-${id}`}
          hidden={index !== shown}
        >
          {opened.value.has(id) && <View session={session} />}
        </div>
      ))}
    </section>
  );
}

type CountProps = Required<Pick<Panel, "count">> & { readonly session: Session };

/** Apart from the tabs, which are not drawn anew when it changes. */
function Count({ session, count }: CountProps) {
  const number = count(session);
  return number === 0 ? null : <> ({number})</>;
}
