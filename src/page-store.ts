import { shown } from "./door.ts";

/**
 * Where pages of 4,096 bytes go that left memory. Each has a slot: 0, 1, 2 and so on, dense, and
 * taken again when nobody wants its page any more. So a store is as large as the most pages that
 * were out at a time.
 *
 * A store answers at once or by a promise. A failure is thrown, or rejects the promise: DiskFull
 * where there is no room, any other error where the medium fails; the other slots keep their pages.
 * Calls for one slot take effect in the order in which they were made.
 */
export interface PageStore {
  /**
   * Keep a page. `bytes` may be read until the call returns or, if it returns a promise, until that
   * settles; a store that keeps the page longer copies it.
   */
  write(slot: number, bytes: Uint8Array): void | Promise<void>;
  /** Fill all of `target` with the page that was written last. */
  read(slot: number, target: Uint8Array): void | Promise<void>;
}

/** @throws TypeError for what cannot be a page store */
export function checkStore(store: unknown): void {
  const methods = store as Partial<PageStore> | null;
  if (typeof methods?.write !== "function" || typeof methods.read !== "function") {
    throw new TypeError(`pageStore must have the methods write and read, not be ${shown(store)}`);
  }
}
