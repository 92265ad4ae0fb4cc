import { PAGE_BYTES } from "../session/session.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { drawStack, type Fill, type Look, type Surface } from "./look.ts";
import { isOtherRegion, type Memory } from "./memory.ts";
import type { Piece, Scale } from "./scale.ts";
import { isSameStack, type Layer, stackOf } from "./stack.ts";

/** A region that is not as wide as this has no line at its start. */
const LINED_PIXELS_MINIMUM = 5;

interface StripPicture {
  readonly memory: Memory;
  readonly scale: Scale;
  /** CSS pixels. */
  readonly height: number;
}

/** All pieces of the scale but the gaps, a cell for each pixel, or for each page if it is wider. */
export function drawStrip(surface: Surface, picture: StripPicture, look: Look): void {
  const { memory, scale, height } = picture;
  surface.clearRect(0, 0, scale.width, height);
  for (const piece of scale.pieces) {
    if (piece.isGap || piece.width === 0) continue;
    const pages = (piece.end - piece.start) / PAGE_BYTES;
    const row = new Row(piece, cellsOf(memory, piece, Math.min(pages, piece.width)), height);
    row.drawStacks(surface, look);
    row.drawStarts(surface, look.paints.line);
  }
}

/** The cells of a piece, side by side. */
class Row {
  readonly #piece: Piece;
  readonly #cells: readonly Cell[];
  readonly #height: number;

  constructor(piece: Piece, cells: readonly Cell[], height: number) {
    this.#piece = piece;
    this.#cells = cells;
    this.#height = height;
  }

  #leftOf(index: number): number {
    const { left, width } = this.#piece;
    return left + Math.round((index / this.#cells.length) * width);
  }

  /** Cells that look the same are filled together. */
  drawStacks(surface: Surface, look: Look): void {
    let first = 0;
    let stack: readonly Layer[] = [];
    const fill = (end: number) => {
      const left = this.#leftOf(first);
      drawStack(surface, stack, { left, top: 0, width: this.#leftOf(end) - left }, look);
    };
    for (const [index, cell] of this.#cells.entries()) {
      const next = stackOf(cell, look.scheme, this.#height);
      if (isSameStack(next, stack)) continue;
      fill(index);
      first = index;
      stack = next;
    }
    fill(this.#cells.length);
  }

  /** A line where a region begins that is wide enough for one. */
  drawStarts(surface: Surface, line: Fill): void {
    const cells = this.#cells;
    const firstOf = (index: number) => cells[index]?.parts[0]?.run;
    const reach = Math.ceil((LINED_PIXELS_MINIMUM * cells.length) / this.#piece.width) - 1;
    surface.fillStyle = line;
    for (const index of cells.keys()) {
      const run = firstOf(index);
      const isWide = run?.regionBase === firstOf(index + reach)?.regionBase;
      if (!isWide || !isOtherRegion(run, firstOf(index - 1))) continue;
      surface.fillRect(this.#leftOf(index), 0, 1, this.#height);
    }
  }
}
