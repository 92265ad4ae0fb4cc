import { addressOf, pageOf } from "../base/range";
import {
  COMMITTED,
  GUARDED,
  NO_CACHE,
  READABLE,
  WRITABLE,
  WRITE_COMBINE,
} from "../page/attributes";
import { attributesAt, uncommittedCount } from "../page/table";
import { chargeFits } from "../phys/charge";
import { changeAttributes, chargeFitsQuota, commit } from "./change";
import { Context, contextSpace } from "./context";
import { regionAt } from "./index";
import { machine } from "./machine";
import { REGION_PRIVATE } from "./region";
import { Space } from "./space";
import { Thread, threadOf } from "./thread";

/**
 * Thread stacks (4.9): a reservation that is committed from its end downwards, with guard pages
 * below what is committed. The thread itself that touches one of them never hears of it: the page
 * loses its guard, and the pages below it become the new one. The last page of the reservation is
 * never committed.
 */

/** Stack pages, without their guard. */
export const STACK_ATTRIBUTES: u32 = COMMITTED | READABLE | WRITABLE;

/**
 * Pages of a guard: 1 on x86 and 2 on x64, and always one more than is guaranteed, so that a
 * handler of the overflow has all that was guaranteed below the page that was touched
 * [unsure: documents say "2 pages, with the guarantee up to 3"].
 */
export function stackGuardPages(guaranteeBytes: u32): u64 {
  const least: u64 = machine().pointerBytes == 8 ? 2 : 1;
  return guaranteeBytes == 0 ? least : max<u64>(least, (<u64>guaranteeBytes >> 12) + 1);
}

/** The thread that the context's calls and accesses are made by, where it has a stack. */
export function contextThread(context: Context): Thread | null {
  const space = contextSpace(context);
  return space === null || context.thread == 0 ? null : threadOf(space, context.thread);
}

/** The context's own thread, if the page is a guard of its stack (4.1#3). */
export function stackGuarded(context: Context, space: Space, page: u64): Thread | null {
  if (context.space != changetype<u32>(space) || context.thread == 0) return null;
  if (page > pageOf(machine().highestAddress)) return null;
  if ((attributesAt(space, page) & GUARDED) == 0) return null;
  const thread = threadOf(space, context.thread);
  if (thread === null || thread.deallocationStack == 0) return null;
  if (page <= pageOf(thread.deallocationStack) || addressOf(page) >= thread.stackBase) return null;
  return thread;
}

/**
 * A guard of the thread's stack was touched: it is gone, and a new one lies below. False where the
 * stack is at its end, or the new guard is not to be had. Requires: room for one change.
 */
export function stackGrow(space: Space, thread: Thread, page: u64): bool {
  changeAttributes(space, page, page + 1, attributesAt(space, page) & ~GUARDED);
  thread.stackLimit = addressOf(page);
  const guards = stackGuardPages(thread.guaranteeBytes);
  const lowest = pageOf(thread.deallocationStack) + 1;
  if (page >= lowest + guards) return stackCommit(space, page - guards, page, GUARDED);
  // What is left is for the handler of the overflow (4.9#7).
  if (stackCommit(space, lowest, page, 0)) thread.stackLimit = addressOf(lowest);
  return false;
}

/**
 * Make [first, end), below a page of the stack, stack pages with or without GUARDED. False where
 * the region or the charge does not allow it.
 */
export function stackCommit(space: Space, first: u64, end: u64, guarded: u32): bool {
  const region = regionAt(space, addressOf(end));
  if (region === null || region.kind != REGION_PRIVATE) return false;
  if (addressOf(first) < region.start) return false;
  const added = uncommittedCount(space, first, end);
  if (!chargeFits(added) || !chargeFitsQuota(space, added)) return false;
  const caching = attributesAt(space, end) & (NO_CACHE | WRITE_COMBINE);
  commit(space, region, first, end, STACK_ATTRIBUTES | caching | guarded);
  return true;
}
