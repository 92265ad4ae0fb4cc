import { PAGE_BYTES, PAGER, STAGING } from "../base/layout";
import { POOL_BYTES, poolEnsure } from "../base/pool";
import { STATUS_NO_MEMORY, STATUS_SUCCESS } from "../base/status";
import { sectionFrameOf, sectionOf, sectionTouch } from "../object/section";
import { framesFit, physical } from "../phys/charge";
import {
  FRAME_DIRTY,
  FRAME_STUCK,
  Frame,
  frameKeep,
  keyIsShared,
  keyNumber,
  keyPage,
} from "../phys/frame";
import { roomEnsure } from "./room";
import { frameReturn, sharerFrom } from "./sharers";

/**
 * What the host is asked for. The core never calls out: it leaves a request here, the access or
 * call that needs it ends without effect, and is made again when the host has answered.
 *
 *      0          4          8          12         16                    24         28
 *     +----------+----------+----------+----------+---------------------+----------+----------+
 *     | request  | ticket   | frame    | slot     | key                 | asked    | reason   |
 *     +----------+----------+----------+----------+---------------------+----------+----------+
 *     | failed key          | failed   | holds    | held: u32[12]                               |
 *     +---------------------+----------+----------+---------------------------------------------+
 *     | held: end           | suspended: u64[3]   | done                                        |
 *     +---------------------+---------------------+---------------------------------------------+
 *
 *     request, ticket  what is asked for, below, and its number: a late answer is refused
 *     frame            the frame to store or to bring; 0 where the page has none
 *     slot             1 + its slot in the page store, or 1 + the number of the file
 *     key              whose page it is (phys/frame)
 *     asked            the running call or access made a request
 *     reason           why it cannot be served: an NTSTATUS, for want of memory unless it says more
 *     failed key       page that the host could not bring, and why: for the next attempt alone
 *     suspended, done  arguments of a long call that asked, and how much of it is done
 *     held             frames that stay: `HELD` of parameters, then the last ones of the access
 */
