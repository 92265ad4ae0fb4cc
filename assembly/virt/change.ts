import {
  CHUNK_PAGES,
  planeClear,
  planeClearRange,
  planeCount,
  planeNext,
  planeSet,
  planeTest,
} from "../base/planes";
import { POOL_REGION, poolTake } from "../base/pool";
import { randomNext } from "../base/random";
import { pageOf } from "../base/range";
import { frameUnshow } from "../object/awe";
import { COPIED, copiedAttributes } from "../page/attributes";
import { extraClear } from "../page/extra";
import {
  columnForget,
  columnIsShared,
  FACT_COPY,
  FACT_LOCKED,
  FACT_LOST,
  FACT_OFFERED,
  FACT_RESET,
  FACT_VALID,
  factsAt,
  factsChunkEnd,
  factsMake,
  factsNext,
  factsTrim,
  frameNext,
  frameOf,
  frameSet,
} from "../page/facts";
import { pagesMost } from "../page/pages";
import { attributesFill, committedCount, uncommittedCount } from "../page/table";
import { chargeAdd, chargeSubtract } from "../phys/charge";
import { Frame } from "../phys/frame";
import { codeDrop } from "./code";
import { regionBehead, regionInsert, regionRemove, regionShorten } from "./index";
import { machine, SWITCH_RESET_RANDOM, SWITCH_RESET_ZERO, switchIs } from "./machine";
import { mapsClear } from "./maps";
import { REGION_LARGE, REGION_WATCHED, Region, regionIs, regionIsCharged } from "./region";
import { roomEnsure, roomEnsureSplits } from "./room";
import { Space, spacePeak } from "./space";
import { clearMarks } from "./watch";
import { isLargePage } from "./working-set";

/**
 * Changes to ranges of pages. Each is given what has been validated, and has room for one change:
 * none can fail. Ranges are [first, end) in page numbers.
 */

export function reserve(
  space: Space,
  start: u64,
  end: u64,
  kind: u32,
  protection: u32,
  flags: u32,
): Region {
  const region = changetype<Region>(poolTake(POOL_REGION));
  region.start = start;
  region.end = end;
  region.kind = <u16>kind;
  region.protection = protection;
  region.flags = flags;
  regionInsert(space, region);
  if (regionIs(region, REGION_WATCHED)) space.watchedRegions += 1;
  return region;
}

/** Whether so many pages more fit under the quota of this space. */
export function chargeFitsQuota(space: Space, pages: u64): bool {
  return pages <= space.quotaPages && space.chargePages <= space.quotaPages - pages;
}

/** Commit what is not committed, and give all pages of the range the attributes. */
export function commit(space: Space, region: Region, first: u64, end: u64, attributes: u32): void {
  const added = uncommittedCount(space, first, end);
  commitCounted(space, region, first, end, attributes, added);
}

/** The same, where it is known how many pages are `added`. */
export function commitCounted(
  space: Space,
  region: Region,
  first: u64,
  end: u64,
  attributes: u32,
  added: u64,
): void {
  region.committedPages += added;
  if (regionIsCharged(region)) {
    chargeAdd(added);
    space.chargePages += added;
    spacePeak(space);
  }
  attributesFill(space, first, end, attributes);
  // The maps give no rights to what was not committed.
  if (added != end - first) mapsClear(space, first, end);
}

/** Give committed pages other attributes. */
export function changeAttributes(space: Space, first: u64, end: u64, attributes: u32): void {
  attributesFill(space, first, end, attributes);
  mapsClear(space, first, end);
}

/**
 * Give committed pages of a view attributes that copy on write. A page that was copied already is
 * the process's own: it becomes plainly writable (3.4). False where memory is at its end; then
 * nothing changed.
 */
