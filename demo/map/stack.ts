import type { Cell } from "./cells.ts";
import { CROWDED, FREE, type Kind, type Scheme, sharesOf } from "./schemes.ts";

/** A kind and the pixels that it takes of a cell, from the top. */
export interface Layer {
  readonly kind: Kind;
  readonly height: number;
}

/** Lower layers could not be told apart. */
const LAYER_PIXELS_MINIMUM = 3;

const CROWDED_PIXELS = 2;

/**
 * The kinds of a cell one above the other, in proportion to their bytes, but so that none is
 * overlooked: each has some pixels, and what is not free has half of them at least. A cell that is
 * not seen whole is marked at its top.
 *
 * @param height of the cell in CSS pixels
 */
export function stackOf(cell: Cell, scheme: Scheme, height: number): Layer[] {
  if (cell.isWhole) return kindsOf(cell, scheme, height);
  const mark = { kind: CROWDED, height: CROWDED_PIXELS };
  return [mark, ...kindsOf(cell, scheme, height - CROWDED_PIXELS)];
}

function kindsOf(cell: Cell, scheme: Scheme, height: number): Layer[] {
  const shares = sharesOf(cell, scheme);
  const freeBytes = shares.get(FREE) ?? 0;
  shares.delete(FREE);
  const usedBytes = [...shares.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (usedBytes === 0) return [{ kind: FREE, height }];
  const freeShare = Math.min(1 / 2, freeBytes / (freeBytes + usedBytes));
  const freeHeight = Math.min(height - 1, Math.ceil(freeShare * height));
  const used = layersOf(shares, usedBytes, height - freeHeight);
  return freeHeight === 0 ? used : [{ kind: FREE, height: freeHeight }, ...used];
}

function layersOf(shares: ReadonlyMap<Kind, number>, bytes: number, height: number): Layer[] {
  const minimum = Math.min(LAYER_PIXELS_MINIMUM, Math.floor(height / shares.size));
  const spare = height - minimum * shares.size;
  let seen = 0;
  return [...shares].map(([kind, share]) => {
    const before = Math.round((seen / bytes) * spare);
    seen += share;
    return { kind, height: minimum + Math.round((seen / bytes) * spare) - before };
  });
}

export function isSameStack(one: readonly Layer[], other: readonly Layer[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ kind, height }, index) => {
      return kind === other[index]?.kind && height === other[index].height;
    })
  );
}
