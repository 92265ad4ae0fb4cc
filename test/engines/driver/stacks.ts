import { MEM_RELEASE } from "../../../assembly/nt/types";
import { accessAsks, answered, asks, failed, handled } from "./answers";
import { contextThread, free, storeU64, threadStack, threadStackSet } from "./guardpage";
import { below, oneIn, randomBits } from "./random";
import { fold } from "./tally";
import { stackGuarantee, stackRearm, threadStackMake } from "./tools";
import { context, currentSpace, GRANULE, NONE, PAGE } from "./world";

/** Stacks of threads: they grow at their guard page, and overflow at their end. */

const THREADS: u32 = 2;
const STACK_LIMIT: u32 = 1;
const DEALLOCATION_STACK: u32 = 2;
/** A guest goes on with a push so often. */
const ROUNDS: u32 = 3;

/** A stack for a thread, in the place of the one that it had. */
export function stackMakeAny(): void {
  const thread = 1 + below(THREADS);
  const own = currentSpace();
  const old = threadStack(own, thread, DEALLOCATION_STACK);
  if (old != 0) {
    answered(free(context, own, NONE, old, NONE, 0, MEM_RELEASE), 2);
    threadStackSet(own, thread, 0, 0, 0);
  }
  let status: u32 = 0;
  do status = threadStackMake(context, thread, GRANULE, PAGE * 2);
  while (asks(status));
  answered(status, 3);
}

/** Writes of one thread below where its stack ends so far, or of another's. */
export function stackPushAny(): void {
  const thread = 1 + below(THREADS);
  const caller = oneIn(6) ? 3 - thread : thread;
  const limit = threadStack(currentSpace(), thread, STACK_LIMIT);
  if (limit == 0) return;
  contextThread(context, caller);
  let at = limit + 16;
  const pushes: u32 = 1 + below(8);
  for (let i: u32 = 0; i < pushes; i++) {
    at -= PAGE;
    if (!push(at)) break;
  }
  contextThread(context, 1);
  fold(threadStack(currentSpace(), thread, STACK_LIMIT));
}

function push(at: u64): bool {
  const value = randomBits();
  for (let round: u32 = 0; round < ROUNDS; round++) {
    do storeU64(context, at, value);
    while (accessAsks());
    if (!failed()) return true;
    if (!handled()) return false;
  }
  return false;
}

export function stackGuaranteeAny(): void {
  const bytes = <u64>below(3) * PAGE;
  answered(stackGuarantee(context, NONE, bytes), 1);
}

export function stackRearmAny(): void {
  const limit = threadStack(currentSpace(), 1, STACK_LIMIT);
  fold(stackRearm(context, oneIn(3) ? NONE : limit + 3 * PAGE));
}
