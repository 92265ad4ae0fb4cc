import { pageDown, pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_NOT_COMMITTED,
  STATUS_SECTION_PROTECTION,
  STATUS_SUCCESS,
} from "../base/status";
import { COMMITTED } from "../page/attributes";
import { attributesAt, uncommittedCount } from "../page/table";
import { WRITE } from "../virt/access-kind";
import { protectPages } from "../virt/change";
import { Context, resultGet, resultSet } from "../virt/context";
import { regionAt } from "../virt/index";
import { FEATURE_9X, FEATURE_CE, featureIs } from "../virt/machine";
import {
  REGION_ENCLAVE,
  REGION_IMAGE,
  REGION_LARGE,
  REGION_NO_CHANGE,
  REGION_PHYSICAL,
  REGION_PLACEHOLDER,
  REGION_PRIVATE,
  REGION_RESIDENT,
  Region,
  regionIs,
} from "../virt/region";
import { Space } from "../virt/space";
import { ownPagesAdded, viewCharge } from "../virt/view";
import { finish } from "./allocate";
import {
  answer,
  foreignStatus,
  isTarget,
  limitOf,
  slotBelow,
  targetAt,
  targetSpace,
} from "./answer";
import { chargeStatus } from "./charge";
import { protectInEnclave } from "./enclave-pages";
import { isAnyOffered } from "./offer";
import { isReady, isReadyRange, memoryWrite, pointerRead } from "./pointer";
import {
  attributesIn,
  isAllowedInView,
  isCopyProtection,
  isProtection,
  protectionOf,
  storedProtection,
  withCopyOnWrite,
} from "./protection";
import { stackGuardSet } from "./stack";
import { targetsFit, targetsProtected } from "./targets";
import { PAGE_NOCACHE, PAGE_WRITECOMBINE } from "./types";

/**
 * NtProtectVirtualMemory: the checks of 3.3 in their order, the effects of 3.4.
 * Result 0: base; result 1: size; result 2: the protection that the first page had.
 */
export function protect(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  protection: u32,
  oldAt: u64,
): u32 {
  protection = storedProtection(protection);
  // Copy-on-write is how views are mapped there, and nothing that could be asked for (14.1#15).
  const isUnknown = featureIs(FEATURE_9X) && isCopyProtection(protection);
  if (isUnknown || !isProtection(protection))
    return fail(context, 1, STATUS_INVALID_PAGE_PROTECTION);
  if (!isReadyRange(context, baseAt, sizeAt) || !isReady(context, oldAt, 4, WRITE)) {
    return fail(context, 2, STATUS_ACCESS_VIOLATION);
  }
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  // Nobody changes what all see in Windows 9x: it lies above the limit (14.1#13).
  const slot = slotBelow(target, base);
  if (featureIs(FEATURE_CE)) target = targetAt(target, base);
  base -= slot;
  const limit = limitOf(target);
  if (base > limit) return fail(context, 3, STATUS_INVALID_PARAMETER_2);
  if (size == 0 || limit + 1 - base < size) return fail(context, 4, STATUS_INVALID_PARAMETER_3);
  if (!isTarget(target)) return fail(context, 5, target);
  const space = targetSpace(target)!;
  const region = regionAt(space, base);
  if (region === null) return fail(context, 6, STATUS_CONFLICTING_ADDRESSES);
  const status = perform(context, space, region, pageDown(base), pageUp(base + size), protection);
  if (status == STATUS_SUCCESS) memoryWrite(context, oldAt, 4, resultGet(context, 2));
  return finish(context, baseAt, sizeAt, slot, status);
}

function perform(
  context: Context,
  space: Space,
  region: Region,
  start: u64,
  end: u64,
  protection: u32,
): u32 {
  if (end > region.end) return fail(context, 6, STATUS_CONFLICTING_ADDRESSES);
  if (regionIs(region, REGION_RESIDENT)) {
    return answer(context, rule(1, 2, 2), STATUS_INVALID_PARAMETER);
  }
  const denied = foreignStatus(context, region);
  if (denied != STATUS_SUCCESS) return denied;
  if (regionIs(region, REGION_PHYSICAL | REGION_LARGE | REGION_PLACEHOLDER)) {
    return fail(context, 7, STATUS_CONFLICTING_ADDRESSES);
  }
  const isView = region.kind != REGION_PRIVATE;
  if (regionIs(region, REGION_NO_CHANGE)) return fail(context, 8, STATUS_INVALID_PAGE_PROTECTION);
  if (isView && (protection & (PAGE_NOCACHE | PAGE_WRITECOMBINE)) != 0) {
    return fail(context, 9, STATUS_INVALID_PARAMETER_4);
  }
  if (!isView && isCopyProtection(protection)) {
    return fail(context, 10, STATUS_INVALID_PARAMETER_4);
  }
  const first = pageOf(start);
  const last = pageOf(end);
  const before = attributesAt(space, first);
  const isOnePage = last == first + 1;
  const isCommitted = isOnePage
    ? (before & COMMITTED) != 0
    : uncommittedCount(space, first, last) == 0;
  if (!isCommitted) return fail(context, 11, STATUS_NOT_COMMITTED);
  if (isAnyOffered(space, first, last)) {
    return answer(context, rule(17, 16, 2), STATUS_CONFLICTING_ADDRESSES);
  }
  if (regionIs(region, REGION_ENCLAVE)) {
    const refused = protectInEnclave(context, space, region, first, last, protection);
    if (refused != STATUS_SUCCESS) return refused;
  }
  const stored = region.kind == REGION_IMAGE ? withCopyOnWrite(protection) : protection;
  if (isView && !isAllowedInView(region.protection, stored)) {
    return fail(context, 12, STATUS_SECTION_PROTECTION);
  }
  const old = protectionOf(before);
  const attributes = attributesIn(region, stored);
  const added = ownPagesAdded(space, region, first, last, attributes);
  const charged = chargeStatus(space, added);
  if (charged != STATUS_SUCCESS) return answer(context, rule(13, 0, 9), charged);
  if (
    !targetsFit(space, protection, first, last) ||
    !protectPages(space, first, last, attributes)
  ) {
    return fail(context, 12, STATUS_INSUFFICIENT_RESOURCES);
  }
  targetsProtected(space, region, protection, first, last);
  if (region.section != 0) viewCharge(space, region);
  stackGuardSet(context, space, start, end, protection);
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  resultSet(context, 2, old);
  return answer(context, rule(3, 4, 0), STATUS_SUCCESS);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(3, 3, row), status);
}
