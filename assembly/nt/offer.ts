import { pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_DEVICE_BUSY,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { FACT_LOCKED, FACT_OFFERED, factCount } from "../page/facts";
import { attributesAt, attributesRunEnd, uncommittedCount } from "../page/table";
import { Context, contextSpace } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { discard, discardShared, offer, reclaim } from "../virt/offer";
import {
  REGION_COPY,
  REGION_LARGE,
  REGION_PAGEFILE_VIEW,
  REGION_PHYSICAL,
  REGION_PRIVATE,
  Region,
  regionIs,
} from "../virt/region";
import { roomEnsure, roomEnsureFacts } from "../virt/room";
import { Space } from "../virt/space";
import { answer } from "./answer";
import { attributesOf } from "./protection";
import { PAGE_READWRITE } from "./types";

/**
 * OfferVirtualMemory, ReclaimVirtualMemory and DiscardVirtualMemory of the calling process (9,
 * 17.16). Where section 9 is [unsure] of a code, this file has the choice.
 */
const OFFER: u32 = 1;
const RECLAIM: u32 = 2;
const DISCARD: u32 = 3;

const PRIORITY_MOST: u32 = 4;

export function offerPages(context: Context, address: u64, size: u64, priority: u32): u32 {
  if (priority == 0 || priority > PRIORITY_MOST) {
    return fail(context, OFFER, STATUS_INVALID_PARAMETER);
  }
  const status = check(context, OFFER, address, size);
  if (status != STATUS_SUCCESS) return fail(context, OFFER, status);
  const space = contextSpace(context)!;
  const first = pageOf(address);
  const end = pageOf(address + size);
  if (!roomEnsureFacts(space, first, end)) {
    return fail(context, OFFER, STATUS_INSUFFICIENT_RESOURCES);
  }
  offer(space, first, end);
  return answer(context, rule(9, 0, OFFER), STATUS_SUCCESS);
}

/** STATUS_DEVICE_BUSY: the pages are usable, and some of them lost what they held. */
export function reclaimPages(context: Context, address: u64, size: u64): u32 {
  const status = check(context, RECLAIM, address, size);
  if (status != STATUS_SUCCESS) return fail(context, RECLAIM, status);
  const isIntact = reclaim(contextSpace(context)!, pageOf(address), pageOf(address + size));
  return answer(context, rule(9, 0, RECLAIM), isIntact ? STATUS_SUCCESS : STATUS_DEVICE_BUSY);
}

export function discardPages(context: Context, address: u64, size: u64): u32 {
  const status = check(context, DISCARD, address, size);
  if (status != STATUS_SUCCESS) return fail(context, DISCARD, status);
  const space = contextSpace(context)!;
  const first = pageOf(address);
  const end = pageOf(address + size);
  if (isAnyOffered(space, first, end)) {
    return answer(context, rule(17, 16, 2), STATUS_CONFLICTING_ADDRESSES);
  }
  if (factCount(space, FACT_LOCKED, first, end) != 0) {
    return fail(context, DISCARD, STATUS_INVALID_PARAMETER);
  }
  if (!roomEnsure(space)) return fail(context, DISCARD, STATUS_INSUFFICIENT_RESOURCES);
  if (regionAt(space, address)!.kind == REGION_PRIVATE) {
    discard(space, first, end);
  } else if (!discardShared(space, first, end)) {
    return fail(context, DISCARD, STATUS_INSUFFICIENT_RESOURCES);
  }
  return answer(context, rule(9, 0, DISCARD), STATUS_SUCCESS);
}

/** 17.16#2: what a range with offered pages does not allow. */
export function isAnyOffered(space: Space, first: u64, end: u64): bool {
  return space.offeredPages != 0 && factCount(space, FACT_OFFERED, first, end) != 0;
}

/** What the range has to be: whole pages of one region, committed, READWRITE and nothing else. */
function check(context: Context, call: u32, address: u64, size: u64): u32 {
  const highest = machine().highestAddress;
  const isRange =
    address != 0 && size != 0 && ((address | size) & 0xfff) == 0 && address <= highest;
  if (!isRange || size > highest + 1 - address) return STATUS_INVALID_PARAMETER;
  const space = contextSpace(context);
  if (space === null) return STATUS_PROCESS_IS_TERMINATING;
  const region = regionAt(space, address);
  if (region === null || size > region.end - address || !isFor(call, region)) {
    return STATUS_CONFLICTING_ADDRESSES;
  }
  const first = pageOf(address);
  const end = pageOf(address + size);
  if (uncommittedCount(space, first, end) != 0) return STATUS_CONFLICTING_ADDRESSES;
  if (call == RECLAIM) return STATUS_SUCCESS;
  const isPlain =
    attributesAt(space, first) == attributesOf(PAGE_READWRITE) &&
    attributesRunEnd(space, first, end) == end;
  return isPlain ? STATUS_SUCCESS : STATUS_INVALID_PAGE_PROTECTION;
}

/** Offers are for private memory; what a file holds is not discarded. */
function isFor(call: u32, region: Region): bool {
  if (call == RECLAIM) return true;
  if (regionIs(region, REGION_PHYSICAL | REGION_LARGE | REGION_COPY)) return false;
  return region.kind == REGION_PRIVATE || (call == DISCARD && region.kind == REGION_PAGEFILE_VIEW);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(9, 0, row), status);
}
