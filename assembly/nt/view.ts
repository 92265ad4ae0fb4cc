import { PAGE_MASK } from "../base/layout";
import { GRANULARITY, larger, pageDown, pageOf, pageUp, smaller } from "../base/range";
import { RULE_BEHIND_A, rule } from "../base/rule";
import {
  STATUS_ACCESS_DENIED,
  STATUS_ACCESS_VIOLATION,
  STATUS_COMMITMENT_LIMIT,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_IMAGE_NOT_AT_BASE,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_8,
  STATUS_INVALID_PARAMETER_9,
  STATUS_INVALID_VIEW_SIZE,
  STATUS_MAPPED_ALIGNMENT,
  STATUS_NO_MEMORY,
  STATUS_PAGEFILE_QUOTA_EXCEEDED,
  STATUS_SECTION_PROTECTION,
  STATUS_SUCCESS,
} from "../base/status";
import { contentOf, Section, sectionIsFile, sectionIsImage, sectionOf } from "../object/section";
import { uncommittedCount } from "../page/table";
import { chargeFits } from "../phys/charge";
import { WRITE } from "../virt/access-kind";
import { chargeFitsQuota } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { NOWHERE, regionFloor, regionRemove } from "../virt/index";
import { machine, SWITCH_WOW64, switchIs } from "../virt/machine";
import {
  REGION_FILE_VIEW,
  REGION_GROWING,
  REGION_IMAGE,
  REGION_NO_CACHE,
  REGION_NO_CHANGE,
  REGION_PAGEFILE_VIEW,
  REGION_REPLACED,
  REGION_WRITE_COMBINE,
} from "../virt/region";
import { roomEnsureSplits } from "../virt/room";
import { Space } from "../virt/space";
import {
  NOT_ALLOWED,
  otherOwnPagesAdded,
  ownPagesShown,
  viewChargeAll,
  viewCommit,
  viewCommitSplits,
  viewMake,
  viewShow,
} from "../virt/view";
import { answer, isTarget, targetAt, targetSpace } from "./answer";
import { placeHighest, placeLowest, placeTaken } from "./place";
import { placeholderAt } from "./placeholder";
import {
  isReady,
  isReadyRange,
  memoryRead,
  memoryWrite,
  NO_POINTER,
  pointerRead,
  rangeWrite,
} from "./pointer";
import {
  attributesOf,
  isAllowedInView,
  isProtection,
  isSharedWritable,
  storedProtection,
} from "./protection";
import {
  MEM_DOS_LIM,
  MEM_LARGE_PAGES,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_EXECUTE_READWRITE,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
  SEC_FILE,
  SEC_NO_CHANGE,
  SEC_NOCACHE,
  SEC_WRITECOMBINE,
  SECTION_MAP_EXECUTE,
  SECTION_MAP_EXECUTE_EXPLICIT,
  SECTION_MAP_READ,
  SECTION_MAP_WRITE,
} from "./types";
import { isForAll, placeFrom, placeTo, viewAgain, viewLimit, viewLimitOf } from "./view-place";
import { isZeroBits, zeroBitsLimit } from "./zero-bits";

const VIEW_UNMAP: u32 = 2;
export const VIEW_TYPES: u32 = MEM_TOP_DOWN | MEM_LARGE_PAGES | SEC_NO_CHANGE | MEM_RESERVE;
const OFFSET_BYTES: u32 = 8;

/**
 * NtMapViewOfSection: the checks of 7.2 in their order. `section` is a number, or the NTSTATUS of
 * looking up its handle; `rights` are the handle's. Result 0: base; result 1: size.
 */
