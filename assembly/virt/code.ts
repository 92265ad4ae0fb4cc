import { planeClear, planeClearRange, planeCount, planeNext, planeTest } from "../base/planes";
import { worldLeave } from "../base/threads";
import { EXTRA_CODE, extraOf } from "../page/extra";
import { factsAt, factsChunkEnd, factsNext, factsTrim } from "../page/facts";
import { extraAt } from "./extras";
import { machine } from "./machine";
import { Space } from "./space";

/**
 * Marks of code: pages that a compiler has made code from. They belong to the caller and change no
 * answer. A mark goes with the first change of the page's bytes: a write of the guest stops before
 * it (CODE_WRITTEN), whatever else changes bytes counts the mark in `Machine.codeWrites`.
 */

/** Bits of `Machine.codeMarks`: there may be marks, and some on pages that views share. */
export const CODE_MARKED: u32 = 1;
export const CODE_SHARED: u32 = 2;

/** The page has no mark any more. Whether it had one. */
export function codeClear(space: Space, page: u64): bool {
  const extra = extraAt(space, page);
  const i = <u32>page & 1023;
  if (extra == 0 || !planeTest(extra + EXTRA_CODE, i)) return false;
  planeClear(extra + EXTRA_CODE, i);
  factsTrim(space, page);
  return true;
}

/** The content of pages [from, to) of a chunk of facts goes. */
export function codeDrop(chunk: u32, from: u32, to: u32): void {
  const extra = extraOf(chunk);
  if (extra == 0) return;
  const count = planeCount(extra + EXTRA_CODE, from, to);
  machine().codeWrites += count;
  if (ASC_FEATURE_THREADS && count != 0) worldLeave();
  planeClearRange(extra + EXTRA_CODE, from, to);
}

/** First page of [page, end) with a mark of its own, or `end`. */
export function codeFind(space: Space, page: u64, end: u64): u64 {
  for (page = factsNext(space, page, end); page < end; page = factsNext(space, page, end)) {
    const extra = extraOf(factsAt(space, page));
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    const found = extra == 0 ? to : planeNext(extra + EXTRA_CODE, from, to);
    page += found - from;
    if (found < to) return page;
  }
  return end;
}
