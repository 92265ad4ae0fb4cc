import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { PAGE_BYTES } from "../session/session.ts";
import { addressText, sizeText } from "../session/words.ts";
import { Canvas } from "./canvas.tsx";
import { drawGrid, GRID_ROWS, GridPlace, gridStartFor } from "./grid-picture.ts";
import { commonKeys, type Keys, pressed } from "./keys.ts";
import type { MapView } from "./map-view.ts";

const ROW_PIXELS = 18;
const HEIGHT_PIXELS = GRID_ROWS * ROW_PIXELS;
/** Of a wheel, for a row. */
const WHEEL_PIXELS = 40;

/** Pages of a cell that can be chosen. */
const CELL_PAGES = [1, 16, 256] as const;

/** The pages around the focus, a cell each. */
export function Grid({ view }: { readonly view: MapView }) {
  const width = useSignal(0);
  const wheel = useRef(0);
  useSignalEffect(() => {
    const place = { rows: GRID_ROWS, rowBytes: view.rowBytes };
    const focus = view.session.focus.value;
    view.gridStart.value = gridStartFor(view.gridStart.peek(), focus, place);
  });
  const grid = () => new GridPlace(view.gridRange, GRID_ROWS, width.value, HEIGHT_PIXELS);
  const addressAt = ({ offsetX, offsetY }: MouseEvent) => {
    const { end } = view.space.value;
    return Math.min(grid().addressAt(offsetX, offsetY), end - PAGE_BYTES);
  };
  const keys = gridKeys(view);
  return (
    <>
      <CellChoice view={view} />
      <div class="grid">
        <RowAddresses view={view} />
        <div class="cells">
          <Canvas
            pixels={width}
            height={HEIGHT_PIXELS}
            watch={() => {
              view.watch();
              view.gridRange;
            }}
            draw={(surface, paints) =>
              drawGrid(surface, view.memory.value, grid(), view.look(paints))
            }
            tabIndex={0}
            role="application"
            aria-label="Pages"
            aria-describedby="map-keys"
            onKeyDown={(event) => pressed(keys, event)}
            onWheel={(event) => {
              // Else the page could not be scrolled where the grid is.
              if (document.activeElement !== event.currentTarget) return;
              event.preventDefault();
              wheel.current += event.deltaY;
              const rows = Math.trunc(wheel.current / WHEEL_PIXELS);
              wheel.current -= rows * WHEEL_PIXELS;
              scroll(view, rows);
            }}
            onPointerDown={(event) => view.moveTo(addressAt(event))}
            onPointerMove={(event) => {
              view.pointed.value = addressAt(event);
            }}
            onPointerLeave={() => {
              view.pointed.value = undefined;
            }}
            onDblClick={() => view.zoomToRegion()}
          />
          <Outline name="pointed" grid={grid()} address={view.pointed.value} />
          <Outline name="focus" grid={grid()} address={view.session.focus.value} />
        </div>
      </div>
    </>
  );
}

function gridKeys(view: MapView): Keys {
  const cellBytes = () => view.cellPages.value * PAGE_BYTES;
  const inRow = () => view.session.focus.value % view.rowBytes;
  return {
    ...commonKeys(view),
    ArrowLeft: () => view.moveBy(-cellBytes()),
    ArrowRight: () => view.moveBy(cellBytes()),
    ArrowUp: () => view.moveBy(-view.rowBytes),
    ArrowDown: () => view.moveBy(view.rowBytes),
    PageUp: () => view.moveBy(-GRID_ROWS * view.rowBytes),
    PageDown: () => view.moveBy(GRID_ROWS * view.rowBytes),
    Home: () => view.moveBy(-inRow()),
    End: () => view.moveBy(view.rowBytes - cellBytes() - inRow()),
  };
}

function scroll(view: MapView, rows: number): void {
  const rowBytes = view.rowBytes;
  const last = Math.ceil(view.space.value.end / rowBytes) - GRID_ROWS;
  const row = view.gridStart.value / rowBytes + rows;
  view.gridStart.value = Math.max(0, Math.min(row, last)) * rowBytes;
}

function CellChoice({ view }: { readonly view: MapView }) {
  return (
    <label>
      A cell is{" "}
      <select
        value={view.cellPages.value}
        onChange={({ currentTarget }) => {
          view.cellPages.value = Number(currentTarget.value);
        }}
      >
        {CELL_PAGES.map((pages) => (
          <option key={pages} value={pages}>
            {pages === 1 ? "a page, 4 KB" : `${pages} pages, ${sizeText(pages * PAGE_BYTES)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function RowAddresses({ view }: { readonly view: MapView }) {
  const { start } = view.gridRange;
  const { highestUserAddress } = view.session.machine.value;
  return (
    <ol class="fixed quiet" style={{ lineHeight: `${ROW_PIXELS}px` }}>
      {Array.from({ length: GRID_ROWS }, (_, row) => (
        <li key={row}>{addressText(start + row * view.rowBytes, highestUserAddress)}</li>
      ))}
    </ol>
  );
}

interface OutlineProps {
  readonly name: string;
  readonly grid: GridPlace;
  readonly address: number | undefined;
}

function Outline({ name, grid, address }: OutlineProps) {
  const place = address === undefined ? undefined : grid.placeOf(address);
  if (place === undefined) return null;
  const { left, top, width, height } = place;
  const style = {
    left: `${left}px`,
    top: `${top}px`,
    width: `${width}px`,
    height: `${height}px`,
  };
  return <span class={name} style={style} />;
}
