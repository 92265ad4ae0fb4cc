import { journal, keep, keepNothing } from "../base/journal";
import { PAGE_BYTES, STALE, WINDOW } from "../base/layout";
import { POOL_BYTES, POOL_FRAME, poolGive, poolTake } from "../base/pool";
import { worldStop } from "../base/threads";
import { framesAdd, framesSubtract, physical } from "./charge";

/**
 * A frame is one page of bytes. The page table names frames, never linear addresses, so that moving
 * one changes one record. Its location is exactly one of: the window slot of one page (it is "at
 * home" there), a slot of the pool, a slot of the page store. A record is kept before it changes
 * (`frameKeep`), and so are the bytes, for checkpoints.
 *
 *      0          4          8                     16         20         24         28     32
 *     +----------+----------+---------------------+----------+----------+----------+------+
 *     | location | owners   | key                 | previous | next     | state    | slot |
 *     +----------+----------+---------------------+----------+----------+----------+------+
 *
 *     location        linear address of the 4,096 bytes; 0 while they are not in memory
 *     owners          columns of frames that name it (page/facts): more than one after a fork
 *     key             whose page it is, below. Of several processes, any that had it: the page is
 *                     the same in all of them (virt/sharers)
 *     previous, next  in the list of frames that may leave
 *     state           flags below, and from bit 8 on the period of the last use
 *     slot            1 + the slot of the page store that is kept for it; 0 for none
 *
 *      63        48  47  46                       0
 *     +------------+---+---------------------------+
 *     | number     | S | page                      |   S: the number is a section's, else a space's
 *     +------------+---+---------------------------+
 */
@unmanaged
export class Frame {
  location: u32;
  owners: u32;
  key: u64;
  previous: u32;
  next: u32;
  state: u32;
  slot: u32;
}

if (offsetof<Frame>() != 32) ERROR("Frame must be 32 bytes");

/** In the window slot of its page. */
export const FRAME_HOME: u32 = 0x1;
/** Written since its bytes were stored; without a slot: written at all. */
export const FRAME_DIRTY: u32 = 0x2;
/** In the list of those that may leave. */
const FRAME_LISTED: u32 = 0x4;
/** The page store did not take it: others are tried first. */
export const FRAME_STUCK: u32 = 0x8;
/** Belongs to the AWE set of a process (object/awe), whatever page shows it; never leaves. */
export const FRAME_AWE: u32 = 0x10;
const USE_SHIFT: u32 = 8;

const SHARED: u64 = (<u64>1) << 47;
const NUMBER_SHIFT: u64 = 48;

export function keyOfSpace(space: u32, page: u64): u64 {
  return ((<u64>space) << NUMBER_SHIFT) | page;
}

export function keyOfSection(section: u32, page: u64): u64 {
  return ((<u64>section) << NUMBER_SHIFT) | SHARED | page;
}

export function keyIsShared(key: u64): bool {
  return (key & SHARED) != 0;
}

export function keyNumber(key: u64): u32 {
  return <u32>(key >> NUMBER_SHIFT);
}

export function keyPage(key: u64): u64 {
  return key & (SHARED - 1);
}

/** The frame's record is about to change. */
export function frameKeep(frame: Frame): void {
  keep(changetype<u32>(frame));
}

/** The frame's bytes are about to change. */
export function frameWrite(frame: Frame): void {
  frameKeep(frame);
  frame.state |= FRAME_DIRTY;
  keep(frame.location);
}

/**
 * A zeroed frame in the pool, with one owner, that stays in memory. Requires: `framesFit`, and
 * records ensured.
 */
export function frameInPool(): Frame {
  const frame = changetype<Frame>(poolTake(POOL_FRAME));
  frame.owners = 1;
  frame.location = poolTake(POOL_BYTES);
  framesAdd();
  return frame;
}

/** The same for a page, which leaves memory when others need it more. */
export function frameForPage(key: u64, isHome: bool): Frame {
  const frame = frameOutside(key);
  framePlace(frame, isHome);
  return frame;
}

/** The same for a page that is out of memory. Requires: a record ensured. */
export function frameOutside(key: u64): Frame {
  const frame = changetype<Frame>(poolTake(POOL_FRAME));
  frame.owners = 1;
  frame.key = key;
  return frame;
}

/** Give the frame a zeroed page of memory. Requires: as `frameInPool`; it has none. */
export function framePlace(frame: Frame, isHome: bool): void {
  frameKeep(frame);
  if (isHome) {
    frame.location = windowSlot(<u32>keyPage(frame.key));
    frame.state |= FRAME_HOME;
  } else {
    frame.location = poolTake(POOL_BYTES);
  }
  framesAdd();
  append(frame);
}

/** Its bytes are no longer in memory. */
export function frameLeave(frame: Frame): void {
  if (ASC_FEATURE_THREADS) worldStop();
  frameKeep(frame);
  if ((frame.state & FRAME_LISTED) != 0) remove(frame);
  if ((frame.state & FRAME_HOME) != 0) {
    keep(frame.location);
    slotStale(<u32>keyPage(frame.key));
    frame.state &= ~FRAME_HOME;
  } else {
    poolGive(POOL_BYTES, frame.location);
  }
  frame.location = 0;
  framesSubtract();
}

