import { type Address, callable } from "./door.ts";
import type { Frame } from "./exceptions.ts";
import { hex } from "./names.ts";
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
  /**
   * Base of the enclave that this thread is in, or 0.
   *
   * @internal
   */
  enclave = 0;

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

  /**
   * As `run`, with accesses that come from inside of an enclave: they reach its memory. It has to
   * be initialised, and cannot be deleted before `body` returns; when it is terminated in the
   * meantime, the rest of `body` runs outside.
   *
   * @param base the first address of the enclave
   * @returns what `body` returns
   * @throws RangeError where no initialised enclave begins; Error when the process has ended
   */
  runInEnclave<T>(base: Address, body: () => T): T {
    callable(body, "body");
    const process = this.process.alive();
    const at = process.door.pointer(base, "base");
    return this.run(() => {
      if (!process.enter().enclaves.enter(at)) {
        throw new RangeError(`base: no initialised enclave begins at ${hex(at)}`);
      }
      const before = this.enclave;
      this.enclave = at;
      try {
        return body();
      } finally {
        this.enclave = before;
        process.enclaveLeft(at);
      }
    });
  }
}
