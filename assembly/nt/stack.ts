import { PAGE_BYTES } from "../base/layout";
import { POOL_REGION, poolEnsure } from "../base/pool";
import { addressOf, alignUp, GRANULARITY, larger, pageOf, pageUp, smaller } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NO_MEMORY,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { GUARDED } from "../page/attributes";
import { WRITE } from "../virt/access-kind";
import { changeAttributes, commit as commitPages, reserve as reserveRegion } from "../virt/change";
import { Context, contextSpace, resultGet, resultSet } from "../virt/context";
import { NOWHERE } from "../virt/index";
import { machine } from "../virt/machine";
import { REGION_PRIVATE } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { contextThread, STACK_ATTRIBUTES, stackCommit, stackGuardPages } from "../virt/stack";
import { threadMake } from "../virt/thread";
import { answer } from "./answer";
import { chargeStatus } from "./charge";
import { placeLowest, placeTaken } from "./place";
import { isReady, memoryRead, memoryWrite, NO_POINTER } from "./pointer";
import { PAGE_GUARD, PAGE_READWRITE } from "./types";
import { zeroBitsLimit } from "./zero-bits";

/** Thread stacks (4.9, 17.13): made, guaranteed, armed again. */

/** What the header of an image says where its linker was told nothing. */
const IMAGE_RESERVE: u64 = 0x100000;
const IMAGE_COMMIT: u64 = 0x2000;
/** What the reservation is rounded to where the commit leaves no room in it. */
const RESERVE_UNIT: u64 = 0x100000;
/** A new thread has so much committed at least, its guard included. */
const COMMIT_LEAST: u64 = 0x2000;
/** Zero bits from which on no stack can be: first for want of room, then as a value. */
const ZERO_BITS_NO_ROOM: u64 = 12;
const GUARANTEE_MOST: u64 = 0xfffff000;

/**
 * RtlCreateUserStack, in the calling process. Result 0: StackBase; 1: StackLimit; 2:
 * DeallocationStack.
 */
export function stackCreate(
  context: Context,
  commit: u64,
  reserve: u64,
  zeroBits: u64,
  commitAlign: u64,
  reserveAlign: u64,
): u32 {
  if (commitAlign == 0 || reserveAlign == 0) return failCreate(context, STATUS_INVALID_PARAMETER);
  if (zeroBits > ZERO_BITS_NO_ROOM) return failCreate(context, STATUS_INVALID_PARAMETER);
  if (zeroBits == ZERO_BITS_NO_ROOM) return failCreate(context, STATUS_NO_MEMORY);
  if (commit == 0) commit = IMAGE_COMMIT;
  if (reserve == 0) reserve = IMAGE_RESERVE;
  const bytes = commit + (commitAlign - 1);
  const room = reserve + (reserveAlign - 1);
  if (bytes < commit || room < reserve) return failCreate(context, STATUS_NO_MEMORY);
  commit = bytes & ~(commitAlign - 1);
  reserve = reservation(commit, room & ~(reserveAlign - 1));
  return make(context, commit, reserve, zeroBitsLimit(zeroBits, machine().regionLimit));
}

/** The stack of a new thread of the calling process. Results as those of `stackCreate`. */
export function threadStackMake(context: Context, number: u32, reserve: u64, commit: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return failCreate(context, STATUS_PROCESS_IS_TERMINATING);
  if (number == 0) return failCreate(context, STATUS_INVALID_PARAMETER);
  // One for the region and one for the thread.
  if (!poolEnsure(POOL_REGION, 2)) return failCreate(context, STATUS_INSUFFICIENT_RESOURCES);
  if (commit == 0) commit = IMAGE_COMMIT;
  if (reserve == 0) reserve = IMAGE_RESERVE;
  reserve = reservation(commit, reserve);
  const guard = stackGuardPages(0) << 12;
  const shown = larger(pageUp(smaller(commit, reserve)), COMMIT_LEAST) - guard;
  const status = make(context, larger(shown, PAGE_BYTES), reserve, machine().regionLimit);
  if (status != STATUS_SUCCESS) return status;
  const thread = threadMake(space, number)!;
  thread.stackBase = resultGet(context, 0);
  thread.stackLimit = resultGet(context, 1);
  thread.deallocationStack = resultGet(context, 2);
  return answer(context, rule(17, 13, 5), STATUS_SUCCESS);
}

/** What is reserved for these sizes; more than there is where one of them is out of reach. */
function reservation(commit: u64, reserve: u64): u64 {
  const limit = machine().regionLimit;
  if (commit > limit || reserve > limit) return limit + 1;
  return alignUp(commit < reserve ? reserve : alignUp(commit, RESERVE_UNIT), GRANULARITY);
}

