import { STATUS_PROCESS_IS_TERMINATING } from "../../base/status";
import { fork } from "../../nt/fork";
import { Context } from "../../virt/context";
import { SPACE_RUNNING, spaceOf } from "../../virt/space";
import { threadClone } from "../../virt/thread";

/** Forks of whole processes. */

/** NTSTATUS; result 0: the number of a space of this kind that is what the other is now. */
export function spaceFork(context: u32, space: u32, kind: u32): u32 {
  const found = spaceOf(space);
  if (found === null) return STATUS_PROCESS_IS_TERMINATING;
  return fork(changetype<Context>(context), found, kind);
}

/** A thread of the fork gets the stack that a thread of `space` has. 1, or 0: no memory for it. */
export function threadFork(space: u32, thread: u32, forked: u32, forkedThread: u32): u32 {
  const from = spaceOf(space);
  const to = spaceOf(forked);
  if (from === null || to === null || from.state != SPACE_RUNNING || to.state != SPACE_RUNNING) {
    return 0;
  }
  return threadClone(from, thread, to, forkedThread) ? 1 : 0;
}
