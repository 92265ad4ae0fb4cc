import { toWin32 } from "../../src/model/status.ts";
import type { FrameEntry, UserFrame } from "../../src/model/user-pages.ts";
import { type AweStep, FrameNames, NO_FRAME } from "./awe-steps.ts";
import { ended, type ModelSubject } from "./model-subject.ts";
import type { Who } from "./program.ts";
import type { Observation } from "./subject.ts";

const INVALID_HANDLE = 0xc0000008;
const ACCESS_DENIED = 0xc0000022;
const PROCESS_IS_TERMINATING = 0xc000010a;

/** Frames of both processes, and what the model answers about them and about offers. */
export class ModelUserPages {
  readonly names = new FrameNames<UserFrame>();
  private readonly subject: ModelSubject;

  constructor(subject: ModelSubject) {
    this.subject = subject;
  }

  apply(step: AweStep): Observation {
    const { processes } = this.subject;
    switch (step.op) {
      case "allocateUserPages": {
        const options = this.subject.optionsOf(step);
        const answer = processes[step.on].allocateUserPages(step.count, options);
        this.names.deliver(step.on, answer.made);
        const done = answer.rule.startsWith("6#1") || answer.made.length === 0;
        return this.counted(step, answer, done ? step.count : answer.made.length);
      }
      case "freeUserPages": {
        const options = this.subject.optionsOf(step);
        const answer = processes[step.on].freeUserPages(this.entries(step.frames), options);
        const refused = [INVALID_HANDLE, ACCESS_DENIED, PROCESS_IS_TERMINATING];
        if (!refused.includes(answer.status)) this.names.free(step.frames.slice(0, answer.freed));
        return this.counted(step, answer, answer.freed);
      }
      case "mapUserPages": {
        const frames = step.frames && this.entries(step.frames);
        const answer = processes[step.by].mapUserPages(step.address, step.count, frames);
        return trimmed(ended(step, answer, ""));
      }
      case "scatterUserPages": {
        const frames = step.frames && this.entries(step.frames);
        const answer = processes[step.by].scatterUserPages(step.addresses, frames);
        return trimmed(ended(step, answer, ""));
      }
      case "offer": {
        const { address, priority, size } = step;
        return coded(processes[step.by].offer(address, size, priority));
      }
      case "reclaim":
      case "discard":
        return coded(processes[step.by][step.op](step.address, step.size));
    }
  }

  forget(who: Who): void {
    this.names.free(this.names.namesOf(who));
  }

  private entries(names: readonly number[]): FrameEntry[] {
    return names.map((name) => (name === NO_FRAME ? "zero" : (this.names.find(name) ?? "unknown")));
  }

  private counted(
    step: Parameters<typeof ended>[0],
    answer: Parameters<typeof ended>[1],
    count: number,
  ): Observation {
    const { answer: outcome, rule } = trimmed(ended(step, answer, ""));
    return { answer: `${outcome} ${count}`, rule };
  }
}

function trimmed({ answer, rule }: Observation): Observation {
  return { answer: answer.trim(), rule };
}

/** The functions that answer with an error code leave the last error alone. */
function coded({ rule, status }: { rule: string; status: number }): Observation {
  return { answer: `${toWin32(status)} 0`, rule };
}
