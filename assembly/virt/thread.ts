import { POOL_REGION, poolEnsure, poolGive, poolTake } from "../base/pool";
import { Space } from "./space";

/**
 * A thread with a stack: what its TEB says of it. The program may change these fields as it likes
 * (fibers do), so nothing here is more than a claim.
 *
 *      0          8          16         24    28    32
 *     +----------+----------+----------+-----+-----+
 *     | base     | limit    | dealloc. |guar.| num |
 *     +-----+----+----------+----------+-----+-----+
 *     | next|                                      64
 *     +-----+
 *
 *     base, limit  StackBase, the end of the stack, and StackLimit, its lowest page without a guard
 *     dealloc.     DeallocationStack, where its region begins
 *     guar.        GuaranteedStackBytes, whole pages
 *     num, next    the host's number of the thread; the next thread of the space
 */
@unmanaged
@final
export class Thread {
  stackBase: u64;
  stackLimit: u64;
  deallocationStack: u64;
  guaranteeBytes: u32;
  number: u32;
  next: u32;
}

if (offsetof<Thread>() > 64) ERROR("Thread must fit into the record of a region");

/** The thread with this number, or null: it has no stack. */
export function threadOf(space: Space, number: u32): Thread | null {
  let thread = changetype<Thread | null>(space.firstThread);
  while (thread !== null && thread.number != number) {
    thread = changetype<Thread | null>(thread.next);
  }
  return thread;
}

/** The same; a thread without a stack gets one that is empty. Null where memory is at its end. */
export function threadMake(space: Space, number: u32): Thread | null {
  const known = threadOf(space, number);
  if (known !== null || !poolEnsure(POOL_REGION, 1)) return known;
  const thread = changetype<Thread>(poolTake(POOL_REGION));
  thread.number = number;
  thread.next = space.firstThread;
  space.firstThread = changetype<u32>(thread);
  return thread;
}

/**
 * A thread of a fork has the stack that a thread of the other space has. False where memory is at
 * its end. Requires: its number is new.
 */
export function threadClone(from: Space, number: u32, fork: Space, forkNumber: u32): bool {
  const known = threadOf(from, number);
  if (known === null) return true;
  const clone = threadMake(fork, forkNumber);
  if (clone === null) return false;
  clone.stackBase = known.stackBase;
  clone.stackLimit = known.stackLimit;
  clone.deallocationStack = known.deallocationStack;
  clone.guaranteeBytes = known.guaranteeBytes;
  return true;
}

/** The thread has no stack any more; its memory stays. */
export function threadForget(space: Space, number: u32): void {
  const gone = threadOf(space, number);
  if (gone === null) return;
  if (space.firstThread == changetype<u32>(gone)) {
    space.firstThread = gone.next;
  } else {
    let before = changetype<Thread>(space.firstThread);
    while (before.next != changetype<u32>(gone)) before = changetype<Thread>(before.next);
    before.next = gone.next;
  }
  poolGive(POOL_REGION, changetype<u32>(gone));
}
