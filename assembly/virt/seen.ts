import { addressOf, pageOf } from "../base/range";
import { regionAt } from "./index";
import { FEATURE_9X, FEATURE_CE, FEATURE_SLOTS, featureIs, machine } from "./machine";
import { REGION_COPY, Region, regionIs } from "./region";
import { SPACE_TERMINATED, Space, spaceOf } from "./space";

/**
 * Pages that a process sees and another place keeps. Windows 9x and CE 5 have memory that all
 * processes share, and CE 5 slots in which a process sees the others (17.19); a page of VirtualCopy
 * shows the page that was copied (14.3). They are reached by asking each time: what is at another
 * place has no rights in the maps of this one.
 */

/** Pages of a slot: 32 MB. */
const SLOT_SHIFT: u64 = 13;
const SLOT_MASK: u64 = 0x1fff;
/** Slot 0 is the process's own, slot 1 nobody's. */
const FIRST_SLOT: u64 = 2;

/** Whether any of that can be, so that an access in Windows NT asks no more than this. */
export function seesElsewhere(): bool {
  return featureIs(FEATURE_CE | FEATURE_9X);
}

/** The space in which the page is looked up: who shares it, or owns the slot. */
export function seenSpace(space: Space, page: u64): Space {
  const common = machine().commonSpace;
  if (common == 0) return space;
  if (page >= pageOf(machine().commonLowest)) return spaceOf(common)!;
  if (!isInSlot(page)) return space;
  const owner = spaceOf(<u32>(page >> SLOT_SHIFT));
  return owner === null || owner.state == SPACE_TERMINATED ? space : owner;
}

/** Under which number it is looked up there. */
export function seenPage(space: Space, page: u64): u64 {
  const isElsewhere = isInSlot(page) && seenSpace(space, page).number == page >> SLOT_SHIFT;
  return isElsewhere ? page & SLOT_MASK : page;
}

/** The region of a page of VirtualCopy, or null. Requires: looked up. */
export function copyAt(space: Space, page: u64): Region | null {
  if (space.copies == 0) return null;
  const region = regionAt(space, addressOf(page));
  return region !== null && regionIs(region, REGION_COPY) ? region : null;
}

/** The page that a page of VirtualCopy shows. */
export function copiedPage(region: Region, page: u64): u64 {
  return region.offsetPages + (page - pageOf(region.start));
}

/** The space that has it, or null once that is gone. */
export function copiedSpace(region: Region): Space | null {
  const space = spaceOf(region.space);
  return space === null || space.state == SPACE_TERMINATED ? null : space;
}

/** The space that keeps the bytes of a page that has been met. */
export function keptSpace(space: Space, page: u64): Space {
  const seen = seenSpace(space, page);
  const region = copyAt(seen, seenPage(space, page));
  return region === null ? seen : copiedSpace(region)!;
}

/** Under which number it keeps them. */
export function keptPage(space: Space, page: u64): u64 {
  const seen = seenPage(space, page);
  const region = copyAt(seenSpace(space, page), seen);
  return region === null ? seen : copiedPage(region, seen);
}

function isInSlot(page: u64): bool {
  if (!featureIs(FEATURE_SLOTS) || page >= pageOf(machine().commonLowest)) return false;
  return page >> SLOT_SHIFT >= FIRST_SLOT;
}
