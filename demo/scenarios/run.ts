import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { GuestException, Machine } from "guardpage";
import { type Session, wholeSpace } from "../session/session.ts";
import { Moments } from "./moments.ts";
import type { Program, Scenario } from "./scenario.ts";
import type { Speed } from "./speed.ts";

const SLOW_STEP_MILLISECONDS = 125;
/** Milliseconds of steps between two pictures, while a program runs at once. */
const SLICE_MILLISECONDS = 8;

/** A scenario being run: step by step, forwards and back. */
export class Run {
  readonly scenario: Scenario;
  readonly program: Program;
  /** Steps made so far. */
  readonly position = signal(0);
  /** What the last step did. */
  readonly sentence: Signal<string>;
  /** Whether there is no further step. */
  readonly isAtEnd: Signal<boolean>;
  readonly isRunning = signal(false);
  readonly #session: Session;
  readonly #machine: Machine;
  readonly #moments: Moments;
  /** Counts what was begun, so that a loop that was paused does not go on with the next one. */
  #loops = 0;

  /** Set a scenario up on a machine of its own. `show` is next. */
  static async begin(scenario: Scenario, session: Session, omits: boolean): Promise<Run> {
    const machine = await Machine.create(scenario.machine);
    return new Run(scenario, await scenario.begin(machine, omits), session, machine);
  }

  private constructor(scenario: Scenario, program: Program, session: Session, machine: Machine) {
    this.scenario = scenario;
    this.program = program;
    this.sentence = signal("Nothing has happened yet.");
    this.isAtEnd = signal(program.isDone ?? false);
    this.#session = session;
    this.#machine = machine;
    this.#moments = new Moments(machine);
  }

  /** Have the page look at the machine of this run. */
  show(): void {
    const { processes, shown = wholeSpace(this.#machine) } = this.program;
    this.#session.open(this.#machine, processes[0]);
    this.#session.shown.value = shown;
    this.#session.focus.value = Math.max(shown.start, this.#machine.lowestUserAddress);
  }

  /** The hash of the machine's state. */
  get hash(): string {
    return this.#machine.hash();
  }

  /** Whether a step back is possible: there was memory to remember where it leads to. */
  get canGoBack(): boolean {
    const { start } = this.#moments;
    return start !== undefined && start < this.position.value;
  }

  /** Whether `restart` is possible. */
  get canRestart(): boolean {
    return this.#moments.start === 0 && this.position.value > 0;
  }

  /** Make the next step, and show what it did. */
  step(): void {
    this.pause();
    this.#step();
    this.#changed();
  }

  /** Be where the last step began. */
  back(): void {
    this.pause();
    if (this.canGoBack) this.#goTo(this.position.value - 1);
  }

  /** Be at the start again. */
  restart(): void {
    this.pause();
    if (this.canRestart) this.#goTo(0);
  }

  /**
   * Make all steps that are left, with pictures in between. Resolves at the end, or when paused.
   *
   * @param speed looked at before each picture
   */
  async run(speed: ReadonlySignal<Speed>): Promise<void> {
    if (this.isRunning.value) return;
    this.isRunning.value = true;
    this.#loops += 1;
    const loop = this.#loops;
    try {
      this.#changed();
      while (this.#isGoing(loop)) {
        this.#advance(speed.value);
        this.#changed();
        if (!this.isAtEnd.value) await nextPicture(speed.value);
      }
    } finally {
      if (loop === this.#loops) this.isRunning.value = false;
    }
  }

  pause(): void {
    this.isRunning.value = false;
    this.#loops += 1;
  }

  /** Until it is paused, or the page looks at another machine. */
  #isGoing(loop: number): boolean {
    return loop === this.#loops && !this.isAtEnd.value && this.#isShown;
  }

  get #isShown(): boolean {
    return this.#session.machine.peek() === this.#machine;
  }

  #advance(speed: Speed): void {
    const deadline = performance.now() + SLICE_MILLISECONDS;
    do this.#step();
    while (speed === "at once" && !this.isAtEnd.value && performance.now() < deadline);
  }

  #changed(): void {
    if (this.#isShown) this.#session.changed();
    else this.show();
    const { place } = this.program;
    if (place !== undefined && this.position.value > 0) this.#session.goTo(place);
  }

  /** Be at an earlier position. */
  #goTo(position: number): void {
    const moment = this.#moments.rewind(position);
    if (moment === undefined) return;
    // A copy, because the program changes what it has.
    this.program.state = structuredClone(moment.state);
    this.sentence.value = moment.sentence;
    this.position.value = moment.position;
    this.isAtEnd.value = false;
    this.#session.exceptions.forgetAfter(moment.exceptions);
    while (this.position.value < position) this.#step();
    this.#changed();
  }

  #step(): void {
    if (this.isAtEnd.value) return;
    this.#moments.add(this.position.value, () => ({
      state: structuredClone(this.program.state),
      sentence: this.sentence.value,
      exceptions: this.#session.exceptions.count,
    }));
    const sentence = this.#attempt();
    this.#session.exceptions.follow(this.#machine.processes);
    if (sentence === undefined || this.program.isDone) this.isAtEnd.value = true;
    if (sentence === undefined) return;
    this.position.value += 1;
    this.sentence.value = sentence;
  }

  /** A program whose exception nobody handles is at its end. */
  #attempt(): string | undefined {
    try {
      return this.program.step();
    } catch (error) {
      if (!(error instanceof GuestException)) throw error;
      this.isAtEnd.value = true;
      return `Nobody handled it: ${error.message}.`;
    }
  }
}

function nextPicture(speed: Speed): Promise<unknown> {
  return new Promise((resolve) => {
    if (speed === "slowly") setTimeout(resolve, SLOW_STEP_MILLISECONDS);
    else requestAnimationFrame(resolve);
  });
}
