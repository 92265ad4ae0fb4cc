import { PAGE_BYTES, PAGER, STAGING } from "../base/layout";
import { planeClear, planeSet, planeTest } from "../base/planes";
import { POOL_PAGE, poolEnsure } from "../base/pool";
import { addressOf, pageOf } from "../base/range";
import { STATUS_NO_MEMORY, STATUS_SUCCESS } from "../base/status";
import {
  Section,
  sectionDirty,
  sectionForget,
  sectionFrame,
  sectionOf,
  sectionTouch,
} from "../object/section";
import { FACT_LOST, FACT_RESET, FACT_VALID, factsAt, frameOf, frameSet } from "../page/facts";
import { framesFit, physical } from "../phys/charge";
import {
  FRAME_DIRTY,
  FRAME_STUCK,
  Frame,
  frameIs,
  frameLeave,
  frameOldest,
  framePlace,
  frameRelease,
  framesAge,
  frameTakeSlot,
  frameUse,
  frameYounger,
  keyIsShared,
  keyNumber,
  keyOfSection,
  keyPage,
} from "../phys/frame";
import { isLocked } from "./change";
import { regionAt } from "./index";
import { SWITCH_PAGE_STORE, switchIs } from "./machine";
import { mapsEmpty, windowHas } from "./maps";
import { REGION_LARGE, Region, regionIs } from "./region";
import { roomEnsure } from "./room";
import { SPACE_RUNNING, Space, spaceOf } from "./space";

/**
 * The pager: which frames leave memory when there are no more, and how bytes that the host keeps
 * come back. It never calls the host. What it needs is left here as a request, the access or call
 * that needed it ends without effect, and is made again when the host has answered.
 *
 *      0          4          8          12         16                    24         28
 *     +----------+----------+----------+----------+---------------------+----------+----------+
 *     | request  | ticket   | frame    | slot     | key                 | asked    | reason   |
 *     +----------+----------+----------+----------+---------------------+----------+----------+
 *     | failed key          | failed   | holds    | held: u32[12]                               |
 *     +---------------------+----------+----------+---------------------------------------------+
 *
 *     request, ticket  what is asked for, below, and its number: a late answer is refused
 *     frame, slot      the frame to store or to bring; its slot in the page store
 *     key              whose page it is (phys/frame)
 *     asked            the running call or access made a request
 *     reason           why it cannot be served otherwise: an NTSTATUS
 *     failed key       page that the host could not bring, and why: for the next attempt alone
 *     held             frames that stay: `HELD` of parameters, then the last ones of the access
 */
@unmanaged
@final
class Pager {
  request: u32;
  ticket: u32;
  frame: u32;
  slot: u32;
  key: u64;
  asked: u32;
  reason: u32;
  failedKey: u64;
  failedReason: u32;
  holds: u32;
}

/** The page goes to its slot of the page store. */
export const REQUEST_STORE: u32 = 1;
/** The page comes from its slot of the page store. */
export const REQUEST_LOAD: u32 = 2;
/** The page goes to its file. */
export const REQUEST_WRITE: u32 = 3;
/** The page comes from its file. */
export const REQUEST_READ: u32 = 4;

/** Parameters of a call lie on so many pages at most; an access needs four frames. */
const HELD: u32 = 8;
const LAST: u32 = 4;
/** Where the held frames are, behind the record. */
const HOLDS: u32 = PAGER + 48;

if (offsetof<Pager>() != 48) ERROR("Pager must be 48 bytes");

function pager(): Pager {
  return changetype<Pager>(PAGER);
}

/** A call or access begins, or has ended: what it held may leave. */
export function pagerBegin(): void {
  const p = pager();
  p.asked = 0;
  p.holds = 0;
  physical().promised = 0;
  memory.fill(HOLDS, 0, (HELD + LAST) << 2);
}

/** Whether the call or access has left a request, and is to be made again. */
export function pagerAsked(): bool {
  return pager().asked != 0;
}

/** Why the last page could not be had: an NTSTATUS. */
export function pagerReason(): u32 {
  return pager().reason;
}

