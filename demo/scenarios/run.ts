import { type Signal, signal } from "@preact/signals";
import { GuestException, Machine } from "guardpage";
import type { Session } from "../session/session.ts";
import type { Program, Scenario } from "./scenario.ts";

/** What a step back needs to be the moment before a step. */
interface Moment {
  readonly checkpoint: number;
  readonly state: unknown;
  readonly sentence: string;
  readonly exceptions: number;
}

/** Milliseconds of steps between two pictures, while a program runs. */
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
  readonly isAtEnd = signal(false);
  readonly isRunning = signal(false);
  readonly #session: Session;
  readonly #machine: Machine;
  #moments: Moment[] = [];

  /** Set a scenario up on a machine of its own, and show it. */
  static async begin(scenario: Scenario, session: Session, omits: boolean): Promise<Run> {
    const machine = await Machine.create(scenario.machine);
    const program = await scenario.begin(machine, omits);
    session.open(machine, program.processes[0]);
    return new Run(scenario, program, session);
  }

  private constructor(scenario: Scenario, program: Program, session: Session) {
    this.scenario = scenario;
    this.program = program;
    this.sentence = signal("Nothing has happened yet.");
    this.#session = session;
    this.#machine = session.machine.value;
  }

  /** Make the next step, and show what it did. */
  step(): void {
    this.pause();
    this.#step();
    this.#session.changed();
  }

  /** Be where the last step began. */
  back(): void {
    this.pause();
    const moment = this.#moments.pop();
    if (moment === undefined) return;
    this.#machine.rewind(moment.checkpoint);
    this.program.state = moment.state;
    this.sentence.value = moment.sentence;
    this.isAtEnd.value = false;
    this.position.value -= 1;
    this.#session.exceptions.forgetAfter(moment.exceptions);
    this.#session.changed();
  }

  /** Be at the start again. */
  restart(): void {
    this.#moments.splice(1);
    this.position.value = this.#moments.length;
    this.back();
  }

  /** Make the steps that are left, with pictures in between. Resolves at the end, or paused. */
  async run(): Promise<void> {
    this.isRunning.value = true;
    while (this.isRunning.value && !this.isAtEnd.value) {
      const deadline = performance.now() + SLICE_MILLISECONDS;
      while (!this.isAtEnd.value && performance.now() < deadline) this.#step();
      this.#session.changed();
      await new Promise(requestAnimationFrame);
    }
    this.isRunning.value = false;
  }

  pause(): void {
    this.isRunning.value = false;
  }

  #step(): void {
    if (this.isAtEnd.value) return;
    const moment: Moment = {
      checkpoint: this.#machine.checkpoint(),
      state: structuredClone(this.program.state),
      sentence: this.sentence.value,
      exceptions: this.#session.exceptions.count,
    };
    const sentence = this.#attempt();
    this.#session.exceptions.follow(this.#machine.processes);
    if (sentence === undefined) {
      this.isAtEnd.value = true;
      return;
    }
    this.#moments.push(moment);
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
