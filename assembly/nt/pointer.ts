import { pageOf } from "../base/range";
import { framesLimit } from "../phys/charge";
import { Frame } from "../phys/frame";
import { READ, WRITE } from "../virt/access-kind";
import { frameAt, isPresent, linearOf } from "../virt/backing";
import { Context, contextSpace, resultGet } from "../virt/context";
import { complete, disarm, GUARD, meet, prepare, RESOLVED } from "../virt/fault";
import { machine } from "../virt/machine";
import { frameHold } from "../virt/request";
import { keptPage, keptSpace } from "../virt/seen";
import { Space } from "../virt/space";

/**
 * Parameters that lie in the calling process: a system service looks at them before it does
 * anything (4.8). The fault stays inside the service; a guard page met there is disarmed all the
 * same. Where a call was made from outside, there is no pointer (`NO_POINTER`) and the value
 * travels in the result block.
 */
export const NO_POINTER: u64 = u64.MAX_VALUE;

/** What is not longer stays in memory until the call ends. */
const PARAMETER_BYTES: u64 = 8;

/**
 * Whether [at, at + bytes) can be accessed like that. The pages have frames then, but for a buffer
 * that memory could not hold at once: its pages come when they are needed. Nothing is marked yet.
 */
export function isReady(context: Context, at: u64, bytes: u64, access: u32): bool {
  if (at == NO_POINTER || bytes == 0) return true;
  const space = contextSpace(context);
  const end = at + bytes;
  if (space === null || end < at || end - 1 > machine().highestAddress) return false;
  const last = pageOf(end - 1);
  for (let page = pageOf(at); page <= last; page++) {
    const outcome = meet(context, space, page, access);
    if (outcome == GUARD) disarm(space, page);
    if (outcome != RESOLVED) return false;
  }
  if ((last - pageOf(at)) * 4 > framesLimit()) return true;
  const isParameter = bytes <= PARAMETER_BYTES;
  for (let page = pageOf(at); page <= last; page++) {
    if (!prepare(space, page, access)) return false;
    if (isParameter) frameHold(changetype<Frame>(frameKept(space, page)));
  }
  return true;
}

/** Whether all of a buffer that is ready is in memory too. */
export function isAllPresent(context: Context, at: u64, bytes: u64): bool {
  const space = changetype<Space>(context.space);
  if (at == NO_POINTER || bytes == 0) return true;
  const last = pageOf(at + bytes - 1);
  for (let page = pageOf(at); page <= last; page++) {
    if (!isPresent(keptSpace(space, page), keptPage(space, page))) return false;
  }
  return true;
}

function frameKept(space: Space, page: u64): u32 {
  return frameAt(keptSpace(space, page), keptPage(space, page));
}

/** Whether a pointer-sized parameter can be written. */
export function isReadyPointer(context: Context, at: u64): bool {
  return isReady(context, at, machine().pointerBytes, WRITE);
}

/** The same for a base and a size. */
export function isReadyRange(context: Context, baseAt: u64, sizeAt: u64): bool {
  if ((baseAt & sizeAt) == NO_POINTER) return true;
  return isReadyPointer(context, baseAt) && isReadyPointer(context, sizeAt);
}

/** The pointer-sized value at `at`, or `value` where there is no pointer. Requires: ready. */
export function pointerRead(context: Context, at: u64, value: u64): u64 {
  return at == NO_POINTER ? value : memoryRead(context, at, machine().pointerBytes);
}

/**
 * The value of a parameter of at most 8 bytes. Requires: ready. Where its page has left since and
 * has to be brought, 0: the call is made again.
 */
export function memoryRead(context: Context, at: u64, bytes: u32): u64 {
  if (!isReady(context, at, bytes, READ)) return 0;
  let value: u64 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    const space = changetype<Space>(context.space);
    value |= (<u64>load<u8>(linearOf(space, at + i))) << ((<u64>i) << 3);
  }
  return value;
}

/** Write a pointer-sized value; nothing where there is no pointer. Whether it was written. */
export function pointerWrite(context: Context, at: u64, value: u64): bool {
  return memoryWrite(context, at, machine().pointerBytes, value);
}

/** Write a base, which is result 0, and a size, which is result 1. */
export function rangeWrite(context: Context, baseAt: u64, sizeAt: u64): void {
  if ((baseAt & sizeAt) == NO_POINTER) return;
  pointerWrite(context, baseAt, resultGet(context, 0));
  pointerWrite(context, sizeAt, resultGet(context, 1));
}

/**
 * Write a parameter of 4 or 8 bytes; whether it was written. The call itself may have taken the
 * page away: then the value is lost and the call has succeeded all the same.
 */
export function memoryWrite(context: Context, at: u64, bytes: u32, value: u64): bool {
  if (at == NO_POINTER || !isReady(context, at, bytes, WRITE)) return false;
  const space = changetype<Space>(context.space);
  const last = pageOf(at + bytes - 1);
  for (let page = pageOf(at); page <= last; page++) complete(context, space, page, WRITE);
  for (let i: u32 = 0; i < bytes; i++) {
    store<u8>(linearOf(space, at + i), <u8>(value >> ((<u64>i) << 3)));
  }
  return true;
}
