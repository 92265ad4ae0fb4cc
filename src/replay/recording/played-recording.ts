import type { Machine } from "../../machine.ts";
import type { Process } from "../../process.ts";
import type { MadeStep, Played } from "../played.ts";
import type { Trace } from "../trace.ts";
import { stepText } from "./player.ts";
import type { Recording, Step } from "./recording.ts";
import {
  type BegunRecording,
  beginRecording,
  type ReplayRecordingOptions,
} from "./replay-recording.ts";

/**
 * The outermost rows of a recording. What stands for the program knows no way back, so going back
 * begins again on another machine.
 */
export class PlayedRecording implements Played {
  readonly #trace: Trace;
  readonly #recording: Recording;
  readonly #options: ReplayRecordingOptions;
  #begun: BegunRecording;
  #process: Process | undefined;

  private constructor(
    trace: Trace,
    recording: Recording,
    options: ReplayRecordingOptions,
    begun: BegunRecording,
  ) {
    this.#trace = trace;
    this.#recording = recording;
    this.#options = options;
    this.#begun = begun;
  }

  /** @throws TraceError where the header has no machine */
  static async open(
    trace: Trace,
    recording: Recording,
    options: ReplayRecordingOptions,
  ): Promise<PlayedRecording> {
    const begun = await beginRecording(trace, recording, options);
    return new PlayedRecording(trace, recording, options, begun);
  }

  get length(): number {
    return this.#recording.steps.length;
  }

  get position(): number {
    return this.#begun.player.made;
  }

  get machine(): Machine {
    return this.#begun.machine;
  }

  get process(): Process | undefined {
    return this.#process?.exited === false ? this.#process : this.machine.processes[0];
  }

  textOf(index: number): string {
    return stepText(this.#step(index));
  }

  lineOf(index: number): number {
    return this.#step(index).line;
  }

  async step(): Promise<MadeStep> {
    const { player, end } = this.#begun;
    const step = this.#step(player.made);
    const before = player.differences.length;
    await player.advance();
    this.#process = player.processOf(step) ?? this.#process;
    if (player.made === this.length) end();
    return { answer: () => player.lastAnswer, differences: player.differences.slice(before) };
  }

  async back(): Promise<void> {
    this.#begun = await beginRecording(this.#trace, this.#recording, this.#options);
    this.#process = undefined;
  }

  #step(index: number): Step {
    return this.#recording.steps[index] as Step;
  }
}
