import type { FileBacking } from "./file-backing.ts";
import { checkPage, neverWritten } from "./page-slot.ts";
import type { PageStore } from "./page-store.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

/**
 * A page store in a file, slot after slot. The file never gets shorter: slots are dense and taken
 * again, so it is as long as the most pages that were out at a time.
 */
export class FilePageStore implements PageStore {
  readonly #file: FileBacking;

  /** `file` must be empty. */
  constructor(file: FileBacking) {
    this.#file = file;
  }

  write(slot: number, bytes: Uint8Array): void {
    checkPage(slot, bytes, "bytes");
    this.#file.write(slot * PAGE_BYTES, bytes);
  }

  read(slot: number, target: Uint8Array): void {
    checkPage(slot, target, "target");
    if (this.#file.read(slot * PAGE_BYTES, target) < PAGE_BYTES) throw neverWritten(slot);
  }

  /** Close the file. */
  close(): void {
    this.#file.close?.();
  }
}
