import { alignDown, GRANULARITY, larger, pageOf, pageUp } from "../base/range";
import { RULE_R, rule } from "../base/rule";
import {
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_NO_MEMORY,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { commitCounted, reserve } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { NOWHERE, regionFloor } from "../virt/index";
import { largeFill, largeFits } from "../virt/large";
import { FEATURE_9X, FEATURE_CE, featureIs, machine } from "../virt/machine";
import {
  REGION_AUTO_COMMIT,
  REGION_LARGE,
  REGION_PHYSICAL,
  REGION_PLACEHOLDER,
  REGION_PRIVATE,
  REGION_WATCHED,
  regionIs,
} from "../virt/region";
import { Space } from "../virt/space";
import { answer, isTerminating, lowestOf } from "./answer";
import { chargeStatus } from "./charge";
import { placeHighest, placeLowest, placeTaken } from "./place";
import { attributesOf, cachingFlags, isCopyProtection } from "./protection";
import { targetsCommitted, targetsEnsure } from "./targets";
import {
  LARGE_PAGE_BYTES,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE_PLACEHOLDER,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOCACHE,
  PAGE_WRITECOMBINE,
} from "./types";

/**
 * The reserve path (2.2): a region of its own, at a given base, or aligned and within limits where
 * there is room. Flags have been checked.
 */
export function reserveRegion(
  context: Context,
  space: Space,
  base: u64,
  size: u64,
  type: u32,
  protect: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  if (isCopyProtection(protect)) return fail(context, 1, STATUS_INVALID_PAGE_PROTECTION);
  const isLarge = (type & MEM_LARGE_PAGES) != 0;
  if (isLarge && ((base | size) & (LARGE_PAGE_BYTES - 1)) != 0) {
    return answer(context, rule(11, 0, 3), STATUS_INVALID_PARAMETER);
  }
  if (isLarge && (protect & (PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)) != 0) {
    return answer(context, rule(11, 0, 6), STATUS_INVALID_PAGE_PROTECTION);
  }
  if (base != 0 && base < lowestOf(space.number)) {
    return fail(context, 4, STATUS_INVALID_PARAMETER_2);
  }
  if (isTerminating(space)) return fail(context, 9, STATUS_PROCESS_IS_TERMINATING);
  const isSearched = base == 0;
  const isTopDown = (type & MEM_TOP_DOWN) != 0 && !featureIs(FEATURE_9X);
  let start = alignDown(base, GRANULARITY);
  let end = pageUp(base + size);
  if (isSearched) {
    const aligned = isLarge ? larger(alignment, LARGE_PAGE_BYTES) : alignment;
    const bytes = pageUp(size);
    start = isTopDown
      ? placeHighest(space, bytes, aligned, lowest, highest)
      : placeLowest(space, bytes, aligned, lowest, highest);
    if (start == NOWHERE) return fail(context, 6, STATUS_NO_MEMORY);
    end = start + bytes;
  } else if (regionFloor(space, end - 1).end > start) {
    return fail(context, 5, STATUS_CONFLICTING_ADDRESSES);
  }
  // A reservation without a base that only asks for COMMIT commits as well (2.1, remark on row 16).
  const commits = (type & MEM_COMMIT) != 0;
  const pages = commits ? (end - start) >> 12 : 0;
  const charged = chargeStatus(space, pages);
  if (charged != STATUS_SUCCESS) return failCharge(context, charged);
  const first = pageOf(start);
  const last = pageOf(end);
  if (isLarge && !largeFits(space, first, last)) {
    return answer(context, rule(11, 0, 10), STATUS_INSUFFICIENT_RESOURCES);
  }
  if (!targetsEnsure(space, protect, first, last)) {
    return fail(context, 6, STATUS_INSUFFICIENT_RESOURCES);
  }
  const flags = regionFlags(type, protect);
  const region = reserve(space, start, end, REGION_PRIVATE, protect, flags);
  if (regionIs(region, REGION_AUTO_COMMIT)) region.attributes = <u16>attributesOf(protect);
  if (featureIs(FEATURE_CE) && space.number == machine().commonSpace) {
    region.nextView = context.space;
  }
  if (commits) {
    commitCounted(space, region, first, last, attributesOf(protect), pages);
    targetsCommitted(space, region, protect, first, last);
  }
  if (isLarge) largeFill(space, first, last);
  if (isSearched && !isTopDown) placeTaken();
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  return answer(context, rule(2, 2, isSearched ? 3 : 2) | RULE_R, STATUS_SUCCESS);
}

export function regionFlags(type: u32, protect: u32): u32 {
  // A placeholder has nothing that could be watched.
  if ((type & MEM_RESERVE_PLACEHOLDER) != 0) return REGION_PLACEHOLDER;
  let flags = cachingFlags(protect);
  if ((type & MEM_WRITE_WATCH) != 0) {
    flags |= featureIs(FEATURE_CE) ? REGION_AUTO_COMMIT : REGION_WATCHED;
  }
  if ((type & MEM_PHYSICAL) != 0) flags |= REGION_PHYSICAL;
  if ((type & MEM_LARGE_PAGES) != 0) flags |= REGION_LARGE;
  return flags;
}

/** Rows R7 and R8. */
export function failCharge(context: Context, status: u32): u32 {
  return fail(context, status == STATUS_COMMITMENT_LIMIT ? 7 : 8, status);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(2, 2, row) | RULE_R, status);
}
