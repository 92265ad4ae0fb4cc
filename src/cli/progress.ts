import { Presets, SingleBar } from "cli-progress";

/** Tells somebody who watches how far a long command is. */
export interface Progress {
  /** @param done how much of it was done before, 0 where nothing is said */
  begin(name: string, total: number, done?: number): void;
  advance(done: number): void;
  end(): void;
}

class TerminalProgress implements Progress {
  readonly #bar: SingleBar;

  constructor(stream: NodeJS.WriteStream) {
    const format = "{bar} {value}/{total} {name}";
    const options = { stream, format, barsize: 30, clearOnComplete: true, hideCursor: true };
    this.#bar = new SingleBar(options, Presets.shades_classic);
  }

  begin(name: string, total: number, done = 0): void {
    this.#bar.start(total, done, { name });
  }

  advance(done: number): void {
    this.#bar.update(done);
  }

  end(): void {
    this.#bar.stop();
  }
}

export const SILENT: Progress = { begin() {}, advance() {}, end() {} };

/**
 * A bar on standard error where that is a terminal, and nothing otherwise: standard output stays
 * for results.
 */
export function createProgress(
  wanted: "shown" | "hidden",
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  return wanted === "shown" && stream.isTTY ? new TerminalProgress(stream) : SILENT;
}
