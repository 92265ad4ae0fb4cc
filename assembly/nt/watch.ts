import { addressOf, pageDown, pageOf, pageUp } from "../base/range";
import { RULE_BEHIND_A, rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_SUCCESS,
} from "../base/status";
import { WRITE } from "../virt/access-kind";
import { Context, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { REGION_WATCHED, regionIs } from "../virt/region";
import { resumed, suspend } from "../virt/request";
import { Space } from "../virt/space";
import { clearMarks, markedNext, marksList } from "../virt/watch";
import { answer, isTarget, targetSpace } from "./answer";
import {
  isReady,
  isReadyPointer,
  memoryWrite,
  NO_POINTER,
  pointerRead,
  pointerWrite,
} from "./pointer";

const FLAG_RESET: u32 = 1;
/** More entries than there can be: the array could not be written. */
const NOT_STORED: u64 = u64.MAX_VALUE;
const GRANULARITY_BYTES: u64 = 0x1000;

/**
 * NtGetWriteWatch: the checks of 5.2 in their order, the answer of 5.3. Result 0: entries; result
 * 1: granularity. Without a guest array the entries go to the transfer area, 8 bytes each.
 */
export function getWriteWatch(
  context: Context,
  target: u32,
  flags: u32,
  base: u64,
  size: u64,
  arrayAt: u64,
  countAt: u64,
  count: u64,
  granularityAt: u64,
): u32 {
  if (!isReadyPointer(context, countAt) || !isReady(context, granularityAt, 4, WRITE)) {
    return fail(context, 1, STATUS_ACCESS_VIOLATION);
  }
  count = pointerRead(context, countAt, count);
  if ((flags & ~FLAG_RESET) != 0) return fail(context, 2, STATUS_INVALID_PARAMETER_2);
  const outside = outsideStatus(base, size);
  if (outside != STATUS_SUCCESS) return fail(context, 3, outside);
  if (count == 0) return fail(context, 4, STATUS_INVALID_PARAMETER_5);
  if (size == 0) return fail(context, 5, STATUS_INVALID_PARAMETER);
  const pointer = <u64>machine().pointerBytes;
  const pages = pageOf(pageUp(base + size)) - pageOf(base);
  const most = min<u64>(count, pages);
  if (!isReady(context, arrayAt, most * pointer, WRITE)) {
    return fail(context, 6, STATUS_ACCESS_VIOLATION);
  }
  const status = checkRange(context, target, base, size);
  if (status != STATUS_SUCCESS) return status;
  const space = targetSpace(target)!;
  const capacity = arrayAt == NO_POINTER ? min<u64>(most, TRANSFER_BYTES / 8) : most;
  const end = pageOf(pageUp(base + size));
  const stored = report(context, space, base, end, arrayAt, capacity);
  if (stored == NOT_STORED) return fail(context, 6, STATUS_ACCESS_VIOLATION);
  // Only the pages that are stored lose their mark, once all are.
  if ((flags & FLAG_RESET) != 0) {
    const first = pageOf(base);
    clearMarks(space, first, reportedEnd(context, space, first, end, arrayAt, stored));
  }
  pointerWrite(context, countAt, stored);
  memoryWrite(context, granularityAt, 4, GRANULARITY_BYTES);
  resultSet(context, 0, stored);
  resultSet(context, 1, GRANULARITY_BYTES);
  return answer(context, rule(5, 3, 0), STATUS_SUCCESS);
}

/** NtResetWriteWatch: rows 3, 5, 6a and 7 of 5.2. */
export function resetWriteWatch(context: Context, target: u32, base: u64, size: u64): u32 {
  const outside = outsideStatus(base, size);
  if (outside != STATUS_SUCCESS) return fail(context, 3, outside);
  if (size == 0) return fail(context, 5, STATUS_INVALID_PARAMETER);
  const status = checkRange(context, target, base, size);
  if (status != STATUS_SUCCESS) return status;
  clearMarks(targetSpace(target)!, pageOf(base), pageOf(pageUp(base + size)));
  return answer(context, rule(5, 3, 7), STATUS_SUCCESS);
}

/** Store the marked pages, ascending. How many, or NOT_STORED. */
function report(
  context: Context,
  space: Space,
  base: u64,
  end: u64,
  arrayAt: u64,
  capacity: u64,
): u64 {
  if (arrayAt == NO_POINTER) {
    return marksList(space, pageOf(base), end, transferOf(context), <u32>capacity);
  }
  // One by one: storing an entry may mark a page further on.
  let page = markedNext(space, pageOf(base), end);
  const resume = resumed(base, end, arrayAt);
  let stored: u64 = 0;
  for (; stored < resume; stored++) page = markedNext(space, page + 1, end);
  while (page < end && stored < capacity) {
    const at = arrayAt + stored * machine().pointerBytes;
    if (!pointerWrite(context, at, addressOf(page))) {
      suspend(base, end, arrayAt, stored);
      return NOT_STORED;
    }
    stored += 1;
    page = markedNext(space, page + 1, end);
  }
  return stored;
}

/** Where the first `count` marked pages end. */
function reportedEnd(
  context: Context,
  space: Space,
  page: u64,
  end: u64,
  arrayAt: u64,
  count: u64,
): u64 {
  if (count == 0) return page;
  if (arrayAt == NO_POINTER) {
    return pageOf(load<u64>(transferOf(context) + ((<u32>count - 1) << 3))) + 1;
  }
  for (; count > 0; count--) page = markedNext(space, page, end) + 1;
  return page;
}

function checkRange(context: Context, target: u32, base: u64, size: u64): u32 {
  if (!isTarget(target)) return answer(context, rule(5, 2, 6) | RULE_BEHIND_A, target);
  const space = targetSpace(target)!;
  const region = regionAt(space, pageDown(base));
  if (region === null || !regionIs(region, REGION_WATCHED) || pageUp(base + size) > region.end) {
    return fail(context, 7, STATUS_INVALID_PARAMETER);
  }
  return STATUS_SUCCESS;
}

/** Row 3: the base, or the end, lies above the user addresses. */
function outsideStatus(base: u64, size: u64): u32 {
  const highest = machine().highestAddress;
  if (base > highest) return STATUS_INVALID_PARAMETER_3;
  return size > highest + 1 - base ? STATUS_INVALID_PARAMETER_4 : STATUS_SUCCESS;
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(5, 2, row), status);
}
