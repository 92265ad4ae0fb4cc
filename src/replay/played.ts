import type { Machine } from "../machine.ts";
import type { Process } from "../process.ts";
import type { Difference } from "./difference.ts";

/** A step that was made. */
export interface MadeStep {
  /** What the machine answered, which is shown by `answerText`. */
  readonly answer: () => object;
  readonly differences: readonly Difference[];
}

/** What is played step by step: a trace, or a recording of a machine. */
export interface Played {
  /** Steps in all. */
  readonly length: number;
  /** Steps made. */
  readonly position: number;
  readonly machine: Machine;
  /** The one that the last step concerned, if it is there; else another. */
  readonly process: Process | undefined;
  textOf(index: number): string;
  lineOf(index: number): number;
  /** Make the next step. Requires: there is one. */
  step(): MadeStep | Promise<MadeStep>;
  /** Be what it was at a position that is not behind this one, or at one before that. */
  back(position: number): void | Promise<void>;
}
