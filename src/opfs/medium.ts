import type { Medium } from "../medium.ts";

/** What is used of a FileSystemSyncAccessHandle. */
export interface SyncAccessHandle {
  getSize(): number;
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  truncate(sizeBytes: number): void;
  flush(): void;
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
