import { addressOf, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER_1,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import {
  AweSet,
  aweFind,
  listAdd,
  listClear,
  listFirst,
  listNext,
  PAIR_NUMBER,
} from "../object/awe";
import { READ, WRITE } from "../virt/access-kind";
import {
  aweAllocate,
  aweEnsure,
  aweFree,
  aweOf,
  aweTrim,
  windowAt,
  windowReady,
  windowShow,
} from "../virt/awe";
import { decommit } from "../virt/change";
import { Context, contextSpace, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import { machine, SWITCH_LOCK_MEMORY_PRIVILEGE, switchIs } from "../virt/machine";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { answer, targetSpace, targetStatus } from "./answer";
import { isReady, isReadyPointer, NO_POINTER, pointerRead, pointerWrite } from "./pointer";

/**
 * Address Windowing Extensions (6, 17.4#8). Arrays lie in guest memory, one pointer an entry; where
 * there is no pointer, what comes in has been listed before (`userPagesList`), and what goes out is
 * in the transfer area, 8 bytes an entry.
 *
 * Section 6 numbers its rows from 1; the codes that it is [unsure] of are chosen here.
 */

/** Frames of a process that are mapped nowhere yet. Result 0: how many, maybe fewer than asked. */
export function userPagesAllocate(
  context: Context,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  if (!isReadyPointer(context, countAt)) return fail(context, 1, STATUS_ACCESS_VIOLATION);
  count = pointerRead(context, countAt, count);
  if (!isReadyArray(context, arrayAt, count, WRITE)) {
    return fail(context, 1, STATUS_ACCESS_VIOLATION);
  }
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return fail(context, 1, refused);
  if (!switchIs(SWITCH_LOCK_MEMORY_PRIVILEGE)) return fail(context, 1, STATUS_PRIVILEGE_NOT_HELD);
  const space = targetSpace(target)!;
  const set = aweEnsure(space);
  if (set === null) return fail(context, 4, STATUS_INSUFFICIENT_RESOURCES);
  const most = arrayAt == NO_POINTER ? min<u64>(count, TRANSFER_BYTES / 8) : count;
  let done: u64 = 0;
  for (; done < most; done++) {
    const number = aweAllocate(space, set);
    if (number == 0) break;
    if (arrayAt == NO_POINTER) store<u64>(transferOf(context) + ((<u32>done) << 3), number);
    else pointerWrite(context, arrayAt + done * machine().pointerBytes, number);
  }
  aweTrim(space);
  if (done == 0 && count != 0) {
    return answer(context, rule(17, 4, 8), STATUS_INSUFFICIENT_RESOURCES);
  }
  pointerWrite(context, countAt, done);
  resultSet(context, 0, done);
  return answer(context, rule(6, 0, done == count ? 3 : 2), STATUS_SUCCESS);
}

/**
 * Frames go, in the order of the array, up to one that is not owned. Result 0: what the count is to
 * say, how many went, or the count itself where nothing was tried.
 */
export function userPagesFree(
  context: Context,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  return ended(context, free(context, target, countAt, count, arrayAt));
}

function free(context: Context, target: u32, countAt: u64, count: u64, arrayAt: u64): u32 {
  if (!isReadyPointer(context, countAt)) return fail(context, 6, STATUS_ACCESS_VIOLATION);
  count = pointerRead(context, countAt, count);
  resultSet(context, 0, count);
  const caller = contextSpace(context);
  if (caller === null) return fail(context, 6, STATUS_PROCESS_IS_TERMINATING);
  if (!isReadyArray(context, arrayAt, count, READ)) {
    return fail(context, 6, STATUS_ACCESS_VIOLATION);
  }
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return fail(context, 6, refused);
  const status = list(context, caller, 0, 0, count, arrayAt);
  if (status != STATUS_SUCCESS) return fail(context, 6, status);
  const space = targetSpace(target)!;
  const set = aweOf(space);
  let done: u64 = 0;
  let stopped = STATUS_SUCCESS;
  let pair = listFirst(aweOf(caller)!);
  for (; done < count; done++) {
    const number = load<u64>(pair, PAIR_NUMBER);
    const frame = aweFind(set, number);
    if (frame === null) {
      stopped = STATUS_INVALID_PARAMETER_3;
      break;
    }
    if (!aweFree(space, set!, frame, number)) {
      stopped = STATUS_INSUFFICIENT_RESOURCES;
      break;
    }
    pair = listNext(pair);
  }
  aweTrim(space);
  pointerWrite(context, countAt, done);
  resultSet(context, 0, done);
  return answer(context, rule(6, 0, stopped == STATUS_SUCCESS ? 5 : 6), stopped);
}

/**
 * Add `count` pairs of the transfer area (address, frame; 8 bytes each) to what the next call of
 * the current process lists, behind the `listed` that are there; 0 begins anew.
 */
export function userPagesList(context: Context, listed: u32, count: u32): u32 {
  const space = contextSpace(context);
  if (space === null) return fail(context, 11, STATUS_PROCESS_IS_TERMINATING);
  const set = aweEnsure(space);
  if (set === null) return fail(context, 11, STATUS_INSUFFICIENT_RESOURCES);
  if (listed == 0) listClear(set);
  if (listed != set.listed || count > TRANSFER_BYTES / 16) {
    return fail(context, 11, STATUS_INVALID_PARAMETER_2);
  }
  for (let i: u32 = 0; i < count; i++) {
    const from = transferOf(context) + (i << 4);
    if (!listAdd(set, load<u64>(from), load<u64>(from, PAIR_NUMBER))) {
      return fail(context, 11, STATUS_INSUFFICIENT_RESOURCES);
    }
  }
  return answer(context, rule(6, 0, 11), STATUS_SUCCESS);
}

/**
 * Show `count` frames at `address` and behind it, in place of what is shown there; without an array
 * (0), show nothing. All of them, or none.
 */
export function userPagesMap(context: Context, address: u64, count: u64, arrayAt: u64): u32 {
  return ended(context, map(context, address, count, arrayAt));
}

function map(context: Context, address: u64, count: u64, arrayAt: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return fail(context, 7, STATUS_PROCESS_IS_TERMINATING);
  if ((address & 0xfff) != 0) return fail(context, 7, STATUS_INVALID_PARAMETER_1);
  const highest = machine().highestAddress;
  if (address <= highest && count > (highest + 1 - address) >> 12) {
    return fail(context, 7, STATUS_INVALID_PARAMETER_2);
  }
  if (arrayAt != 0 && !isReadyArray(context, arrayAt, count, READ)) {
    return fail(context, 7, STATUS_ACCESS_VIOLATION);
  }
  const region = windowAt(space, address);
  if (region === null) return fail(context, 7, STATUS_CONFLICTING_ADDRESSES);
  if (count > (region.end - address) >> 12) return fail(context, 7, STATUS_INVALID_PARAMETER_2);
  if (arrayAt == 0) {
    if (!roomEnsure(space)) return fail(context, 8, STATUS_INSUFFICIENT_RESOURCES);
    if (count != 0) decommit(space, region, pageOf(address), pageOf(address) + count);
    return answer(context, rule(6, 0, 8), STATUS_SUCCESS);
  }
  const status = list(context, space, 0, address, count, arrayAt);
  if (status != STATUS_SUCCESS) return fail(context, 7, status);
  return show(context, space, aweOf(space)!, count, 7);
}

/** The same for addresses that lie anywhere; frame 0, or no array (0), shows nothing there. */
export function userPagesScatter(
  context: Context,
  addressesAt: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  return ended(context, scatter(context, addressesAt, count, arrayAt));
}

function scatter(context: Context, addressesAt: u64, count: u64, arrayAt: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return fail(context, 11, STATUS_PROCESS_IS_TERMINATING);
  const isReadable = arrayAt == 0 || isReadyArray(context, arrayAt, count, READ);
  if (!isReadable || !isReadyArray(context, addressesAt, count, READ)) {
    return fail(context, 11, STATUS_ACCESS_VIOLATION);
  }
  const status = list(context, space, addressesAt, 0, count, arrayAt);
  if (status != STATUS_SUCCESS) return fail(context, 11, status);
  return show(context, space, aweOf(space)!, count, 11);
}

/** Check everything that is listed, make room for it, then do it: `row` is the call's in 6. */
function show(context: Context, space: Space, set: AweSet, count: u64, row: u32): u32 {
  set.call += 1;
  let pair = listFirst(set);
  for (let i: u64 = 0; i < count; i++) {
    const address = load<u64>(pair);
    if ((address & 0xfff) != 0) return fail(context, row, STATUS_INVALID_PARAMETER_1);
    if (windowAt(space, address) === null) {
      return fail(context, row, STATUS_CONFLICTING_ADDRESSES);
    }
    const number = load<u64>(pair, PAIR_NUMBER);
    if (number != 0 || row == 7) {
      const frame = aweFind(set, number);
      const isFree = frame !== null && frame.call != set.call;
      if (!isFree) return fail(context, 10, STATUS_INVALID_PARAMETER_3);
      if (frame!.place != 0 && frame!.place != pageOf(address) + 1) {
        return fail(context, 10, STATUS_INVALID_PARAMETER_3);
      }
      frame!.call = set.call;
    }
    pair = listNext(pair);
  }
  pair = listFirst(set);
  for (let i: u64 = 0; i < count; i++) {
    if (!windowReady(space, pageOf(load<u64>(pair)))) {
      return fail(context, row, STATUS_INSUFFICIENT_RESOURCES);
    }
    pair = listNext(pair);
  }
  if (!roomEnsure(space)) return fail(context, row, STATUS_INSUFFICIENT_RESOURCES);
  pair = listFirst(set);
  for (let i: u64 = 0; i < count; i++) {
    const page = pageOf(load<u64>(pair));
    const region = windowAt(space, load<u64>(pair))!;
    const frame = aweFind(set, load<u64>(pair, PAIR_NUMBER));
    if (frame === null) decommit(space, region, page, page + 1);
    else windowShow(space, region, page, frame);
    pair = listNext(pair);
  }
  return answer(context, rule(6, 0, row), STATUS_SUCCESS);
}

/**
 * List what the call says: addresses from an array, or, where that is 0, from `address` on, page by
 * page; numbers from an array, or 0. What has no pointer is in the pair already. Requires: arrays
 * are ready.
 */
function list(
  context: Context,
  space: Space,
  addressesAt: u64,
  address: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  const set = aweEnsure(space);
  if (set === null) return STATUS_INSUFFICIENT_RESOURCES;
  const isListed = addressesAt == NO_POINTER || arrayAt == NO_POINTER;
  if (!isListed) listClear(set);
  else if (set.listed != count) return STATUS_INVALID_PARAMETER_2;
  let pair = listFirst(set);
  for (let i: u64 = 0; i < count; i++) {
    if (!isListed) {
      if (!listAdd(set, 0, 0)) return STATUS_INSUFFICIENT_RESOURCES;
      pair = set.lastList;
    }
    const at = addressesAt == 0 ? address + addressOf(i) : element(context, addressesAt, i, pair);
    store<u64>(pair, at);
    const numberAt = pair + <u32>PAIR_NUMBER;
    store<u64>(numberAt, arrayAt == 0 ? 0 : element(context, arrayAt, i, numberAt));
    if (isListed) pair = listNext(pair);
  }
  return STATUS_SUCCESS;
}

/** Entry `i` of an array, or what is listed at `listedAt` where there is none. */
function element(context: Context, arrayAt: u64, i: u64, listedAt: u32): u64 {
  const at = arrayAt == NO_POINTER ? NO_POINTER : arrayAt + i * machine().pointerBytes;
  return pointerRead(context, at, load<u64>(listedAt));
}

/** What was listed is of no use any more. */
function ended(context: Context, status: u32): u32 {
  const space = contextSpace(context);
  if (space !== null) aweTrim(space);
  return status;
}

/** Whether an array can be accessed; one of no entries always can. */
function isReadyArray(context: Context, at: u64, count: u64, access: u32): bool {
  const bytes = machine().pointerBytes;
  if (at == NO_POINTER || count == 0) return true;
  if (count > machine().highestAddress / bytes) return false;
  return isReady(context, at, count * bytes, access);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(6, 0, row), status);
}
