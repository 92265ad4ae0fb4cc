import { pageDown, pageOf, pageUp, toPageEnd } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_COMMITTED,
  STATUS_PARTIAL_COPY,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { EXECUTABLE, isWritable } from "../page/attributes";
import { FACT_COPY, factCount } from "../page/facts";
import { attributesAt, attributesRunEnd, uncommittedCount } from "../page/table";
import { READ, WRITE } from "../virt/access-kind";
import { linearOf } from "../virt/backing";
import { Context, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import {
  complete,
  disarm,
  GUARD,
  IN_PAGE,
  isReached,
  meet,
  prepare,
  RESOLVED,
} from "../virt/fault";
import { regionAt } from "../virt/index";
import { FEATURE_WIN10, featureIs, machine } from "../virt/machine";
import { REGION_IMAGE, Region } from "../virt/region";
import { Space } from "../virt/space";
import { viewCharge } from "../virt/view";
import { makePatchable } from "../virt/written";
import { answer, isTarget, isTerminating, slotBelow, targetAt, targetSpace } from "./answer";
import { chargeStatus } from "./charge";
import { isAnyOffered } from "./offer";
import { isReady, isReadyPointer, NO_POINTER, pointerWrite } from "./pointer";

/**
 * Memory of another process, or of the own one, through a handle (12.2, 12.3). Result 0: bytes
 * done, also where the answer is STATUS_ASKS: the call is then made again for the rest. A caller
 * without a guest buffer has the bytes in the transfer area, as many as fit there a call.
 */

/** NtReadVirtualMemory. */
export function readVirtual(
  context: Context,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  resultSet(context, 0, 0);
  if (!isReadyDone(context, doneAt)) return fail(context, 2, 9, STATUS_ACCESS_VIOLATION);
  if (size == 0) return finish(context, 2, 1, doneAt, 0, STATUS_SUCCESS);
  if (!isUserRange(address, size) || !isBuffer(bufferAt, size)) {
    return finish(context, 2, 2, doneAt, 0, STATUS_ACCESS_VIOLATION);
  }
  if (!isTarget(target)) return finish(context, 2, 3, doneAt, 0, target);
  const space = targetSpace(target)!;
  let done: u64 = 0;
  while (done < size) {
    const outcome = reach(context, space, address + done, READ);
    if (outcome != RESOLVED) {
      const row = stopRow(context, space, outcome, done);
      return finish(context, 2, row, doneAt, done, STATUS_PARTIAL_COPY);
    }
    const bytes = min<u64>(toPageEnd(address + done), size - done);
    const copied = toBuffer(context, space, address + done, bufferAt, done, bytes);
    done += copied;
    // The own buffer cannot be written: a partial copy, of nothing perhaps, since 1607 (12.2#9).
    if (copied < bytes) {
      const isPartial = featureIs(FEATURE_WIN10);
      const status = isPartial ? STATUS_PARTIAL_COPY : STATUS_ACCESS_VIOLATION;
      return finish(context, 2, 9, doneAt, isPartial ? done : 0, status);
    }
  }
  return finish(context, 2, 0, doneAt, done, STATUS_SUCCESS);
}

/** NtWriteVirtualMemory: no protection is changed. */
export function writeVirtual(
  context: Context,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  resultSet(context, 0, 0);
  if (!isReadyDone(context, doneAt)) return fail(context, 3, 7, STATUS_ACCESS_VIOLATION);
  if (size == 0) return finish(context, 3, 1, doneAt, 0, STATUS_SUCCESS);
  if (!isUserRange(address, size) || !isBuffer(bufferAt, size)) {
    return fail(context, 3, 1, STATUS_ACCESS_VIOLATION);
  }
  if (!isTarget(target)) return fail(context, 3, 1, target);
  const space = targetSpace(target)!;
  let done: u64 = 0;
  while (done < size) {
    if (reach(context, space, address + done, WRITE) != RESOLVED) break;
    const bytes = min<u64>(toPageEnd(address + done), size - done);
    const copied = fromBuffer(context, space, address + done, bufferAt, done, bytes);
    done += copied;
    if (copied < bytes) break;
  }
  const status = done < size ? STATUS_PARTIAL_COPY : STATUS_SUCCESS;
  return finish(context, 3, done < size ? 7 : 0, doneAt, done, status);
}

/**
 * kernel32's WriteProcessMemory: as if the range were made writable, written and restored. Code can
 * be patched that way, read-only data cannot; guards are kept.
 */
export function writeProcess(
  context: Context,
  target: u32,
  address: u64,
  bufferAt: u64,
  size: u64,
  doneAt: u64,
): u32 {
  resultSet(context, 0, 0);
  if (!isTarget(target)) return fail(context, 3, 1, target);
  if (!isReadyDone(context, doneAt)) return fail(context, 3, 7, STATUS_ACCESS_VIOLATION);
  if (size == 0) {
    if (!featureIs(FEATURE_WIN10)) return fail(context, 3, 1, STATUS_INVALID_PARAMETER);
    return finish(context, 3, 1, doneAt, 0, STATUS_SUCCESS);
  }
  if (!isBuffer(bufferAt, size)) return fail(context, 3, 7, STATUS_ACCESS_VIOLATION);
  const own = targetSpace(target)!;
  const slot = slotBelow(target, address);
  const space = targetSpace(targetAt(target, address))!;
  address -= slot;
  if (isTerminating(space)) return fail(context, 3, 1, STATUS_PROCESS_IS_TERMINATING);
  const region = regionAt(space, address);
  if (region === null || size > region.end - address) {
    return fail(context, 3, 1, STATUS_CONFLICTING_ADDRESSES);
  }
  const first = pageOf(pageDown(address));
  const end = pageOf(pageUp(address + size));
  if (uncommittedCount(space, first, end) != 0) {
    return fail(context, 3, 1, STATUS_NOT_COMMITTED);
  }
  // The protection cannot be changed there, not even for the time of the call (17.16).
  if (isAnyOffered(space, first, end)) {
    return fail(context, 3, 1, STATUS_CONFLICTING_ADDRESSES);
  }
  if (!isPatchable(space, first, end)) return fail(context, 3, 3, STATUS_ACCESS_VIOLATION);
  const charged = chargeStatus(space, patchedPages(space, region, first, end));
  if (charged != STATUS_SUCCESS) return answer(context, rule(13, 0, 9), charged);
  let done: u64 = 0;
  while (done < size) {
    const page = pageOf(address + done);
    if (!isReached(own, space, page, WRITE) || !prepare(space, page, WRITE)) break;
    // Made writable, a page of an image is copy-on-write, whatever it was before (3.4, 12.3).
    if (region.kind == REGION_IMAGE && !makePatchable(space, region, page)) break;
    complete(context, space, page, WRITE);
    const bytes = min<u64>(toPageEnd(address + done), size - done);
    const copied = fromBuffer(context, space, address + done, bufferAt, done, bytes);
    done += copied;
    if (copied < bytes) break;
  }
  if (region.section != 0) viewCharge(space, region);
  const status = done < size ? STATUS_PARTIAL_COPY : STATUS_SUCCESS;
  return finish(context, 3, done < size ? 7 : 2, doneAt, done, status);
}

/** Pages of [first, end) of an image that a patch makes the process's own, and were not before. */
function patchedPages(space: Space, region: Region, first: u64, end: u64): u64 {
  if (region.kind != REGION_IMAGE || region.section == 0) return 0;
  let pages: u64 = 0;
  for (let page = first; page < end; ) {
    const next = attributesRunEnd(space, page, end);
    const isCode = !isWritable(attributesAt(space, page));
    if (isCode) pages += next - page - factCount(space, FACT_COPY, page, next);
    page = next;
  }
  return pages;
}

/** Whether every page is writable or executable, its guard left aside (12.3, steps 2 to 4). */
function isPatchable(space: Space, first: u64, end: u64): bool {
  for (let page = first; page < end; page = attributesRunEnd(space, page, end)) {
    const attributes = attributesAt(space, page);
    if (!isWritable(attributes) && (attributes & EXECUTABLE) == 0) return false;
  }
  return true;
}

/**
 * Make the page of `address` ready for an access from outside. A guard stops it, and is gone only
 * where the process reads its own memory (12.2#7, #8).
 */
function reach(context: Context, space: Space, address: u64, access: u32): u32 {
  const page = pageOf(address);
  const outcome = meet(context, space, page, access);
  if (outcome == GUARD && isOwn(context, space)) disarm(space, page);
  if (outcome != RESOLVED) return outcome;
  if (!prepare(space, page, access)) return IN_PAGE;
  complete(context, space, page, access);
  return RESOLVED;
}

/** The row of 12.2 for a read that stops at a page. */
function stopRow(context: Context, space: Space, outcome: u32, done: u64): u32 {
  if (outcome == GUARD) return isOwn(context, space) ? 7 : 8;
  return done == 0 ? 4 : 5;
}

function isOwn(context: Context, space: Space): bool {
  return context.space == changetype<u32>(space);
}

/**
 * Copy bytes that lie in one page of `space` to offset `done` of the buffer; how many could be
 * written.
 */
function toBuffer(
  context: Context,
  space: Space,
  address: u64,
  bufferAt: u64,
  done: u64,
  bytes: u64,
): u64 {
  if (bufferAt == NO_POINTER) {
    memory.copy(transferOf(context) + <u32>done, linearOf(space, address), <u32>bytes);
    return bytes;
  }
  const own = changetype<Space>(context.space);
  let copied: u64 = 0;
  while (copied < bytes) {
    const at = bufferAt + done + copied;
    if (!isReady(context, at, 1, WRITE)) break;
    complete(context, own, pageOf(at), WRITE);
    const piece = min<u64>(toPageEnd(at), bytes - copied);
    memory.copy(linearOf(own, at), linearOf(space, address + copied), <u32>piece);
    copied += piece;
  }
  return copied;
}

/** Copy bytes from offset `done` of the buffer to one page of `space`; how many could be read. */
function fromBuffer(
  context: Context,
  space: Space,
  address: u64,
  bufferAt: u64,
  done: u64,
  bytes: u64,
): u64 {
  if (bufferAt == NO_POINTER) {
    memory.copy(linearOf(space, address), transferOf(context) + <u32>done, <u32>bytes);
    return bytes;
  }
  const own = changetype<Space>(context.space);
  let copied: u64 = 0;
  while (copied < bytes) {
    const at = bufferAt + done + copied;
    if (!isReady(context, at, 1, READ)) break;
    const piece = min<u64>(toPageEnd(at), bytes - copied);
    memory.copy(linearOf(space, address + copied), linearOf(own, at), <u32>piece);
    copied += piece;
  }
  return copied;
}

function isUserRange(address: u64, size: u64): bool {
  const highest = machine().highestAddress;
  return address <= highest && size <= highest + 1 - address;
}

/** A guest buffer lies in user space; the transfer area holds so many bytes and no more. */
function isBuffer(bufferAt: u64, size: u64): bool {
  return bufferAt == NO_POINTER ? size <= TRANSFER_BYTES : isUserRange(bufferAt, size);
}

function isReadyDone(context: Context, doneAt: u64): bool {
  return doneAt == 0 || isReadyPointer(context, doneAt);
}

function finish(context: Context, part: u32, row: u32, doneAt: u64, done: u64, status: u32): u32 {
  resultSet(context, 0, done);
  if (doneAt != 0) pointerWrite(context, doneAt, done);
  return answer(context, rule(12, part, row), status);
}

function fail(context: Context, part: u32, row: u32, status: u32): u32 {
  return answer(context, rule(12, part, row), status);
}
