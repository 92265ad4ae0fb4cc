import type { Medium } from "../medium.ts";

/** What is used of a FileSystemSyncAccessHandle. */
export interface SyncAccessHandle {
  /** Bytes of the file. */
  getSize(): number;
  /** Read from a position on. @returns bytes that were there */
  read(target: Uint8Array, options: { at: number }): number;
  /** Write from a position on. @returns bytes that were written */
  write(source: Uint8Array, options: { at: number }): number;
  /** Cut or lengthen the file, with zeros. */
  truncate(sizeBytes: number): void;
  /** Have everything on disk. */
  flush(): void;
  /** Give the file back. */
  close(): void;
}

/** A synchronous access handle. */
export class AccessHandle implements Medium {
  readonly #handle: SyncAccessHandle;

  constructor(handle: SyncAccessHandle) {
    this.#handle = handle;
  }

  sizeBytes(): number {
    return this.#handle.getSize();
  }

  read(position: number, target: Uint8Array): number {
    return this.#handle.read(target, { at: position });
  }

  write(position: number, source: Uint8Array): number {
    return this.#handle.write(source, { at: position });
  }

  resize(sizeBytes: number): void {
    this.#handle.truncate(sizeBytes);
  }

  flush(): void {
    this.#handle.flush();
  }

  close(): void {
    this.#handle.close();
  }

  /** Older engines throw a DOMException of that name, newer ones an error of that class. */
  isFull(error: unknown): boolean {
    return error instanceof Error && error.name === "QuotaExceededError";
  }
}
