import { byteArray, integer, optionBag } from "./door.ts";
import { DiskFull, type FileBacking } from "./file-backing.ts";
import { checkFileRange, checkFileSize } from "./file-range.ts";

/** What a file in memory holds, and how much it takes. */
export interface MemoryFileOptions {
  /** What the file holds at first; copied. Default: nothing. */
  contents?: Uint8Array | undefined;
  /** Bytes that it can grow to; then it is full. Default: as many as the engine has room for. */
  capacityBytes?: number | undefined;
}

/** A file in memory. */
export class MemoryFile implements FileBacking {
  readonly #capacityBytes: number;
  /** The file and room to grow, which is all zeros. */
  #bytes: Uint8Array;
  #sizeBytes: number;

  /** @throws DiskFull where the contents exceed the capacity */
  constructor(options: MemoryFileOptions = {}) {
    optionBag(options, "options", ["contents", "capacityBytes"]);
    const { contents = new Uint8Array(0), capacityBytes = Number.MAX_SAFE_INTEGER } = options;
    byteArray(contents, "contents");
    this.#capacityBytes = integer(capacityBytes, "capacityBytes", 0, Number.MAX_SAFE_INTEGER);
    this.#bytes = new Uint8Array(0);
    this.#sizeBytes = 0;
    this.write(0, contents);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  read(position: number, target: Uint8Array): number {
    checkFileRange(position, target, "target");
    const end = Math.min(this.#sizeBytes, position + target.length);
    if (end <= position) return 0;
    target.set(this.#bytes.subarray(position, end));
    return end - position;
  }

  write(position: number, source: Uint8Array): void {
    checkFileRange(position, source, "source");
    if (source.length === 0) return;
    const end = position + source.length;
    if (end > this.#sizeBytes) this.#growTo(end);
    this.#bytes.set(source, position);
  }

  resize(sizeBytes: number): void {
    checkFileSize(sizeBytes);
    if (sizeBytes > this.#sizeBytes) {
      this.#growTo(sizeBytes);
    } else {
      this.#bytes.fill(0, sizeBytes, this.#sizeBytes);
      this.#sizeBytes = sizeBytes;
    }
  }

  /** Memory is as durable as it gets. */
  flush(): void {}

  #growTo(sizeBytes: number): void {
    if (sizeBytes > this.#capacityBytes) {
      throw new DiskFull(`${sizeBytes} bytes exceed the capacity of ${this.#capacityBytes}`);
    }
    if (sizeBytes > this.#bytes.length) {
      // Twice as much, so that a file that grows page by page is copied seldom.
      const roomBytes = Math.min(this.#capacityBytes, Math.max(sizeBytes, 2 * this.#bytes.length));
      const bytes = allocate(roomBytes) ?? allocate(sizeBytes);
      if (bytes === undefined) throw new DiskFull(`the engine has no room for ${sizeBytes} bytes`);
      bytes.set(this.#bytes.subarray(0, this.#sizeBytes));
      this.#bytes = bytes;
    }
    this.#sizeBytes = sizeBytes;
  }
}

function allocate(sizeBytes: number): Uint8Array | undefined {
  try {
    return new Uint8Array(sizeBytes);
  } catch {
    return undefined;
  }
}
