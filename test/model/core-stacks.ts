import type { Process, Thread } from "../../src/index.ts";
import { ended, exact, returned, type Side } from "./core-caller.ts";
import { type StackStep, THREADS } from "./stack-step.ts";
import { hex } from "./subject.ts";

/** The main thread, and more. */
export function threadsOf(process: Process): Thread[] {
  const others = Array.from({ length: THREADS - 1 }, () => process.createThread());
  return [process.mainThread, ...others];
}

/** What the step answered. */
export function applyStack(side: Side, step: StackStep): string {
  const { nt, process, win32 } = side;
  switch (step.op) {
    case "threadStack":
      return makeStack(threadIn(side, step.thread), step.reserve, step.commit);
    case "runThread":
      process.currentThread = threadIn(side, step.thread);
      return "";
    case "setStack": {
      const { base, limit, deallocation: deallocationStack } = step;
      threadIn(side, step.thread).stack = { base, limit, deallocationStack };
      return "";
    }
    case "releaseStack":
      threadIn(side, step.thread).releaseStack();
      return "";
    case "guarantee": {
      const size = { value: step.size };
      win32.SetLastError(0);
      const done = win32.SetThreadStackGuarantee(size);
      return `${returned(side, done !== 0, () => "")} ${hex(size.value)}`;
    }
    case "rearm":
      return `${win32._resetstkoflw(step.pointer)}`;
    case "userStack": {
      const teb = { StackBase: 0, StackLimit: 0, StackAllocationBase: 0 };
      const status = nt.RtlCreateUserStack(
        exact(step.commit),
        exact(step.reserve),
        exact(step.zeroBits),
        exact(step.commitAlign),
        exact(step.reserveAlign),
        teb,
      );
      const { StackAllocationBase, StackBase, StackLimit } = teb;
      return ended(status, () => [StackBase, StackLimit, StackAllocationBase].map(hex).join(" "));
    }
    case "freeUserStack":
      nt.RtlFreeUserStack(step.base);
      return "";
  }
}

/** A thread has one stack at a time. */
function makeStack(thread: Thread, stackReserve: number, stackCommit: number): string {
  if (thread.stack !== null) return "has one";
  try {
    thread.createStack({ stackReserve, stackCommit });
    return "made";
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return "refused";
  }
}

function threadIn({ threads }: Side, slot: number): Thread {
  const thread = threads[slot];
  if (thread === undefined) throw new RangeError(`no thread in slot ${slot}`);
  return thread;
}
