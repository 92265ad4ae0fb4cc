import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Session } from "../session/session.ts";
import { Details, FocusSentence } from "./details.tsx";
import { Grid } from "./grid.tsx";
import { Legend } from "./legend.tsx";
import { MapView } from "./map-view.ts";
import { Strip } from "./strip.tsx";
import { Summary } from "./summary.tsx";
import "./map.css";

interface MemoryMapProps {
  readonly session: Session;
  /** What goes beside the grid, or before it where there is no room. */
  readonly children: ComponentChildren;
}

/** The memory of the process: all of it as a strip, and the pages around the focus as a grid. */
export function MemoryMap({ session, children }: MemoryMapProps) {
  const view = useMemo(() => new MapView(session), [session]);
  useSignalEffect(() => {
    session.changes.value;
    const frame = requestAnimationFrame(() => {
      view.frame.value += 1;
    });
    return () => cancelAnimationFrame(frame);
  });
  return (
    <>
      <Tools view={view} />
      <section class="wide strip-box" aria-label="Address space">
        <Strip view={view} />
      </section>
      <div class="wide">
        <Legend view={view} />
        <Summary view={view} />
      </div>
      {children}
      <section class="pages" aria-label="Pages">
        <Grid view={view} />
        <Details view={view} />
        <FocusSentence view={view} />
        <KeyHelp />
      </section>
    </>
  );
}

function Tools({ view }: { readonly view: MapView }) {
  const isAll = view.showsAll;
  return (
    <div class="wide controls">
      <button type="button" onClick={() => view.zoomIn()}>
        Zoom in
      </button>
      <button type="button" disabled={isAll} onClick={() => view.zoomOut()}>
        Zoom out
      </button>
      <button type="button" onClick={() => view.zoomToRegion()}>
        This region
      </button>
      <button type="button" disabled={isAll} onClick={() => view.showAll()}>
        Everything
      </button>
      <label>
        <input
          type="checkbox"
          checked={view.folds.value}
          onChange={({ currentTarget }) => {
            view.folds.value = currentTarget.checked;
          }}
        />
        Fold long gaps
      </label>
    </div>
  );
}

const KEYS = [
  ["Arrows", "move by a column, or by a page and a row"],
  ["N, P", "next and previous run of pages that are alike"],
  ["+, \u2212", "nearer and further"],
  ["Enter", "zoom to the region"],
  ["0", "everything"],
  ["Shift and arrows", "move the strip along"],
  ["Page Up, Page Down", "previous and next run, or a grid up and down"],
] as const;

function KeyHelp() {
  return (
    <details>
      <summary>Keys and mouse</summary>
      <dl id="map-keys" class="keys">
        {KEYS.map(([key, action]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{action}</dd>
          </div>
        ))}
        <div>
          <dt>Mouse</dt>
          <dd>
            wheel: zoom at the pointer; drag over the strip: zoom to it; double click: zoom to the
            region
          </dd>
        </div>
      </dl>
    </details>
  );
}
