import { useSignal } from "@preact/signals";
import { addressText, sizeText } from "../session/words.ts";
import { Canvas } from "./canvas.tsx";
import { commonKeys, type Keys, pressed } from "./keys.ts";
import type { MapView } from "./map-view.ts";
import { rangeBetween } from "./navigation.ts";
import { drawStrip } from "./strip-picture.ts";

const HEIGHT_PIXELS = 56;
/** A pointer that moved less has not dragged. */
const DRAG_PIXELS_MINIMUM = 4;
const PAN_SHARE = 1 / 8;
/** Of a wheel, for twice as near. */
const WHEEL_PIXELS = 240;
/** Pixels of a line, for wheels that count in lines. */
const LINE_PIXELS = 16;

interface Drag {
  readonly from: number;
  readonly to: number;
}

/** What is shown of the address space, as one strip. */
export function Strip({ view }: { readonly view: MapView }) {
  const drag = useSignal<Drag | undefined>(undefined);
  const keys = stripKeys(view, () => {
    drag.value = undefined;
  });
  const drop = () => {
    if (drag.value === undefined) return;
    const { from, to } = drag.value;
    drag.value = undefined;
    const isClick = Math.abs(to - from) < DRAG_PIXELS_MINIMUM;
    const [left, right] = from < to ? [from, to] : [to, from];
    if (isClick) view.moveTo(view.scale.value.addressAt(to));
    else view.show(rangeBetween(view.scale.value, left, right));
  };
  return (
    <div class="strip">
      <Canvas
        pixels={view.width}
        height={HEIGHT_PIXELS}
        watch={() => view.watch()}
        draw={(surface, paints) => {
          const picture = {
            memory: view.memory.value,
            scale: view.scale.value,
            height: HEIGHT_PIXELS,
          };
          drawStrip(surface, picture, view.look(paints));
        }}
        tabIndex={0}
        role="application"
        aria-label="Address space"
        aria-describedby="map-keys"
        onKeyDown={(event) => pressed(keys, event)}
        onWheel={(event) => turned(view, event)}
        onDblClick={() => view.zoomToRegion()}
        onPointerDown={({ button, currentTarget, pointerId, offsetX }) => {
          if (button !== 0) return;
          currentTarget.setPointerCapture(pointerId);
          drag.value = { from: offsetX, to: offsetX };
        }}
        onPointerMove={({ offsetX }) => {
          view.pointed.value = view.scale.value.addressAt(offsetX);
          if (drag.value !== undefined) drag.value = { ...drag.value, to: offsetX };
        }}
        onPointerUp={drop}
        onPointerCancel={() => {
          drag.value = undefined;
        }}
        onPointerLeave={() => {
          view.pointed.value = undefined;
        }}
      />
      <Gaps view={view} />
      <Marks view={view} drag={drag.value} />
      <Ends view={view} />
    </div>
  );
}

function stripKeys(view: MapView, cancel: () => void): Keys {
  return {
    ...commonKeys(view),
    ArrowLeft: () => view.moveByColumn(-1),
    ArrowRight: () => view.moveByColumn(1),
    "Shift+ArrowLeft": () => view.pan(-PAN_SHARE),
    "Shift+ArrowRight": () => view.pan(PAN_SHARE),
    Home: () => view.showAll(),
    PageUp: () => view.moveToPreviousRun(),
    PageDown: () => view.moveToNextRun(),
    Escape: cancel,
  };
}

/** A wheel zooms at the pointer; sideways or with Shift it moves along. */
function turned(view: MapView, event: WheelEvent): void {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PIXELS;
  const along = event.deltaX + (event.shiftKey ? event.deltaY : 0);
  // Where the strip cannot follow, the page scrolls.
  if (view.showsAll && event.deltaY >= 0) return;
  event.preventDefault();
  if (along !== 0) {
    view.pan((along * unit) / view.width.value);
    return;
  }
  const factor = 2 ** (Math.abs(event.deltaY * unit) / WHEEL_PIXELS);
  if (event.deltaY < 0) view.zoomIn(event.offsetX, factor);
  else view.zoomOut(event.offsetX, factor);
}

/** What is folded away, and how much it is. */
function Gaps({ view }: { readonly view: MapView }) {
  return (
    <>
      {view.scale.value.pieces
        .filter(({ isGap }) => isGap)
        .map(({ start, end, left, width }) => (
          <span key={start} class="gap" style={{ left: `${left}px`, width: `${width}px` }}>
            {sizeText(end - start)} free
          </span>
        ))}
    </>
  );
}

/** Where the keys are, what the grid shows, and what is being selected. */
function Marks({ view, drag }: { readonly view: MapView; readonly drag: Drag | undefined }) {
  const scale = view.scale.value;
  const focus = view.session.focus.value;
  const { start, end } = view.gridRange;
  const isGridShown = start < scale.range.end && end > scale.range.start;
  return (
    <>
      {isGridShown && <Span name="in-grid" left={scale.xOf(start)} right={scale.xOf(end)} />}
      {scale.pieceOf(focus) !== undefined && (
        <Span name="focus" left={scale.xOf(focus)} right={scale.xOf(focus)} />
      )}
      {drag && (
        <Span
          name="selection"
          left={Math.min(drag.from, drag.to)}
          right={Math.max(drag.from, drag.to)}
        />
      )}
    </>
  );
}

interface SpanProps {
  readonly name: string;
  readonly left: number;
  readonly right: number;
}

function Span({ name, left, right }: SpanProps) {
  return <span class={name} style={{ left: `${left}px`, width: `${right - left}px` }} />;
}

/** The addresses of both ends, and how much lies between them. */
function Ends({ view }: { readonly view: MapView }) {
  const { start, end } = view.session.shown.value;
  const { highestUserAddress } = view.session.machine.value;
  return (
    <p class="ends fixed">
      <span>{addressText(start, highestUserAddress)}</span>
      <span class="quiet">{sizeText(end - start)} shown</span>
      <span>{addressText(end - 1, highestUserAddress)}</span>
    </p>
  );
}
