import { addressOf, alignDown, GRANULARITY, pageDown, pageOf, pageUp } from "../base/range";
import { RULE_C, rule } from "../base/rule";
import {
  STATUS_ALREADY_COMMITTED,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_PAGEFILE_QUOTA_EXCEEDED,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SECTION_PROTECTION,
  STATUS_SUCCESS,
} from "../base/status";
import { uncommittedCount } from "../page/table";
import { chargeFits } from "../phys/charge";
import { chargeFitsQuota, commitCounted, protectPages, reserve } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { regionAt, regionFloor } from "../virt/index";
import {
  FEATURE_VIEW_COMMIT_UNCHECKED,
  featureIs,
  SWITCH_AUTO_RESERVE,
  switchIs,
} from "../virt/machine";
import {
  REGION_COPY,
  REGION_ENCLAVE,
  REGION_FILE_VIEW,
  REGION_IMAGE,
  REGION_LARGE,
  REGION_NO_CHANGE,
  REGION_PAGEFILE_VIEW,
  REGION_PHYSICAL,
  REGION_PLACEHOLDER,
  REGION_PRIVATE,
  REGION_RESIDENT,
  Region,
  regionIs,
  regionIsCharged,
} from "../virt/region";
import { roomEnsureSplits } from "../virt/room";
import { Space } from "../virt/space";
import {
  NOT_ALLOWED,
  otherOwnPagesAdded,
  ownPagesAdded,
  viewChargeAll,
  viewCommit,
  viewCommitSplits,
  viewPage,
  viewSection,
} from "../virt/view";
import { answer, foreignStatus, isTerminating, lowestOf } from "./answer";
import { chargeStatus } from "./charge";
import { commitInEnclave } from "./enclave-pages";
import { isAnyOffered } from "./offer";
import {
  attributesIn,
  attributesOf,
  cachingFlags,
  isAllowedInView,
  isCopyProtection,
} from "./protection";
import { stackGuardSet } from "./stack";
import { targetsCommitted, targetsEnsure } from "./targets";
import { PAGE_NOCACHE, PAGE_WRITECOMBINE } from "./types";

/**
 * The commit path (2.3): pages of one region become committed, those that are get the protection.
 */
export function commitPages(
  context: Context,
  space: Space,
  base: u64,
  size: u64,
  protect: u32,
): u32 {
  if (isTerminating(space)) return fail(context, 1, STATUS_PROCESS_IS_TERMINATING);
  const start = pageDown(base);
  const end = pageUp(base + size);
  const region = regionAt(space, start);
  if (region === null) {
    if (!switchIs(SWITCH_AUTO_RESERVE)) return fail(context, 2, STATUS_CONFLICTING_ADDRESSES);
    return reserveForCommit(context, space, start, end, protect);
  }
  if (regionIs(region, REGION_ENCLAVE)) {
    return commitInEnclave(context, space, region, start, end, protect);
  }
  if (end > region.end) return fail(context, 3, STATUS_CONFLICTING_ADDRESSES);
  const denied = foreignStatus(context, region);
  if (denied != STATUS_SUCCESS) return denied;
  const row = regionRow(region, protect);
  if (row != 0) return fail(context, row, regionStatus(row));
  const first = pageOf(start);
  const last = pageOf(end);
  if (isAnyOffered(space, first, last)) {
    return answer(context, rule(17, 16, 2), STATUS_CONFLICTING_ADDRESSES);
  }
  if (region.section != 0) return commitView(context, space, region, first, last, protect);
  const added = uncommittedCount(space, first, last);
  const status = roomStatus(context, space, region, added, protect, first, last);
  if (status != STATUS_SUCCESS) return status;
  const attributes = attributesIn(region, protect);
  commitCounted(space, region, first, last, attributes, added);
  targetsCommitted(space, region, protect, first, last);
  // Pages that were copied on write stay the process's own (7.7).
  if (isCopyProtection(protect)) protectPages(space, first, last, attributes);
  return done(context, space, start, end, protect);
}

