import { planeClear, planeSet, planeTest } from "../base/planes";
import { addressOf } from "../base/range";
import { copiedAttributes, isWritable } from "../page/attributes";
import { FACT_COPY, FACT_LOST, FACT_MARK, FACT_RESET, factsAt, frameIsShared } from "../page/facts";
import { attributesAt, attributesFill } from "../page/table";
import { Frame, frameWrite } from "../phys/frame";
import { frameCopy, frameIn, isCopied, isWriteCopied, sharingRegion } from "./backing";
import { codeChanged } from "./code-views";
import { regionAt } from "./index";
import { machine } from "./machine";
import { mapsClear } from "./maps";
import { framesMake } from "./pager";
import { REGION_WATCHED, Region, regionIs } from "./region";
import { Space } from "./space";

/** What a write to a page leaves behind, beside its bytes. */

/**
 * A write reached the page, whose facts are in the chunk: its mark, the end of a reset, the copy of
 * a copy-on-write page. Requires: prepared.
 */
export function recordWrite(space: Space, page: u64, chunk: u32): void {
  const i = <u32>page & 1023;
  if (planeTest(chunk + FACT_RESET, i)) {
    planeClear(chunk + FACT_RESET, i);
    planeClear(chunk + FACT_LOST, i);
    space.faultCount += 1;
  }
  if (isCopied(space, page)) {
    recordCopy(space, page);
    space.faultCount += 1;
  }
  if (!planeTest(chunk + FACT_MARK, i) && isWatched(space, page)) {
    planeSet(chunk + FACT_MARK, i);
    space.faultCount += 1;
  }
  frameWrite(changetype<Frame>(frameIn(space, page, chunk)));
  if (machine().codeMarks != 0) codeChanged(space, page);
}

/** Whether a write to the page would leave a mark, or copy it. */
export function isUnrecorded(space: Space, page: u64): bool {
  const chunk = factsAt(space, page);
  const i = <u32>page & 1023;
  if (isWriteCopied(space, page, chunk)) return true;
  if (chunk == 0 || planeTest(chunk + FACT_RESET, i)) return true;
  return isWatched(space, page) && !planeTest(chunk + FACT_MARK, i);
}

/** The page of a copy-on-write view becomes the process's own, and plainly writable (7.7). */
export function recordCopy(space: Space, page: u64): void {
  const attributes = attributesAt(space, page);
  makeOwn(space, page);
  attributesFill(space, page, page + 1, copiedAttributes(attributes));
}

/**
 * A prepared page of a view becomes the process's own: a frame with the bytes that the section has
 * now, and the section has nothing to do with it any more.
 */
export function makeOwn(space: Space, page: u64): void {
  const chunk = factsAt(space, page);
  const i = <u32>page & 1023;
  if (sharingRegion(space, page) !== null) frameCopy(space, page, chunk);
  planeSet(chunk + FACT_COPY, i);
  mapsClear(space, page, page + 1);
}

/**
 * A prepared page whose bytes a forked process has too gets a copy of them. Requires: prepared for
 * a write.
 */
export function makeSole(space: Space, page: u64, chunk: u32): void {
  if (!frameIsShared(chunk, <u32>page & 1023)) return;
  frameCopy(space, page, chunk);
  space.faultCount += 1;
}

/**
 * The page of an image becomes the process's own before a patch, whatever its protection (12.3):
 * what is SHARED stays so, and what a write copies is left to the write. False where no frame is to
 * be had. Requires: prepared.
 */
export function makePatchable(space: Space, region: Region, page: u64): bool {
  if (region.section != 0 && isWritable(attributesAt(space, page))) return true;
  if (sharingRegion(space, page) !== null && !framesMake(1)) return false;
  makeOwn(space, page);
  return true;
}

export function isWatched(space: Space, page: u64): bool {
  return space.watchedRegions != 0 && isInWatched(space, page);
}

function isInWatched(space: Space, page: u64): bool {
  const region = regionAt(space, addressOf(page));
  return region !== null && regionIs(region, REGION_WATCHED);
}
