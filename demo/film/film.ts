import { signal } from "@preact/signals";
import { Machine } from "guardpage";
import type { Playback, PlayedStep } from "guardpage/recording";
import type { Outcome } from "../scenarios/scenario.ts";
import type { Session } from "../session/session.ts";
import { placeOf } from "./call-place.ts";

/** Milliseconds of calls between two pictures. */
const SLICE_MILLISECONDS = 8;
const SECOND_MILLISECONDS = 1_000;

/** A recorded program, played forwards and back on a session. */
export class Film {
  readonly playback: Playback;
  /** Calls made. */
  readonly position = signal(0);
  readonly isPlaying = signal(false);
  /** The last call; undefined at the start, and where the film went back. */
  readonly last = signal<PlayedStep | undefined>(undefined);
  readonly #session: Session;
  /** Where the film is to go. */
  #target = 0;
  #isMoving = false;
  /** How many exceptions there had been, by the calls made. */
  readonly #exceptions: number[] = [0];
  /** Shown while the recorded machine has no process. */
  readonly #empty: Machine;

  static async begin(playback: Playback, session: Session): Promise<Film> {
    const empty = await Machine.create({ profile: playback.profile, window: false });
    empty.createProcess();
    return new Film(playback, session, empty);
  }

  private constructor(playback: Playback, session: Session, empty: Machine) {
    this.playback = playback;
    this.#session = session;
    this.#empty = empty;
    this.#show();
  }

  get length(): number {
    return this.playback.length;
  }

  /** Go to where so many calls are made. A later order takes the place of one under way. */
  async seek(position: number): Promise<void> {
    this.#target = Math.max(0, Math.min(position, this.length));
    if (this.#isMoving) return;
    this.#isMoving = true;
    try {
      while (this.#target !== this.playback.position) await this.#move();
    } finally {
      this.#isMoving = false;
    }
  }

  /**
   * Play on to the end, or until `pause`.
   *
   * @param callsPerSecond Infinity for as many as there are
   */
  async play(callsPerSecond: number): Promise<void> {
    this.isPlaying.value = true;
    const from = this.position.value;
    const began = performance.now();
    while (this.isPlaying.value && this.position.value < this.length) {
      await new Promise(requestAnimationFrame);
      // Clocks of browsers are coarse, and at any speed there is something to show.
      const seconds = Math.max(performance.now() - began, 1) / SECOND_MILLISECONDS;
      if (this.isPlaying.value) await this.seek(Math.floor(from + callsPerSecond * seconds));
    }
    this.isPlaying.value = false;
  }

  pause(): void {
    this.isPlaying.value = false;
    this.#target = this.playback.position;
  }

  outcome(): Outcome {
    const { differences, length, position, process } = this.playback;
    const facts = {
      "Calls made": position,
      "Answered otherwise": differences.length,
      "Pages committed": process === undefined ? 0 : process.counters.commitCharge,
    };
    const isRight = differences.length === 0 && position === length;
    const [first] = differences;
    const sentence =
      first === undefined
        ? `All ${position.toLocaleString("en")} calls answered as they did when recorded.`
        : `${differences.length.toLocaleString("en")} calls answered otherwise; the first of ` +
          `them in line ${first.line}: ${first.call}.`;
    return { isRight, sentence, facts };
  }

  async #move(): Promise<void> {
    const { playback } = this;
    if (this.#target < playback.position) {
      await playback.seek(this.#target);
      this.last.value = undefined;
      this.#session.exceptions.forgetAfter(this.#exceptions[playback.position] ?? 0);
    } else {
      await this.#makeSome();
    }
    this.#show();
  }

  /** As many calls as there is time for until the next picture. */
  async #makeSome(): Promise<void> {
    const { playback } = this;
    const { exceptions } = this.#session;
    const deadline = performance.now() + SLICE_MILLISECONDS;
    while (playback.position < this.#target && performance.now() < deadline) {
      this.last.value = await playback.step();
      exceptions.follow(playback.machine.processes);
      this.#exceptions[playback.position] = exceptions.count;
    }
    await new Promise(requestAnimationFrame);
  }

  #show(): void {
    const { process, position } = this.playback;
    const session = this.#session;
    const machine = process === undefined ? this.#empty : this.playback.machine;
    if (machine !== session.machine.value) session.open(machine, process);
    else if (process !== undefined) session.process.value = process;
    this.position.value = position;
    session.changed();
    const { value: step } = this.last;
    const place = process && step && placeOf(step, process);
    if (place !== undefined) session.goTo(place);
  }
}