@unmanaged
@final
export class Request {
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

if (HELD != 8 || LAST != 4) ERROR("what is held is six words, the last of it two");

const SUSPENDED: u32 = HOLDS + ((HELD + LAST) << 2);

if (offsetof<Request>() != 48) ERROR("Request must be 48 bytes");

/** A call or access begins, or has ended: what it held may leave. */
export function operationBegin(): void {
  const p = requests();
  p.asked = 0;
  p.reason = STATUS_NO_MEMORY;
  p.holds = 0;
  physical().promised = 0;
  // Written out: every access that asks, and every call, comes by here twice.
  store<u64>(HOLDS, 0);
  store<u64>(HOLDS + 8, 0);
  store<u64>(HOLDS + 16, 0);
  store<u64>(HOLDS + 24, 0);
  store<u64>(HOLDS + 32, 0);
  store<u64>(HOLDS + 40, 0);
}

/** Whether the call or access that ends now has left a request, and is to be made again. */
export function operationAsks(): bool {
  const p = requests();
  const asks = p.asked != 0;
  p.asked = 0;
  return asks;
}

/** Why the last page could not be had: an NTSTATUS. */
export function refusalReason(): u32 {
  return requests().reason;
}

/** Field of the request by number: kind, ticket, file or slot, page of the file, linear address. */
export function requestField(field: u32): u64 {
  const p = requests();
  const isFile = p.request >= REQUEST_WRITE;
  switch (field) {
    case 0:
      return p.request;
    case 1:
      return p.ticket;
    case 2:
      return p.slot - 1;
    case 3:
      return isFile ? keyPage(p.key) : 0;
    default:
      return isBringing() ? STAGING : changetype<Frame>(p.frame).location;
  }
}

/** The host has done, or failed, what the request with this ticket says. Whether it was awaited. */
export function requestAnswer(ticket: u32, status: u32): bool {
  const p = requests();
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

/** Leave a request. One that was not answered yet is not awaited any more. */
export function requestMake(kind: u32, key: u64, frame: Frame | null): void {
  const p = requests();
  requestCancel();
  p.request = kind;
  p.ticket += 1;
  p.frame = changetype<u32>(frame);
  p.slot = kind >= REQUEST_WRITE ? sectionOf(keyNumber(key))!.file + 1 : frame!.slot;
  p.key = key;
  p.asked = 1;
}

/** What the host answers to the request before, if there is one, is not awaited any more. */
export function requestCancel(): void {
  const p = requests();
  if (p.request != 0 && !isBringing()) restore(FRAME_DIRTY);
  p.request = 0;
}

/** Whether the host may be asked for the page: it has not just failed to bring it. */
export function hasNotFailed(key: u64): bool {
  const p = requests();
  if (p.failedReason == 0 || p.failedKey != key) return true;
  p.reason = p.failedReason;
  p.failedReason = 0;
  return false;
}

/** The frame stays in memory until the call ends. */
export function frameHold(frame: Frame): void {
  const p = requests();
  if (p.holds >= HELD) return;
  store<u32>(HOLDS + (p.holds << 2), changetype<u32>(frame));
  p.holds += 1;
}

/** The frame is one of the last that were needed: it stays while the access goes on. */
export function hold(frame: Frame): void {
  const last = HOLDS + (HELD << 2);
  store<u64>(last, (load<u64>(last) >> 32) | (load<u64>(last, 8) << 32));
  store<u64>(last, (load<u64>(last, 8) >> 32) | ((<u64>changetype<u32>(frame)) << 32), 8);
}

export function isHeld(frame: Frame): bool {
  for (let i: u32 = 0; i < HELD + LAST; i++) {
    if (load<u32>(HOLDS + (i << 2)) == changetype<u32>(frame)) return true;
  }
  return false;
}

/** The host has been asked to store the frame, and has not said whether it could. */
export function isBeingStored(frame: Frame): bool {
  const p = requests();
  return p.request != 0 && !isBringing() && p.frame == changetype<u32>(frame);
}

/**
 * How much of the long call with these arguments is done: it asked the host when it had come so
 * far, and is made again. 0 for every other call.
 */
export function resumed(a: u64, b: u64, c: u64): u64 {
  const isSame = load<u64>(SUSPENDED) == a && load<u64>(SUSPENDED + 8) == b;
  return isSame && load<u64>(SUSPENDED + 16) == c ? load<u64>(SUSPENDED + 24) : 0;
}

/** The call with these arguments goes on from there when it is made again. */
export function suspend(a: u64, b: u64, c: u64, done: u64): void {
  store<u64>(SUSPENDED, a);
  store<u64>(SUSPENDED + 8, b);
  store<u64>(SUSPENDED + 16, c);
  store<u64>(SUSPENDED + 24, done);
}

export function requests(): Request {
  return changetype<Request>(PAGER);
}

function isBringing(): bool {
  const kind = requests().request;
  return kind == REQUEST_LOAD || kind == REQUEST_READ;
}

/** Flags back to the frame that was to be stored, unless it is gone by now. */
function restore(flags: u32): void {
  const p = requests();
  if (!isFrameThere()) return;
  const frame = changetype<Frame>(p.frame);
  frameKeep(frame);
  frame.state |= flags;
}

/** Whether the page that the request is about has the frame still, or none still. */
function isFrameThere(): bool {
  const p = requests();
  if (!keyIsShared(p.key)) return sharerFrom(p.frame, p.key, 1) !== null;
  return sectionFrameOf(keyNumber(p.key), keyPage(p.key)) == p.frame;
}

/** The bytes that the host put into the staging page belong to the page that was asked for. */
function arrive(): void {
  const p = requests();
  if (!isFrameThere()) return;
  let frame = changetype<Frame | null>(p.frame);
  if (frame !== null) {
    if (frame.location != 0 || !poolEnsure(POOL_BYTES, 1)) return;
    frameReturn(frame);
  } else {
    const section = sectionOf(keyNumber(p.key));
    const page = keyPage(p.key);
    if (section === null || section.file + 1 != p.slot || page >= section.sizePages) return;
    if (!roomEnsure(section)) return;
    frame = sectionTouch(section, page);
  }
  memory.copy(frame.location, STAGING, PAGE_BYTES);
}
