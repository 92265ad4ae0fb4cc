/** Rows [first, end) of a list. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Where a list is scrolled to, in pixels. */
export interface Scroll {
  readonly topPixels: number;
  readonly heightPixels: number;
}

/** Rows beyond either edge that are drawn, so that scrolling finds some before the next picture. */
const MARGIN_ROWS = 8;

/** The rows of a list that are to be drawn, where all are of one height. */
export function visibleRows(
  { topPixels, heightPixels }: Scroll,
  rowPixels: number,
  count: number,
): RowRange {
  const first = Math.floor(topPixels / rowPixels) - MARGIN_ROWS;
  const end = Math.ceil((topPixels + heightPixels) / rowPixels) + MARGIN_ROWS;
  const within = (row: number) => Math.min(Math.max(row, 0), count);
  return { first: within(first), end: within(end) };
}

/** Where to scroll so that a row is in sight: nowhere if it is. */
export function scrolledTo(
  row: number,
  { topPixels, heightPixels }: Scroll,
  rowPixels: number,
): number {
  const top = row * rowPixels;
  return Math.min(Math.max(topPixels, top + rowPixels - heightPixels), top);
}
