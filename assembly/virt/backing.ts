import { PAGE_BYTES } from "../base/layout";
import { addressOf, pageOf } from "../base/range";
import { sectionFrame } from "../object/section";
import { COPIED } from "../page/attributes";
import { factsAt, factsMake, frameIsShared, frameOf, frameSet } from "../page/facts";
import { attributesAt } from "../page/table";
import { physical } from "../phys/charge";
import {
  FRAME_AWE,
  FRAME_DIRTY,
  FRAME_HOME,
  Frame,
  frameForPage,
  frameIs,
  frameMoveIn,
  frameRelease,
  keyOfSpace,
} from "../phys/frame";
import { WRITE } from "./access-kind";
import { abortPage, isOutside } from "./enclave";
import { regionAt } from "./index";
import { mapsClear, windowHas } from "./maps";
import { frameBring, framesMake, sectionBring } from "./pager";
import { Region } from "./region";
import { roomEnsure } from "./room";
import { keptPage, keptSpace, seesElsewhere } from "./seen";
import { slotClear, slotVacate } from "./sharers";
import { Space } from "./space";
import { viewPage, viewSection } from "./view";

/**
 * Where the bytes of a page are: in a frame of its own, in its section's, in one of AWE. A page
 * that a process may touch has none before it is touched, and none in memory while the host keeps
 * it.
 */

/** Whether the page shows a frame of AWE, which is beside the working set. */
export function isAwe(chunk: u32, i: u32): bool {
  const frame = changetype<Frame | null>(frameOf(chunk, i));
  return frame !== null && frameIs(frame, FRAME_AWE);
}

/**
 * The facts of a committed page that has a frame from now on, its own or its section's; 0 where
 * there is none to be had.
 */
export function framed(space: Space, page: u64, access: u32): u32 {
  if (!roomEnsure(space)) return 0;
  const region = sharingRegion(space, page);
  let chunk: u32 = 0;
  if (region === null) {
    chunk = backed(space, page);
    if (chunk == 0) return 0;
  } else if (!sectionBring(viewSection(region)!, viewPage(region, page))) {
    return 0;
  }
  if (access == WRITE && isWriteCopied(space, page, chunk)) {
    if (!framesMake(1)) return 0;
    physical().promised += 1;
  }
  return factsMake(space, page);
}

/** Whether a write gives the page another frame. */
export function isWriteCopied(space: Space, page: u64, chunk: u32): bool {
  return isCopied(space, page) || (chunk != 0 && frameIsShared(chunk, <u32>page & 1023));
}

/** The view whose section the page's bytes belong to; null where they are the space's own. */
export function sharingRegion(space: Space, page: u64): Region | null {
  if (space.views == 0) return null;
  const chunk = factsAt(space, page);
  if (chunk != 0 && frameOf(chunk, <u32>page & 1023) != 0) return null;
  return viewAt(space, page);
}

/** The view that the page lies in, or null. */
function viewAt(space: Space, page: u64): Region | null {
  const region = regionAt(space, addressOf(page));
  return region === null || region.section == 0 ? null : region;
}

/** The same for a page that shares nothing. */
export function backed(space: Space, page: u64): u32 {
  const i = <u32>page & 1023;
  let chunk = factsAt(space, page);
  const known = chunk == 0 ? 0 : frameOf(chunk, i);
  if (known != 0) {
    if (!frameBring(changetype<Frame>(known))) return 0;
    comeHome(space, page, chunk);
    return chunk;
  }
  if (!framesMake(1)) return 0;
  chunk = factsMake(space, page);
  const frame = frameFor(space, page);
  frameSet(chunk, i, changetype<u32>(frame));
  frameBring(frame);
  return chunk;
}

/** A frame that was others' too when the process took the window moves there once it is sole. */
function comeHome(space: Space, page: u64, chunk: u32): void {
  const i = <u32>page & 1023;
  const frame = changetype<Frame>(frameOf(chunk, i));
  if ((frame.state & (FRAME_HOME | FRAME_AWE)) != 0 || !windowHas(space, page)) return;
  if (frameIsShared(chunk, i)) return;
  slotVacate(page);
  frameMoveIn(frame);
  mapsClear(space, page, page + 1);
}

/** A frame of zeros for a page that has none. Requires: as `frameForPage` and `slotVacate`. */
export function frameFor(space: Space, page: u64): Frame {
  const isHome = windowHas(space, page);
  if (isHome) slotClear(page);
  return frameForPage(keyOfSpace(space.number, page), isHome);
}

/** The page gets a frame of its own with the bytes of the one that it shows. Requires: the same. */
export function frameCopy(space: Space, page: u64, chunk: u32): void {
  const shown = changetype<Frame>(frameIn(space, page, chunk));
  const location = shown.location;
  const isHome = windowHas(space, page);
  if (isHome) slotVacate(page);
  const own = frameForPage(keyOfSpace(space.number, page), isHome);
  // What has moved out of this very slot has left its bytes there.
  if (own.location != location) memory.copy(own.location, shown.location, PAGE_BYTES);
  own.state |= FRAME_DIRTY;
  if (physical().promised != 0) physical().promised -= 1;
  const isOwned = frameOf(chunk, <u32>page & 1023) != 0;
  frameSet(chunk, <u32>page & 1023, changetype<u32>(own));
  if (isOwned) frameRelease(shown);
  frameBring(own);
  mapsClear(space, page, page + 1);
}

export function isCopied(space: Space, page: u64): bool {
  return (attributesAt(space, page) & COPIED) != 0;
}

/** Whether the page's bytes are in memory. */
export function isPresent(space: Space, page: u64): bool {
  const frame = changetype<Frame | null>(frameAt(space, page));
  return frame !== null && frame.location != 0;
}

/** The frame that a page's bytes are in, its own or its section's; 0 where it was never touched. */
export function frameAt(space: Space, page: u64): u32 {
  return frameIn(space, page, factsAt(space, page));
}

/** The same, given the page's chunk of facts, or 0. */
export function frameIn(space: Space, page: u64, chunk: u32): u32 {
  const own = chunk == 0 ? 0 : frameOf(chunk, <u32>page & 1023);
  return own != 0 || space.views == 0 ? own : sharedFrame(space, page);
}

function sharedFrame(space: Space, page: u64): u32 {
  const view = viewAt(space, page);
  return view === null ? 0 : sectionFrame(viewSection(view)!, viewPage(view, page));
}

/** Linear address where an access finds a prepared page's byte. */
export function linearOf(space: Space, address: u64): u32 {
  let page = pageOf(address);
  if (seesElsewhere()) {
    const kept = keptSpace(space, page);
    page = keptPage(space, page);
    space = kept;
  }
  const offset = <u32>address & 0xfff;
  if (isOutside(space, page)) return abortPage() + offset;
  return byteOf(space, addressOf(page)) + offset;
}

/** Linear address of a byte of a page that is in memory. */
export function byteOf(space: Space, address: u64): u32 {
  const frame = changetype<Frame>(frameAt(space, pageOf(address)));
  assert(frame.location != 0); // used without being prepared, or it left in between
  return frame.location + (<u32>address & 0xfff);
}
