import { type AddressRange, PAGE_BYTES } from "../session/session.ts";
import { between } from "./gaps.ts";

/** A stretch of addresses and its place in the picture, in CSS pixels. */
export interface Piece extends AddressRange {
  readonly left: number;
  readonly width: number;
  /** Whether it is a gap that is folded. */
  readonly isGap: boolean;
}

const GAP_PIXELS = 56;
const PIECE_PIXELS_MINIMUM = 24;

/** How many gaps may be folded in a picture, so that most of it is left for what is not free. */
export function gapsMost(width: number): number {
  return Math.max(1, Math.floor(width / 140));
}

/**
 * Where addresses lie in a picture: in proportion to their number, but that each piece between two
 * gaps has some pixels, and a gap has the same few whatever its size.
 */
export class Scale {
  readonly range: AddressRange;
  /** Ascending, side by side, over the whole width. */
  readonly pieces: readonly Piece[];
  readonly width: number;
  /** Bytes that are not folded. */
  readonly keptBytes: number;

  /** @param gaps ascending, in the range, not all of it */
  constructor(range: AddressRange, gaps: readonly AddressRange[], width: number) {
    const kept = between(range, gaps);
    this.range = range;
    this.width = width;
    this.keptBytes = kept.reduce((sum, { start, end }) => sum + end - start, 0);
    const free = width - gaps.length * GAP_PIXELS - kept.length * PIECE_PIXELS_MINIMUM;
    const widthOf = ({ start, end }: AddressRange) => {
      return PIECE_PIXELS_MINIMUM + (Math.max(0, free) * (end - start)) / this.keptBytes;
    };
    const all = [
      ...kept.map((part) => ({ ...part, width: widthOf(part), isGap: false })),
      ...gaps.map((gap) => ({ ...gap, width: GAP_PIXELS, isGap: true })),
    ].sort((one, other) => one.start - other.start);
    let right = 0;
    this.pieces = all.map((piece) => {
      const left = Math.round(right);
      right += piece.width;
      return { ...piece, left, width: Math.round(right) - left };
    });
  }

  /** The page under a pixel; the nearest one for a pixel beside the picture. */
  addressAt(x: number): number {
    const inside = Math.max(0, Math.min(x, this.width - 1));
    const piece = this.pieces.findLast(({ left }) => left <= inside) ?? this.pieces[0];
    if (piece === undefined) return this.range.start;
    const bytes = ((inside - piece.left) / piece.width) * (piece.end - piece.start);
    const page = piece.start + Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES;
    return Math.min(page, this.range.end - PAGE_BYTES);
  }

  /** The pixel where an address lies, a fraction; at the edge for an address beside the picture. */
  xOf(address: number): number {
    if (address >= this.range.end) return this.width;
    const piece = this.pieceOf(address);
    if (piece === undefined) return 0;
    const share = (address - piece.start) / (piece.end - piece.start);
    return piece.left + share * piece.width;
  }

  pieceOf(address: number): Piece | undefined {
    return this.pieces.find(({ start, end }) => address >= start && address < end);
  }
}
