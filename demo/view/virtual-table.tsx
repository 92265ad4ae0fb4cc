import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { scrolledTo, visibleRows } from "./visible-rows.ts";
import "./virtual-table.css";

/** Height of a row and of the head; `--row` in virtual-table.css. */
const ROW_PIXELS = 24;

/** What a row has to be an element of the table. */
export interface RowAttributes {
  readonly id: string;
  readonly class: string;
  readonly "aria-rowindex": number;
  readonly "aria-selected": boolean;
  readonly onClick: () => void;
}

interface VirtualTableProps {
  /** Begins the ids of its rows, and is its class. */
  readonly id: string;
  readonly label: string;
  readonly role: "grid" | "treegrid";
  /** Cells of the head, `th`. */
  readonly head: ComponentChildren;
  readonly rowCount: number;
  readonly row: (index: number, attributes: RowAttributes) => ComponentChildren;
  /** The row that keys act on. */
  readonly active: Signal<number>;
  /** A click on a row, or Enter. */
  readonly onChoose: (index: number) => void;
  /** What further keys do with the active row; whether it was one of them. */
  readonly onKey?: (key: string, index: number) => boolean;
  readonly scroller: RefObject<HTMLDivElement>;
}

const pixels = (rows: number) => `${Math.max(0, rows) * ROW_PIXELS}px`;

/** A table of any length, of which only the rows in sight are in the document. */
export function VirtualTable(props: VirtualTableProps) {
  const { id, label, role, head, rowCount, row, active, onChoose, onKey, scroller } = props;
  const scroll = useSignal({ topPixels: 0, heightPixels: 0 });
  const measure = () => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    scroll.value = { topPixels: scrollTop, heightPixels: clientHeight - ROW_PIXELS };
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (scroller.current !== null) observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const move = (index: number) => {
    const next = Math.max(0, Math.min(index, rowCount - 1));
    active.value = next;
    const top = scrolledTo(next, scroll.value, ROW_PIXELS);
    scroller.current?.scrollTo({ top });
  };
  const pageRows = Math.max(1, Math.floor(scroll.value.heightPixels / ROW_PIXELS) - 1);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => move(active.value - 1),
    ArrowDown: () => move(active.value + 1),
    PageUp: () => move(active.value - pageRows),
    PageDown: () => move(active.value + pageRows),
    Home: () => move(0),
    End: () => move(rowCount - 1),
    Enter: () => onChoose(active.value),
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || rowCount === 0) return;
    const key = keys[event.key];
    key?.();
    if (key !== undefined || onKey?.(event.key, active.value)) event.preventDefault();
  };
  const current = Math.min(active.value, rowCount - 1);
  const { first, end } = visibleRows(scroll.value, ROW_PIXELS, rowCount);
  const isInSight = current >= first && current < end;
  const attributes = (index: number): RowAttributes => ({
    id: `${id}-${index}`,
    class: index % 2 === 0 ? "even" : "odd",
    "aria-rowindex": index + 2,
    "aria-selected": index === current,
    onClick: () => {
      active.value = index;
      onChoose(index);
    },
  });
  return (
    <div class={`virtual-table scrolls ${id}`} ref={scroller} onScroll={measure}>
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is a grid */}
      <table
        role={role}
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rowCount + 1}
        aria-activedescendant={isInSight ? `${id}-${current}` : undefined}
        onKeyDown={press}
      >
        <thead>
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <tbody style={{ "--above": pixels(first), "--below": pixels(rowCount - end) }}>
          {Array.from({ length: end - first }, (_, offset) => {
            return row(first + offset, attributes(first + offset));
          })}
        </tbody>
      </table>
    </div>
  );
}
