import { integer, optionBag } from "./door.ts";
import { DiskFull } from "./file-backing.ts";
import { checkPage, neverWritten } from "./page-slot.ts";
import type { PageStore } from "./page-store.ts";

/** How much a page store in memory takes. */
export interface MemoryPageStoreOptions {
  /** Pages that fit; then it is full. Default: as many as the engine has room for. */
  capacityPages?: number | undefined;
}

/** A page store in memory: it takes pages out of the machine, not out of the process around it. */
export class MemoryPageStore implements PageStore {
  readonly #capacityPages: number;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(options: MemoryPageStoreOptions = {}) {
    optionBag(options, "options", ["capacityPages"]);
    const { capacityPages = Number.MAX_SAFE_INTEGER } = options;
    this.#capacityPages = integer(capacityPages, "capacityPages", 0, Number.MAX_SAFE_INTEGER);
  }

  /** Slots that were ever written. */
  get usedPages(): number {
    return this.#pages.size;
  }

  write(slot: number, bytes: Uint8Array): void {
    checkPage(slot, bytes, "bytes");
    const page = this.#pages.get(slot);
    if (page !== undefined) {
      page.set(bytes);
    } else if (this.#pages.size < this.#capacityPages) {
      this.#pages.set(slot, Uint8Array.from(bytes));
    } else {
      throw new DiskFull(`all ${this.#capacityPages} pages of the store are in use`);
    }
  }

  read(slot: number, target: Uint8Array): void {
    checkPage(slot, target, "target");
    const page = this.#pages.get(slot);
    if (page === undefined) throw neverWritten(slot);
    target.set(page);
  }
}
