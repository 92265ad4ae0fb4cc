import type { FileBacking } from "../../src/file-backing.ts";
import type { PageStore } from "../../src/page-store.ts";

/** What a wrapper throws unless it is told otherwise. */
export class InjectedFailure extends Error {
  override readonly name = "InjectedFailure";
}

/** Which calls fail. Without a plan none does, and calls are only counted. */
export interface FailurePlan<Method extends string> {
  /** The first call that fails: 1 is the first of all. */
  at?: number;
  /** How many calls in a row fail. Default 1; Infinity: all from the first on. */
  times?: number;
  /** The methods whose calls count for `at` and `times`. Default: all that can fail. */
  of?: readonly Method[];
  /** What is thrown. */
  error?: () => Error;
}

/** Counts calls, and says when one has to fail. */
class Calls<Method extends string> {
  readonly #plan: Required<FailurePlan<Method>>;
  readonly #counts = new Map<Method, number>();
  #planned = 0;
  #failed = 0;

  constructor(methods: readonly Method[], plan: FailurePlan<Method>) {
    const { at = Number.POSITIVE_INFINITY, times = 1, of = methods } = plan;
    const { error = () => new InjectedFailure(`call ${this.#planned} was made to fail`) } = plan;
    this.#plan = { at, times, of, error };
    for (const method of methods) this.#counts.set(method, 0);
  }

  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  get planned(): number {
    return this.#planned;
  }

  get failed(): number {
    return this.#failed;
  }

  /** To be called first in each method; throws where the call has to fail. */
  enter(method: Method): void {
    this.#counts.set(method, this.count(method) + 1);
    const { at, times, of, error } = this.#plan;
    if (!of.includes(method)) return;
    this.#planned += 1;
    if (this.#planned < at || this.#planned >= at + times) return;
    this.#failed += 1;
    throw error();
  }
}

export type FileMethod = "read" | "write" | "resize" | "flush";

const FILE_METHODS: readonly FileMethod[] = ["read", "write", "resize", "flush"];

/** A file that counts calls and fails some: nothing of a failed call reaches the file inside. */
export class FailingFile implements FileBacking {
  readonly #inner: FileBacking;
  readonly #calls: Calls<FileMethod>;

  constructor(inner: FileBacking, plan: FailurePlan<FileMethod> = {}) {
    this.#inner = inner;
    this.#calls = new Calls(FILE_METHODS, plan);
  }

  /** Calls of one method so far, failed ones among them. */
  count(method: FileMethod): number {
    return this.#calls.count(method);
  }

  /** Calls so far of the methods of the plan: `at` of a plan lies in 1 .. this. */
  get plannedCalls(): number {
    return this.#calls.planned;
  }

  get failedCalls(): number {
    return this.#calls.failed;
  }

  get sizeBytes(): number {
    return this.#inner.sizeBytes;
  }

  read(position: number, target: Uint8Array): number {
    this.#calls.enter("read");
    return this.#inner.read(position, target);
  }

  write(position: number, source: Uint8Array): void {
    this.#calls.enter("write");
    this.#inner.write(position, source);
  }

  resize(sizeBytes: number): void {
    this.#calls.enter("resize");
    this.#inner.resize(sizeBytes);
  }

  flush(): void {
    this.#calls.enter("flush");
    this.#inner.flush();
  }

  close(): void {
    this.#inner.close?.();
  }
}

export type StoreMethod = "read" | "write";

/**
 * A page store that counts calls and fails some: nothing of a failed call reaches the store inside.
 * It throws. A store that rejects is an `AsyncPageStore` over this one.
 */
export class FailingPageStore implements PageStore {
  readonly #inner: PageStore;
  readonly #calls: Calls<StoreMethod>;

  constructor(inner: PageStore, plan: FailurePlan<StoreMethod> = {}) {
    this.#inner = inner;
    this.#calls = new Calls<StoreMethod>(["read", "write"], plan);
  }

  /** Calls of one method so far, failed ones among them. */
  count(method: StoreMethod): number {
    return this.#calls.count(method);
  }

  /** Calls so far of the methods of the plan: `at` of a plan lies in 1 .. this. */
  get plannedCalls(): number {
    return this.#calls.planned;
  }

  get failedCalls(): number {
    return this.#calls.failed;
  }

  write(slot: number, bytes: Uint8Array): void | Promise<void> {
    this.#calls.enter("write");
    return this.#inner.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void | Promise<void> {
    this.#calls.enter("read");
    return this.#inner.read(slot, target);
  }
}
