import { pageDown, pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_FREE_VM_NOT_AT_BASE,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_MEMORY_NOT_ALLOCATED,
  STATUS_SUCCESS,
  STATUS_UNABLE_TO_DELETE_SECTION,
  STATUS_UNABLE_TO_FREE_VM,
} from "../base/status";
import { decommit, release } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { regionAt } from "../virt/index";
import { FEATURE_9X, FEATURE_WIN10, featureIs, machine } from "../virt/machine";
import {
  REGION_COPY,
  REGION_ENCLAVE,
  REGION_LARGE,
  REGION_PHYSICAL,
  REGION_PRIVATE,
  REGION_RESIDENT,
  Region,
  regionIs,
} from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { clearMarks } from "../virt/watch";
import { finish } from "./allocate";
import { answer, foreignStatus, isTarget, slotBelow, targetAt, targetSpace } from "./answer";
import { freeInEnclave } from "./enclave-pages";
import { releasePlaceholder } from "./placeholder";
import { isReadyRange, pointerRead } from "./pointer";
import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_DECOMMIT,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
} from "./types";

/**
 * NtFreeVirtualMemory: the checks of 3.1 in their order, the effects of 3.2. Result 0: base; result
 * 1: size.
 */
export function free(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
): u32 {
  const modifier = type & ~MEM_RELEASE;
  const isPlaceholder =
    featureIs(FEATURE_WIN10) &&
    (type & MEM_RELEASE) != 0 &&
    (modifier == MEM_PRESERVE_PLACEHOLDER || modifier == MEM_COALESCE_PLACEHOLDERS);
  if (type != MEM_DECOMMIT && type != MEM_RELEASE && !isPlaceholder) {
    return fail(context, 2, STATUS_INVALID_PARAMETER_4);
  }
  if (!isReadyRange(context, baseAt, sizeAt)) {
    return fail(context, 3, STATUS_ACCESS_VIOLATION);
  }
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  const highest = machine().highestAddress;
  if (base > highest) return fail(context, 4, STATUS_INVALID_PARAMETER_2);
  if (highest - base < size) return fail(context, 5, STATUS_INVALID_PARAMETER_3);
  const slot = slotBelow(target, base);
  target = targetAt(target, base);
  base -= slot;
  if (!isTarget(target)) return fail(context, 6, target);
  const space = targetSpace(target)!;
  if (isPlaceholder && size == 0) {
    const row: u32 = modifier == MEM_PRESERVE_PLACEHOLDER ? 6 : 9;
    return answer(context, rule(8, 3, row), STATUS_INVALID_PARAMETER_3);
  }
  const region = regionAt(space, base);
  if (region === null) return fail(context, 7, STATUS_MEMORY_NOT_ALLOCATED);
  return finish(context, baseAt, sizeAt, slot, perform(context, space, region, base, size, type));
}

function perform(
  context: Context,
  space: Space,
  region: Region,
  base: u64,
  size: u64,
  type: u32,
): u32 {
  if (regionIs(region, REGION_RESIDENT)) {
    return answer(context, rule(3, 2, 10), STATUS_INVALID_PARAMETER);
  }
  const denied = foreignStatus(context, region);
  if (denied != STATUS_SUCCESS) return denied;
  const isRelease = type == MEM_RELEASE;
  const start = size == 0 ? region.start : pageDown(base);
  const end = size == 0 ? region.end : pageUp(base + size);
  if (regionIs(region, REGION_ENCLAVE)) {
    return freeInEnclave(context, space, region, base, start, end, size, type);
  }
  // What coalesces has to span more than one region (8.3#7).
  const coalesces = (type & MEM_COALESCE_PLACEHOLDERS) != 0;
  if (end > region.end && !coalesces) return fail(context, 8, STATUS_UNABLE_TO_FREE_VM);
  if (region.kind != REGION_PRIVATE) return fail(context, 9, STATUS_UNABLE_TO_DELETE_SECTION);
  if ((type & (MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER)) != 0) {
    return releasePlaceholder(context, space, region, start, end, type);
  }
  if (size == 0 && pageDown(base) != region.start) {
    return fail(context, isRelease ? 10 : 11, STATUS_FREE_VM_NOT_AT_BASE);
  }
  if (regionIs(region, REGION_PHYSICAL | REGION_LARGE | REGION_COPY)) {
    if (!isRelease) return fail(context, 13, STATUS_MEMORY_NOT_ALLOCATED);
    if (start != region.start || end != region.end) {
      return fail(context, 12, STATUS_FREE_VM_NOT_AT_BASE);
    }
  }
  if (!roomEnsure(space)) return fail(context, 13, STATUS_INSUFFICIENT_RESOURCES);
  resultSet(context, 0, start);
  // A whole region that is decommitted by size 0 reports size 0 (3.2#4, 14.2#12).
  const isSizeless = !isRelease && size == 0 && featureIs(FEATURE_WIN10);
  resultSet(context, 1, isSizeless ? 0 : end - start);
  const isWhole = start == region.start && end == region.end;
  if (isRelease) {
    release(space, region, pageOf(start), pageOf(end));
    return answer(context, rule(3, 2, size == 0 ? 1 : isWhole ? 2 : 3), STATUS_SUCCESS);
  }
  decommit(space, region, pageOf(start), pageOf(end));
  // Windows 98 forgets what was written there (5.3#9).
  if (featureIs(FEATURE_9X)) clearMarks(space, pageOf(start), pageOf(end));
  return answer(context, rule(3, 2, size == 0 ? 4 : 5), STATUS_SUCCESS);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(3, 1, row), status);
}
