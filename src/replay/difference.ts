import type { Answer, MemoryInformationText } from "./trace.ts";

/** One row that did not pass. */
export interface Difference {
  /** Of the recording or trace, from 1. */
  readonly line: number;
  /** "VirtualFree(0x10000, 0x0, 0x8000)" */
  readonly call: string;
  /** What was recorded; of a recording `throw`, `return` and `out` of its row. */
  readonly expected: Answer | RunsText | Readonly<Record<string, unknown>>;
  /** The same, as it was answered now. */
  readonly actual: Answer | RunsText | NotBuilt;
}

/** A call of a kind that the replayer cannot make: no answer. */
export interface NotBuilt {
  /** The name of the call. */
  readonly notBuilt: string;
}

/** The answer was right, but what VirtualQuery says of the regions around it is not. */
export interface RunsText {
  /** Run by run, upwards; null where VirtualQuery fails. */
  readonly runs: readonly (MemoryInformationText | null)[];
}