function changeToCopied(space: Space, first: u64, end: u64, attributes: u32): bool {
  if (!roomEnsureSplits(space, factsChunks(space, first, end))) return false;
  changeAttributes(space, first, end, attributes);
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const plane = factsAt(space, page) + FACT_COPY;
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    for (let i = planeNext(plane, from, to); i < to; i = planeNext(plane, i + 1, to)) {
      const copied = page + (i - from);
      attributesFill(space, copied, copied + 1, copiedAttributes(attributes));
    }
    page += to - from;
  }
  return true;
}

/**
 * Give committed pages other attributes. False where memory is at its end; then nothing changed.
 */
export function protectPages(space: Space, first: u64, end: u64, attributes: u32): bool {
  if ((attributes & COPIED) != 0) return changeToCopied(space, first, end, attributes);
  if (!roomEnsure(space)) return false;
  changeAttributes(space, first, end, attributes);
  return true;
}

/** Pages back to reserved: content, guard and locks go, the marks of the write watch stay. */
export function decommit(space: Space, region: Region, first: u64, end: u64): void {
  // Nothing is known of pages that are not committed, but their marks.
  if (region.committedPages == 0) return;
  const isWhole = end - first == pageOf(region.end - region.start);
  const removed = isWhole ? region.committedPages : committedCount(space, first, end);
  if (removed != 0) {
    region.committedPages -= removed;
    if (regionIsCharged(region)) {
      chargeSubtract(removed);
      space.chargePages -= removed;
    }
    // The maps give no rights to what was never touched.
    if (factsNext(space, first, end) < end) mapsClear(space, first, end);
    attributesFill(space, first, end, 0);
  }
  dropPages(space, first, end);
}

/** Content goes, and with it all that is known but the marks. The pages have no rights in maps. */
export function dropPages(space: Space, first: u64, end: u64): void {
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    dropFrames(space, chunk, from, to);
    unlockRange(space, chunk, from, to);
    planeClearRange(chunk + FACT_RESET, from, to);
    planeClearRange(chunk + FACT_LOST, from, to);
    planeClearRange(chunk + FACT_COPY, from, to);
    extraClear(chunk, from, to);
    unofferRange(space, chunk, from, to);
    factsTrim(space, page);
    page += to - from;
  }
}

/** Give [first, end) of the region back: it shrinks, splits, or is gone. */
export function release(space: Space, region: Region, first: u64, end: u64): void {
  decommit(space, region, first, end);
  if (regionIs(region, REGION_WATCHED)) clearMarks(space, first, end);
  if (regionIs(region, REGION_LARGE)) space.largePages -= end - first;
  const start = first << 12;
  const stop = end << 12;
  if (start == region.start && stop == region.end) {
    if (regionIs(region, REGION_WATCHED)) space.watchedRegions -= 1;
    regionRemove(space, region);
  } else if (start == region.start) {
    regionBehead(space, region, stop);
  } else {
    const tail = region.end;
    regionShorten(space, region, start);
    if (stop != tail) splitTail(space, region, stop, tail);
  }
}

/**
 * MEM_RESET: the content is of no interest now. Some or all of it may be dropped at once, by the
 * switches; a locked page stays where it is. What is out of memory is dropped in any case, or it
 * would be read from the page store again (17.2).
 */
export function reset(space: Space, first: u64, end: u64): void {
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    for (let i = frameNext(chunk, from, to); i < to; i = frameNext(chunk, i + 1, to)) {
      planeSet(chunk + FACT_RESET, i);
      const isFixed = planeTest(chunk + FACT_LOCKED, i);
      const isOut = changetype<Frame>(frameOf(chunk, i)).location == 0;
      if ((!isFixed && isDropped()) || isOut) dropContent(space, chunk, i);
    }
    page += to - from;
  }
  mapsClear(space, first, end);
}

/**
 * Drop what a page that was reset or offered holds: it is zero from now on, and known to be lost.
 * The page has no rights in the maps. `chunk` are its facts, `i` its index in them.
 */
export function dropContent(space: Space, chunk: u32, i: u32): void {
  planeSet(chunk + FACT_LOST, i);
  dropFrames(space, chunk, i, i + 1);
}

