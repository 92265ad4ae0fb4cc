import { useLayoutEffect, useRef } from "preact/hooks";
import { isCommitted, type Run } from "../session/runs.ts";
import { addressText, bytesText } from "../session/words.ts";
import type { HexView } from "./hex-view.ts";
import type { BytesLine } from "./lines.ts";
import { protectionNote, runText } from "./run-text.ts";
import type { Side } from "./typing.ts";
import { characterOf } from "./values.ts";

/** Pixels of a wheel that are a line. */
const WHEEL_PIXELS = 24;

/** Lines of bytes. Two of its cells can be tabbed to: the byte of the place, and its character. */
export function HexTable({ view }: { readonly view: HexView }) {
  const table = useRef<HTMLTableElement>(null);
  const wheel = useRef(0);
  const place = view.session.place.value;
  const side = view.side.value;
  const lines = view.inSight.value;
  // Asked before the lines are exchanged: the cell with the focus may be gone after that.
  const hasFocus = table.current?.contains(document.activeElement) === true;
  useLayoutEffect(() => {
    const element = table.current;
    if (element === null || !hasFocus) return;
    const cell = element.querySelector<HTMLElement>(`[data-side="${side}"][tabindex="0"]`);
    (cell ?? element.querySelector<HTMLElement>('[tabindex="0"]'))?.focus();
  });
  const turn = (event: WheelEvent) => {
    if (event.ctrlKey) return;
    event.preventDefault();
    wheel.current += event.deltaMode === 0 ? event.deltaY : event.deltaY * WHEEL_PIXELS;
    const count = Math.trunc(wheel.current / WHEEL_PIXELS);
    wheel.current -= count * WHEEL_PIXELS;
    if (count === 0) return;
    view.scroll(count);
    const hasFocus = table.current?.contains(document.activeElement);
    // The cell with the focus is about to leave the document.
    if (hasFocus && !view.isPlaceInSight) table.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey && event.key === "g") {
      document.getElementById("bytes-address")?.focus();
      event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (view.press(event.key)) event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const cell = (event.target as Element).closest<HTMLElement>("[data-address]");
    if (cell === null) return;
    view.session.goTo(Number(cell.dataset.address));
    cell.focus();
  };
  return (
    <div class="scrolls hex">
      <table
        ref={table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are chosen
        role="grid"
        aria-label="Bytes"
        aria-describedby="bytes-keys"
        tabIndex={view.isPlaceInSight ? -1 : 0}
        onWheel={turn}
        onKeyDown={press}
        onClick={click}
        onFocusIn={(event) => {
          view.side.value = sideOf(event.target) ?? view.side.value;
        }}
      >
        <tbody>
          {lines.map((line) =>
            line.start === undefined ? (
              <RunRow key={`run ${line.run.start}`} {...{ view, run: line.run, place }} />
            ) : (
              <BytesRow key={line.start} {...{ view, line, place }} />
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}

function sideOf(target: EventTarget | null): Side | undefined {
  const side = (target as HTMLElement).dataset.side;
  return side === "hex" || side === "text" ? side : undefined;
}

interface RunRowProps {
  readonly view: HexView;
  readonly run: Run;
  readonly place: number;
}

/** What pages are. Where they are not committed, they can be gone to as a whole. */
function RunRow({ view, run, place }: RunRowProps) {
  const highest = view.session.machine.value.highestUserAddress;
  const isAlone = !isCommitted(run);
  const isHere = isAlone && place >= run.start && place < run.end;
  const note = protectionNote(run);
  return (
    <tr class="run">
      <th scope="row">{addressText(run.start, highest)}</th>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is a cell of a grid */}
      <td
        colSpan={view.columns.value * 2}
        data-address={isAlone ? run.start : undefined}
        data-side="hex"
        tabIndex={isHere ? 0 : -1}
        aria-selected={isHere}
        title={note === "" ? undefined : `${runText(run)}: ${note}`}
      >
        <span>{runText(run)}</span>
        {note !== "" && <strong> {note}</strong>}
      </td>
    </tr>
  );
}

interface BytesRowProps {
  readonly view: HexView;
  readonly line: BytesLine;
  readonly place: number;
}

function BytesRow({ view, line: { run, start }, place }: BytesRowProps) {
  const highest = view.session.machine.value.highestUserAddress;
  const addresses = Array.from({ length: view.columns.value }, (_, column) => start + column);
  const cells = (side: Side) => {
    return addresses.map((address) => (
      <ByteCell
        key={`${side} ${address}`}
        {...{ view, address, side }}
        isPlace={address === place}
      />
    ));
  };
  return (
    <tr class={protectionNote(run) === "" ? "" : "noted"}>
      <th scope="row">{addressText(start, highest)}</th>
      {cells("hex")}
      {cells("text")}
    </tr>
  );
}

interface ByteCellProps {
  readonly view: HexView;
  readonly address: number;
  readonly side: Side;
  readonly isPlace: boolean;
}

function ByteCell({ view, address, side, isPlace }: ByteCellProps) {
  const picture = view.picture.value;
  const byte = picture.byte(address) ?? 0;
  const half = isPlace && side === "hex" ? view.half.value : undefined;
  const digits = half === undefined ? bytesText([byte]) : `${half.toString(16)}_`;
  const text = side === "hex" ? digits : characterOf(byte);
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is a cell of a grid
    <td
      class={`${side}-side`}
      data-address={address}
      data-side={side}
      tabIndex={isPlace ? 0 : -1}
      aria-selected={isPlace}
    >
      <span>{picture.hasChanged(address) ? <mark>{text}</mark> : text}</span>
    </td>
  );
}
