import { planeClear, planeTest } from "../base/planes";
import { pageOf } from "../base/range";
import {
  Section,
  sectionDirty,
  sectionForget,
  sectionFrame,
  sectionIsImage,
  sectionOf,
  sectionTouch,
} from "../object/section";
import {
  FACT_OFFERED,
  FACT_RESET,
  FACT_VALID,
  factsAt,
  frameHere,
  frameIsShared,
} from "../page/facts";
import { framesFit, framesInUse, framesLimit } from "../phys/charge";
import {
  FRAME_DIRTY,
  FRAME_STUCK,
  Frame,
  frameIs,
  frameKeep,
  frameLeave,
  frameOldest,
  framesAge,
  frameTakeSlot,
  frameUse,
  frameYounger,
  keyIsShared,
  keyNumber,
  keyOfSection,
  keyPage,
} from "../phys/frame";
import { dropContent, isLocked } from "./change";
import { SWITCH_PAGE_STORE, switchIs } from "./machine";
import { mapsEmpty } from "./maps";
import { Region } from "./region";
import {
  hasNotFailed,
  hold,
  isBeingStored,
  isHeld,
  REQUEST_LOAD,
  REQUEST_READ,
  REQUEST_STORE,
  REQUEST_WRITE,
  requestMake,
} from "./request";
import { frameReturn, sharerFrom } from "./sharers";
import { Space, spaceOf } from "./space";
import { isLargePage } from "./working-set";

/**
 * The pager: which frames leave memory when there are no more, and how pages that left come back.
 * Bytes that the host keeps are the matter of a request: the access or call ends without effect and
 * is made again.
 */

/** The frame that the page's bytes are in, in memory and used now; false where it cannot be. */
export function frameBring(frame: Frame): bool {
  if (frame.location == 0) {
    if (!hasNotFailed(frame.key) || !framesMake(1)) return false;
    if (frame.slot != 0) {
      requestMake(REQUEST_LOAD, frame.key, frame);
      return false;
    }
    frameReturn(frame);
  }
  frameUse(frame);
  hold(frame);
  return true;
}

/** The same for a page of a section that was not touched, or whose frame is gone. */
export function sectionBring(section: Section, page: u64): bool {
  const known = changetype<Frame | null>(sectionFrame(section, page));
  if (known !== null) return frameBring(known);
  const key = keyOfSection(section.number, page);
  if (!hasNotFailed(key) || !framesMake(1)) return false;
  if (section.file == 0) {
    hold(sectionTouch(section, page));
    return true;
  }
  requestMake(REQUEST_READ, key, null);
  return false;
}

/**
 * Whether so many frames can be taken now. Frames that were not used for longest leave for them:
 * false where none may, or where the host has to store one first.
 */
export function framesMake(count: u64): bool {
  while (!framesFit(count)) {
    const frame = victim();
    if (frame === null) {
      unstick();
      return false;
    }
    if (!drop(frame)) {
      if (frameIs(frame, FRAME_DIRTY)) {
        frameClean(frame);
        return false;
      }
      leave(frame);
    }
  }
  return true;
}

/** Frames that are free, or whose pages may leave. */
export function framesAvailable(): u64 {
  let count = framesLimit() - framesInUse();
  let frame = frameOldest();
  while (frame !== null) {
    if (mayLeave(frame)) count += 1;
    frame = frameYounger(frame);
  }
  return count;
}

/** Ask the host to write the first dirty page of [first, end) to the file, if there is one. */
export function contentClean(content: Section, first: u64, end: u64): void {
  const page = sectionDirty(content, first, end);
  if (page < end) frameClean(changetype<Frame>(sectionFrame(content, page)));
}

/** Ask the host to store the page; what is written from now on is to be stored again. */
function frameClean(frame: Frame): void {
  const isFile = isFileFrame(frame);
  frameKeep(frame);
  frame.state &= ~FRAME_DIRTY;
  mapsEmpty();
  if (!isFile) frameTakeSlot(frame);
  requestMake(isFile ? REQUEST_WRITE : REQUEST_STORE, frame.key, frame);
}

/** The frame that leaves next, or null. */
function victim(): Frame | null {
  let frame = frameOldest();
  while (frame !== null) {
    if (mayLeave(frame)) return frame;
    frame = frameYounger(frame);
  }
  return null;
}

