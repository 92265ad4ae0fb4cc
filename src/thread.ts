import { callable } from "./door.ts";
import type { Frame } from "./exceptions.ts";
import type { Process } from "./process.ts";

/**
 * A thread of a process: what Windows keeps for each thread, of which paging needs the last error.
 */
export class Thread {
  /** Multiple of 4, from 4, unique in the machine. */
  readonly id: number;
  readonly process: Process;
  /** What GetLastError answers: a Win32 code, 0 at first. */
  lastError = 0;
  /**
   * The __try blocks that this thread is in, innermost last.
   *
   * @internal
   */
  readonly frames: Frame[] = [];

  /** @internal */
  constructor(process: Process, id: number) {
    this.process = process;
    this.id = id;
  }

  /**
   * Make this the current thread of its process while `body` runs.
   *
   * @returns what `body` returns
   * @throws Error when the process has ended
   */
  run<T>(body: () => T): T {
    callable(body, "body");
    const process = this.process.alive();
    const before = process.currentThread;
    process.currentThread = this;
    try {
      return body();
    } finally {
      process.currentThread = before;
    }
  }
}
