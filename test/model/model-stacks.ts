import type { ModelProcess } from "../../src/model/model.ts";
import { toWin32 } from "../../src/model/status.ts";
import { type StackStep, THREADS } from "./stack-step.ts";
import { hex, type Observation } from "./subject.ts";

const MEM_RELEASE = 0x8000;

export function stacksOf(process: ModelProcess) {
  return Array.from({ length: THREADS }, (_, thread) => {
    const stack = process.stackOf(thread);
    return stack && { ...stack, deallocationStack: stack.deallocation };
  });
}

/** What the model answers to steps about stacks. */
export function applyStack(process: ModelProcess, step: StackStep): Observation {
  switch (step.op) {
    case "threadStack": {
      if (process.stackOf(step.thread) !== null) return { answer: "has one", rule: "" };
      const { stack, rule } = process.createThreadStack(step.thread, step.reserve, step.commit);
      return { answer: stack === undefined ? "refused" : "made", rule };
    }
    case "runThread":
      process.currentThread = step.thread;
      return { answer: "", rule: "" };
    case "setStack":
      process.setStack(step.thread, step.base, step.limit, step.deallocation);
      return { answer: "", rule: "" };
    case "releaseStack":
      process.free(process.stackOf(step.thread)?.deallocation ?? 0, 0, MEM_RELEASE);
      process.setStack(step.thread, 0, 0, 0);
      return { answer: "", rule: "" };
    case "guarantee": {
      const { status, rule, previous } = process.guaranteeStack(step.size);
      const answer = status === 0 ? "ok " : `error ${toWin32(status)}`;
      return { answer: `${answer} ${hex(previous)}`, rule };
    }
    case "rearm":
      return { answer: process.rearmStack(step.pointer ?? null) ? "1" : "0", rule: "4.9#9" };
    case "userStack": {
      const { commit, reserve, zeroBits, commitAlign, reserveAlign } = step;
      const answer = process.createStack(commit, reserve, zeroBits, commitAlign, reserveAlign);
      const { rule, stack, status } = answer;
      if (stack === undefined) return { answer: hex(status), rule };
      const bounds = [stack.base, stack.limit, stack.deallocation].map(hex).join(" ");
      return { answer: `0 ${bounds}`, rule };
    }
    case "freeUserStack":
      process.free(step.base, 0, MEM_RELEASE);
      return { answer: "", rule: "" };
  }
}
