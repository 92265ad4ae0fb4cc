import type { Machine } from "guardpage";

/** What it takes to be again where a step began. */
export interface Moment {
  /** Steps made before it. */
  readonly position: number;
  readonly checkpoint: number;
  readonly state: unknown;
  readonly sentence: string;
  /** Exceptions that had come up. */
  readonly exceptions: number;
}

/** After so many moments the next ones are twice as far apart. */
const MOMENTS_A_STRIDE = 256;

/**
 * The moments of a run that are remembered: each at first, then every second, every fourth and so
 * on, so that thousands of steps take hundreds of checkpoints. What lies in between is reached by
 * making steps again.
 */
export class Moments {
  readonly #machine: Machine;
  #made: Moment[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Of the earliest one, in steps; undefined where there is none. */
  get start(): number | undefined {
    return this.#there()[0]?.position;
  }

  /** Remember where the machine is, unless a moment just before it will do. */
  add(position: number, rest: () => Omit<Moment, "position" | "checkpoint">): void {
    const last = this.#there().at(-1);
    const strideSteps = 2 ** Math.floor(this.#made.length / MOMENTS_A_STRIDE);
    if (last !== undefined && position - last.position < strideSteps) return;
    this.#made.push({ ...rest(), position, checkpoint: this.#machine.checkpoint() });
  }

  /** Take the machine to the last moment that is not behind a position, and forget later ones. */
  rewind(position: number): Moment | undefined {
    this.#made = this.#there().filter((moment) => moment.position <= position);
    const last = this.#made.at(-1);
    if (last !== undefined) this.#machine.rewind(last.checkpoint);
    return last;
  }

  /** Those whose checkpoints are there yet: when linear memory comes to its end, all go. */
  #there(): Moment[] {
    const [first] = this.#made;
    const isThere = first !== undefined && this.#machine.checkpoints.includes(first.checkpoint);
    if (!isThere) this.#made = [];
    return this.#made;
  }
}
