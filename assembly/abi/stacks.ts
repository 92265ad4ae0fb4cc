import { Context } from "../virt/context";
import { SPACE_RUNNING, spaceOf } from "../virt/space";
import { threadForget, threadMake, threadOf } from "../virt/thread";

/** Threads by the numbers that the host gives them, and their stacks. */

/**
 * The thread that calls and accesses of the context are made by from now on; 0 for none. Entering a
 * space sets it to 0.
 */
export function contextThread(context: u32, thread: u32): void {
  changetype<Context>(context).thread = thread;
}

/** Figures by number: StackBase, StackLimit, DeallocationStack, GuaranteedStackBytes. */
export function threadStack(space: u32, thread: u32, figure: u32): u64 {
  const found = spaceOf(space);
  if (found === null) return 0;
  const known = threadOf(found, thread);
  if (known === null) return 0;
  switch (figure) {
    case 0:
      return known.stackBase;
    case 1:
      return known.stackLimit;
    case 2:
      return known.deallocationStack;
    case 3:
      return known.guaranteeBytes;
    default:
      return 0;
  }
}

/**
 * Write the three fields of the thread's TEB; all zero is a thread without a stack, and without a
 * guarantee. 0 where there is no memory for it.
 */
export function threadStackSet(
  space: u32,
  thread: u32,
  base: u64,
  limit: u64,
  deallocationStack: u64,
): u32 {
  const found = spaceOf(space);
  if (found === null || found.state != SPACE_RUNNING || thread == 0) return 0;
  if ((base | limit | deallocationStack) == 0) {
    threadForget(found, thread);
    return 1;
  }
  const known = threadMake(found, thread);
  if (known === null) return 0;
  known.stackBase = base;
  known.stackLimit = limit;
  known.deallocationStack = deallocationStack;
  return 1;
}
