import { MEM_RELEASE } from "./constants/memory.ts";
import { type Address, callable } from "./door.ts";
import { enclaveLeft } from "./enclaves.ts";
import type { Frame } from "./exceptions.ts";
import { hex } from "./names.ts";
import { TO_RESULTS } from "./out.ts";
import type { Process } from "./process.ts";
import type { SharedThread } from "./shared-thread.ts";
import { type StackBounds, type StackOptions, setStack, stackSizes, ThreadStack } from "./stack.ts";
import { statusName, succeeded } from "./status.ts";

/**
 * A thread of a process: what Windows keeps for each thread, of which paging needs the last error
 * and the bounds of the stack.
 */
export class Thread {
  /** Multiple of 4, from 4, unique in the machine. */
  readonly id: number;
  /** The process that it belongs to. */
  readonly process: Process;
  /** What GetLastError answers: a Win32 code, 0 at first. */
  lastError = 0;
  /**
   * What the last P/Invoke, and the last function that Visual Basic declared, left behind: Int32.
   *
   * @internal
   */
  savedError = 0;
  /** @internal */
  dllError = 0;
  /**
   * The __try blocks that this thread is in, innermost last.
   *
   * @internal
   */
  readonly frames: Frame[] = [];
  readonly #stack: ThreadStack;
  /** Of the core, while a worker has the thread. */
  #context: number | undefined;
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
    this.#stack = new ThreadStack(this);
  }

  /**
   * The stack, or null. When this thread touches the guard below the limit, the stack grows and
   * nobody hears of it; at its end that is EXCEPTION_STACK_OVERFLOW. For any other thread the same
   * page is a guard page like all others.
   *
   * @throws Error when the process has ended
   */
  get stack(): ThreadStack | null {
    const { base, limit, deallocationStack } = this.#stack;
    return base === 0 && limit === 0 && deallocationStack === 0 ? null : this.#stack;
  }

  /**
   * Another stack, as a fiber has it: memory that the program made. Null takes the stack away, with
   * its guarantee; its memory stays.
   *
   * @throws TypeError, RangeError for bounds that are no addresses
   */
  set stack(bounds: StackBounds | null) {
    if (bounds === null) setStack(this, { base: 0, limit: 0, deallocationStack: 0 });
    else setStack(this, bounds);
  }

  /**
   * Make a stack for this thread, which must not have one.
   *
   * @throws TypeError, RangeError for a wrong option, or where the stack cannot be had; nothing has
   *   changed then
   * @throws Error when the thread has a stack, or the process has ended
   */
  createStack(options: StackOptions = {}): ThreadStack {
    const [reserve, commit] = stackSizes(this.process, options);
    if (this.stack !== null) throw new Error(`thread ${this.id} has a stack`);
    const status = this.process.enter().stacks.make(this.id, reserve, commit);
    if (!succeeded(status)) throw new RangeError(`no stack: ${statusName(status)}`);
    return this.#stack;
  }

  /**
   * What the end of a thread does: the region at DeallocationStack is released, and the thread has
   * no stack any more. Without a stack nothing happens.
   *
   * @throws Error when the process has ended
   */
  releaseStack(): void {
    const { services } = this.process.enter();
    const base = this.#stack.deallocationStack;
    services.free(this.process.spaceNumber, TO_RESULTS, base, TO_RESULTS, 0, MEM_RELEASE);
    this.stack = null;
  }

  /**
   * Hand this thread to a worker, which calls `attachThread` and runs it while others run. Until
   * `unshare` it is not for the owner to run. The machine must have been created with `threads`.
   *
   * @returns what to send to the worker by postMessage
   * @throws Error where the machine has no threads, the thread is current or shared already, or the
   *   process has ended
   */
  share(): SharedThread {
    const process = this.process.alive();
    const { sharedContexts, options } = process.machine;
    if (sharedContexts === undefined) {
      throw new Error("share: the machine was created without threads");
    }
    if (process.currentThread === this) throw new Error(`thread ${this.id} is current here`);
    if (this.#context !== undefined) throw new Error(`thread ${this.id} is shared`);
    this.#context = sharedContexts.take();
    process.handleOpened();
    return {
      module: sharedContexts.module,
      memory: process.core.memory,
      context: this.#context,
      spaceNumber: process.spaceNumber,
      space: process.space,
      processId: process.id,
      threadId: this.id,
      options,
    };
  }

  /**
   * The worker has ended, or does not use the thread any more: it is the owner's again. Of a thread
   * that is not shared, nothing happens. A worker that is terminated in the middle of a call may
   * leave the machine unusable: let it come to its end.
   */
  unshare(): void {
    const { machine } = this.process;
    if (this.#context === undefined || machine.poisoned) return;
    machine.sharedContexts?.give(this.#context);
    this.#context = undefined;
    this.process.handleClosed();
  }

  /** Whether a worker has it. */
  get isShared(): boolean {
    return this.#context !== undefined;
  }

  /** @internal What makes the thread what it is now, its stack apart. */
  keep(): () => void {
    const { lastError, savedError, dllError } = this;
    return () => {
      Object.assign(this, { lastError, savedError, dllError });
    };
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
    process.core.nesting++;
    try {
      return body();
    } finally {
      process.core.nesting--;
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
        enclaveLeft(process, at);
      }
    });
  }
}
