import { isCommitted, type Run, type RunQuery, wholeRun } from "../session/runs.ts";

/** A line of the hex view. */
export type Line = RunLine | BytesLine;

/** What pages are, above their bytes; alone where they are not committed. */
export interface RunLine {
  readonly run: Run;
  readonly start: undefined;
}

export interface BytesLine {
  readonly run: Run;
  /** Address of the first byte. */
  readonly start: number;
}

/**
 * The lines of an address space: bytes where pages are committed, and one line for all pages of a
 * run that is not. A line is known by its first address. Holds for one moment of the process.
 */
export class Lines {
  /** Bytes of a line. */
  readonly columns: number;
  readonly #query: RunQuery;
  /** Those that were asked for. */
  readonly #runs: Run[] = [];

  constructor(query: RunQuery, columns: number) {
    this.#query = query;
    this.columns = columns;
  }

  /** Undefined outside of the space. */
  run(address: number): Run | undefined {
    if (address < 0) return undefined;
    const known = this.#runs.find(({ start, end }) => address >= start && address < end);
    if (known !== undefined) return known;
    const run = wholeRun(this.#query, address);
    if (run !== undefined) this.#runs.push(run);
    return run;
  }

  /** The line that an address lies in. */
  at(address: number): number {
    const run = this.run(address);
    if (run === undefined) return 0;
    return isCommitted(run) ? address - (address % this.columns) : run.start;
  }

  /** The same at the end of the space. */
  next(line: number): number {
    const run = this.run(line);
    if (run === undefined) return line;
    const next = isCommitted(run) ? line + this.columns : run.end;
    return this.run(next) === undefined ? line : next;
  }

  /** The same at address 0. */
  previous(line: number): number {
    return line === 0 ? 0 : this.at(line - 1);
  }

  /** As many lines further on, or back where negative. */
  moved(line: number, by: number): number {
    let at = line;
    for (let step = 0; step < Math.abs(by); step += 1) {
      at = by < 0 ? this.previous(at) : this.next(at);
    }
    return at;
  }

  /** What is shown from a line on: so many lines with those that say what pages are. */
  from(top: number, count: number): Line[] {
    const shown: Line[] = [];
    let line = top;
    let above: Run | undefined;
    while (shown.length < count) {
      const run = this.run(line);
      if (run === undefined) break;
      if (run !== above) shown.push({ run, start: undefined });
      if (isCommitted(run) && shown.length < count) shown.push({ run, start: line });
      above = run;
      line = isCommitted(run) ? line + this.columns : run.end;
    }
    return shown;
  }

  /** Where to scroll to, from `top`, so that an address is in sight among so many lines. */
  topFor(address: number, top: number, count: number): number {
    const line = this.at(address);
    if (this.#shows(line, top, count)) return top;
    const isNear = line < top ? this.moved(line, count) >= top : this.moved(top, count * 2) >= line;
    if (!isNear) return this.moved(line, -JUMP_LINES_ABOVE);
    if (line < top) return line;
    let lowest = line;
    for (let up = this.previous(line); up < lowest; up = this.previous(up)) {
      if (!this.#shows(line, up, count)) break;
      lowest = up;
    }
    return lowest;
  }

  /** Whether an address lies in one of the lines that are shown. */
  shows(shown: readonly Line[], address: number): boolean {
    const line = this.at(address);
    return shown.some(({ run, start }) => {
      return start === line || (!isCommitted(run) && run.start === line);
    });
  }

  #shows(line: number, top: number, count: number): boolean {
    return this.shows(this.from(top, count), line);
  }
}

/** Lines that stay above the one that was jumped to. */
const JUMP_LINES_ABOVE = 2;
