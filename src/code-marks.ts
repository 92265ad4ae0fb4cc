import type { Process } from "./process.ts";
import type { Core } from "./wasm/core.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

/** Hears of the address of a page whose mark went. */
export type CodeListener = (address: number) => void;

/** What the host knows of one process: pages that have marks, as far as it has looked. */
interface Marked {
  readonly pages: Set<number>;
  readonly listeners: Set<CodeListener>;
}

/**
 * The marks of code of all processes of a machine (docs/abi.md, "Code marks"), and who is told when
 * they go. The core counts marks that go; which ones they were is found by asking for each.
 */
export class CodeMarks {
  readonly #core: Core;
  readonly #processes = new Map<Process, Marked>();
  /** Pages whose marks went, and nobody was told yet. */
  readonly #gone: { readonly listeners: ReadonlySet<CodeListener>; readonly page: number }[] = [];
  #changes = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** The pages of the range have marks now. */
  marked(process: Process, address: number, length: number): void {
    const { pages } = this.#of(process);
    for (let page = pageBase(address); page < address + length; page += PAGE_BYTES) pages.add(page);
  }

  /** They have none any more, and nobody wants to hear of them. */
  forgotten(process: Process, address: number, length: number): void {
    const first = pageBase(address);
    const { pages } = this.#of(process);
    for (const page of pages) if (page >= first && page < address + length) pages.delete(page);
  }

  listen(process: Process, listener: CodeListener): () => void {
    const { listeners } = this.#of(process);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /**
   * Memory is about to be what it was: of every page with a mark whoever listens is told at the
   * next `look`, and has to make code from it again.
   */
  forgetAll(): void {
    for (const { pages, listeners } of this.#processes.values()) {
      for (const page of pages) this.#gone.push({ listeners, page });
      pages.clear();
    }
  }

  #of(process: Process): Marked {
    const known = this.#processes.get(process);
    if (known !== undefined) return known;
    const marked = { pages: new Set<number>(), listeners: new Set<CodeListener>() };
    this.#processes.set(process, marked);
    return marked;
  }

  /** Tell of marks that went since the last time, where the core has counted any. */
  look(): void {
    if (this.#core.code.changes === this.#changes && this.#gone.length === 0) return;
    this.written();
  }

  /** Tell of marks that went since the last time. */
  written(): void {
    this.#changes = this.#core.code.changes;
    for (const [process, { pages, listeners }] of this.#processes) {
      if (process.exited) this.#processes.delete(process);
      else this.#collect(process.spaceNumber, pages, listeners);
    }
    // What a listener throws keeps the others for the next time.
    this.#core.nesting++;
    try {
      for (let gone = this.#gone.shift(); gone !== undefined; gone = this.#gone.shift()) {
        for (const listener of gone.listeners) listener(gone.page);
      }
    } finally {
      this.#core.nesting--;
    }
  }

  #collect(space: number, pages: Set<number>, listeners: ReadonlySet<CodeListener>): void {
    for (const page of pages) {
      if (this.#core.code.isMarked(space, page)) continue;
      pages.delete(page);
      this.#gone.push({ listeners, page });
    }
  }
}

function pageBase(address: number): number {
  return address - (address % PAGE_BYTES);
}
