import { closeSync, fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from "node:fs";
import type { Medium } from "../medium.ts";

/** No space on the device, none in the user's quota, none for so long a file. */
const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** A file descriptor that is open for reading and writing. */
export class Descriptor implements Medium {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  sizeBytes(): number {
    return fstatSync(this.#descriptor).size;
  }

  read(position: number, target: Uint8Array): number {
    return readSync(this.#descriptor, target, 0, target.length, position);
  }

  write(position: number, source: Uint8Array): number {
    return writeSync(this.#descriptor, source, 0, source.length, position);
  }

  resize(sizeBytes: number): void {
    ftruncateSync(this.#descriptor, sizeBytes);
  }

  flush(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  isFull(error: unknown): boolean {
    return error instanceof Error && FULL.includes((error as { code?: unknown }).code);
  }
}

/** A file descriptor that is open for reading. */
export class ReadOnlyDescriptor extends Descriptor {
  override write(): never {
    throw new Error("the file was opened for reading only");
  }

  override resize(): never {
    throw new Error("the file was opened for reading only");
  }

  /** Nothing was written. Windows refuses to flush such a file. */
  override flush(): void {}
}
