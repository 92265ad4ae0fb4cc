import { addressOf, pageDown, pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_GUARD_PAGE_VIOLATION,
  STATUS_INCOMPATIBLE_FILE_MAP,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_LOCKED,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_STACK_OVERFLOW,
  STATUS_SUCCESS,
  STATUS_WAS_LOCKED,
  STATUS_WORKING_SET_QUOTA,
} from "../base/status";
import { FACT_LOCKED, factCount, factsAt } from "../page/facts";
import { READ, WRITE } from "../virt/access-kind";
import { isPresent } from "../virt/backing";
import { isLocked, lockPage, trimUnlocked, unlockPage } from "../virt/change";
import { Context, resultGet, resultSet } from "../virt/context";
import { disarm, GUARD, judge, meet, prepare, RESOLVED, STACK_OVERFLOW } from "../virt/fault";
import { regionAt } from "../virt/index";
import {
  FEATURE_LOCK_UNMARKED,
  featureIs,
  machine,
  SWITCH_LOCK_MEMORY_PRIVILEGE,
  switchIs,
} from "../virt/machine";
import { framesAvailable } from "../virt/pager";
import {
  REGION_COPY,
  REGION_ENCLAVE,
  REGION_LARGE,
  REGION_PHYSICAL,
  REGION_WATCHED,
  regionIs,
} from "../virt/region";
import { Space } from "../virt/space";
import { recordWrite } from "../virt/written";
import { answer, isTarget, targetSpace } from "./answer";
import { isReadyRange, pointerRead, rangeWrite } from "./pointer";

const MAP_PROCESS: u32 = 1;
const MAP_SYSTEM: u32 = 2;

/** Frames that the call itself and the access after it need. */
const ACCESS_FRAMES: u64 = 4;

/** The system keeps so many pages of the working set's minimum for itself [unsure]. */
const OVERHEAD_PAGES: u32 = 8;

/** NtLockVirtualMemory: the order of 17.10. Result 0: base; result 1: size. */
export function lock(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32 {
  const status = check(context, target, baseAt, base, sizeAt, size, mapType);
  if (status != STATUS_SUCCESS) return status;
  const space = targetSpace(target)!;
  const first = pageOf(resultGet(context, 0));
  const end = first + (resultGet(context, 1) >> 12);
  let known = first;
  while (known < end) {
    const region = regionAt(space, addressOf(known));
    if (region === null) return fail(context, 5, STATUS_ACCESS_VIOLATION);
    if (regionIs(region, REGION_PHYSICAL | REGION_LARGE | REGION_ENCLAVE | REGION_COPY)) {
      return fail(context, 6, STATUS_INCOMPATIBLE_FILE_MAP);
    }
    known = pageOf(region.end);
  }
  const added = end - first - factCount(space, FACT_LOCKED, first, end);
  if (!fitsWorkingSet(space, added) || added + ACCESS_FRAMES > framesAvailable())
    return fail(context, 8, STATUS_WORKING_SET_QUOTA);
  for (let page = first; page < end; page++) {
    const outcome = meet(context, space, page, READ);
    if (outcome == GUARD) {
      disarm(space, page);
      return fail(context, 9, STATUS_GUARD_PAGE_VIOLATION);
    }
    if (outcome == STACK_OVERFLOW) return fail(context, 9, STATUS_STACK_OVERFLOW);
    if (outcome != RESOLVED || !prepare(space, page, READ)) {
      return fail(context, 9, STATUS_ACCESS_VIOLATION);
    }
  }
  // With so few frames in the machine that the first pages had to leave for the last ones.
  for (let page = first; page < end; page++) {
    if (!isPresent(space, page)) return fail(context, 8, STATUS_WORKING_SET_QUOTA);
  }
  for (let page = first; page < end; page++) {
    if (!isLocked(space, page)) lockPage(space, page);
    if (featureIs(FEATURE_LOCK_UNMARKED)) continue;
    if (isWatched(space, page) && judge(space, page, WRITE) == RESOLVED) {
      recordWrite(space, page, factsAt(space, page));
    }
  }
  rangeWrite(context, baseAt, sizeAt);
  return answer(
    context,
    rule(17, 10, 11),
    added < end - first ? STATUS_WAS_LOCKED : STATUS_SUCCESS,
  );
}

/** NtUnlockVirtualMemory: the order of 17.10. Result 0: base; result 1: size. */
export function unlock(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32 {
  const status = check(context, target, baseAt, base, sizeAt, size, mapType);
  if (status != STATUS_SUCCESS) return status;
  const space = targetSpace(target)!;
  const first = pageOf(resultGet(context, 0));
  const end = first + (resultGet(context, 1) >> 12);
  for (let page = first; page < end; ) {
    const region = regionAt(space, addressOf(page));
    if (region === null) return fail(context, 5, STATUS_NOT_LOCKED);
    page = pageOf(region.end);
  }
  if (factCount(space, FACT_LOCKED, first, end) != end - first) {
    trimUnlocked(space, first, end);
    return fail(context, 10, STATUS_NOT_LOCKED);
  }
  for (let page = first; page < end; page++) unlockPage(space, page);
  rangeWrite(context, baseAt, sizeAt);
  return answer(context, rule(17, 10, 11), STATUS_SUCCESS);
}

/** Rows 1 to 4; the page range goes to results 0 and 1. */
function check(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  mapType: u32,
): u32 {
  if (mapType == 0 || (mapType & ~(MAP_PROCESS | MAP_SYSTEM)) != 0) {
    return fail(context, 1, STATUS_INVALID_PARAMETER);
  }
  if (!isReadyRange(context, baseAt, sizeAt)) {
    return fail(context, 2, STATUS_ACCESS_VIOLATION);
  }
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  const highest = machine().highestAddress;
  if (base > highest || size == 0 || highest + 1 - base < size) {
    return fail(context, 2, STATUS_INVALID_PARAMETER);
  }
  if (!isTarget(target)) return fail(context, 3, target);
  if ((mapType & MAP_SYSTEM) != 0 && !switchIs(SWITCH_LOCK_MEMORY_PRIVILEGE)) {
    return fail(context, 4, STATUS_PRIVILEGE_NOT_HELD);
  }
  const start = pageDown(base);
  resultSet(context, 0, start);
  resultSet(context, 1, pageUp(base + size) - start);
  return STATUS_SUCCESS;
}

function fitsWorkingSet(space: Space, added: u64): bool {
  const most = space.workingSetMinPages;
  return most >= OVERHEAD_PAGES && <u64>space.lockedPages + added <= <u64>(most - OVERHEAD_PAGES);
}

function isWatched(space: Space, page: u64): bool {
  const region = regionAt(space, addressOf(page));
  return region !== null && regionIs(region, REGION_WATCHED);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(17, 10, row), status);
}