export function viewMap(
  context: Context,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  commitSize: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  inherit: u32,
  type: u32,
  protection: u32,
): u32 {
  if (inherit == 0 || inherit > VIEW_UNMAP) return fail(context, 1, STATUS_INVALID_PARAMETER_8);
  // Large pages came with those of allocations (14.2#4).
  const types = VIEW_TYPES & (machine().allocationTypes | SEC_NO_CHANGE);
  if ((type & ~(types | MEM_DOS_LIM)) != 0) return fail(context, 2, STATUS_INVALID_PARAMETER_9);
  const wrong = refuseParameters(context, baseAt, offsetAt, sizeAt, type, protection);
  if (wrong != STATUS_SUCCESS) return wrong;
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  const limit = viewLimit();
  if (base > limit || limit + 1 - base < size) return fail(context, 5, STATUS_INVALID_PARAMETER_3);
  if (!isZeroBits(zeroBits) || base > zeroBitsLimit(zeroBits, limit)) {
    return fail(context, 6, STATUS_INVALID_PARAMETER_4);
  }
  return viewMapWithin(
    context,
    target,
    section,
    rights,
    baseAt,
    base,
    machine().lowestAddress,
    zeroBitsLimit(zeroBits, limit),
    commitSize,
    offsetAt,
    offset,
    sizeAt,
    size,
    type,
    protection,
  );
}

/** Rows 3a and 4 of 7.2, and the pointers. */
export function refuseParameters(
  context: Context,
  baseAt: u64,
  offsetAt: u64,
  sizeAt: u64,
  type: u32,
  protection: u32,
): u32 {
  if ((type & MEM_DOS_LIM) != 0 && !isNative32()) {
    return answer(context, rule(7, 2, 3) | RULE_BEHIND_A, STATUS_INVALID_PARAMETER_9);
  }
  if (!isViewProtection(protection)) return fail(context, 4, STATUS_INVALID_PAGE_PROTECTION);
  if (!isReadyRange(context, baseAt, sizeAt) || !isReadyOffset(context, offsetAt)) {
    return fail(context, 5, STATUS_ACCESS_VIOLATION);
  }
  return STATUS_SUCCESS;
}

/**
 * Rows 7 to 14, for arguments that are in order: what names no base goes into [lowest, highest]. A
 * view that replaces a placeholder may begin at any page, of the space and of the section (7.10).
 */
export function viewMapWithin(
  context: Context,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  lowest: u64,
  highest: u64,
  commitSize: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protection: u32,
): u32 {
  protection = storedProtection(protection);
  if (offsetAt != NO_POINTER && offsetAt != 0) offset = memoryRead(context, offsetAt, OFFSET_BYTES);
  if (!isTarget(section)) return fail(context, 7, section);
  if (!isTarget(target)) return fail(context, 7, target);
  const needed = neededRights(protection);
  if ((needed & ~allowedRights(rights)) != 0) return fail(context, 7, STATUS_ACCESS_DENIED);
  const isDos = (type & MEM_DOS_LIM) != 0;
  const replaces = (type & MEM_REPLACE_PLACEHOLDER) != 0;
  if (isDos) base = pageDown(base);
  const unaligned = isDos ? offset : base | offset;
  const mask = replaces ? PAGE_MASK : GRANULARITY - 1;
  if ((unaligned & mask) != 0) return fail(context, 8, STATUS_MAPPED_ALIGNMENT);
  const mapped = sectionOf(section)!;
  const isLonger = (type & MEM_RESERVE) != 0;
  if (isLonger && !isGrowing(mapped)) return fail(context, 3, STATUS_INVALID_PARAMETER_9);
  // An image decides for itself what its views show (7.3).
  if (!sectionIsImage(mapped) && !isAllowedInView(mapped.protection, protection)) {
    return fail(context, 9, STATUS_SECTION_PROTECTION);
  }
  const sectionBytes = mapped.sizePages << 12;
  if (size == 0 && offset >= sectionBytes) return fail(context, 10, STATUS_INVALID_PARAMETER);
  if (!isLonger && (offset > sectionBytes || pageUp(size) > sectionBytes - offset)) {
    return fail(context, 11, STATUS_INVALID_VIEW_SIZE);
  }
  const bytes = size == 0 ? sectionBytes - offset : pageUp(size);
  const isShared = isForAll(mapped, protection);
  const isCommon = base == 0 && isShared;
  const space = targetSpace(targetAt(target, isCommon ? machine().commonLowest : base))!;
  // What one process has for itself is not where all see it (14.1#15).
  if (!isShared && space.number == machine().commonSpace) {
    return fail(context, 5, STATUS_INVALID_PARAMETER_3);
  }
  if (replaces && placeholderAt(space, base, size == 0 ? bytes : size) === null) {
    return answer(context, rule(7, 10, 6), STATUS_CONFLICTING_ADDRESSES);
  }
  const head = commitSize < bytes ? pageUp(commitSize) : bytes;
  const status =
    isCommon && viewAgain(context, space, mapped, pageOf(offset), bytes, protection)
      ? answer(context, rule(17, 19, 6), STATUS_SUCCESS)
      : place(
          context,
          space,
          mapped,
          base,
          larger(lowest, placeFrom(mapped, isCommon)),
          smaller(highest, placeTo(mapped, isCommon)),
          pageOf(offset),
          bytes,
          head,
          type,
          protection,
        );
  if (status != STATUS_SUCCESS && status != STATUS_IMAGE_NOT_AT_BASE) return status;
  rangeWrite(context, baseAt, sizeAt);
  if (offsetAt != 0) memoryWrite(context, offsetAt, OFFSET_BYTES, offset);
  return status;
}

