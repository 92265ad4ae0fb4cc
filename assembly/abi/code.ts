import { Context } from "../virt/context";

/** For generated code: when it is to leave. */

/** Code that runs in this context is to leave at its next poll. */
export function contextStop(context: u32): void {
  changetype<Context>(context).poll = 1;
}

/** Whether it was to leave, which is done now: 1 or 0. */
export function contextPoll(context: u32): u32 {
  const c = changetype<Context>(context);
  const stop = c.poll;
  c.poll = 0;
  return stop;
}
