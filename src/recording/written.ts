import type { GuestView } from "../guest-view.ts";
import type { Process } from "../process.ts";
import { windowPlace } from "../wasm/core.ts";
import { PAGE_BYTES } from "../wasm/exports.ts";
import { grantOf } from "../wasm/grants.ts";
import { sameBytes } from "./bytes-text.ts";

/** Bytes of a process that were changed, and nobody was asked. */
export type WrittenListener = (process: Process, address: number, bytes: Uint8Array) => void;

/** Bytes that may change without a question, and what they were when they were looked at last. */
interface Watched {
  readonly process: Process;
  readonly address: number;
  /** Where they lie now; undefined where they must not be written any more. */
  readonly bytes: () => Uint8Array | undefined;
  seen: Uint8Array;
}

/** More pages than these are forgotten all together: then generated code asks for each again. */
const PAGES_MAXIMUM = 64;

/**
 * What the guest writes past every function: through views of its memory, and by generated code
 * where the maps of its process allow it. Each is compared with what it was before.
 */
export class WrittenPages {
  readonly #listener: WrittenListener;
  readonly #views = new Set<Watched>();
  readonly #pages = new Map<string, Watched>();
  /** Processes that run generated code. */
  readonly #running = new Set<Process>();

  constructor(listener: WrittenListener) {
    this.#listener = listener;
  }

  /** Generated code may run in this process from now on. */
  runs(process: Process): void {
    this.#running.add(process);
    process.forgetMaps();
  }

  addView(process: Process, address: number, view: GuestView): void {
    const bytes = () => (view.valid ? view : undefined);
    this.#views.add({ process, address, bytes, seen: view.slice() });
  }

  /** Tell of what has changed since the last event. */
  look(): void {
    for (const watched of [...this.#views, ...this.#pages.values()]) this.#compare(watched);
  }

  /** What the machine has done up to now is nobody else's. */
  refresh(): void {
    for (const watched of [...this.#views, ...this.#pages.values()]) {
      const now = watched.process.exited ? undefined : watched.bytes();
      if (now !== undefined) watched.seen = now.slice();
    }
  }

  #compare(watched: Watched): void {
    const { process, address, seen } = watched;
    if (process.exited) return;
    const now = watched.bytes();
    if (now === undefined || sameBytes(now, seen)) return;
    let first = 0;
    while (now[first] === seen[first]) first++;
    let last = now.length - 1;
    while (now[last] === seen[last]) last--;
    this.#listener(process, address + first, now.slice(first, last + 1));
  }

  /**
   * An event is over. Of the rights that it has left behind, those of a single access stay: of so
   * many bytes, or 0.
   */
  settle(process: Process | undefined, address: number, sizeBytes: number): void {
    for (const view of this.#views) {
      if (view.process.exited || view.bytes() === undefined) this.#views.delete(view);
    }
    this.refresh();
    const isKept = sizeBytes > 0 && this.#pages.size < PAGES_MAXIMUM;
    if (!isKept) this.#forget();
    else if (process !== undefined && this.#running.has(process)) {
      const first = address - (address % PAGE_BYTES);
      for (let page = first; page < address + sizeBytes; page += PAGE_BYTES) {
        this.#addPage(process, page);
      }
    }
  }

  #forget(): void {
    this.#pages.clear();
    for (const process of this.#running) {
      if (process.exited) this.#running.delete(process);
      else process.forgetMaps();
    }
  }

  #addPage(process: Process, page: number): void {
    const { core, space, spaceNumber } = process;
    const key = `${process.id} ${page}`;
    this.#pages.delete(key);
    if (process.exited) return;
    const window = space === "windowed" ? windowPlace(core) : undefined;
    const grant = grantOf(core.view, window, spaceNumber, page, PAGE_BYTES);
    if (!grant?.holds("write")) return;
    const bytes = () => core.view.bytes(grant.linear, PAGE_BYTES);
    this.#pages.set(key, { process, address: page, bytes, seen: bytes().slice() });
  }
}
