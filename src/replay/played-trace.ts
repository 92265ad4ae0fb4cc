import type { Machine } from "../machine.ts";
import type { Process } from "../process.ts";
import { rowText } from "./answer.ts";
import { adoptInitialRows } from "./initial.ts";
import { MachineSubject } from "./machine-subject.ts";
import type { MadeStep, Played } from "./played.ts";
import type { Space } from "./profiles.ts";
import type { AnswerRow, Trace } from "./trace.ts";
import { TraceSteps } from "./trace-steps.ts";

/** Steps between two checkpoints, if they do not become too many: to go back takes so long. */
const CHECKPOINT_STEPS = 128;
/** Each keeps the pages that change behind it: of the recorded traces, up to 200 KB. */
const CHECKPOINTS_MAXIMUM = 256;

/** Where a played trace can go back to. */
interface Mark {
  readonly position: number;
  readonly checkpoint: number;
  readonly restore: () => void;
}

export interface PlayedTraceOptions {
  readonly space: Space | undefined;
  readonly module: WebAssembly.Module | undefined;
}

/**
 * The rows of a trace, played on a machine that goes back by checkpoints. Where these are gone, it
 * begins again on another.
 */
export class PlayedTrace implements Played {
  readonly #trace: Trace;
  readonly #options: PlayedTraceOptions;
  readonly #checkpointSteps: number;
  #subject: MachineSubject;
  #steps: TraceSteps;
  /** By their positions. */
  #marks: Mark[] = [];

  private constructor(trace: Trace, options: PlayedTraceOptions, subject: MachineSubject) {
    this.#trace = trace;
    this.#options = options;
    this.#subject = subject;
    this.#steps = new TraceSteps(trace, subject);
    const fewest = Math.ceil(this.length / CHECKPOINTS_MAXIMUM);
    this.#checkpointSteps = Math.max(CHECKPOINT_STEPS, fewest);
  }

  /** @throws TraceError where what was there before a process cannot be */
  static async open(trace: Trace, options: PlayedTraceOptions): Promise<PlayedTrace> {
    const played = new PlayedTrace(trace, options, await subjectOf(trace, options));
    await checkProcesses(trace, options);
    return played;
  }

  get length(): number {
    return this.#steps.rows.length;
  }

  get position(): number {
    return this.#steps.next;
  }

  get machine(): Machine {
    return this.#subject.machine;
  }

  get process(): Process {
    return this.#subject.process;
  }

  textOf(index: number): string {
    return rowText(this.#row(index));
  }

  lineOf(index: number): number {
    return this.#row(index).line;
  }

  step(): MadeStep {
    if (this.position % this.#checkpointSteps === 0) this.#mark();
    const made = this.#steps.make();
    return {
      answer: () => made?.answer ?? {},
      differences: made?.difference === undefined ? [] : [made.difference],
    };
  }

  async back(position: number): Promise<void> {
    const { machine } = this;
    const checkpoints = machine.poisoned ? [] : machine.checkpoints;
    this.#marks = this.#marks.filter((mark) => {
      return mark.position <= position && checkpoints.includes(mark.checkpoint);
    });
    const mark = this.#marks.at(-1);
    if (mark === undefined) await this.#beginAgain();
    else this.#rewind(mark);
  }

  #row(index: number): AnswerRow {
    return this.#steps.rows[index] as AnswerRow;
  }

  /** Without memory for a checkpoint, going back begins at an earlier one, or again. */
  #mark(): void {
    const { position, machine } = this;
    if (this.#marks.at(-1)?.position === position) return;
    try {
      const checkpoint = machine.checkpoint();
      this.#marks.push({ position, checkpoint, restore: this.#subject.keep() });
    } catch {
      this.#marks = [];
    }
  }

  #rewind({ position, checkpoint, restore }: Mark): void {
    this.machine.rewind(checkpoint);
    restore();
    this.#steps.goOnFrom(position);
  }

  async #beginAgain(): Promise<void> {
    this.#subject = await subjectOf(this.#trace, this.#options);
    this.#steps = new TraceSteps(this.#trace, this.#subject);
  }
}

function subjectOf(
  { profile }: Trace,
  { space, module }: PlayedTraceOptions,
): Promise<MachineSubject> {
  return MachineSubject.create(profile, space ?? "auto", module);
}

/** Later processes begin on a machine of their own, so that no step comes to one that cannot be. */
async function checkProcesses(trace: Trace, options: PlayedTraceOptions): Promise<void> {
  const later = trace.processes.slice(1).filter(({ initial }) => initial.length > 0);
  if (later.length === 0) return;
  const subject = await subjectOf(trace, options);
  for (const { initial } of later) {
    subject.newProcess();
    adoptInitialRows(initial, subject, trace.file);
  }
}
