import type { Encoded } from "../../recording/values.ts";

/** What was thrown: a new error, one that was thrown before, or what is no object. */
export interface Thrown {
  readonly error?: string;
  readonly again?: string;
  readonly value?: Encoded;
  readonly name?: string;
  readonly message?: string;
  readonly record?: Encoded;
}

/** How a call or a callback has ended. */
export interface Ending {
  readonly return?: Encoded | undefined;
  readonly throw?: Thrown | undefined;
  /** A promise, which a row `settled` tells of. */
  readonly later?: string | undefined;
  /** Parameters that changed, by their indices. */
  readonly out?: Readonly<Record<string, Encoded>> | undefined;
}

interface Placed {
  readonly line: number;
}

/** A call of the program, or one of a function of the program by the machine. */
export interface CallStep extends Placed {
  readonly kind: "call" | "callback";
  /** The object of the machine, or of the program. */
  readonly on: string;
  /** Undefined where the object is a function of the program. */
  readonly name: string | undefined;
  readonly args: readonly Encoded[];
  readonly ready: readonly [attempts: string, attempt: string] | undefined;
  readonly ending: Ending;
  /** Where it ended, if not at `line`. */
  readonly endLine: number;
  /** What came in between. */
  readonly steps: readonly Step[];
}

export type Step =
  | CallStep
  | (Placed & { readonly kind: "changed"; on: string; field: string; value: Encoded })
  | (Placed & { readonly kind: "settled"; later: string; ending: Ending })
  | (Placed & { readonly kind: "written"; process: string; at: number; bytes: Uint8Array })
  | (Placed & { readonly kind: "hash"; hash: string });

/** A recording, read as a whole. */
export interface Recording {
  readonly options: Readonly<Record<string, unknown>>;
  /** How rows name the page store, and what it has. */
  readonly pageStore: Encoded | undefined;
  readonly snapshot: Uint8Array | undefined;
  readonly steps: readonly Step[];
  /** Calls, callbacks and hashes. */
  readonly answers: number;
}
