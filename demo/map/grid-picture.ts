import type { AddressRange } from "../session/session.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { drawStack, type Fill, type Look, type Surface } from "./look.ts";
import { isOtherRegion, type Memory } from "./memory.ts";
import { stackOf } from "./stack.ts";

/** A row of single pages is as long as the allocation granularity, 64 KB. */
export const ROW_CELLS = 16;
export const GRID_ROWS = 16;

/** Where the cells of the grid lie, in CSS pixels. */
export class GridPlace {
  /** As many bytes for each cell. */
  readonly range: AddressRange;
  readonly rows: number;
  readonly width: number;
  readonly height: number;

  constructor(range: AddressRange, rows: number, width: number, height: number) {
    this.range = range;
    this.rows = rows;
    this.width = width;
    this.height = height;
  }

  get cells(): number {
    return this.rows * ROW_CELLS;
  }

  get cellBytes(): number {
    return (this.range.end - this.range.start) / this.cells;
  }

  place(index: number) {
    const column = index % ROW_CELLS;
    const row = Math.floor(index / ROW_CELLS);
    const left = Math.round((column / ROW_CELLS) * this.width);
    const top = Math.round((row / this.rows) * this.height);
    const right = Math.round(((column + 1) / ROW_CELLS) * this.width);
    const bottom = Math.round(((row + 1) / this.rows) * this.height);
    return { left, top, width: right - left, height: bottom - top };
  }

  /** The first address of the cell under a pixel. */
  addressAt(x: number, y: number): number {
    const column = Math.floor((x / this.width) * ROW_CELLS);
    const row = Math.floor((y / this.height) * this.rows);
    const inRow = Math.max(0, Math.min(column, ROW_CELLS - 1));
    const index = Math.max(0, Math.min(row, this.rows - 1)) * ROW_CELLS + inRow;
    return this.range.start + index * this.cellBytes;
  }

  /** The cell that an address lies in; undefined where it lies in none. */
  placeOf(address: number) {
    const { start, end } = this.range;
    if (address < start || address >= end) return undefined;
    return this.place(Math.floor((address - start) / this.cellBytes));
  }
}

/** Pixels of the mark of a cell that holds content, where its colour does not say so. */
const MARK_PIXELS = 3;

/** All cells, with lines around regions. */
export function drawGrid(surface: Surface, memory: Memory, grid: GridPlace, look: Look): void {
  const cells = cellsOf(memory, grid.range, grid.cells);
  surface.clearRect(0, 0, grid.width, grid.height);
  for (const [index, cell] of cells.entries()) {
    const { left, top, width, height } = grid.place(index);
    const stack = stackOf(cell, look.scheme, height - 1);
    drawStack(surface, stack, { left, top, width: width - 1 }, look);
    if (cell.touchedBytes === 0 || look.scheme.touched !== undefined) continue;
    const x = left + Math.floor((width - MARK_PIXELS) / 2);
    const y = top + Math.floor((height - MARK_PIXELS) / 2);
    surface.fillStyle = look.paints.page;
    surface.fillRect(x, y, MARK_PIXELS, MARK_PIXELS);
  }
  drawBorders(surface, cells, grid, look.paints.line);
}

function drawBorders(surface: Surface, cells: readonly Cell[], grid: GridPlace, line: Fill): void {
  // Around samples, lines would say nothing.
  const parts = (index: number) => (cells[index]?.isWhole ? cells[index].parts : []);
  const first = (index: number) => parts(index)[0]?.run;
  const last = (index: number) => parts(index).at(-1)?.run;
  surface.fillStyle = line;
  for (const index of cells.keys()) {
    const { left, top, width, height } = grid.place(index);
    const column = index % ROW_CELLS;
    const begins = isOtherRegion(first(index), last(index - 1));
    const endsBefore = isOtherRegion(last(index - 1), first(index));
    if (begins || (endsBefore && column > 0)) {
      surface.fillRect(Math.max(0, left - 1), top, 1, height);
    }
    if (column === ROW_CELLS - 1 && isOtherRegion(last(index), first(index + 1))) {
      surface.fillRect(left + width - 1, top, 1, height);
    }
    const above = first(index - ROW_CELLS);
    if (isOtherRegion(first(index), above) || isOtherRegion(above, first(index))) {
      surface.fillRect(left, Math.max(0, top - 1), width, 1);
    }
  }
}

/**
 * Where the grid begins to show an address: where it did before, or a row further; near the top
 * where it shows something else altogether.
 *
 * @param start where it began, of any row length
 */
export function gridStartFor(
  start: number,
  address: number,
  { rows, rowBytes }: { readonly rows: number; readonly rowBytes: number },
): number {
  const first = Math.floor(start / rowBytes);
  const row = Math.floor(address / rowBytes);
  if (row >= first && row < first + rows) return first * rowBytes;
  if (row === first + rows) return (first + 1) * rowBytes;
  return Math.max(0, row === first - 1 ? row : row - 1) * rowBytes;
}
