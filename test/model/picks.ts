import { MemoryPicks } from "./memory-picks.ts";
import type { ModelSubject } from "./model-subject.ts";
import type { Who } from "./program.ts";
import type { Random } from "./random.ts";

/** Random arguments for all that the model knows: sections, stacks and frames beside memory. */
export class Picks extends MemoryPicks {
  private readonly subject: ModelSubject;

  constructor(random: Random, subject: ModelSubject) {
    const { layout } = subject.model;
    super(random, {
      layout,
      runs: (who) => {
        const process = subject.processes[who];
        return process.exited ? null : process.walk(0, layout.highestUser);
      },
    });
    this.subject = subject;
  }

  /** The stack of a thread as it is now. */
  stack(who: Who, thread: number) {
    return this.subject.processes[who].stackOf(thread);
  }

  /** Frames that a process owns, by their names in steps. */
  frameNames(who: Who): number[] {
    return this.subject.userPages.names.namesOf(who);
  }

  /** The name that the next frame gets. */
  nextFrameName(): number {
    return this.subject.userPages.names.count;
  }

  nextSlot(who: Who): number {
    return this.subject.sections.nextSlot(who);
  }

  /** A slot that holds a section, with exceptions. */
  slot(who: Who): number {
    const open = this.subject.sections.openSlots(who);
    return open.length === 0 || this.random.oneIn(16) ? 99 : this.random.pick(open);
  }

  /** What the section in the slot allows its views at most; none: anything. */
  sectionProtect(who: Who, slot: number): number {
    return this.subject.sections.find(who, slot)?.section.protect ?? 0x40;
  }
}
