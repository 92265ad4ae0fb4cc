import { CODE_WRITES } from "./code-exports.ts";
import { PAGE_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";

/** Marks of code, and the poll, of the one context. */
export class CodeServices {
  readonly #link: Link;
  #words: Uint32Array;

  constructor(link: Link) {
    this.#link = link;
    this.#words = this.#renew();
  }

  #renew(): Uint32Array {
    this.#words = this.#link.view.words(CODE_WRITES, 1);
    return this.#words;
  }

  /** Changes with every mark that goes, unless `Attempts` hears of it. */
  get changes(): number {
    // A view that memory has grown away from reads `undefined`.
    return (this.#words[0] ?? this.#renew()[0] ?? 0) + this.#link.codeStops;
  }

  /** NTSTATUS. */
  mark(address: number, length: number): number {
    return this.#link.call((core, context) => core.codeMarkF64(context, address, length) >>> 0);
  }

  forget(address: number, length: number): void {
    this.#link.call((core, context) => core.codeForgetF64(context, address, length));
  }

  /** Whether the page at the address has a mark. */
  isMarked(space: number, address: number): boolean {
    const end = address + PAGE_BYTES;
    return this.#link.call((core) => core.codeNextF64(space, address, end)) === address;
  }

  stop(): void {
    this.#link.call((core, context) => core.contextStop(context));
  }

  /** Whether code was to leave, which is done now. */
  poll(): boolean {
    return this.#link.call((core, context) => core.contextPoll(context)) !== 0;
  }
}
