import { planeClear, planeClearRange, planeSet, planeTest } from "../base/planes";
import { pageOf } from "../base/range";
import { EXECUTABLE } from "../page/attributes";
import {
  EXTRA_MIXED,
  EXTRA_VALID,
  extraMake,
  extraOf,
  slotsCount,
  slotsDrop,
  slotsMake,
  slotsOf,
} from "../page/extra";
import { factsAt, factsChunkEnd, factsMake, factsNext, factsTrim } from "../page/facts";
import { attributesAt } from "../page/table";
import { extraAt, extrasSet } from "./extras";
import { regionAt } from "./index";
import { machine } from "./machine";
import { REGION_PRIVATE, Region } from "./region";
import { Space } from "./space";

/**
 * Call targets of Control Flow Guard (17.15): one bit for each slot of 16 bytes. A page of private
 * memory of which nothing is recorded has no valid slot, a page of a view or image has only valid
 * ones, so most of memory needs no record.
 */
const SLOT_SHIFT: u64 = 4;
const SLOTS: u32 = 256;

/** Whether an indirect call to the address is let through. */
export function targetIs(space: Space, address: u64): bool {
  if (space.guardsFlow == 0 || address > machine().highestAddress) return true;
  const page = pageOf(address);
  if ((attributesAt(space, page) & EXECUTABLE) == 0) return true;
  const extra = extraAt(space, page);
  if (extra != 0) {
    const i = <u32>page & 1023;
    if (planeTest(extra + EXTRA_VALID, i)) return true;
    const record = slotsOf(extra, i);
    if (record != 0) return planeTest(record, slotOf(address));
  }
  return isValidAtFirst(changetype<Region>(regionAt(space, address)));
}

/** Every slot of the pages is valid. Requires: `extrasEnsure`. */
export function targetsAllow(space: Space, region: Region, first: u64, end: u64): void {
  targetsForget(space, first, end);
  if (!isValidAtFirst(region)) extrasSet(space, EXTRA_VALID, first, end);
}

/** The pages are as at first. */
export function targetsForget(space: Space, first: u64, end: u64): void {
  for (let page = factsNext(space, first, end); page < end; page = factsNext(space, page, end)) {
    const next = factsChunkEnd(page, end);
    const extra = extraOf(factsAt(space, page));
    if (extra != 0) {
      const from = <u32>page & 1023;
      const to = from + <u32>(next - page);
      slotsDrop(extra, from, to);
      planeClearRange(extra + EXTRA_VALID, from, to);
      factsTrim(space, page);
    }
    page = next;
  }
}

/**
 * Make the slot of the address valid, or not. A page whose slots are all like those of an
 * unrecorded page loses its record. Requires: room for one change.
 */
export function targetSet(space: Space, region: Region, address: u64, isValid: bool): void {
  const page = pageOf(address);
  const i = <u32>page & 1023;
  const extra = extraMake(factsMake(space, page));
  const valid = extra + EXTRA_VALID;
  const record = slotsMake(extra, i, planeTest(valid, i) || isValidAtFirst(region));
  planeClear(valid, i);
  planeSet(extra + EXTRA_MIXED, i);
  if (isValid) planeSet(record, slotOf(address));
  else planeClear(record, slotOf(address));
  const count = slotsCount(record);
  if (count == SLOTS) targetsAllow(space, region, page, page + 1);
  else if (count == 0 && !isValidAtFirst(region)) targetsForget(space, page, page + 1);
}

export function isValidAtFirst(region: Region): bool {
  return region.kind != REGION_PRIVATE;
}

function slotOf(address: u64): u32 {
  return <u32>(address >> SLOT_SHIFT) & (SLOTS - 1);
}
