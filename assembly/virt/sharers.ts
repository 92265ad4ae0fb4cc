import { FACT_VALID, factIs, frameHere } from "../page/facts";
import {
  FRAME_HOME,
  Frame,
  frameIs,
  frameMoveOut,
  framePlace,
  keyIsShared,
  keyNumber,
  keyPage,
  slotStale,
} from "../phys/frame";
import { machine } from "./machine";
import { mapsClear, windowHas } from "./maps";
import { SPACE_RUNNING, Space, spaceOf } from "./space";

/**
 * Processes that were forked have frames in common, each at the same page in all of them. So who
 * has a frame is found by looking at that page in every process that was forked or is a fork.
 */

/** Most processes that are told apart where it is asked who has a page. */
export const SHARERS_MOST: u32 = 7;

/**
 * The first space, from this number on, whose page has the frame as its own; or null. The key is
 * the frame's, which may be gone.
 */
export function sharerFrom(frame: u32, key: u64, number: u32): Space | null {
  const only = keyNumber(key);
  let last = machine().forked;
  if (only > last) {
    number = max<u32>(number, only);
    last = only;
  }
  for (; number <= last; number++) {
    const space = spaceOf(number);
    if (space === null || space.state != SPACE_RUNNING) continue;
    if (frameHere(space, keyPage(key)) == frame) return space;
  }
  return null;
}

/** Processes whose working sets have the frame, at most 7. */
export function frameSharers(frame: Frame): u32 {
  let count: u32 = 0;
  let sharer = sharerFrom(changetype<u32>(frame), frame.key, 1);
  while (sharer !== null && count < SHARERS_MOST) {
    count += u32(factIs(sharer, FACT_VALID, keyPage(frame.key)));
    sharer = sharerFrom(changetype<u32>(frame), frame.key, sharer.number + 1);
  }
  return count;
}

/**
 * A frame of other processes that lies in the page's slot of the window moves to the pool. Its
 * bytes stay in the slot too. Requires: a page of the pool.
 */
export function slotVacate(page: u64): bool {
  let moved: u32 = 0;
  for (let number: u32 = 1; number <= machine().forked; number++) {
    const space = spaceOf(number);
    if (space === null || space.state != SPACE_RUNNING) continue;
    const frame = changetype<Frame | null>(frameHere(space, page));
    if (frame === null) continue;
    if (frameIs(frame, FRAME_HOME)) {
      frameMoveOut(frame);
      moved = changetype<u32>(frame);
    }
    if (changetype<u32>(frame) == moved) mapsClear(space, page, page + 1);
  }
  return moved != 0;
}

/** The page's slot of the window is free, what it holds is of no use. Requires: as `slotVacate`. */
export function slotClear(page: u64): void {
  if (slotVacate(page)) slotStale(<u32>page);
}

/**
 * Give a frame that has left memory a zeroed page: at home, where the window's owner has it.
 * Requires: as `framePlace` and `slotVacate`.
 */
export function frameReturn(frame: Frame): void {
  const page = keyPage(frame.key);
  const owner = spaceOf(machine().windowOwner);
  const isHome =
    owner !== null &&
    !keyIsShared(frame.key) &&
    windowHas(owner, page) &&
    frameHere(owner, page) == changetype<u32>(frame);
  if (isHome) slotClear(page);
  framePlace(frame, isHome);
}
