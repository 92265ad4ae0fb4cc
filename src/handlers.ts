import type { ExceptionPointers } from "./exceptions.ts";

/**
 * A vectored handler. -1 (EXCEPTION_CONTINUE_EXECUTION) goes on with the guest; any other value
 * asks the next.
 */
export type VectoredHandler = (pointers: ExceptionPointers) => number;

interface Entry {
  readonly handle: number;
  readonly handler: VectoredHandler;
  isRemoved: boolean;
}

/**
 * One list of vectored handlers (17.6). A handler that is removed while it runs finishes; one that
 * is added at the tail while the list runs is reached, one added at the head is not. So entries
 * leave the array only when no run is under way, and a run goes by entry, not by index.
 */
export class HandlerList {
  #entries: Entry[] = [];
  #runs = 0;

  addFirst(handle: number, handler: VectoredHandler): void {
    this.#entries.unshift({ handle, handler, isRemoved: false });
  }

  addLast(handle: number, handler: VectoredHandler): void {
    this.#entries.push({ handle, handler, isRemoved: false });
  }

  /** All handlers of another list, in its order, behind those that are here. */
  addAll(list: HandlerList): void {
    for (const { handle, handler, isRemoved } of list.#entries) {
      if (!isRemoved) this.addLast(handle, handler);
    }
  }

  remove(handle: number): boolean {
    const entry = this.#entries.find((one) => one.handle === handle && !one.isRemoved);
    if (entry === undefined) return false;
    entry.isRemoved = true;
    this.#sweep();
    return true;
  }

  /** Call the handlers in order until one answers `stop`: whether one did. */
  runUntil(stop: number, pointers: ExceptionPointers): boolean {
    this.#runs++;
    try {
      let entry = this.#entries[0];
      while (entry !== undefined) {
        if (!entry.isRemoved && entry.handler(pointers) === stop) return true;
        entry = this.#entries[this.#entries.indexOf(entry) + 1];
      }
      return false;
    } finally {
      this.#runs--;
      this.#sweep();
    }
  }

  /** What gives the list the handlers that it has now. Requires: none runs. */
  keep(): () => void {
    const entries = [...this.#entries];
    return () => {
      this.#entries = entries.map((entry) => ({ ...entry, isRemoved: false }));
    };
  }

  #sweep(): void {
    if (this.#runs > 0 || !this.#entries.some(({ isRemoved }) => isRemoved)) return;
    this.#entries = this.#entries.filter(({ isRemoved }) => !isRemoved);
  }
}