/** Rows 12 to 14, and the view itself. */
function place(
  context: Context,
  space: Space,
  section: Section,
  base: u64,
  lowest: u64,
  highest: u64,
  offsetPages: u64,
  bytes: u64,
  headBytes: u64,
  type: u32,
  protection: u32,
): u32 {
  const isTopDown = (type & MEM_TOP_DOWN) != 0;
  const replaces = (type & MEM_REPLACE_PLACEHOLDER) != 0;
  const isImage = sectionIsImage(section);
  if (isImage && replaces) return answer(context, rule(8, 3, 19), STATUS_INVALID_PARAMETER);
  const content = contentOf(section);
  const wanted = content.imageBase + (offsetPages << 12);
  const isInside = wanted >= lowest && wanted + (bytes - 1) <= highest;
  const isWanted = isImage && isInside && isFree(space, wanted, bytes);
  let start = base == 0 && isWanted ? wanted : base;
  const isPlaced = start == 0;
  if (isPlaced) {
    start = isTopDown
      ? placeHighest(space, bytes, GRANULARITY, lowest, highest)
      : placeLowest(space, bytes, GRANULARITY, lowest, highest);
    if (start == NOWHERE) return fail(context, 13, STATUS_NO_MEMORY);
  } else if (!replaces && !isFree(space, start, bytes)) {
    return fail(context, 12, STATUS_CONFLICTING_ADDRESSES);
  }
  const shown = isImage ? section.imageProtection : withCaching(section, protection);
  const attributes = attributesOf(shown);
  const first = offsetPages;
  const last = offsetPages + (bytes >> 12);
  // CommitSize commits so many leading pages of a SEC_RESERVE section (7.8).
  const head = offsetPages + (headBytes >> 12);
  const isFile = sectionIsFile(section);
  const added = head == first || isFile ? 0 : uncommittedCount(section, first, head);
  const copies = ownPagesShown(content, first, last, attributes);
  const others = added == 0 ? 0 : otherOwnPagesAdded(content, null, first, head);
  if (others == NOT_ALLOWED) return fail(context, 14, STATUS_PAGEFILE_QUOTA_EXCEEDED);
  if (!chargeFits(copies + added + others)) return fail(context, 14, STATUS_COMMITMENT_LIMIT);
  if (!chargeFitsQuota(space, copies)) return fail(context, 14, STATUS_PAGEFILE_QUOTA_EXCEEDED);
  if (!roomEnsureSplits(space, viewCommitSplits(content, first, last))) {
    return fail(context, 13, STATUS_INSUFFICIENT_RESOURCES);
  }
  const flags = viewFlags(section, type);
  if (replaces) regionRemove(space, regionFloor(space, start));
  const kind = isImage ? REGION_IMAGE : isFile ? REGION_FILE_VIEW : REGION_PAGEFILE_VIEW;
  const region = viewMake(
    space,
    content,
    start,
    start + bytes,
    first,
    kind,
    shown,
    flags,
    attributes,
  );
  viewShow(region, content, first, smaller(last, section.sizePages));
  if (added != 0) {
    viewCommit(section, first, head);
    viewChargeAll(section);
  }
  if (isPlaced && !isTopDown) placeTaken();
  resultSet(context, 0, start);
  resultSet(context, 1, bytes);
  if (isImage && start != wanted) return answer(context, rule(7, 9, 9), STATUS_IMAGE_NOT_AT_BASE);
  return answer(context, replaces ? rule(8, 3, 11) : rule(7, 2, 0), STATUS_SUCCESS);
}

