import type { Encoded } from "./values.ts";

/** The version of the format that recordings are written in. */
export const TRACE_VERSION = 2;

/** Receives the lines of a recording, each with its newline. */
export type Sink = (line: string) => void;

export type Row = Record<string, Encoded | undefined>;

/** How a row begins, alone or in two parts around what came in between. */
const WORDS = {
  call: { begin: "begin", end: "end" },
  callback: { begin: "enter", end: "leave" },
} as const;

/** A call that has not answered yet. */
export interface OpenRow {
  readonly kind: keyof typeof WORDS;
  readonly name: string;
  readonly row: Row;
  isWritten: boolean;
}

/**
 * Writes rows in the order in which things began. A call in which nothing else happens is one row,
 * every other one is two.
 */
export class RowWriter {
  readonly #sink: Sink;
  readonly #open: OpenRow[] = [];
  #rows = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Rows that were written. */
  get rows(): number {
    return this.#rows;
  }

  write(row: Row): void {
    for (const open of this.#open) {
      if (open.isWritten) continue;
      open.isWritten = true;
      this.#line({ [WORDS[open.kind].begin]: open.name, ...open.row });
    }
    this.#line(row);
  }

  open(kind: OpenRow["kind"], name: string, row: Row): OpenRow {
    const open = { kind, name, row, isWritten: false };
    this.#open.push(open);
    return open;
  }

  /** Requires: it was opened last of those that are open. */
  close(open: OpenRow, answer: Row): void {
    this.#open.pop();
    const { kind, name, row, isWritten } = open;
    if (isWritten) this.write({ [WORDS[kind].end]: name, ...answer });
    else this.write({ [kind]: name, ...row, ...answer });
  }

  /** Of a call in which nothing happened, and that has left nothing to tell. */
  drop(): void {
    this.#open.pop();
  }

  #line(row: Row): void {
    this.#rows++;
    this.#sink(`${JSON.stringify(row)}\n`);
  }
}
