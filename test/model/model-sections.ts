import { type FileMapping, viewProtection, win32CreateFileMapping } from "../../src/model/win32.ts";
import type { SectionStep } from "./core-caller.ts";
import { ended, type ModelSubject, win32Ended } from "./model-subject.ts";
import type { Who } from "./program.ts";
import { hex, type Observation } from "./subject.ts";

type Step<Op extends SectionStep["op"]> = Extract<SectionStep, { op: Op }>;

/** The section handles of both processes, and what the model answers about sections. */
export class ModelSections {
  private readonly subject: ModelSubject;
  private readonly slots: readonly Map<number, FileMapping>[] = [new Map(), new Map()];
  private readonly next: [number, number] = [0, 0];

  constructor(subject: ModelSubject) {
    this.subject = subject;
  }

  /** The lowest slot that no step has named. */
  nextSlot(who: Who): number {
    return this.next[who];
  }

  openSlots(who: Who): number[] {
    return [...(this.slots[who]?.keys() ?? [])];
  }

  find(who: Who, slot: number): FileMapping | undefined {
    return this.slots[who]?.get(slot);
  }

  apply(step: SectionStep): Observation {
    switch (step.op) {
      case "createSection":
        return this.create(step);
      case "closeSection":
        return { answer: `${this.close(step.by, step.slot)}`, rule: "" };
      case "mapView":
        return this.map(step);
      case "unmapView": {
        const answer = this.subject.processes[step.on].unmapView(
          step.address,
          this.subject.optionsOf(step),
        );
        return ended(step, answer, "");
      }
      case "flushView": {
        const answer = this.subject.processes[step.by].flushView(step.address, step.size);
        return ended({ face: "win32" }, answer, "");
      }
    }
  }

  /** What the end of a process does. */
  closeAll(who: Who): void {
    for (const slot of this.openSlots(who)) this.close(who, slot);
  }

  /** A fork has the same handles. */
  inherit(fork: Who, from: Who): void {
    this.next[fork] = Math.max(this.next[fork], this.next[from]);
    for (const [slot, mapping] of this.slots[from] ?? []) {
      mapping.section.handles += 1;
      this.slots[fork]?.set(slot, mapping);
    }
  }

  private create(step: Step<"createSection">): Observation {
    const { attributes, by, protect, size, slot } = step;
    const { model } = this.subject;
    this.next[by] = Math.max(this.next[by], slot + 1);
    if (step.face === "win32") {
      const { mapping, ...answer } = win32CreateFileMapping(model, size, protect + attributes);
      if (mapping !== undefined) this.slots[by]?.set(slot, mapping);
      const { answer: outcome, rule } = win32Ended(answer);
      return { answer: mapping === undefined ? outcome : "ok ", rule };
    }
    const answer = model.createSection(size, protect, attributes);
    const { section } = answer;
    if (section !== undefined) this.slots[by]?.set(slot, { section, rights: step.access });
    return ended(step, answer, "");
  }

  private close(who: Who, slot: number): boolean {
    const mapping = this.find(who, slot);
    if (mapping === undefined) return false;
    this.slots[who]?.delete(slot);
    this.subject.model.closeSection(mapping.section);
    return true;
  }

  private map(step: Step<"mapView">): Observation {
    const mapping = this.find(step.by, step.slot);
    const { base, offset, size } = step;
    const request =
      step.face === "nt" ? step : { base, offset, size, protect: viewProtection(step.access) };
    const answer = this.subject.processes[step.on].mapView(
      mapping?.section,
      mapping?.rights ?? 0,
      request,
      this.subject.optionsOf(step),
    );
    const range = step.face === "nt" ? ` ${hex(answer.size)}` : "";
    return ended(step, answer, `${hex(answer.base)}${range}`);
  }
}