/** Out of the window into the pool; the slot keeps the bytes. Requires: a page of the pool. */
export function frameMoveOut(frame: Frame): void {
  if (ASC_FEATURE_THREADS) worldStop();
  const slot = frame.location;
  frameKeep(frame);
  keep(slot);
  frame.location = poolTake(POOL_BYTES);
  frame.state &= ~FRAME_HOME;
  memory.copy(frame.location, slot, PAGE_BYTES);
  // After a rewind every slot is, and this one is not.
  slotFresh(<u32>keyPage(frame.key));
}

/** From the pool into the page's slot of the window, which is free. */
export function frameMoveIn(frame: Frame): void {
  if (ASC_FEATURE_THREADS) worldStop();
  const place = frame.location;
  frameKeep(frame);
  frame.location = windowSlot(<u32>keyPage(frame.key));
  frame.state |= FRAME_HOME;
  memory.copy(frame.location, place, PAGE_BYTES);
  poolGive(POOL_BYTES, place);
}

/** What is in the page's slot of the window is of no use. */
export function slotStale(page: u32): void {
  const stale = STALE + (page >>> 3);
  store<u8>(stale, load<u8>(stale) | ((<u8>1) << u8(page & 7)));
}

/** The owner lets go; the last one's frame is gone with its bytes. */
export function frameRelease(frame: Frame): void {
  assert(frame.owners != 0); // released more often than owned
  frameKeep(frame);
  frame.owners -= 1;
  if (frame.owners != 0) return;
  if (frame.location != 0) frameLeave(frame);
  // A slot that a checkpoint may know is nobody's until there is none (virt/slots).
  if (frame.slot <= journal().slots) {
    poolGive(POOL_FRAME, changetype<u32>(frame));
    return;
  }
  const p = physical();
  frame.next = p.free;
  p.free = changetype<u32>(frame);
  p.freeCount += 1;
}

/**
 * A slot of the page store is kept for the frame from now on. One that a checkpoint may know is not
 * written again. Requires: the frame is kept.
 */
export function frameTakeSlot(frame: Frame): void {
  if (frame.slot > journal().slots) return;
  const p = physical();
  const gone = changetype<Frame | null>(p.free);
  if (gone === null) {
    p.slots += 1;
    frame.slot = p.slots;
    return;
  }
  frame.slot = gone.slot;
  p.free = gone.next;
  p.freeCount -= 1;
  poolGive(POOL_FRAME, changetype<u32>(gone));
}

export function frameIs(frame: Frame, flag: u32): bool {
  return (frame.state & flag) != 0;
}

export function frameIsInPool(frame: Frame): bool {
  return frame.location != 0 && !frameIs(frame, FRAME_HOME);
}

/**
 * The frame is used: the last to leave. Counts once a period, and with every period the derived
 * maps begin empty, so that the order does not depend on what they allow.
 */
export function frameUse(frame: Frame): void {
  if (frameIsUsed(frame) || !frameIs(frame, FRAME_LISTED)) return;
  frameKeep(frame);
  remove(frame);
  append(frame);
}

/** Whether it was used in the present period. */
export function frameIsUsed(frame: Frame): bool {
  return frame.state >>> USE_SHIFT == physical().use;
}

/** Begin the next period. */
export function framesAge(): void {
  const p = physical();
  p.use = (p.use + 1) & (u32.MAX_VALUE >>> USE_SHIFT);
}

/** The frame that was not used for longest, or null. */
export function frameOldest(): Frame | null {
  return changetype<Frame | null>(physical().head);
}

/** The one used after it, or null. */
export function frameYounger(frame: Frame): Frame | null {
  return changetype<Frame | null>(frame.next);
}

/** Linear address of the page's own slot in the window, zeroed. */
function windowSlot(page: u32): u32 {
  const location = WINDOW + page * PAGE_BYTES;
  keepNothing(location);
  if ((load<u8>(STALE + (page >>> 3)) & ((<u8>1) << u8(page & 7))) != 0) {
    slotFresh(page);
    memory.fill(location, 0, PAGE_BYTES);
  }
  return location;
}

/** What is in the page's slot of the window is what the next frame there begins with. */
function slotFresh(page: u32): void {
  const stale = STALE + (page >>> 3);
  store<u8>(stale, load<u8>(stale) & ~((<u8>1) << u8(page & 7)));
}

/** Requires: the frame is kept. */
function append(frame: Frame): void {
  const p = physical();
  frame.previous = p.tail;
  frame.next = 0;
  if (p.tail != 0) keptFrame(p.tail).next = changetype<u32>(frame);
  else p.head = changetype<u32>(frame);
  p.tail = changetype<u32>(frame);
  frame.state = (frame.state & ((1 << USE_SHIFT) - 1)) | FRAME_LISTED | (p.use << USE_SHIFT);
}

/** Requires: the frame is kept. */
function remove(frame: Frame): void {
  const p = physical();
  if (frame.previous != 0) keptFrame(frame.previous).next = frame.next;
  else p.head = frame.next;
  if (frame.next != 0) keptFrame(frame.next).previous = frame.previous;
  else p.tail = frame.previous;
  frame.state &= ~FRAME_LISTED;
}

/** A frame that is about to change. */
function keptFrame(record: u32): Frame {
  keep(record);
  return changetype<Frame>(record);
}
