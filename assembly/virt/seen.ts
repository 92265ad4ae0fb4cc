import { addressOf, pageOf } from "../base/range";
import { regionAt } from "./index";
import { FEATURE_SLOTS, featureIs, machine } from "./machine";
import { REGION_COPY, REGION_SHARED, Region, regionIs } from "./region";
import { SPACE_TERMINATED, Space, spaceOf } from "./space";

/**
 * Pages that a process sees and another place keeps. Windows 9x and CE 5 have memory that all
 * processes share, and CE 5 slots in which a process sees the others (17.19); a page of VirtualCopy
 * shows the page that was copied (14.3). They are reached by asking each time: what is at another
 * place has no rights in the maps of this one.
 */

export const SLOT_BYTES: u64 = 0x2000000;
/** Pages of a slot. */
const SLOT_SHIFT: u64 = 13;
const SLOT_MASK: u64 = 0x1fff;
/** Slot 0 is the process's own, slot 1 nobody's. */
const FIRST_SLOT: u64 = 2;

/**
 * Whether any of that can be, so that an access in Windows NT asks no more than this. What has it
 * has common memory.
 */
export function seesElsewhere(): bool {
  return machine().commonSpace != 0;
}

/** The space in which the page is looked up: who shares it, or owns the slot. */
export function seenSpace(space: Space, page: u64): Space {
  if (!seesElsewhere()) return space;
  if (page >= pageOf(machine().commonLowest)) return spaceOf(machine().commonSpace)!;
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
  return markedAt(space, page, REGION_COPY);
}

/** The region of the page, if it has one of these flags: those of this file. */
export function markedAt(space: Space, page: u64, flags: u32): Region | null {
  if (space.marked == 0) return null;
  const region = regionAt(space, addressOf(page));
  return region !== null && regionIs(region, flags) ? region : null;
}

/** Whether the region is memory of CeVirtualSharedAlloc that another process owns. */
export function isForeign(space: u32, region: Region): bool {
  return regionIs(region, REGION_SHARED) && region.nextView != space;
}

/** The page that a page of VirtualCopy shows. */
export function copiedPage(region: Region, page: u64): u64 {
  return region.offsetPages + (page - pageOf(region.start));
}

/**
 * The space that has it, or null where it is not to be had any more: the space has ended, or shows
 * pages of another place there by now.
 */
export function copiedSpace(region: Region, page: u64): Space | null {
  const space = spaceOf(region.space);
  if (space === null || space.serial != region.chargedPages) return null;
  return copyAt(space, copiedPage(region, page)) === null ? space : null;
}

/** Whether the page is another process's, who alone may write it. Requires: looked up. */
export function isReadOnly(own: Space, space: Space, page: u64): bool {
  const region = markedAt(space, page, REGION_SHARED);
  return region !== null && isForeign(changetype<u32>(own), region);
}

/** The space that keeps the bytes of a page that has been met. */
export function keptSpace(space: Space, page: u64): Space {
  const seen = seenSpace(space, page);
  const region = copyAt(seen, seenPage(space, page));
  return region === null ? seen : spaceOf(region.space)!;
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
