import type { PlaceholderStep } from "./core-caller.ts";
import { ended, type ModelSubject } from "./model-subject.ts";
import { hex, type Observation } from "./subject.ts";

/** What the model answers to the calls that placeholders came with. */
export function placeholderAnswer(subject: ModelSubject, given: PlaceholderStep): Observation {
  const step = withOwnProcess(given);
  const process = subject.processes[step.on];
  const options = subject.optionsOf(step);
  if (step.op === "unmapViewEx") {
    return ended(step, process.unmapView(step.address, options, step.flags), "");
  }
  const { alignment, base, highest, lowest, protect, size, type } = step;
  const required = { alignment, highest, lowest };
  const range = ({ base: at, size: bytes }: { base: number; size: number }) =>
    step.face === "nt" ? `${hex(at)} ${hex(bytes)}` : hex(at);
  if (step.op === "allocateEx") {
    const answer = process.allocateEx(base, size, type, protect, required, options);
    return ended(step, answer, range(answer));
  }
  const mapping = subject.sections.find(step.by, step.slot);
  const { section, rights = 0 } = mapping ?? {};
  const request = { base, size, type, protect, offset: step.offset };
  const answer = process.mapViewEx(section, rights, request, required, options);
  return ended(step, answer, range(answer));
}

/** VirtualAlloc2 and MapViewOfFile3 take NULL for the caller's process. */
function withOwnProcess<Step extends PlaceholderStep>(step: Step): Step {
  const isOwn = step.op !== "unmapViewEx" && step.face === "win32" && step.handle === "null";
  return isOwn ? { ...step, on: step.by, handle: "good" } : step;
}