function mayLeave(frame: Frame): bool {
  if (frameIs(frame, FRAME_STUCK) || isHeld(frame) || isBeingStored(frame)) return false;
  return hasPlace(frame) && !isFixed(frame);
}

/** Whether there is anywhere that its bytes could go to when it leaves. */
export function hasPlace(frame: Frame): bool {
  return isFileFrame(frame) || switchIs(SWITCH_PAGE_STORE);
}

/**
 * Whether its content is of no interest: then it is gone, and the page reads as zeros. What several
 * processes have is kept.
 */
function drop(frame: Frame): bool {
  if (keyIsShared(frame.key)) return false;
  const page = keyPage(frame.key);
  const space = sharerOf(frame, 1)!;
  const chunk = factsAt(space, page);
  const i = <u32>page & 1023;
  if (frameIsShared(chunk, i)) return false;
  if (!planeTest(chunk + FACT_RESET, i) && !planeTest(chunk + FACT_OFFERED, i)) return false;
  unuse(frame);
  dropContent(space, chunk, i);
  return true;
}

/** The page leaves memory; it was not written since it came. */
function leave(frame: Frame): void {
  unuse(frame);
  if (isFileFrame(frame)) sectionForget(sectionOf(keyNumber(frame.key))!, keyPage(frame.key));
  else frameLeave(frame);
}

/** The page leaves every working set, and the maps are empty in the period that begins. */
function unuse(frame: Frame): void {
  framesAge();
  mapsEmpty();
  const page = keyPage(frame.key);
  if (!keyIsShared(frame.key)) {
    let sharer = sharerOf(frame, 1);
    while (sharer !== null) {
      trim(sharer, page);
      sharer = sharerOf(frame, sharer.number + 1);
    }
    return;
  }
  let link = sectionOf(keyNumber(frame.key))!.firstView;
  for (; link != 0; link = changetype<Region>(link).nextView) {
    const space = showing(changetype<Region>(link), page);
    if (space !== null) trim(space, pageShowing(changetype<Region>(link), page));
  }
}

function trim(space: Space, page: u64): void {
  const chunk = factsAt(space, page);
  const i = <u32>page & 1023;
  if (chunk == 0 || !planeTest(chunk + FACT_VALID, i)) return;
  planeClear(chunk + FACT_VALID, i);
  space.residentPages -= 1;
}

/** The view's space, where the view shows the section's page as it is in the section. */
export function showing(view: Region, page: u64): Space | null {
  if (page < view.offsetPages) return null;
  if (page - view.offsetPages >= pageOf(view.end - view.start)) return null;
  const space = spaceOf(view.space)!;
  return frameHere(space, pageShowing(view, page)) != 0 ? null : space;
}

/** The page of the view that shows the section's page. */
export function pageShowing(view: Region, page: u64): u64 {
  return pageOf(view.start) + page - view.offsetPages;
}

function sharerOf(frame: Frame, number: u32): Space | null {
  return sharerFrom(changetype<u32>(frame), frame.key, number);
}

/** Locked, or of a large page: it stays. */
function isFixed(frame: Frame): bool {
  const page = keyPage(frame.key);
  if (!keyIsShared(frame.key)) {
    let sharer = sharerOf(frame, 1);
    while (sharer !== null) {
      if (isLocked(sharer, page) || isLargePage(sharer, page)) return true;
      sharer = sharerOf(frame, sharer.number + 1);
    }
    return false;
  }
  let link = sectionOf(keyNumber(frame.key))!.firstView;
  for (; link != 0; link = changetype<Region>(link).nextView) {
    const space = showing(changetype<Region>(link), page);
    if (space !== null && isLocked(space, pageShowing(changetype<Region>(link), page))) return true;
  }
  return false;
}

/** Whether the page comes from a file, and goes there. What was written to an image does not. */
function isFileFrame(frame: Frame): bool {
  if (!keyIsShared(frame.key)) return false;
  const section = sectionOf(keyNumber(frame.key))!;
  if (sectionIsImage(section) && (frame.slot != 0 || frameIs(frame, FRAME_DIRTY))) return false;
  return section.file != 0;
}

/** Those that the page store did not take are tried again, by the next who needs a frame. */
function unstick(): void {
  let frame = frameOldest();
  while (frame !== null) {
    if (frameIs(frame, FRAME_STUCK)) {
      frameKeep(frame);
      frame.state &= ~FRAME_STUCK;
    }
    frame = frameYounger(frame);
  }
}
