import type { Link } from "./link.ts";
import type { StackField } from "./stack-exports.ts";

/** Stacks of threads. What takes no space and no thread is about the context's. */
export class StackServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  field(space: number, thread: number, field: (typeof StackField)[keyof typeof StackField]) {
    return this.#link.call((core) => core.threadStackF64(space, thread, field));
  }

  /** False where there is no memory for it. */
  set(space: number, thread: number, base: number, limit: number, deallocation: number): boolean {
    return this.#link.call(
      (core) => core.threadStackSetF64(space, thread, base, limit, deallocation) !== 0,
    );
  }

  /** NTSTATUS. Sizes of 0 are the image's. */
  make(thread: number, reserve: number, commit: number): number {
    return this.#link.call(
      (core, context) => core.threadStackMakeF64(context, thread, reserve, commit) >>> 0,
    );
  }

  /** NTSTATUS; results 0 to 2: StackBase, StackLimit, DeallocationStack. */
  create(
    commit: number,
    reserve: number,
    zeroBits: number,
    commitAlign: number,
    reserveAlign: number,
  ): number {
    return this.#link.call(
      (core, context) =>
        core.stackCreateF64(context, commit, reserve, zeroBits, commitAlign, reserveAlign) >>> 0,
    );
  }

  /** NTSTATUS; result 0: the guarantee before. */
  guarantee(sizeAt: number, size: number): number {
    return this.#link.call((core, context) => core.stackGuaranteeF64(context, sizeAt, size) >>> 0);
  }

  rearm(stackPointer: number): boolean {
    return this.#link.call((core, context) => core.stackRearmF64(context, stackPointer) !== 0);
  }
}