/** The content is of interest again. */
export function resetUndo(space: Space, first: u64, end: u64): void {
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    planeClearRange(chunk + FACT_RESET, from, to);
    factsTrim(space, page);
    page += to - from;
  }
}

/** Give every frame of the space back: it ends. */
export function dropContents(space: Space): void {
  const end = pagesMost(space.levels);
  for (let page = factsNext(space, 0, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    dropFrames(space, chunk, 0, 1024);
    unlockRange(space, chunk, 0, 1024);
    page += 1024;
  }
}

/** Take the pages that are not locked out of the working set; their content stays. */
export function trimUnlocked(space: Space, first: u64, end: u64): void {
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    const valid = chunk + FACT_VALID;
    for (let i = planeNext(valid, from, to); i < to; i = planeNext(valid, i + 1, to)) {
      if (planeTest(chunk + FACT_LOCKED, i) || isLargePage(space, page + (i - from))) continue;
      planeClear(valid, i);
      space.residentPages -= 1;
    }
    mapsClear(space, page, page + (to - from));
    page += to - from;
  }
}

export function isLocked(space: Space, page: u64): bool {
  const chunk = factsAt(space, page);
  return chunk != 0 && planeTest(chunk + FACT_LOCKED, <u32>page & 1023);
}

export function lockPage(space: Space, page: u64): void {
  const chunk = factsMake(space, page);
  planeSet(chunk + FACT_LOCKED, <u32>page & 1023);
  space.lockedPages += 1;
}

export function unlockPage(space: Space, page: u64): void {
  planeClear(factsAt(space, page) + FACT_LOCKED, <u32>page & 1023);
  space.lockedPages -= 1;
}

/** What pages of one chunk of facts hold is gone; the next touch finds zeros. */
function dropFrames(space: Space, chunk: u32, from: u32, to: u32): void {
  if (machine().codeMarks != 0) codeDrop(chunk, from, to);
  if (to - from == CHUNK_PAGES && columnIsShared(chunk)) columnForget(chunk);
  for (let i = frameNext(chunk, from, to); i < to; i = frameNext(chunk, i + 1, to)) {
    const frame = changetype<Frame>(frameOf(chunk, i));
    frameSet(chunk, i, 0);
    frameUnshow(frame);
  }
  space.residentPages -= planeCount(chunk + FACT_VALID, from, to);
  planeClearRange(chunk + FACT_VALID, from, to);
}

function factsChunks(space: Space, first: u64, end: u64): u32 {
  let count: u32 = 0;
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    count += 1;
    page = factsChunkEnd(page, end);
  }
  return count;
}

export function unlockRange(space: Space, chunk: u32, from: u32, to: u32): void {
  const plane = chunk + FACT_LOCKED;
  for (let i = planeNext(plane, from, to); i < to; i = planeNext(plane, i + 1, to)) {
    planeClear(plane, i);
    space.lockedPages -= 1;
  }
}

/** Pages of one chunk of facts are within reach again. */
export function unofferRange(space: Space, chunk: u32, from: u32, to: u32): void {
  space.offeredPages -= planeCount(chunk + FACT_OFFERED, from, to);
  planeClearRange(chunk + FACT_OFFERED, from, to);
}

/** Whether this reset drops the content of the next page: always, never, or by the seed. */
function isDropped(): bool {
  if (switchIs(SWITCH_RESET_ZERO)) return true;
  if (!switchIs(SWITCH_RESET_RANDOM)) return false;
  const drawn = randomNext(machine().resetState);
  machine().resetState = drawn;
  return (drawn & 1) != 0;
}

/** What lies behind a hole in the middle of a region is a region of its own. */
function splitTail(space: Space, region: Region, start: u64, end: u64): void {
  const tail = reserve(space, start, end, region.kind, region.protection, region.flags);
  tail.attributes = region.attributes;
  tail.committedPages = committedCount(space, pageOf(start), pageOf(end));
  region.committedPages -= tail.committedPages;
}
