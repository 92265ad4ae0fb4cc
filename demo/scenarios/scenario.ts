import type { Machine, MachineOptions, Process } from "guardpage";
import type { ComponentType } from "preact";

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

/** A program on a machine, somewhere between its start and its end. */
export interface Program {
  /** Those to show; the first one first. */
  readonly processes: readonly Process[];
  /** Plain data (structuredClone): what a step back restores beside the machine, by assignment. */
  state: unknown;
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
  readonly facts: Readonly<Record<string, string | number>>;
}
