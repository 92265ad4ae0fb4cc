import { arena, UNIT_BYTES } from "../base/arena";
import { SECTIONS_MAX, SPACES_MAX } from "../base/layout";
import { POOL_FRAME, poolEnsure, poolTake } from "../base/pool";
import { unitGive, unitTake } from "../base/units";
import { sectionIsFile, sectionOf } from "../object/section";
import { factsAt, factsNext, frameNext, frameOf } from "../page/facts";
import { Pages, pagesMost } from "../page/pages";
import { physical } from "../phys/charge";
import { Frame } from "../phys/frame";
import { SPACE_RUNNING, spaceOf } from "./space";

/**
 * A frame that is stored again, or goes, while a checkpoint may know its slot of the page store
 * leaves that slot to the checkpoint (phys/frame). Without checkpoints nobody has it.
 */

/** Slots that are looked for at a time: one bit each in a unit. */
const SLOTS_AT_ONCE: u32 = UNIT_BYTES << 3;

/** Slots that nobody has can be given out again, as far as memory lasts. */
export function slotsReclaim(): void {
  const unit = unitTake();
  if (unit == 0) return;
  for (let first: u32 = 1; first <= physical().slots; first += SLOTS_AT_ONCE) {
    memory.fill(unit, 0, UNIT_BYTES);
    noteAll(unit, first);
    giveRest(unit, first);
  }
  arena().held += 1;
  unitGive(unit);
}

function noteAll(unit: u32, first: u32): void {
  for (let number: u32 = 1; number < SPACES_MAX; number++) {
    const space = spaceOf(number);
    if (space !== null && space.state == SPACE_RUNNING) noteOf(space, unit, first);
  }
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    const section = sectionOf(number);
    if (section !== null && !sectionIsFile(section)) noteOf(section, unit, first);
  }
  for (let link = physical().free; link != 0; link = changetype<Frame>(link).next) {
    note(changetype<Frame>(link), unit, first);
  }
}

function noteOf(pages: Pages, unit: u32, first: u32): void {
  const end = pagesMost(pages.levels);
  for (let page = factsNext(pages, 0, end); page < end; page = factsNext(pages, page, end)) {
    const chunk = factsAt(pages, page);
    for (let i = frameNext(chunk, 0, 1024); i < 1024; i = frameNext(chunk, i + 1, 1024)) {
      note(changetype<Frame>(frameOf(chunk, i)), unit, first);
    }
    page += 1024;
  }
}

function note(frame: Frame, unit: u32, first: u32): void {
  const bit = frame.slot - first;
  if (bit >= SLOTS_AT_ONCE) return;
  const at = unit + (bit >>> 3);
  store<u8>(at, load<u8>(at) | ((<u8>1) << u8(bit & 7)));
}

/** Slots of which nothing was noted. */
function giveRest(unit: u32, first: u32): void {
  const p = physical();
  const count = min<u32>(p.slots - first + 1, SLOTS_AT_ONCE);
  for (let bit: u32 = 0; bit < count; bit++) {
    if (((load<u8>(unit + (bit >>> 3)) >>> u8(bit & 7)) & 1) != 0) continue;
    if (!poolEnsure(POOL_FRAME, 1)) return;
    const gone = changetype<Frame>(poolTake(POOL_FRAME));
    gone.slot = first + bit;
    gone.next = p.free;
    p.free = changetype<u32>(gone);
    p.freeCount += 1;
  }
}
