import { MEM_COMMIT } from "./constants/memory.ts";
import { runAt } from "./run.ts";
import type { Place } from "./slots.ts";
import type { Core } from "./wasm/core.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

/** What Windows CE keeps of a page: flags of VirtualSetPageFlags, bits of VirtualSetAttributes. */
export type PageBitsKind = "flags" | "attributes";

const KINDS: readonly PageBitsKind[] = ["attributes", "flags"];

/** By space, then by number of the page; none stands for 0. */
type Kept = Map<number, Map<number, number>>;

/**
 * Bits that Windows CE keeps for committed pages, whatever they mean to the processor (17.19). A
 * page that is no longer committed has lost them.
 */
export class PageBits {
  readonly #core: Core;
  readonly #kept: Readonly<Record<PageBitsKind, Kept>> = {
    flags: new Map(),
    attributes: new Map(),
  };

  constructor(core: Core) {
    this.#core = core;
  }

  get(kind: PageBitsKind, { space, address }: Place): number {
    return this.#kept[kind].get(space)?.get(Math.floor(address / PAGE_BYTES)) ?? 0;
  }

  /** Each page of `size` bytes, of which there is one at least, gets what `change` makes of it. */
  change(
    kind: PageBitsKind,
    { space, address }: Place,
    size: number,
    change: (bits: number) => number,
  ): void {
    const pages = this.#kept[kind].get(space) ?? new Map<number, number>();
    const last = Math.floor((address + size - 1) / PAGE_BYTES);
    for (let page = Math.floor(address / PAGE_BYTES); page <= last; page++) {
      const bits = change(pages.get(page) ?? 0);
      if (bits === 0) pages.delete(page);
      else pages.set(page, bits);
    }
    this.#kept[kind].set(space, pages);
    if (pages.size === 0) this.#kept[kind].delete(space);
  }

  /** What is kept, by kind, space and page. */
  state(): { kind: PageBitsKind; space: number; pages: [number, number][] }[] {
    return KINDS.flatMap((kind) => {
      return [...this.#kept[kind]]
        .sort(([one], [other]) => one - other)
        .map(([space, pages]) => ({ kind, space, pages: [...pages].sort(([a], [b]) => a - b) }));
    });
  }

  /** As `state` has said. */
  restore(kind: PageBitsKind, space: number, pages: readonly (readonly [number, number])[]): void {
    this.#kept[kind].set(space, new Map(pages));
  }

  /** What makes the bits those that there are now. */
  keep(): () => void {
    const state = this.state();
    return () => {
      for (const kept of Object.values(this.#kept)) kept.clear();
      for (const { kind, space, pages } of state) this.restore(kind, space, pages);
    };
  }

  /** Pages were decommitted or released: forget those that are not committed any more. */
  forgetFreed(): void {
    const { flags, attributes } = this.#kept;
    if (flags.size === 0 && attributes.size === 0) return;
    for (const kept of [flags, attributes]) {
      for (const [space, pages] of kept) {
        this.#forgetFreedOf(space, pages);
        if (pages.size === 0) kept.delete(space);
      }
    }
  }

  /** A fork has the bits that the other space has. */
  fork(space: number, fork: number): void {
    for (const kept of Object.values(this.#kept)) {
      const pages = kept.get(space);
      if (pages !== undefined) kept.set(fork, new Map(pages));
    }
  }

  /** The space has ended, and with it what it had where all processes see it. */
  end(space: number): void {
    for (const kept of Object.values(this.#kept)) kept.delete(space);
    this.forgetFreed();
  }

  #forgetFreedOf(space: number, pages: Map<number, number>): void {
    let next = 0;
    let isCommitted = false;
    for (const page of [...pages.keys()].sort((left, right) => left - right)) {
      if (page >= next) {
        const run = runAt(this.#core, space, page * PAGE_BYTES);
        isCommitted = run?.state === MEM_COMMIT;
        next = page + (run === undefined ? 1 : run.sizeBytes / PAGE_BYTES);
      }
      if (!isCommitted) pages.delete(page);
    }
  }
}
