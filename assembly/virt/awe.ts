import { addressOf } from "../base/range";
import {
  AWE_END,
  AweFrame,
  AweSet,
  aweAt,
  aweEnd,
  aweGive,
  aweMake,
  aweNext,
  aweTake,
  frameUnshow,
  listClear,
} from "../object/awe";
import { COMMITTED, READABLE, WRITABLE } from "../page/attributes";
import { columnOwn, factsAt, factsMake, frameOf, frameSet } from "../page/facts";
import { attributesAt, attributesSplit } from "../page/table";
import { chargeAdd, chargeFits, chargeSubtract, framesFit } from "../phys/charge";
import { Frame } from "../phys/frame";
import { chargeFitsQuota, commit, decommit } from "./change";
import { codeDrop } from "./code";
import { regionAt } from "./index";
import { machine } from "./machine";
import { mapsClear } from "./maps";
import { REGION_PHYSICAL, Region, regionIs } from "./region";
import { roomEnsure } from "./room";
import { Space, spacePeak } from "./space";

/**
 * Address Windowing Extensions: frames of a process, and the pages of its windows that show them.
 * A page with a frame is committed and plainly writable; VirtualQuery says so too [unsure]. A page
 * without one is reserved.
 */
const SHOWN: u32 = COMMITTED | READABLE | WRITABLE;

/** The frames of the process, or null: it never had any. */
export function aweOf(space: Space): AweSet | null {
  return changetype<AweSet | null>(space.aweSet);
}

/** The same, made where there is none; null where memory is at its end. */
export function aweEnsure(space: Space): AweSet | null {
  if (space.aweSet == 0) space.aweSet = changetype<u32>(aweMake(space.number));
  return aweOf(space);
}

/** Forget what was listed, and a set that has no frames. */
export function aweTrim(space: Space): void {
  const set = aweOf(space);
  if (set === null) return;
  listClear(set);
  if (set.count != 0) return;
  aweEnd(set);
  space.aweSet = 0;
}

/** The number of one frame more, which is charged; 0 where a limit or memory stands against it. */
export function aweAllocate(space: Space, set: AweSet): u32 {
  if (!framesFit(1) || !chargeFits(1) || !chargeFitsQuota(space, 1)) return 0;
  const number = aweTake(set);
  if (number != 0) {
    chargeAdd(1);
    space.chargePages += 1;
    spacePeak(space);
  }
  return number;
}

/**
 * The frame goes, from the page that shows it too. False where memory is at its end; then nothing
 * changed. Requires: `aweFind` found it by this number.
 */
export function aweFree(space: Space, set: AweSet, frame: AweFrame, number: u64): bool {
  if (!roomEnsure(space)) return false;
  if (frame.place != 0) {
    const page = frame.place - 1;
    decommit(space, windowAt(space, addressOf(page))!, page, page + 1);
  }
  aweGive(set, number);
  chargeSubtract(1);
  space.chargePages -= 1;
  return true;
}

/** The window that the address lies in, or null. */
export function windowAt(space: Space, address: u64): Region | null {
  const region = regionAt(space, address);
  return region !== null && regionIs(region, REGION_PHYSICAL) ? region : null;
}

/**
 * Make the records that a change of this page alone can need. False where memory is at its end.
 * What a guest sees is not changed.
 */
export function windowReady(space: Space, page: u64): bool {
  if (!roomEnsure(space)) return false;
  columnOwn(factsMake(space, page));
  attributesSplit(space, page);
  return true;
}

/** The page shows the frame, and no other does. Requires: `windowReady`; mapped nowhere else. */
export function windowShow(space: Space, region: Region, page: u64, frame: AweFrame): void {
  const chunk = factsMake(space, page);
  const i = <u32>page & 1023;
  const before = frameOf(chunk, i);
  if (before != 0) frameUnshow(changetype<Frame>(before));
  if (machine().codeMarks != 0) codeDrop(chunk, i, i + 1);
  frameSet(chunk, i, changetype<u32>(frame));
  frame.place = page + 1;
  if (attributesAt(space, page) == 0) commit(space, region, page, page + 1, SHOWN);
  else mapsClear(space, page, page + 1);
}

/** Frames that pages show; or u64.MAX_VALUE where set and pages do not agree. For checking. */
export function aweShown(space: Space, set: AweSet): u64 {
  let count: u32 = 0;
  let shown: u64 = 0;
  for (let i = aweNext(set, 0); i < AWE_END; i = aweNext(set, i + 1)) {
    const frame = aweAt(set, i)!;
    count += 1;
    if (frame.place == 0) continue;
    shown += 1;
    if (!isShown(space, frame)) return u64.MAX_VALUE;
  }
  return count == set.count ? shown : u64.MAX_VALUE;
}

/** Whether the frame and the page agree that the one shows the other. */
function isShown(space: Space, frame: AweFrame): bool {
  const page = frame.place - 1;
  const chunk = factsAt(space, page);
  if (chunk == 0 || frameOf(chunk, <u32>page & 1023) != changetype<u32>(frame)) return false;
  return windowAt(space, addressOf(page)) !== null && attributesAt(space, page) == SHOWN;
}
