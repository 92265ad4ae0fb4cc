/** Where the strip goes from what it shows. All ranges are of whole pages, in the space. */
import { isFree, runStart } from "../session/runs.ts";
import { type AddressRange, PAGE_BYTES, pageOf } from "../session/session.ts";
import { gapAt } from "./gaps.ts";
import type { Memory } from "./memory.ts";
import type { Scale } from "./scale.ts";

/** The strip goes no nearer: 16 pages. */
const SHOWN_BYTES_MINIMUM = 0x10000;
/** Part of what is shown that lies beside a region that is zoomed to, on either side. */
const MARGIN_SHARE = 1 / 16;

/** The nearest range of whole pages in the space that is not too short. */
export function clipped({ start, end }: AddressRange, space: AddressRange): AddressRange {
  const length = Math.min(
    space.end - space.start,
    Math.max(SHOWN_BYTES_MINIMUM, Math.ceil((end - start) / PAGE_BYTES) * PAGE_BYTES),
  );
  const first = Math.max(space.start, Math.min(start, space.end - length));
  const aligned = pageOf(first);
  return { start: aligned, end: aligned + length };
}

/** What lies between two pixels. */
export function rangeBetween(scale: Scale, left: number, right: number): AddressRange {
  return { start: scale.addressAt(left), end: scale.addressAt(right) + PAGE_BYTES };
}

/** So much nearer that what lies under pixel `x` stays about there. */
export function nearer(scale: Scale, x: number, factor: number): AddressRange {
  return rangeBetween(scale, x - x / factor, x + (scale.width - x) / factor);
}

/**
 * So much further away. An end that comes to lie in free memory goes to the end of that: a gap
 * takes little room, and further steps through it would show nothing new.
 */
export function further(memory: Memory, scale: Scale, x: number, factor: number): AddressRange {
  const { range, keptBytes, width } = scale;
  const morePages = (keptBytes * (factor - 1)) / PAGE_BYTES;
  const pagesBelow = Math.ceil(morePages * (x / width));
  const pagesAbove = Math.ceil(morePages * (1 - x / width));
  const start = Math.max(0, range.start - pagesBelow * PAGE_BYTES);
  const end = range.end + pagesAbove * PAGE_BYTES;
  const below = gapAt(memory, start, { start: 0, end: range.start });
  const above = memory.query(end);
  return { start: below?.start ?? start, end: isFree(above) ? above.end : end };
}

/**
 * Along the addresses by a share of what is shown. Where only free memory would be shown, on to
 * what comes behind it.
 */
export function panned(memory: Memory, scale: Scale, share: number): AddressRange {
  const { range, keptBytes } = scale;
  const length = range.end - range.start;
  const moved = Math.round((keptBytes * share) / PAGE_BYTES) * PAGE_BYTES;
  const start = Math.max(0, range.start + moved);
  const run = memory.query(start);
  if (!isFree(run) || run.end < start + length) return { start, end: start + length };
  const first = share > 0 ? run.end - length / 2 : runStart(memory.query, start, 0) - length / 2;
  return { start: first, end: first + length };
}

/** A range with some of what lies around it. */
export function withSurroundings({ start, end }: AddressRange): AddressRange {
  const margin = Math.ceil(((end - start) * MARGIN_SHARE) / PAGE_BYTES) * PAGE_BYTES;
  return { start: Math.max(0, start - margin), end: end + margin };
}

/** The first page of other pages than those of an address, behind them. */
export function nextRun(memory: Memory, address: number, space: AddressRange): number {
  const end = memory.query(address).end;
  return end < space.end ? end : address;
}

/** The first page of the run of an address; of the one before where it is that page itself. */
export function previousRun(memory: Memory, address: number, space: AddressRange): number {
  const own = runStart(memory.query, address, space.start);
  return own < address || own === space.start
    ? own
    : runStart(memory.query, own - PAGE_BYTES, space.start);
}
