import { sectionOf } from "../object/section";
import {
  Frame,
  frameIsUsed,
  frameOldest,
  frameYounger,
  keyIsShared,
  keyNumber,
  keyOfSpace,
  keyPage,
} from "../phys/frame";
import { hasPlace } from "../virt/pager";
import { sharerFrom } from "../virt/sharers";
import { put32, put64, RECORD_ORDER, recordBegin, recordEnd } from "./record";
import { STEP_LAST, STEP_MADE, stream } from "./stream";

/**
 * Save the next run of frames that leave memory one after the other, and are of pages in a row. One
 * whose bytes could go nowhere never leaves, so its place in the order is of no interest.
 */
export function orderStep(): u32 {
  const s = stream();
  const first = leaving(s.link == 0 ? frameOldest() : frameYounger(changetype<Frame>(s.link)));
  if (first === null || s.step != 0) return STEP_LAST;
  const place = placeOf(first);
  let count: u64 = 1;
  let last: Frame = first;
  while (true) {
    const next = leaving(frameYounger(last));
    if (next === null) {
      // Behind it there is nothing left to look for.
      s.step = 1;
      break;
    }
    if (placeOf(next) != place + count || frameIsUsed(next) != frameIsUsed(first)) break;
    last = next;
    count += 1;
  }
  s.link = changetype<u32>(last);
  recordBegin(RECORD_ORDER);
  const isShared = keyIsShared(place);
  const number = keyNumber(place);
  put32(u32(isShared));
  put32(isShared ? sectionOf(number)!.rank : number);
  put64(keyPage(place));
  put64(count);
  put64(u64(frameIsUsed(first)));
  recordEnd();
  return STEP_MADE;
}

/** The frame's key, by the first of the processes that have it. */
function placeOf(frame: Frame): u64 {
  if (keyIsShared(frame.key)) return frame.key;
  const first = sharerFrom(changetype<u32>(frame), frame.key, 1)!;
  return keyOfSpace(first.number, keyPage(frame.key));
}

/** The first frame from this one on that may leave at all, or null. */
function leaving(frame: Frame | null): Frame | null {
  while (frame !== null && !hasPlace(frame)) frame = frameYounger(frame);
  return frame;
}
