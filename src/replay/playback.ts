import { text as checkText, integer, optionBag, shown } from "../door.ts";
import type { Machine } from "../machine.ts";
import type { Process } from "../process.ts";
import type { ProfileName } from "../profile.ts";
import { answerText } from "./answer.ts";
import type { Difference } from "./difference.ts";
import { parseTrace } from "./parse.ts";
import type { MadeStep, Played } from "./played.ts";
import { PlayedTrace } from "./played-trace.ts";
import { SPACES, type Space } from "./profiles.ts";
import { PlayedRecording } from "./recording/played-recording.ts";
import type { Trace } from "./trace.ts";

/** How a trace or a recording is played. */
export interface PlaybackOptions {
  /** Name of the file, for messages. Default "recording". */
  readonly file?: string | undefined;
  /** The profile of a trace, instead of the one in its header. A recording has only its own. */
  readonly profile?: string | undefined;
  /** The kind of all address spaces. Default: as recorded; windowed where there can be a window. */
  readonly space?: Space | undefined;
  /** A core compiled by the caller. Default: the one in this package. */
  readonly module?: WebAssembly.Module | undefined;
}

const OPTIONS: readonly (keyof PlaybackOptions)[] = ["file", "profile", "space", "module"];

/** A step that was made. */
export interface PlayedStep {
  /** Of the step, from 0. */
  readonly index: number;
  /** Of the file, from 1. */
  readonly line: number;
  /** As it was recorded: "VirtualAlloc(0x10000, 0x1000, 0x1000, 0x4)". */
  readonly text: string;
  /** What the machine answered: "return 0x0, lastError 487"; "done" where that is nothing. */
  readonly answer: string;
  /** Where that is not what was recorded: the first that came up in the step. */
  readonly difference?: Difference;
}

/**
 * A trace or a recording, played on a machine of its own step by step, forwards and backwards
 * (docs/recording.md). A step of a trace is a row with an answer; one of a recording is a row that
 * lies in no other, with all that is inside of it.
 *
 * Between steps the machine may be looked at, and must not be changed. Steps that were asked for
 * while others are made are made behind them.
 *
 * @example
 * const playback = await Playback.open(text);
 * const step = await playback.step();
 * await playback.seek(playback.length);
 */
export class Playback {
  readonly #trace: Trace;
  readonly #played: Played;
  #found: { readonly index: number; readonly difference: Difference }[] = [];
  /** Settles when all is done that was asked for; never rejects. */
  #done: Promise<unknown> = Promise.resolve();

  private constructor(trace: Trace, played: Played) {
    this.#trace = trace;
    this.#played = played;
  }

  /**
   * Read all of a trace or a recording, and make the machine that it begins with.
   *
   * @param text a whole file, unpacked
   * @throws TraceError with file and line of a row that is malformed, or of a header that has no
   *   machine; TypeError for a wrong argument; RangeError for a kind of space that is none, or that
   *   the profile does not have
   */
  static async open(text: string, options: PlaybackOptions = {}): Promise<Playback> {
    checkText(text, "text");
    optionBag(options, "options", OPTIONS);
    const { file = "recording", profile, space, module } = options;
    if (space !== undefined && !SPACES.includes(space)) {
      const alternatives = SPACES.map((word) => `"${word}"`).join(", ");
      throw new RangeError(`space must be one of ${alternatives}, not ${shown(space)}`);
    }
    const trace = parseTrace(text, file, profile);
    const played =
      trace.recording === undefined
        ? await PlayedTrace.open(trace, { space, module })
        : await PlayedRecording.open(trace, trace.recording, { space, module });
    return new Playback(trace, played);
  }

  /** The profile of its machine. */
  get profile(): ProfileName {
    return this.machine.profile;
  }

  /** What was recorded, as the header says; undefined where it says nothing. */
  get source(): string | undefined {
    return this.#trace.source;
  }

  /** What the steps are made on. It may be another one after going back. */
  get machine(): Machine {
    return this.#played.machine;
  }

  /**
   * The process that the last step concerned; where that is none or has ended, the oldest that is
   * there. Undefined where there is none.
   */
  get process(): Process | undefined {
    return this.#played.process;
  }

  /** Steps in all. */
  get length(): number {
    return this.#played.length;
  }

  /** Steps made. */
  get position(): number {
    return this.#played.position;
  }

  /** What was answered otherwise than it was recorded, in the steps that were made. */
  get differences(): readonly Difference[] {
    return this.#found.map(({ difference }) => difference);
  }

  /**
   * What a step calls, as it was recorded; it need not have been made.
   *
   * @param index of the step, from 0
   * @throws TypeError, RangeError for what is no index
   */
  textOf(index: number): string {
    return this.#played.textOf(integer(index, "index", 0, this.length - 1));
  }

  /**
   * The line on which a step begins, from 1.
   *
   * @param index of the step, from 0
   * @throws TypeError, RangeError for what is no index
   */
  lineOf(index: number): number {
    return this.#played.lineOf(integer(index, "index", 0, this.length - 1));
  }

  /**
   * Make the next step. Undefined at the end.
   *
   * @throws Error with the line, where the machine cannot make it
   */
  step(): Promise<PlayedStep | undefined> {
    return this.#inTurn(() => this.#step());
  }

  /**
   * Go to where so many steps are made. Going back, a trace begins at a checkpoint a little before,
   * a recording at its start; all is as it was there then.
   *
   * @param position 0 to `length`
   * @throws TypeError, RangeError for what is no position; Error with the line, where the machine
   *   cannot make a step
   */
  seek(position: number): Promise<void> {
    return this.#inTurn(() => this.#seek(position));
  }

  async #step(): Promise<PlayedStep | undefined> {
    const { position: index, length } = this;
    if (index === length) return undefined;
    const { answer, differences } = await this.#make();
    const [difference] = differences;
    return {
      index,
      line: this.lineOf(index),
      text: this.textOf(index),
      answer: answerText(answer()),
      ...(difference && { difference }),
    };
  }

  async #seek(position: number): Promise<void> {
    integer(position, "position", 0, this.length);
    if (position < this.position) {
      await this.#played.back(position);
      this.#found = this.#found.filter(({ index }) => index < this.position);
    }
    while (this.position < position) await this.#make();
  }

  async #make(): Promise<MadeStep> {
    const index = this.position;
    const made = await this.#played.step();
    for (const difference of made.differences) this.#found.push({ index, difference });
    return made;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const made = this.#done.then(work);
    this.#done = made.catch(() => undefined);
    return made;
  }
}