/** Whether a view can be there: row 12. */
function isFree(space: Space, start: u64, bytes: u64): bool {
  const limit = viewLimitOf(space);
  if (start < machine().lowestAddress || start > limit || bytes > limit + 1 - start) return false;
  return regionFloor(space, start + bytes - 1).end <= start;
}

/** Views of a writable data file may be longer than it is, and show what it grows by (17.12). */
function isGrowing(section: Section): bool {
  const isFile = (section.attributes & SEC_FILE) != 0 && !sectionIsImage(section);
  return isFile && isSharedWritable(section.protection);
}

/** A 32-bit system of its own, where a view may begin at any page (7.2#3a). */
function isNative32(): bool {
  return machine().pointerBytes == 4 && !switchIs(SWITCH_WOW64);
}

function isReadyOffset(context: Context, at: u64): bool {
  return at == 0 || isReady(context, at, OFFSET_BYTES, WRITE);
}

/** A view is made with a base protection; caching comes from the section. */
function isViewProtection(protection: u32): bool {
  return isProtection(protection) && protection <= 0xff;
}

/** Rights that a view of this protection needs of the section's handle (7.3). */
function neededRights(protection: u32): u32 {
  if (protection == PAGE_READWRITE) return SECTION_MAP_WRITE;
  if (protection == PAGE_EXECUTE_READWRITE) return SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
  const isData =
    protection == PAGE_NOACCESS || protection == PAGE_READONLY || protection == PAGE_WRITECOPY;
  return isData ? SECTION_MAP_READ : SECTION_MAP_READ | SECTION_MAP_EXECUTE;
}

/** FILE_MAP_EXECUTE counts as the right to execute (17.12). */
function allowedRights(rights: u32): u32 {
  const isExplicit = (rights & SECTION_MAP_EXECUTE_EXPLICIT) != 0;
  return isExplicit ? rights | SECTION_MAP_EXECUTE : rights;
}

function withCaching(section: Section, protection: u32): u32 {
  if ((section.attributes & SEC_NOCACHE) != 0) return protection | PAGE_NOCACHE;
  return (section.attributes & SEC_WRITECOMBINE) != 0 ? protection | PAGE_WRITECOMBINE : protection;
}

function viewFlags(section: Section, type: u32): u32 {
  let flags: u32 = 0;
  if ((section.attributes & SEC_NOCACHE) != 0) flags |= REGION_NO_CACHE;
  if ((section.attributes & SEC_WRITECOMBINE) != 0) flags |= REGION_WRITE_COMBINE;
  if (((type | section.attributes) & SEC_NO_CHANGE) != 0) flags |= REGION_NO_CHANGE;
  if ((type & MEM_RESERVE) != 0) flags |= REGION_GROWING;
  if ((type & MEM_REPLACE_PLACEHOLDER) != 0) flags |= REGION_REPLACED;
  return flags;
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(7, 2, row), status);
}
