import { addressOf, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_BAD_WORKING_SET_LIMIT,
  STATUS_INFO_LENGTH_MISMATCH,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../base/status";
import {
  COPIED,
  EXECUTABLE,
  GUARDED,
  NO_CACHE,
  READABLE,
  WRITABLE,
  WRITE_COMBINE,
} from "../page/attributes";
import {
  FACT_COPY,
  FACT_LOCKED,
  FACT_VALID,
  factIs,
  factsAt,
  frameHere,
  frameIsShared,
} from "../page/facts";
import { attributesAt } from "../page/table";
import { Frame } from "../phys/frame";
import { WRITE } from "../virt/access-kind";
import { trimUnlocked } from "../virt/change";
import { Context, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { REGION_LARGE, REGION_PRIVATE, Region, regionIs } from "../virt/region";
import { frameSharers } from "../virt/sharers";
import { Space } from "../virt/space";
import { viewSharers } from "../virt/view";
import { HARD_MAXIMUM, HARD_MINIMUM, validNext, workingSetLimit } from "../virt/working-set";
import { answer, targetSpace, targetStatus } from "./answer";
import { regionNode } from "./numa";
import { isReady, isReadyPointer, memoryRead, memoryWrite, NO_POINTER } from "./pointer";
import { protectionOf } from "./protection";

/** What can be asked about working sets, and their limits (9, 17.14). */

const ENTRY_BYTES: u32 = 8;
const PAIR_BYTES: u32 = 16;

/** Fewest pages that a minimum is set to, and a maximum may be (17.14#1). */
const MINIMUM_LEAST: u64 = 20;
const MAXIMUM_LEAST: u64 = 13;
const ALL: u64 = u64.MAX_VALUE;

/** Flags of SetProcessWorkingSetSizeEx. */
const MINIMUM_ENABLE: u32 = 1;
const MINIMUM_DISABLE: u32 = 2;
const MAXIMUM_ENABLE: u32 = 4;
const MAXIMUM_DISABLE: u32 = 8;

/**
 * The pages of the working set, ascending. In guest memory a count comes first, then the entries;
 * without a buffer the entries of pages from `from` on go to the transfer area, as many as fit.
 * Result 0: pages in the working set; result 1: entries in the transfer area; result 2: the page to
 * go on from, or 0.
 */
export function workingSetQuery(
  context: Context,
  target: u32,
  bufferAt: u64,
  length: u64,
  from: u64,
): u32 {
  resultSet(context, 0, 0);
  const pointer = <u64>machine().pointerBytes;
  if (length == 0 || length % pointer != 0) return reply(context, 5, STATUS_INFO_LENGTH_MISMATCH);
  if (!isReady(context, bufferAt, pointer, WRITE))
    return reply(context, 5, STATUS_ACCESS_VIOLATION);
  const status = targetStatus(target);
  if (status != STATUS_SUCCESS) return reply(context, 5, status);
  const space = targetSpace(target)!;
  let count = space.residentPages;
  // The buffer itself may come into the working set by being looked at.
  while (count < length / pointer) {
    if (!isReady(context, bufferAt, (count + 1) * pointer, WRITE)) {
      return reply(context, 5, STATUS_ACCESS_VIOLATION);
    }
    if (count == space.residentPages) break;
    count = space.residentPages;
  }
  resultSet(context, 0, count);
  memoryWrite(context, bufferAt, <u32>pointer, count);
  if (count >= length / pointer) {
    return answer(context, rule(9, 0, 15), STATUS_INFO_LENGTH_MISMATCH);
  }
  const most = bufferAt == NO_POINTER ? <u64>(TRANSFER_BYTES / ENTRY_BYTES) : count;
  const end = pageOf(machine().highestAddress) + 1;
  let page = from < end ? validNext(space, from, end) : end;
  let stored: u64 = 0;
  for (; page < end && stored < most; page = validNext(space, page + 1, end)) {
    const entry = addressOf(page) | entryBits(context, space, page);
    stored += 1;
    if (bufferAt != NO_POINTER)
      memoryWrite(context, bufferAt + stored * pointer, <u32>pointer, entry);
    else store<u64>(transferOf(context) + (<u32>stored - 1) * ENTRY_BYTES, entry);
  }
  resultSet(context, 1, stored);
  resultSet(context, 2, page < end ? page : 0);
  return answer(context, rule(9, 0, 15), STATUS_SUCCESS);
}

/**
 * What is so of single addresses: pairs of an address, which is read, and attributes, which are
 * written. Without a buffer the pairs lie in the transfer area, 16 bytes each; `length` is in bytes
 * of the guest's pairs all the same.
 */
export function workingSetQueryEx(context: Context, target: u32, bufferAt: u64, length: u64): u32 {
  const pointer = machine().pointerBytes;
  const count = length / (2 * pointer);
  const most: u64 = bufferAt == NO_POINTER ? TRANSFER_BYTES / PAIR_BYTES : u64.MAX_VALUE;
  if (count == 0 || count * (2 * pointer) != length || count > most) {
    return reply(context, 5, STATUS_INFO_LENGTH_MISMATCH);
  }
  if (!isReady(context, bufferAt, length, WRITE)) return reply(context, 5, STATUS_ACCESS_VIOLATION);
  const status = targetStatus(target);
  if (status != STATUS_SUCCESS) return reply(context, 5, status);
  const space = targetSpace(target)!;
  for (let i: u64 = 0; i < count; i++) {
    if (bufferAt == NO_POINTER) {
      const pair = transferOf(context) + <u32>i * PAIR_BYTES;
      store<u64>(pair, pageBits(context, space, load<u64>(pair)), 8);
      continue;
    }
    const at = bufferAt + i * (2 * pointer);
    const address = memoryRead(context, at, pointer);
    memoryWrite(context, at + pointer, pointer, pageBits(context, space, address));
  }
  return answer(context, rule(9, 0, 13), STATUS_SUCCESS);
}

/** EmptyWorkingSet: what is not locked leaves, with its content. */
export function workingSetEmpty(context: Context, target: u32): u32 {
  const status = targetStatus(target);
  if (status == STATUS_SUCCESS) trimAll(targetSpace(target)!);
  return answer(context, rule(9, 0, 16), status);
}

/** Limits in bytes, and flags; result 0: minimum; 1: maximum; 2: flags. */
export function workingSetGetLimits(
  context: Context,
  target: u32,
  minimumAt: u64,
  maximumAt: u64,
  flagsAt: u64,
): u32 {
  if (
    !isReadyPointer(context, minimumAt) ||
    !isReadyPointer(context, maximumAt) ||
    !isReady(context, flagsAt, 4, WRITE)
  ) {
    return reply(context, 2, STATUS_ACCESS_VIOLATION);
  }
  const status = targetStatus(target);
  if (status != STATUS_SUCCESS) return reply(context, 2, status);
  const space = targetSpace(target)!;
  const pointer = machine().pointerBytes;
  const minimum = addressOf(space.workingSetMinPages);
  const maximum = addressOf(space.workingSetMaxPages);
  const hard = space.workingSetFlags;
  const flags =
    ((hard & HARD_MINIMUM) != 0 ? MINIMUM_ENABLE : MINIMUM_DISABLE) |
    ((hard & HARD_MAXIMUM) != 0 ? MAXIMUM_ENABLE : MAXIMUM_DISABLE);
  memoryWrite(context, minimumAt, pointer, minimum);
  memoryWrite(context, maximumAt, pointer, maximum);
  memoryWrite(context, flagsAt, 4, flags);
  resultSet(context, 0, minimum);
  resultSet(context, 1, maximum);
  resultSet(context, 2, flags);
  return reply(context, 2, STATUS_SUCCESS);
}

/** Limits in bytes; both all ones: trim. */
export function workingSetSetLimits(
  context: Context,
  target: u32,
  minimum: u64,
  maximum: u64,
  flags: u32,
): u32 {
  const minimumFlags = flags & (MINIMUM_ENABLE | MINIMUM_DISABLE);
  const maximumFlags = flags & (MAXIMUM_ENABLE | MAXIMUM_DISABLE);
  if (
    flags != (minimumFlags | maximumFlags) ||
    minimumFlags == (MINIMUM_ENABLE | MINIMUM_DISABLE) ||
    maximumFlags == (MAXIMUM_ENABLE | MAXIMUM_DISABLE)
  ) {
    return reply(context, 1, STATUS_INVALID_PARAMETER);
  }
  const isTrim = minimum == ALL && maximum == ALL;
  if (!isTrim) {
    if (minimum == ALL || maximum == ALL) return reply(context, 1, STATUS_INVALID_PARAMETER);
    if (minimum == 0 || minimum > maximum || pageOf(maximum) < MAXIMUM_LEAST) {
      return reply(context, 1, STATUS_BAD_WORKING_SET_LIMIT);
    }
  }
  const status = targetStatus(target);
  if (status != STATUS_SUCCESS) return reply(context, 1, status);
  const space = targetSpace(target)!;
  let hard = space.workingSetFlags;
  if (minimumFlags == MINIMUM_ENABLE) hard |= HARD_MINIMUM;
  if (minimumFlags == MINIMUM_DISABLE) hard &= ~HARD_MINIMUM;
  if (maximumFlags == MAXIMUM_ENABLE) hard |= HARD_MAXIMUM;
  if (maximumFlags == MAXIMUM_DISABLE) hard &= ~HARD_MAXIMUM;
  const most: u64 = u32.MAX_VALUE;
  const minPages = min<u64>(max<u64>(pageOf(minimum), MINIMUM_LEAST), most);
  const isSet = workingSetLimit(
    space,
    isTrim ? space.workingSetMinPages : <u32>minPages,
    isTrim ? space.workingSetMaxPages : <u32>min<u64>(pageOf(maximum), most),
    hard,
  );
  if (!isSet) return reply(context, 1, STATUS_INSUFFICIENT_RESOURCES);
  if (!isTrim) return reply(context, 1, STATUS_SUCCESS);
  trimAll(space);
  return answer(context, rule(9, 0, 18), STATUS_SUCCESS);
}

/**
 * GetProcessMemoryInfo. Result 0: faults; pages: 1 and 2 in the working set, at most and now; 3 and
 * 4 charged, at most and now.
 */
export function memoryCounters(context: Context, target: u32): u32 {
  const status = targetStatus(target);
  if (status != STATUS_SUCCESS) return reply(context, 4, status);
  const space = targetSpace(target)!;
  resultSet(context, 0, space.faultCount);
  resultSet(context, 1, space.residentPeakPages);
  resultSet(context, 2, space.residentPages);
  resultSet(context, 3, space.chargePeakPages);
  resultSet(context, 4, space.chargePages);
  return reply(context, 4, STATUS_SUCCESS);
}

function trimAll(space: Space): void {
  trimUnlocked(space, 0, pageOf(machine().highestAddress) + 1);
}

/**
 * The low bits of a page in the working set:
 *
 *      11       9    8      7    5   4          0
 *     +----------+--------+-------+--------------+
 *     | 0        | shared | count | protection   |    shared, count: pages of views,
 *     +----------+--------+-------+--------------+    and those that a forked process has too
 */
function entryBits(context: Context, space: Space, page: u64): u64 {
  const region = regionAt(space, addressOf(page))!;
  const bits = protectionIndex(attributesAt(space, page));
  if (!isShared(space, region, page)) return bits;
  return bits | (sharers(context, space, region, page) << 5) | 0x100;
}

/** The five bits of a protection: 8 no-cache, 16 guard, both for write-combine. */
function protectionIndex(attributes: u32): u32 {
  let index: u32 = 0;
  if ((attributes & COPIED) != 0) index = 5;
  else if ((attributes & WRITABLE) != 0) index = 4;
  else if ((attributes & READABLE) != 0) index = 1;
  if ((attributes & EXECUTABLE) != 0) index |= 2;
  if ((attributes & NO_CACHE) != 0) index |= 8;
  if ((attributes & GUARDED) != 0) index |= 16;
  return (attributes & WRITE_COMBINE) != 0 ? index | 24 : index;
}

/**
 * PSAPI_WORKING_SET_EX_BLOCK:
 *
 *      31    30   24  23     22      21  16  15      14          4  3     1  0
 *     +-----+-------+-------+--------+------+--------+-------------+-------+-------+
 *     | bad | 0     | large | locked | node | shared | protection  | count | valid |
 *     +-----+-------+-------+--------+------+--------+-------------+-------+-------+
 *
 *     of a page that is not valid: shared and bad alone
 */
function pageBits(context: Context, space: Space, address: u64): u64 {
  const region = regionAt(space, address);
  const page = pageOf(address);
  if (region === null) return 0;
  const attributes = attributesAt(space, page);
  if (attributes == 0) return 0;
  const shared = isShared(space, region, page);
  let bits: u32 = shared ? 1 << 15 : 0;
  if (!factIs(space, FACT_VALID, page)) return bits;
  bits |= 1 | (protectionOf(attributes) << 4) | (regionNode(region) << 16);
  if (shared) bits |= sharers(context, space, region, page) << 1;
  const isLarge = regionIs(region, REGION_LARGE);
  if (isLarge) bits |= 1 << 23;
  if (isLarge || factIs(space, FACT_LOCKED, page)) bits |= 1 << 22;
  return bits;
}

/**
 * A page of a view that was not copied could be shared, whoever has it now; of the others, those
 * are that a forked process has too.
 */
function isShared(space: Space, region: Region, page: u64): bool {
  if (region.kind != REGION_PRIVATE && !factIs(space, FACT_COPY, page)) return true;
  const chunk = factsAt(space, page);
  return chunk != 0 && frameIsShared(chunk, <u32>page & 1023);
}

/** Processes that have a shared page in their working sets, at most 7 (9#13). */
function sharers(context: Context, space: Space, region: Region, page: u64): u32 {
  const frame = frameHere(space, page);
  return frame == 0 ? viewSharers(context, region, page) : frameSharers(changetype<Frame>(frame));
}

function reply(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(17, 14, row), status);
}
