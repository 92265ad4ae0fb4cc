import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { Canvas } from "./canvas.tsx";
import type { MapView } from "./map-view.ts";
import { CROWDED, type Kind, schemes } from "./schemes.ts";

const SWATCH_PIXELS = 14;

/** What the colours stand for; which kinds are drawn faintly is chosen here too. */
export function Legend({ view }: { readonly view: MapView }) {
  return (
    <div class="legend">
      <fieldset>
        <legend>Colour by</legend>
        {Object.entries(schemes).map(([id, scheme]) => (
          <label key={id}>
            <input
              type="radio"
              name="map-scheme"
              checked={view.scheme.value === scheme}
              onChange={() => {
                view.scheme.value = scheme;
              }}
            />
            {scheme.title}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Show</legend>
        {view.scheme.value.kinds.map((kind) => (
          <KindChoice key={kind} kind={kind} faint={view.faint} />
        ))}
        <span class="key">
          <KindText kind={CROWDED} />
        </span>
      </fieldset>
    </div>
  );
}

interface KindChoiceProps {
  readonly kind: Kind;
  readonly faint: Signal<ReadonlySet<Kind>>;
}

function KindChoice({ kind, faint }: KindChoiceProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={!faint.value.has(kind)}
        onChange={({ currentTarget }) => {
          const others = [...faint.value].filter((each) => each !== kind);
          faint.value = new Set(currentTarget.checked ? others : [...others, kind]);
        }}
      />
      <KindText kind={kind} />
    </label>
  );
}

function KindText({ kind }: { readonly kind: Kind }) {
  return (
    <>
      <Swatch kind={kind} />
      {kind.name}
      {kind.meaning && <span class="quiet"> ({kind.meaning})</span>}
    </>
  );
}

function Swatch({ kind }: { readonly kind: Kind }) {
  const width = useSignal(0);
  return (
    <Canvas
      class="swatch"
      aria-hidden="true"
      pixels={width}
      height={SWATCH_PIXELS}
      watch={() => undefined}
      draw={(surface, paints) => {
        surface.fillStyle = paints.of(kind);
        surface.fillRect(0, 0, width.value, SWATCH_PIXELS);
      }}
    />
  );
}