/** Reserve the stack, commit its upper end, and put the guard below as far as there is room. */
function make(context: Context, commit: u64, reserve: u64, limit: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return failCreate(context, STATUS_PROCESS_IS_TERMINATING);
  const base = placeLowest(space, reserve, GRANULARITY, machine().lowestAddress, limit);
  if (base == NOWHERE) return failCreate(context, STATUS_NO_MEMORY);
  const end = base + reserve;
  const stackLimit = end - pageUp(commit);
  const guard = larger(stackLimit - (stackGuardPages(0) << 12), base);
  const charged = chargeStatus(space, (end - guard) >> 12);
  if (charged != STATUS_SUCCESS) return failCreate(context, charged);
  if (!roomEnsure(space)) return failCreate(context, STATUS_INSUFFICIENT_RESOURCES);
  const region = reserveRegion(space, base, end, REGION_PRIVATE, PAGE_READWRITE, 0);
  commitPages(space, region, pageOf(guard), pageOf(end), STACK_ATTRIBUTES);
  changeAttributes(space, pageOf(guard), pageOf(stackLimit), STACK_ATTRIBUTES | GUARDED);
  placeTaken();
  resultSet(context, 0, end);
  resultSet(context, 1, stackLimit);
  resultSet(context, 2, base);
  return answer(context, rule(17, 13, 2), STATUS_SUCCESS);
}

/**
 * SetThreadStackGuarantee, for the calling thread. Result 0: the guarantee before, which the caller
 * gets when the call fails as well.
 */
export function stackGuarantee(context: Context, sizeAt: u64, size: u64): u32 {
  if (!isReady(context, sizeAt, 4, WRITE)) {
    return answer(context, rule(4, 9, 10), STATUS_ACCESS_VIOLATION);
  }
  if (sizeAt != NO_POINTER) size = memoryRead(context, sizeAt, 4);
  const thread = contextThread(context);
  const previous: u64 = thread === null ? 0 : thread.guaranteeBytes;
  resultSet(context, 0, previous);
  memoryWrite(context, sizeAt, 4, previous);
  if (size == 0) return answer(context, rule(4, 9, 10), STATUS_SUCCESS);
  if (thread === null || size > GUARANTEE_MOST) return failGuarantee(context);
  const bytes = larger(pageUp(size), stackGuardPages(0) << 12);
  const room = thread.stackBase - thread.deallocationStack;
  if (thread.stackBase < thread.deallocationStack || bytes >= room) return failGuarantee(context);
  if (bytes > previous) thread.guaranteeBytes = <u32>bytes;
  return answer(context, rule(4, 9, 10), STATUS_SUCCESS);
}

function failGuarantee(context: Context): u32 {
  return answer(context, rule(17, 13, 6), STATUS_INVALID_PARAMETER);
}

/**
 * _resetstkoflw: put a guard below the stack pointer again. Without one (NO_POINTER) the guard goes
 * where the stack grows least: directly below StackLimit, or, after an overflow, to the lowest
 * pages that can be committed.
 */
export function stackRearm(context: Context, stackPointer: u64): bool {
  context.decision = rule(4, 9, 9);
  const thread = contextThread(context);
  if (thread === null || thread.deallocationStack == 0) return false;
  const guards = stackGuardPages(thread.guaranteeBytes);
  const lowest = pageOf(thread.deallocationStack) + 1 + guards;
  const known = stackPointer != NO_POINTER;
  const page = known ? pageOf(stackPointer) : larger(pageOf(thread.stackLimit), lowest);
  if (page < lowest || addressOf(page) >= thread.stackBase) return false;
  const space = contextSpace(context)!;
  if (page > pageOf(machine().highestAddress) || !roomEnsure(space)) return false;
  if (!stackCommit(space, page - guards, page, GUARDED)) return false;
  thread.stackLimit = addressOf(page);
  return true;
}

/** A GUARD that the calling thread sets in its own stack ends the stack for now (4.9#11). */
export function stackGuardSet(
  context: Context,
  space: Space,
  start: u64,
  end: u64,
  protect: u32,
): void {
  if ((protect & PAGE_GUARD) != 0) limitSet(context, space, start, end);
}

function limitSet(context: Context, space: Space, start: u64, end: u64): void {
  if (context.space != changetype<u32>(space)) return;
  const thread = contextThread(context);
  if (thread === null || start >= thread.stackBase || end <= thread.stackLimit) return;
  thread.stackLimit = smaller(end, thread.stackBase);
}

function failCreate(context: Context, status: u32): u32 {
  return answer(context, rule(17, 13, 1), status);
}
