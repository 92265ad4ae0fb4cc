import type { Answer, MemoryInformationText } from "./trace.ts";

/** One row that did not pass. */
export interface Difference {
  readonly line: number;
  /** "VirtualFree(0x10000, 0x0, 0x8000)" */
  readonly call: string;
  readonly expected: Answer | RunsText | Readonly<Record<string, unknown>>;
  readonly actual: Answer | RunsText | NotBuilt;
}

/** A call of a kind that the replayer cannot make: no answer. */
export interface NotBuilt {
  readonly notBuilt: string;
}

/** The answer was right, but what VirtualQuery says of the regions around it is not. */
export interface RunsText {
  readonly runs: readonly (MemoryInformationText | null)[];
}
