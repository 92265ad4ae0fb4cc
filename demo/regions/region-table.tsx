import { type Signal, useSignal } from "@preact/signals";
import { MEM_COMMIT } from "guardpage/constants";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { Session } from "../session/session.ts";
import {
  addressText,
  protectionText,
  sizeText,
  stateText,
  typeText,
  withoutPrefix,
} from "../session/words.ts";
import { type RowAttributes, VirtualTable } from "../view/virtual-table.tsx";
import { columns, type Order, orderAfter } from "./order.ts";
import type { Region, RegionRun } from "./region.ts";
import type { Rows } from "./rows.ts";

interface RegionTableProps {
  readonly session: Session;
  readonly rows: Rows;
  readonly order: Signal<Order>;
  readonly isOpen: (base: number) => boolean;
  readonly onToggle: (base: number) => void;
}

export function RegionTable({ session, rows, order, isOpen, onToggle }: RegionTableProps) {
  const active = useSignal(0);
  const scroller = useRef<HTMLDivElement>(null);
  const place = session.place.value;
  const choose = (index: number) => {
    const row = rows.at(index);
    if (row !== undefined) session.goTo(row.run?.start ?? row.region.base);
  };
  const press = (key: string, index: number): boolean => {
    const region = rows.at(index)?.region;
    if (region === undefined) return false;
    const opens = key === "ArrowRight" && !isOpen(region.base);
    const closes = key === "ArrowLeft" && isOpen(region.base);
    if (closes) active.value = rows.rowOf(region.base);
    if (opens || closes) onToggle(region.base);
    return opens || closes;
  };
  const draw = (index: number, attributes: RowAttributes): ComponentChildren => {
    const row = rows.at(index);
    if (row === undefined) return null;
    const { region, run } = row;
    const highest = session.machine.value.highestUserAddress;
    if (run !== undefined) {
      const key = `${region.base} ${run.start}`;
      return <RunRow key={key} {...{ run, attributes, highest }} />;
    }
    const isHere = place >= region.base && place < region.base + region.sizeBytes;
    const isOpened = isOpen(region.base);
    const toggle = () => onToggle(region.base);
    const props = { region, attributes, highest, isHere, isOpened, toggle };
    return <RegionRow key={region.base} {...props} />;
  };
  return (
    <VirtualTable
      id="region"
      label="Regions"
      role="treegrid"
      head={columns.map(({ id, title }) => <Head key={id} id={id} title={title} order={order} />)}
      rowCount={rows.count}
      row={draw}
      active={active}
      onChoose={choose}
      onKey={press}
      scroller={scroller}
    />
  );
}

interface HeadProps {
  readonly id: string;
  readonly title: string;
  readonly order: Signal<Order>;
}

function Head({ id, title, order }: HeadProps) {
  const { column, direction } = order.value;
  const isOrdered = column === id;
  const arrow = direction === "ascending" ? "▲" : "▼";
  return (
    <th scope="col" class={id} aria-sort={isOrdered ? direction : "none"}>
      <button
        type="button"
        onClick={() => {
          order.value = orderAfter(order.value, id);
        }}
      >
        {title} <span aria-hidden="true">{isOrdered ? arrow : ""}</span>
      </button>
    </th>
  );
}

interface RegionRowProps {
  readonly region: Region;
  readonly attributes: RowAttributes;
  readonly highest: number;
  /** Whether what the page looks at lies in it. */
  readonly isHere: boolean;
  readonly isOpened: boolean;
  readonly toggle: () => void;
}

function RegionRow({ region, attributes, highest, isHere, isOpened, toggle }: RegionRowProps) {
  const { base, sizeBytes, committedBytes, touchedBytes, type, allocationProtect } = region;
  const protections = region.protections.map(protectionText).map(withoutPrefix).join(", ");
  return (
    <tr {...attributes} aria-level={1} aria-expanded={isOpened} aria-current={isHere}>
      <td class="fixed">
        <button
          type="button"
          class="toggle"
          tabIndex={-1}
          aria-label={isOpened ? "Hide its pages" : "Show its pages"}
          onClick={(event) => {
            event.stopPropagation();
            toggle();
          }}
        >
          {isOpened ? "▾" : "▸"}
        </button>
        {addressText(base, highest)}
        {isHere && <span title="What the page looks at lies in it"> ◂</span>}
      </td>
      <SizeCell bytes={sizeBytes} />
      <SizeCell bytes={committedBytes} />
      <SizeCell bytes={touchedBytes} />
      <td>{withoutPrefix(typeText(type))}</td>
      <td title={protections}>{protections}</td>
      <td>{withoutPrefix(protectionText(allocationProtect))}</td>
    </tr>
  );
}

interface RunRowProps {
  readonly run: RegionRun;
  readonly attributes: RowAttributes;
  readonly highest: number;
}

/** Equal pages of a region, below it. */
function RunRow({ run, attributes, highest }: RunRowProps) {
  const { start, end, state, protect, touchedBytes } = run;
  const isCommitted = state === MEM_COMMIT;
  return (
    <tr {...attributes} class={`${attributes.class} run`} aria-level={2}>
      <td class="fixed">{addressText(start, highest)}</td>
      <SizeCell bytes={end - start} />
      <SizeCell bytes={isCommitted ? end - start : 0} />
      <SizeCell bytes={touchedBytes} />
      <td>{withoutPrefix(stateText(state))}</td>
      <td>{isCommitted && withoutPrefix(protectionText(protect))}</td>
      <td />
    </tr>
  );
}

function SizeCell({ bytes }: { readonly bytes: number }) {
  return <td class="number">{bytes === 0 ? <span class="quiet">0</span> : sizeText(bytes)}</td>;
}
