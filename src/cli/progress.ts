import { Presets, SingleBar } from "cli-progress";

/** Tells somebody who watches how far a long command is. */
export interface Progress {
  begin(name: string, total: number): void;
  advance(done: number): void;
  end(): void;
}

/** Redrawing after each of some thousand calls would cost more than the calls. */
const STEP = 128;

class TerminalProgress implements Progress {
  readonly #bar: SingleBar;

  constructor(stream: NodeJS.WriteStream) {
    const format = "{bar} {value}/{total} {name}";
    const options = { stream, format, barsize: 30, clearOnComplete: true, hideCursor: true };
    this.#bar = new SingleBar(options, Presets.shades_classic);
  }

  begin(name: string, total: number): void {
    this.#bar.start(total, 0, { name });
  }

  advance(done: number): void {
    if (done % STEP === 0) {
      this.#bar.update(done);
    }
  }

  end(): void {
    this.#bar.stop();
  }
}

const SILENT: Progress = { begin() {}, advance() {}, end() {} };

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
