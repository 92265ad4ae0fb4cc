import { planeClear, planeSet, planeTest } from "../base/planes";
import { POOL_REGION, poolEnsure, poolGive, poolTake } from "../base/pool";
import { addressOf } from "../base/range";
import { FACT_LOCKED, FACT_VALID, factIs, factNext, factsAt } from "../page/facts";
import { pagesMost } from "../page/pages";
import { regionAt } from "./index";
import { mapsClear } from "./maps";
import { REGION_LARGE, regionIs } from "./region";
import { Space, spacePeak } from "./space";

/**
 * The working set: pages that were touched and not trimmed since. Under a hard maximum (17.14) the
 * page that was used least recently makes way for the next. Every use has to be seen for that, so
 * nothing is granted to such a space, and its pages are kept in the order of their last use:
 *
 *      0          8          12         16
 *     +----------+----------+----------+
 *     | page     | next     | 0        |    next: the page used before this one
 *     +----------+----------+----------+
 *
 * A page that has left the working set otherwise stays in the list until a walk comes past it.
 */
@unmanaged
@final
class Recent {
  page: u64;
  next: u32;
  reserved: u32;
}

if (offsetof<Recent>() > 64) ERROR("Recent must fit into a record of POOL_REGION");

/** Bits of `Space.workingSetFlags`. */
export const HARD_MINIMUM: u32 = 1;
export const HARD_MAXIMUM: u32 = 4;

const NO_PAGE: u64 = u64.MAX_VALUE;

export function hasHardMaximum(space: Space): bool {
  return (space.workingSetFlags & HARD_MAXIMUM) != 0;
}

/** A valid page that no limit counts and nothing takes out (11). Requires: valid. */
export function isLargePage(space: Space, page: u64): bool {
  return space.largePages != 0 && regionIs(regionAt(space, addressOf(page))!, REGION_LARGE);
}

/**
 * The page is used: it is in the working set from now on. Requires: it has a frame, and a record of
 * POOL_REGION is ensured.
 */
export function workingSetEnter(space: Space, chunk: u32, page: u64): void {
  const i = <u32>page & 1023;
  const isHard = hasHardMaximum(space);
  if (!planeTest(chunk + FACT_VALID, i)) {
    if (isHard && limitedPages(space) >= space.workingSetMaxPages) leaveOldest(space);
    planeSet(chunk + FACT_VALID, i);
    space.residentPages += 1;
    space.faultCount += 1;
    spacePeak(space);
  }
  if (isHard) touch(space, page);
}

/** Set the limits. False where memory is at its end; then nothing changed. */
export function workingSetLimit(space: Space, minPages: u32, maxPages: u32, flags: u32): bool {
  const begins = (flags & ~space.workingSetFlags & HARD_MAXIMUM) != 0;
  if (begins && space.residentPages >= u32.MAX_VALUE) return false;
  if (begins && !poolEnsure(POOL_REGION, <u32>space.residentPages)) return false;
  space.workingSetMinPages = minPages;
  space.workingSetMaxPages = maxPages;
  space.workingSetFlags = flags;
  if (begins) {
    const end = pagesMost(space.levels);
    mapsClear(space, 0, end);
    // The lowest address counts as the least recently used (17.14#9).
    for (let page = validNext(space, 0, end); page < end; page = validNext(space, page + 1, end)) {
      push(space, page);
    }
  }
  if (!hasHardMaximum(space)) {
    workingSetForget(space);
  } else {
    while (limitedPages(space) > maxPages && leaveOldest(space)) {}
  }
  return true;
}

/** Give the list of recent pages back. */
export function workingSetForget(space: Space): void {
  while (space.recent != 0) unlink(space, 0);
}

/** Give a space without recent pages those of another, in their order. False without memory. */
export function recentClone(from: Space, to: Space): bool {
  if (!poolEnsure(POOL_REGION, recentCount(from))) return false;
  let before: u32 = 0;
  for (let link = from.recent; link != 0; link = changetype<Recent>(link).next) {
    const recent = changetype<Recent>(poolTake(POOL_REGION));
    recent.page = changetype<Recent>(link).page;
    if (before == 0) to.recent = changetype<u32>(recent);
    else changetype<Recent>(before).next = changetype<u32>(recent);
    before = changetype<u32>(recent);
  }
  return true;
}

/** Length of the list of recent pages. */
export function recentCount(space: Space): u32 {
  let count: u32 = 0;
  for (let link = space.recent; link != 0; link = changetype<Recent>(link).next) count += 1;
  return count;
}

/** What follows in the list of recent pages, the most recent one behind 0; 0 at its end. */
export function recentNext(space: Space, link: u32): u32 {
  return link == 0 ? space.recent : changetype<Recent>(link).next;
}

export function recentPage(link: u32): u64 {
  return changetype<Recent>(link).page;
}

/**
 * A page was used before all others of the list, whose last one is `last`, 0 for none. Its link.
 * Requires: a record of POOL_REGION is ensured.
 */
export function recentAppend(space: Space, last: u32, page: u64): u32 {
  const recent = changetype<Recent>(poolTake(POOL_REGION));
  recent.page = page;
  if (last == 0) space.recent = changetype<u32>(recent);
  else changetype<Recent>(last).next = changetype<u32>(recent);
  return changetype<u32>(recent);
}

/** First page of [page, end) in the working set, or `end`. */
export function validNext(space: Space, page: u64, end: u64): u64 {
  return factNext(space, FACT_VALID, page, end);
}

/** Large pages are no part of the limits (11#5). */
function limitedPages(space: Space): u64 {
  return space.residentPages - space.largePages;
}

/** The least recently used page that may leave does; false where there is none. */
function leaveOldest(space: Space): bool {
  let oldest = NO_PAGE;
  for (let link = space.recent; link != 0; link = changetype<Recent>(link).next) {
    const page = changetype<Recent>(link).page;
    if (!factIs(space, FACT_VALID, page) || factIs(space, FACT_LOCKED, page)) continue;
    if (!isLargePage(space, page)) oldest = page;
  }
  if (oldest == NO_PAGE) return false;
  planeClear(factsAt(space, oldest) + FACT_VALID, <u32>oldest & 1023);
  space.residentPages -= 1;
  return true;
}

/** Move the page to the head of the list; what has left the working set before it goes. */
function touch(space: Space, page: u64): void {
  let before: u32 = 0;
  for (let link = space.recent; link != 0; ) {
    const recent = changetype<Recent>(link);
    const next = recent.next;
    const isFound = recent.page == page;
    if (isFound || !factIs(space, FACT_VALID, recent.page)) unlink(space, before);
    else before = link;
    if (isFound) break;
    link = next;
  }
  push(space, page);
}

function push(space: Space, page: u64): void {
  const recent = changetype<Recent>(poolTake(POOL_REGION));
  recent.page = page;
  recent.next = space.recent;
  space.recent = changetype<u32>(recent);
}

/** Take out what follows `before`; 0: the head. */
function unlink(space: Space, before: u32): void {
  const link = before == 0 ? space.recent : changetype<Recent>(before).next;
  const next = changetype<Recent>(link).next;
  if (before == 0) space.recent = next;
  else changetype<Recent>(before).next = next;
  poolGive(POOL_REGION, link);
}