/** Pages become committed in the section, for all views; here they get the protection (7.8). */
function commitView(
  context: Context,
  space: Space,
  region: Region,
  first: u64,
  end: u64,
  protect: u32,
): u32 {
  if (regionIs(region, REGION_NO_CHANGE)) {
    return answer(context, rule(17, 12, 13), STATUS_INVALID_PAGE_PROTECTION);
  }
  const section = viewSection(region)!;
  const from = viewPage(region, first);
  const to = viewPage(region, end);
  const added = uncommittedCount(section, from, to);
  const attributes = attributesIn(region, protect);
  const own = ownPagesAdded(space, region, first, end, attributes);
  const others = otherOwnPagesAdded(section, region, from, to);
  if (others == NOT_ALLOWED || !chargeFitsQuota(space, own)) {
    return fail(context, 9, STATUS_PAGEFILE_QUOTA_EXCEEDED);
  }
  if (!chargeFits(added + own + others)) return fail(context, 9, STATUS_COMMITMENT_LIMIT);
  if (!roomEnsureSplits(space, viewCommitSplits(section, from, to))) {
    return fail(context, 9, STATUS_INSUFFICIENT_RESOURCES);
  }
  if (added != 0) viewCommit(section, from, to);
  if (!protectPages(space, first, end, attributes)) {
    return fail(context, 9, STATUS_INSUFFICIENT_RESOURCES);
  }
  targetsCommitted(space, region, protect, first, end);
  viewChargeAll(section);
  return done(context, space, addressOf(first), addressOf(end), protect);
}

/** Rows C4 to C8: what the region does not allow; 0 where nothing is wrong. */
function regionRow(region: Region, protect: u32): u32 {
  const fixed = REGION_PHYSICAL | REGION_LARGE | REGION_RESIDENT | REGION_PLACEHOLDER | REGION_COPY;
  if (regionIs(region, fixed)) return 4;
  if (region.kind == REGION_FILE_VIEW || region.kind == REGION_IMAGE) return 5;
  if (region.kind == REGION_PAGEFILE_VIEW) {
    if ((protect & (PAGE_NOCACHE | PAGE_WRITECOMBINE)) != 0) return 6;
    if (featureIs(FEATURE_VIEW_COMMIT_UNCHECKED)) return 0;
    return isAllowedInView(region.protection, protect) ? 0 : 7;
  }
  return isCopyProtection(protect) ? 8 : 0;
}

function regionStatus(row: u32): u32 {
  if (row == 4) return STATUS_CONFLICTING_ADDRESSES;
  if (row == 5) return STATUS_ALREADY_COMMITTED;
  return row == 7 ? STATUS_SECTION_PROTECTION : STATUS_INVALID_PAGE_PROTECTION;
}

/** Row C9, and the quota of the process. */
function roomStatus(
  context: Context,
  space: Space,
  region: Region | null,
  pages: u64,
  protect: u32,
  first: u64,
  end: u64,
): u32 {
  if (region === null || regionIsCharged(region)) {
    const charged = chargeStatus(space, pages);
    if (charged != STATUS_SUCCESS) return fail(context, 9, charged);
  }
  if (targetsEnsure(space, protect, first, end)) return STATUS_SUCCESS;
  return fail(context, 9, STATUS_INSUFFICIENT_RESOURCES);
}

/**
 * 17.19: free memory is reserved from its granule on, and the pages that were asked for are
 * committed.
 */
function reserveForCommit(context: Context, space: Space, start: u64, end: u64, protect: u32): u32 {
  const base = alignDown(start, GRANULARITY);
  if (base < lowestOf(space.number) || regionFloor(space, end - 1).end > base) {
    return answer(context, rule(17, 19, 2), STATUS_CONFLICTING_ADDRESSES);
  }
  if (isCopyProtection(protect)) return fail(context, 8, STATUS_INVALID_PAGE_PROTECTION);
  const first = pageOf(start);
  const last = pageOf(end);
  const status = roomStatus(context, space, null, last - first, protect, first, last);
  if (status != STATUS_SUCCESS) return status;
  const region = reserve(space, base, end, REGION_PRIVATE, protect, cachingFlags(protect));
  commitCounted(space, region, first, last, attributesOf(protect), last - first);
  targetsCommitted(space, region, protect, first, last);
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  return answer(context, rule(17, 19, 1), STATUS_SUCCESS);
}

function done(context: Context, space: Space, start: u64, end: u64, protect: u32): u32 {
  stackGuardSet(context, space, start, end, protect);
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  return answer(context, rule(2, 3, 0), STATUS_SUCCESS);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(2, 3, row) | RULE_C, status);
}
