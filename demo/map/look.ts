import type { Kind, Scheme } from "./schemes.ts";
import type { Layer } from "./stack.ts";

/** The part of a canvas that pictures are drawn with. Units are CSS pixels. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  "fillRect" | "clearRect" | "fillStyle" | "globalAlpha"
>;

export type Fill = CanvasRenderingContext2D["fillStyle"];

/** What kinds are filled with, as the style sheet has it now. */
export interface Paints {
  of(kind: Kind): Fill;
  /** Lines between regions. */
  readonly line: Fill;
  /** What is behind the picture, for marks in it. */
  readonly page: Fill;
}

/** How pages are shown, in the strip and in the grid. */
export interface Look {
  readonly scheme: Scheme;
  /** Kinds that were filtered out: they are drawn faintly. */
  readonly faint: ReadonlySet<Kind>;
  readonly paints: Paints;
}

const FAINT_ALPHA = 0.12;

export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** The layers of a cell, or of several that look the same. */
export function drawStack(
  surface: Surface,
  stack: readonly Layer[],
  place: Place,
  look: Look,
): void {
  let { top } = place;
  for (const { kind, height } of stack) {
    surface.globalAlpha = look.faint.has(kind) ? FAINT_ALPHA : 1;
    surface.fillStyle = look.paints.of(kind);
    surface.fillRect(place.left, top, place.width, height);
    top += height;
  }
  surface.globalAlpha = 1;
}
