/** Free stretches of an address space, by work that does not grow with the number of regions. */
import { isFree, runStart } from "../session/runs.ts";
import { type AddressRange, PAGE_BYTES, pageOf } from "../session/session.ts";
import type { Memory } from "./memory.ts";

/** As `runStart`, over all free runs that adjoin: Windows CE ends them where a slot ends. */
function freeStart(memory: Memory, address: number, lowest: number): number {
  let start = runStart(memory.query, address, lowest);
  while (start > lowest && isFree(memory.query(start - PAGE_BYTES))) {
    start = runStart(memory.query, start - PAGE_BYTES, lowest);
  }
  return start;
}

function freeEnd(memory: Memory, address: number, highest: number): number {
  let end = address;
  for (let run = memory.query(end); isFree(run) && end < highest; run = memory.query(end)) {
    end = run.end;
  }
  return Math.min(end, highest);
}

/** The free stretch around an address, as far as it lies in the range; undefined where none is. */
export function gapAt(
  memory: Memory,
  address: number,
  range: AddressRange,
): AddressRange | undefined {
  const end = freeEnd(memory, address, range.end);
  return end === address ? undefined : { start: freeStart(memory, address, range.start), end };
}

/**
 * All free stretches of at least so many bytes, ascending. None of them lies between two samples
 * that are this far apart, so it takes a sample for each `leastBytes` of the range and some forty
 * questions for each stretch that is found.
 *
 * @param leastBytes at least a page
 */
export function gapsOf(memory: Memory, range: AddressRange, leastBytes: number): AddressRange[] {
  const step = Math.max(PAGE_BYTES, pageOf(leastBytes));
  const gaps: AddressRange[] = [];
  for (let sample = range.start; sample < range.end; sample += step) {
    const run = memory.query(sample);
    const end = isFree(run) ? freeEnd(memory, sample, range.end) : Math.min(run.end, range.end);
    const lowest = Math.max(range.start, sample - step);
    if (isFree(run) && end - lowest >= leastBytes) {
      const start = freeStart(memory, sample, lowest);
      if (end - start >= leastBytes) gaps.push({ start, end });
    }
    // To the last sample before what comes next: the loop goes on behind it.
    sample += Math.floor((end - 1 - sample) / step) * step;
  }
  return gaps;
}

/** A gap is folded when it is longer than this share of what is not folded. */
const FOLDED_SHARE = 1 / 4;
/** What lies around a gap is shown up to a multiple of this share of its own length. */
const MARGIN_SHARE = 1 / 4;
const MARGIN_BYTES_MINIMUM = 0x10000;

/**
 * The gaps that a picture leaves out, so that what is left is worth its room.
 *
 * @param most no more than these, the longest ones first
 */
export function foldedGaps(memory: Memory, range: AddressRange, most: number): AddressRange[] {
  let gaps: AddressRange[] = [];
  for (;;) {
    const kept = between(range, gaps);
    const keptBytes = kept.reduce((sum, { start, end }) => sum + end - start, 0);
    const leastBytes = Math.max(MARGIN_BYTES_MINIMUM, keptBytes * FOLDED_SHARE);
    const found = kept
      .flatMap((part) => gapsOf(memory, part, leastBytes))
      .sort((left, right) => right.end - right.start - (left.end - left.start))
      .slice(0, most - gaps.length);
    const next = [...gaps, ...found].sort((left, right) => left.start - right.start);
    // Where all is free, there is nothing to make room for.
    if (found.length === 0 || between(range, next).length === 0) return withMargins(range, gaps);
    gaps = next;
  }
}

/** What the gaps leave of a range, ascending. */
export function between(range: AddressRange, gaps: readonly AddressRange[]): AddressRange[] {
  const starts = [range.start, ...gaps.map(({ end }) => end)];
  const ends = [...gaps.map(({ start }) => start), range.end];
  return starts
    .map((start, index) => ({ start, end: ends[index] ?? range.end }))
    .filter(({ start, end }) => start < end);
}

/**
 * Leaves some of each gap beside what it adjoins, up to a round address: then a region that comes
 * beside another rarely moves the whole picture.
 */
function withMargins(range: AddressRange, gaps: readonly AddressRange[]): AddressRange[] {
  const kept = between(range, gaps);
  const marginOf = (part: AddressRange | undefined) => {
    const length = part === undefined ? 0 : part.end - part.start;
    const power = 2 ** Math.floor(Math.log2(Math.max(1, length)));
    return Math.max(MARGIN_BYTES_MINIMUM, power * MARGIN_SHARE);
  };
  return gaps
    .map(({ start, end }) => {
      const before = marginOf(kept.find((part) => part.end === start));
      const after = marginOf(kept.find((part) => part.start === end));
      return {
        start: start === range.start ? start : Math.ceil(start / before) * before,
        end: end === range.end ? end : Math.floor(end / after) * after,
      };
    })
    .filter(({ start, end }) => start < end);
}

/** Runs that a search may look at one by one. */
const RUNS_MAXIMUM = 4096;
/** Samples that it may take where there are more runs. */
const SAMPLES_MAXIMUM = 1024;

/** The longest free stretch; undefined where there is none, or only in a crowd of short ones. */
export function largestGap(memory: Memory, range: AddressRange): AddressRange | undefined {
  const all = allGaps(memory, range);
  if (all !== undefined) return longest(all);
  const length = range.end - range.start;
  for (let samples = 2; samples <= SAMPLES_MAXIMUM; samples *= 4) {
    const leastBytes = Math.max(PAGE_BYTES, pageOf(length / samples));
    const found = longest(gapsOf(memory, range, leastBytes));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Free stretches of any length, ascending; undefined where there are too many runs to look at. */
function allGaps(memory: Memory, range: AddressRange): AddressRange[] | undefined {
  const gaps: AddressRange[] = [];
  let runs = 0;
  for (let start = range.start; start < range.end; runs += 1) {
    if (runs === RUNS_MAXIMUM) return undefined;
    const run = memory.query(start);
    const end = Math.min(run.end, range.end);
    const last = gaps.at(-1);
    if (isFree(run) && last?.end === start) gaps.splice(-1, 1, { start: last.start, end });
    else if (isFree(run)) gaps.push({ start, end });
    start = end;
  }
  return gaps;
}

function longest(gaps: readonly AddressRange[]): AddressRange | undefined {
  return gaps.reduce<AddressRange | undefined>((best, gap) => {
    return best === undefined || gap.end - gap.start > best.end - best.start ? gap : best;
  }, undefined);
}
