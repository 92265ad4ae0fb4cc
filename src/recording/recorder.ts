import { callable, integer, optionBag, shown } from "../door.ts";
import { Machine } from "../machine.ts";
import type { Sink } from "./rows.ts";
import { Tape } from "./tape.ts";

/** What a recording has beside the calls. */
export interface RecorderOptions {
  /**
   * Calls between two rows with the hash of the machine, 0 to 2^31-1. Default 0: there is one at
   * the end only. With a page store that answers by promises there are none.
   */
  readonly hashEvery?: number | undefined;
}

const CALLS_MAXIMUM = 2 ** 31 - 1;

/**
 * Records what happens between a machine and its program: calls, accesses and faults, and what the
 * handlers, policies, files and page stores of the program have answered (docs/recording.md). A
 * recording replays without any of them.
 *
 * A machine that has made no process yet is recorded from its options on, any other from a snapshot
 * on. Functions that the program took from a face before are refused while the recording goes on.
 *
 * @example
 * const lines: string[] = [];
 * const recorder = new Recorder(machine, (line) => lines.push(line));
 * run(machine);
 * recorder.stop();
 */
export class Recorder {
  readonly #tape: Tape;

  /**
   * Begin.
   *
   * @param sink gets each line, its newline included, when what it tells is over. Nothing of it is
   *   kept here. What it throws goes to whoever made the call
   * @throws TypeError, RangeError for a wrong argument; Error where the machine is being recorded,
   *   or has been in use and has a page store, or files
   */
  constructor(machine: Machine, sink: Sink, options: RecorderOptions = {}) {
    if (!(machine instanceof Machine)) {
      throw new TypeError(`machine must be a Machine, not ${shown(machine)}`);
    }
    callable(sink, "sink");
    optionBag(options, "options", ["hashEvery"]);
    const hashEvery = integer(options.hashEvery ?? 0, "hashEvery", 0, CALLS_MAXIMUM);
    if (machine.observer !== undefined) throw new Error("machine: it is being recorded");
    this.#tape = new Tape(machine, sink, hashEvery);
  }

  /** Lines that the sink got. */
  get lines(): number {
    return this.#tape.rows;
  }

  /** End. A second call does nothing. */
  stop(): void {
    this.#tape.stop();
  }
}
