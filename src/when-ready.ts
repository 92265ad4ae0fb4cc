import { Interruption } from "./wasm/trap.ts";

/**
 * The page store answers by a promise, and the access cannot wait: thrown by what is not
 * asynchronous. Of a single access nothing has happened; of an operation on more bytes, what lies
 * below is done. After `ready` it can be made again, which `whenReady` does.
 */
export class PageNotReady extends Interruption {
  override readonly name = "PageNotReady";
  /** Settles when the store has answered; never rejects. */
  readonly ready: Promise<void>;
  /** @internal */
  readonly turns: Turns;

  /** @internal */
  constructor(ready: Promise<void>, turns: Turns) {
    super("the page store has not answered yet: use the ...Async access, or whenReady");
    this.ready = ready;
    this.turns = turns;
  }
}

/**
 * Who may wait for the page store of a machine. The core asks for one page at a time, and forgets
 * what it asked for before: two that took it in turns to ask would never come to an end.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Wait for all who came before. What this gives is to be called at the end. */
  async take(): Promise<() => void> {
    const before = this.#last;
    let leave = () => {};
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    return leave;
  }
}

/** How far an operation on many bytes has come. */
export class Progress {
  /** Bytes done from the lower end on. */
  done = 0;
  /** Bytes done at the upper end. */
  doneAbove = 0;
  #bytes: Uint8Array | undefined;

  /** Where the bytes are read to. They may be in another array, from an attempt before. */
  readsTo(bytes: Uint8Array): void {
    if (this.#bytes !== undefined && this.#bytes !== bytes) {
      bytes.set(this.#bytes.subarray(0, this.done));
    }
    this.#bytes = bytes;
  }
}

/** What the attempts of one `whenReady` have done: an attempt does not do it once more. */
export class Journal {
  readonly #entries: { readonly key: string; readonly progress: Progress }[] = [];
  #next = 0;
  #attempts = 0;

  /** Attempts that were begun. */
  get attempts(): number {
    return this.#attempts;
  }

  attempt<T>(operation: () => T): T {
    this.begin();
    return this.within(operation);
  }

  /** The next operation is the first of another attempt. */
  begin(): void {
    this.#next = 0;
    this.#attempts++;
  }

  /** Do a part of the attempt that was begun last. */
  within<T>(operation: () => T): T {
    const outside = journal;
    journal = this;
    try {
      return operation();
    } finally {
      journal = outside;
    }
  }

  /** Of the next operation, which was the same one in the attempt before, or is a new one. */
  next(key: string): Progress {
    const known = this.#entries[this.#next];
    if (known?.key === key) {
      this.#next++;
      return known.progress;
    }
    this.#entries.length = this.#next++;
    const progress = new Progress();
    this.#entries.push({ key, progress });
    return progress;
  }
}

/** Of the `whenReady` that is making an attempt; attempts are synchronous. */
let journal: Journal | undefined;

/** The journal of the attempt that is being made. */
export function journalUnderWay(): Journal | undefined {
  return journal;
}

/** How far an operation has come, by what tells it from others. */
export function progressOf(...key: readonly unknown[]): Progress {
  return journal === undefined ? new Progress() : journal.next(key.join());
}

/**
 * Do something that may need pages which a page store brings by a promise, as often as it takes
 * until all are there. The operation is synchronous, best a single call or access: what it has
 * copied, filled or transferred it does not do again, everything else it does from the beginning.
 * On a machine whose page store answers at once it is done once.
 *
 * @example
 * await whenReady(() => VirtualLock(base, 0x4000));
 */
export async function whenReady<T>(operation: () => T): Promise<T> {
  const attempts = new Journal();
  const first = attemptOf(attempts, operation);
  if (!(first instanceof PageNotReady)) return first.answer;
  const leave = await first.turns.take();
  try {
    for (let missing = first; ; ) {
      await missing.ready;
      const again = attemptOf(attempts, operation);
      if (!(again instanceof PageNotReady)) return again.answer;
      missing = again;
    }
  } finally {
    leave();
  }
}

function attemptOf<T>(attempts: Journal, operation: () => T): { answer: T } | PageNotReady {
  try {
    return { answer: attempts.attempt(operation) };
  } catch (error) {
    if (error instanceof PageNotReady) return error;
    throw error;
  }
}
