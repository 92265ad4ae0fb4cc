import { PAGE_BYTES, TRANSFER_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";
import { LoadStep, SaveStep, STAGING } from "./state-exports.ts";

/** Why the core refuses a record, by its number. */
const REFUSALS: readonly (string | undefined)[] = [
  undefined,
  undefined,
  "it is no record that may stand there",
  "it says what cannot be so",
  "it is of a machine that was made otherwise",
  "there is no memory for it",
];

/** The state of a machine, as records. */
export class StateServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Number the sections: those of `roots` first, in this order. Saving begins. */
  begin(keeps: boolean, roots: Iterable<number>): void {
    this.#link.call((core, context) => {
      core.stateSave(context, Number(keeps));
      for (const section of roots) core.stateRoot(section);
      core.stateRoots();
    });
  }

  /** The number of a section in the state that is being saved; 0 where there is none. */
  rank(section: number): number {
    return this.#link.call((core) => core.stateRank(section));
  }

  /**
   * Save all records. The bytes that `take` gets are of the core: it copies them.
   *
   * @param stored brings what is in a slot of the page store
   */
  save(take: (records: Uint8Array) => void, stored: (slot: number) => Uint8Array): void {
    for (;;) {
      const step = this.#link.call((core) => core.stateMore());
      const bytes = this.#link.call((core) => core.stateBytes());
      if (bytes > 0) take(this.#link.view.transfer.subarray(0, bytes));
      if (step === SaveStep.Done) return;
      if (step === SaveStep.Asks) {
        const page = stored(this.#slot());
        this.#link.view.bytes(STAGING, PAGE_BYTES).set(page);
      }
    }
  }

  /** Bytes of all records that were saved. */
  get totalBytes(): number {
    return this.#link.call((core) => core.stateTotalF64());
  }

  #slot(): number {
    return this.#link.call((core) => core.stateSlot());
  }

  /** These bytes count for the hash, in place of others before. */
  hashBegin(): void {
    this.#link.call((core) => core.stateHashBegin());
  }

  hashAdd(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += TRANSFER_BYTES) {
      const part = bytes.subarray(at, at + TRANSFER_BYTES);
      this.#link.view.transfer.set(part);
      this.#link.call((core, context) => core.stateHashAdd(context, part.length));
    }
  }

  /** Its lower and upper half. */
  get hash(): readonly [number, number] {
    return this.#link.call((core) => [core.stateHashHalf(0) >>> 0, core.stateHashHalf(1) >>> 0]);
  }

  /** Begin to load; `window` is the number of the space that gets the window, or 0. */
  load(window: number): void {
    this.#link.call((core, context) => core.stateLoad(context, window));
  }

  /**
   * Load whole records, of TRANSFER_BYTES at most.
   *
   * @returns how many bytes of them were loaded; the slot of the page store that gets the page of
   *   the last one; why the next one is refused
   */
  records(bytes: Uint8Array): { done: number; slot?: number; refusal?: string } {
    this.#link.view.transfer.set(bytes);
    const step = this.#link.call((core, context) => core.stateRecords(context, bytes.length));
    const done = this.#link.call((core) => core.stateBytes());
    if (step === LoadStep.Store) return { done, slot: this.#slot() };
    return step === LoadStep.Done ? { done } : { done, refusal: reason(step) };
  }

  /** All records were loaded. */
  loaded(): void {
    const step = this.#link.call((core) => core.stateLoaded());
    if (step !== LoadStep.Done) throw new Error(reason(step));
  }
}

function reason(step: number): string {
  return REFUSALS[step] ?? `it is refused with ${step}`;
}
