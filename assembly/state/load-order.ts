import { sectionFrameOf } from "../object/section";
import { frameHere } from "../page/facts";
import { FRAME_AWE, Frame, frameIs, framesAge, frameUse } from "../phys/frame";
import { SPACE_RUNNING, spaceOf } from "../virt/space";
import { get32, get64, LOADED, REFUSED_VALUE } from "./field";
import { stream } from "./stream";

/** The next frames to leave. Those that were used in the present period come last. */
export function orderLoad(): u32 {
  const s = stream();
  const isShared = get32();
  const number = get32();
  const first = get64();
  const count = get64();
  const isUsed = get64();
  if (isShared > 1 || isUsed > 1 || isUsed < s.used || count == 0) return REFUSED_VALUE;
  if (isUsed != s.used) framesAge();
  s.used = <u32>isUsed;
  for (let i: u64 = 0; i < count; i++) {
    const frame = frameOfPage(isShared, number, first + i);
    if (frame === null || frameIs(frame, FRAME_AWE) || frame.location == 0) return REFUSED_VALUE;
    frameUse(frame);
  }
  return LOADED;
}

/** The frame of a page, by the numbers of a record, which may say anything; or null. */
function frameOfPage(isShared: u32, number: u32, page: u64): Frame | null {
  if (isShared != 0) return changetype<Frame | null>(sectionFrameOf(number, page));
  const space = spaceOf(number);
  if (space === null || space.state != SPACE_RUNNING) return null;
  return changetype<Frame | null>(frameHere(space, page));
}
