import { PAGE_BYTES } from "../base/layout";
import {
  planeClear,
  planeClearRange,
  planeCount,
  planeNext,
  planeSet,
  planeTest,
} from "../base/planes";
import { sectionForget, sectionOf } from "../object/section";
import {
  FACT_LOST,
  FACT_OFFERED,
  FACT_RESET,
  FACT_VALID,
  factsAt,
  factsChunkEnd,
  factsMake,
  factsNext,
  factsTrim,
} from "../page/facts";
import { Frame, frameWrite, keyIsShared, keyNumber, keyPage } from "../phys/frame";
import { WRITE } from "./access-kind";
import { frameAt, framed, frameIn } from "./backing";
import { dropPages, unlockRange, unofferRange } from "./change";
import { codeChanged } from "./code-views";
import { machine } from "./machine";
import { mapsClear } from "./maps";
import { Space } from "./space";
import { makeSole } from "./written";

/**
 * Content that nobody needs for now (9). Offered pages are out of reach and keep what they hold
 * until memory is short (`dropContent`); discarded ones are zeros at once. Ranges are [first, end)
 * in page numbers.
 */

/** Requires: room for facts of the range. */
export function offer(space: Space, first: u64, end: u64): void {
  for (let page = first; page < end; ) {
    const chunk = factsMake(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    unlockRange(space, chunk, from, to);
    space.residentPages -= planeCount(chunk + FACT_VALID, from, to);
    planeClearRange(chunk + FACT_VALID, from, to);
    space.offeredPages += to - from - planeCount(chunk + FACT_OFFERED, from, to);
    for (let i = from; i < to; i++) planeSet(chunk + FACT_OFFERED, i);
    page += to - from;
  }
  mapsClear(space, first, end);
}

/** Within reach again. Whether every page that was offered holds what it held. */
export function reclaim(space: Space, first: u64, end: u64): bool {
  let isIntact = true;
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    const offered = chunk + FACT_OFFERED;
    for (let i = planeNext(offered, from, to); i < to; i = planeNext(offered, i + 1, to)) {
      if (!planeTest(chunk + FACT_LOST, i)) continue;
      isIntact = false;
      if (!planeTest(chunk + FACT_RESET, i)) planeClear(chunk + FACT_LOST, i);
    }
    unofferRange(space, chunk, from, to);
    factsTrim(space, page);
    page += to - from;
  }
  return isIntact;
}

/** Private pages lose what they hold. Requires: none is locked or offered. */
export function discard(space: Space, first: u64, end: u64): void {
  mapsClear(space, first, end);
  dropPages(space, first, end);
}

/**
 * Pages of a view become zeros where they are: others see the same bytes. What the page store has
 * of them is out of date from then on, and not asked for. A private copy is the process's alone to
 * change, and a forked process keeps what it held. False where such a page cannot be had in memory
 * now.
 */
export function discardShared(space: Space, first: u64, end: u64): bool {
  for (let page = first; page < end; page++) {
    let frame = changetype<Frame | null>(frameAt(space, page));
    if (frame === null) continue;
    if (!keyIsShared(frame.key)) {
      const chunk = framed(space, page, WRITE);
      if (chunk == 0) return false;
      makeSole(space, page, chunk);
      frame = changetype<Frame>(frameIn(space, page, chunk));
    }
    if (frame.location != 0) {
      frameWrite(frame);
      memory.fill(frame.location, 0, PAGE_BYTES);
    } else {
      sectionForget(sectionOf(keyNumber(frame.key))!, keyPage(frame.key));
    }
    if (machine().codeMarks != 0) codeChanged(space, page);
  }
  return true;
}
