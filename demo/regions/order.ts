import { protectionText, typeText } from "../session/words.ts";
import type { Region } from "./region.ts";

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What rows are ordered by. */
  readonly key: (region: Region) => number | string;
}

export const columns: readonly Column[] = [
  { id: "base", title: "Base", key: ({ base }) => base },
  { id: "size", title: "Size", key: ({ sizeBytes }) => sizeBytes },
  { id: "committed", title: "Committed", key: ({ committedBytes }) => committedBytes },
  { id: "touched", title: "Touched", key: ({ touchedBytes }) => touchedBytes },
  { id: "type", title: "Type", key: ({ type }) => typeText(type) },
  {
    id: "protections",
    title: "Protections",
    key: ({ protections }) => protections.map(protectionText).join(),
  },
  {
    id: "allocated",
    title: "Allocated",
    key: ({ allocationProtect }) => protectionText(allocationProtect),
  },
];

export interface Order {
  /** Of `columns`. */
  readonly column: string;
  readonly direction: "ascending" | "descending";
}

/** The order that a click on the head of a column leads to. */
export function orderAfter(order: Order, column: string): Order {
  const isReversed = order.column === column && order.direction === "ascending";
  return { column, direction: isReversed ? "descending" : "ascending" };
}

/** Regions in an order; those that are alike in it ascend. `regions` ascend. */
export function ordered(regions: readonly Region[], order: Order): readonly Region[] {
  const column = columns.find(({ id }) => id === order.column);
  if (column === undefined) return regions;
  const sign = order.direction === "ascending" ? 1 : -1;
  const keyed = regions.map((region) => ({ region, key: column.key(region) }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  return keyed.map(({ region }) => region);
}