/** Field of the request by number: kind, ticket, file or slot, page of the file, linear address. */
export function pagerRequest(field: u32): u64 {
  const p = pager();
  const isFile = p.request >= REQUEST_WRITE;
  switch (field) {
    case 0:
      return p.request;
    case 1:
      return p.ticket;
    case 2:
      return isFile ? sectionOf(keyNumber(p.key))!.file : p.slot - 1;
    case 3:
      return isFile ? keyPage(p.key) : 0;
    default:
      return isBringing() ? STAGING : changetype<Frame>(p.frame).location;
  }
}

/** The frame that the page's bytes are in, in memory and used now; false where it cannot be. */
export function frameBring(frame: Frame): bool {
  if (frame.location == 0) {
    if (!hasNotFailed(frame.key) || !framesMake(1)) return false;
    if (frame.slot != 0) {
      request(REQUEST_LOAD, frame.key, frame);
      return false;
    }
    framePlace(frame, isHome(frame.key));
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
  request(REQUEST_READ, key, null);
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
      pager().reason = STATUS_NO_MEMORY;
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

/** Ask the host to write the first dirty page of [first, end) to the file, if there is one. */
export function contentClean(content: Section, first: u64, end: u64): void {
  const page = sectionDirty(content, first, end);
  if (page < end) frameClean(changetype<Frame>(sectionFrame(content, page)));
}

/** The frame stays in memory until the call ends. */
export function frameHold(frame: Frame): void {
  const p = pager();
  if (p.holds >= HELD) return;
  store<u32>(HOLDS + (p.holds << 2), changetype<u32>(frame));
  p.holds += 1;
}

/** The host has done, or failed, what the request with this ticket says. Whether it was awaited. */
export function pagerAnswer(ticket: u32, status: u32): bool {
  const p = pager();
  if (p.request == 0 || p.ticket != ticket) return false;
  if (isBringing()) {
    if (status != STATUS_SUCCESS) {
      p.failedKey = p.key;
      p.failedReason = status;
    } else if (framesFit(1)) {
      arrive();
    }
  } else if (status != STATUS_SUCCESS) {
    restore(FRAME_DIRTY | FRAME_STUCK);
  }
  p.request = 0;
  return true;
}

/** Whether the host may be asked for the page: it has not just failed to bring it. */
function hasNotFailed(key: u64): bool {
  const p = pager();
  if (p.failedReason == 0 || p.failedKey != key) return true;
  p.reason = p.failedReason;
  p.failedReason = 0;
  return false;
}

function isBringing(): bool {
  const kind = pager().request;
  return kind == REQUEST_LOAD || kind == REQUEST_READ;
}

/** Leave a request. One that was not answered yet is not awaited any more. */
function request(kind: u32, key: u64, frame: Frame | null): void {
  const p = pager();
  if (p.request != 0 && !isBringing()) restore(FRAME_DIRTY);
  p.request = kind;
  p.ticket += 1;
  p.frame = changetype<u32>(frame);
  p.slot = frame === null ? 0 : frame.slot;
  p.key = key;
  p.asked = 1;
}

/** Flags back to the frame that was to be stored, unless it is gone by now. */
function restore(flags: u32): void {
  const p = pager();
  if (frameOfKey(p.key) == p.frame) changetype<Frame>(p.frame).state |= flags;
}

/** The frame that the page has, or 0. */
function frameOfKey(key: u64): u32 {
  const page = keyPage(key);
  if (keyIsShared(key)) {
    const section = sectionOf(keyNumber(key));
    return section === null ? 0 : sectionFrame(section, page);
  }
  const space = spaceOf(keyNumber(key));
  if (space === null || space.state != SPACE_RUNNING) return 0;
  const chunk = factsAt(space, page);
  return chunk == 0 ? 0 : frameOf(chunk, <u32>page & 1023);
}

/** The bytes that the host put into the staging page belong to the page that was asked for. */
function arrive(): void {
  const p = pager();
  if (frameOfKey(p.key) != p.frame) return;
  let frame = changetype<Frame | null>(p.frame);
  if (frame !== null) {
    if (frame.location != 0 || !poolEnsure(POOL_PAGE, 1)) return;
    framePlace(frame, isHome(frame.key));
  } else {
    const section = sectionOf(keyNumber(p.key));
    if (section === null || !roomEnsure(section)) return;
    frame = sectionTouch(section, keyPage(p.key));
  }
  memory.copy(frame.location, STAGING, PAGE_BYTES);
}

/** Ask the host to store the page; what is written from now on is to be stored again. */
function frameClean(frame: Frame): void {
  frame.state &= ~FRAME_DIRTY;
  mapsEmpty();
  const isFile = isFileFrame(frame);
  if (!isFile) frameTakeSlot(frame);
  request(isFile ? REQUEST_WRITE : REQUEST_STORE, frame.key, frame);
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
  if (frameIs(frame, FRAME_STUCK) || isHeld(frame)) return false;
  if (!isFileFrame(frame) && !switchIs(SWITCH_PAGE_STORE)) return false;
  return !isFixed(frame);
}

/** Whether its content is of no interest: then it is gone, and the page reads as zeros. */
function drop(frame: Frame): bool {
  if (keyIsShared(frame.key)) return false;
  const page = keyPage(frame.key);
  const chunk = factsAt(spaceOf(keyNumber(frame.key))!, page);
  const i = <u32>page & 1023;
  if (!planeTest(chunk + FACT_RESET, i)) return false;
  planeSet(chunk + FACT_LOST, i);
  unuse(frame);
  frameSet(chunk, i, 0);
  frameRelease(frame);
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
    trim(spaceOf(keyNumber(frame.key))!, page);
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
function showing(view: Region, page: u64): Space | null {
  if (page < view.offsetPages) return null;
  if (page - view.offsetPages >= pageOf(view.end - view.start)) return null;
  const space = spaceOf(view.space)!;
  const own = pageShowing(view, page);
  const chunk = factsAt(space, own);
  return chunk != 0 && frameOf(chunk, <u32>own & 1023) != 0 ? null : space;
}

function pageShowing(view: Region, page: u64): u64 {
  return pageOf(view.start) + page - view.offsetPages;
}

/** Locked, or of a large page: it stays. */
function isFixed(frame: Frame): bool {
  const page = keyPage(frame.key);
  if (!keyIsShared(frame.key)) {
    const space = spaceOf(keyNumber(frame.key))!;
    if (isLocked(space, page)) return true;
    const region = regionAt(space, addressOf(page));
    return region !== null && regionIs(region, REGION_LARGE);
  }
  let link = sectionOf(keyNumber(frame.key))!.firstView;
  for (; link != 0; link = changetype<Region>(link).nextView) {
    const space = showing(changetype<Region>(link), page);
    if (space !== null && isLocked(space, pageShowing(changetype<Region>(link), page))) return true;
  }
  return false;
}

function isFileFrame(frame: Frame): bool {
  return keyIsShared(frame.key) && sectionOf(keyNumber(frame.key))!.file != 0;
}

/** Whether the page's slot in the window is where its frame belongs. */
function isHome(key: u64): bool {
  return !keyIsShared(key) && windowHas(spaceOf(keyNumber(key))!, keyPage(key));
}

function isHeld(frame: Frame): bool {
  for (let i: u32 = 0; i < HELD + LAST; i++) {
    if (load<u32>(HOLDS + (i << 2)) == changetype<u32>(frame)) return true;
  }
  return false;
}

/** The frame is one of the last that were needed: it stays while the access goes on. */
function hold(frame: Frame): void {
  const last = HOLDS + (HELD << 2);
  memory.copy(last, last + 4, (LAST - 1) << 2);
  store<u32>(last + ((LAST - 1) << 2), changetype<u32>(frame));
}

/** Those that the page store did not take are tried again, by the next who needs a frame. */
function unstick(): void {
  let frame = frameOldest();
  while (frame !== null) {
    frame.state &= ~FRAME_STUCK;
    frame = frameYounger(frame);
  }
}
