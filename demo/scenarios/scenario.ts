import type { Machine, MachineOptions, Process } from "guardpage";
import type { ComponentType } from "preact";
import type { AddressRange } from "../session/session.ts";

/** A short program that shows one thing about memory. */
export interface Scenario {
  /** In the address of the page: #guest-cpu. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in one to three sentences. */
  readonly summary: string;
  readonly machine: MachineOptions;
  /** What is taken away to see it go wrong: "the handler". */
  readonly omission: string;
  /** Set the machine up, and give the program at its start. */
  begin(machine: Machine, omits: boolean): Program | Promise<Program>;
}

/**
 * A program on a machine, somewhere between its start and its end. What a step does follows from
 * the machine and `state` alone: a step back may make the steps before it again.
 */
export interface Program {
  /** Those to show; the first one first. */
  readonly processes: readonly Process[];
  /** What the map shows of the first one to begin with. Default: all of its space. */
  readonly shown?: AddressRange;
  /** Where in memory the last step was at work, for the map and the bytes to go there. */
  readonly place?: number | undefined;
  /** Plain data (structuredClone): what a step back restores beside the machine, by assignment. */
  state: unknown;
  /** Whether there is no further step. Without it, a step that does nothing is the end. */
  readonly isDone?: boolean;
  /** Do the next step, and say in a sentence what it did; undefined behind the last one. */
  step(): string | undefined;
  /** What came of it, computed from public answers. */
  outcome(): Outcome;
  /** What it shows beside the map, say registers; drawn anew after each step. */
  readonly Panel?: ComponentType<{ readonly program: Program }>;
}

export interface Outcome {
  readonly isRight: boolean;
  /** What happened, or what went wrong, in a sentence. */
  readonly sentence: string;
  /** Figures by their labels: "Pages committed". */
  readonly facts: Readonly<Record<string, string | number>>;
}
