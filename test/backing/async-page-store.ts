import type { PageStore } from "../../src/page-store.ts";

/** A call that was made and not yet carried out. */
export interface PendingCall {
  readonly method: "read" | "write";
  readonly slot: number;
}

interface Call extends PendingCall {
  run(): void | Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export interface AsyncPageStoreOptions {
  /**
   * "soon": each call settles by itself, in a microtask. "on demand": when the test says so.
   * Default "soon".
   */
  settle?: "soon" | "on demand";
}

/**
 * A page store that answers by promises. What a call does, it does as late as it may: when its
 * promise settles. So a machine is found out that takes back the bytes of a write too early, or
 * looks at those of a read before it has them.
 */
export class AsyncPageStore implements PageStore {
  readonly #inner: PageStore;
  readonly #onDemand: boolean;
  #calls: Call[] = [];

  constructor(inner: PageStore, { settle = "soon" }: AsyncPageStoreOptions = {}) {
    this.#inner = inner;
    this.#onDemand = settle === "on demand";
  }

  /** What is under way, oldest first. */
  get pending(): readonly PendingCall[] {
    return this.#calls.map(({ method, slot }) => ({ method, slot }));
  }

  write(slot: number, bytes: Uint8Array): Promise<void> {
    return this.#enqueue("write", slot, () => this.#inner.write(slot, bytes));
  }

  read(slot: number, target: Uint8Array): Promise<void> {
    return this.#enqueue("read", slot, () => this.#inner.read(slot, target));
  }

  /**
   * Carry out the oldest call, or the oldest for one slot. When the promise that this returns is
   * settled, so is the call's.
   */
  async settle(slot?: number): Promise<void> {
    const call = this.#calls.find((candidate) => slot === undefined || candidate.slot === slot);
    if (call === undefined) throw new Error("no call is pending");
    await this.#carryOut(call);
  }

  /** Carry out everything, with what is called meanwhile. */
  async settleAll(): Promise<void> {
    while (this.#calls.length > 0) await this.settle();
  }

  #enqueue(
    method: PendingCall["method"],
    slot: number,
    run: () => void | Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const call: Call = { method, slot, run, resolve, reject };
      this.#calls.push(call);
      if (!this.#onDemand) queueMicrotask(() => this.#carryOut(call));
    });
  }

  async #carryOut(call: Call): Promise<void> {
    this.#calls = this.#calls.filter((other) => other !== call);
    try {
      await call.run();
      call.resolve();
    } catch (error) {
      call.reject(error);
    }
  }
}
