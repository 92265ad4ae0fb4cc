import { DiskFull, type FileBacking } from "./file-backing.ts";
import { checkFileRange, checkFileSize } from "./file-range.ts";

/** What a system offers for an open file. Everything may throw what that system throws. */
export interface Medium {
  sizeBytes(): number;
  /** May read less than there is; 0 at the end of the file. */
  read(position: number, target: Uint8Array): number;
  /** May write less than there is. */
  write(position: number, source: Uint8Array): number;
  resize(sizeBytes: number): void;
  flush(): void;
  close(): void;
  /** Whether an error says that there is no room. */
  isFull(error: unknown): boolean;
}

/** A file on a medium: makes of what systems do in parts and in their own words one contract. */
export class MediumFile implements FileBacking {
  #medium: Medium | undefined;

  /** @internal */
  constructor(medium: Medium) {
    this.#medium = medium;
  }

  get sizeBytes(): number {
    return this.#opened().sizeBytes();
  }

  read(position: number, target: Uint8Array): number {
    checkFileRange(position, target, "target");
    const medium = this.#opened();
    let done = 0;
    while (done < target.length) {
      const count = medium.read(position + done, target.subarray(done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  write(position: number, source: Uint8Array): void {
    checkFileRange(position, source, "source");
    const medium = this.#opened();
    const sizeBytes = medium.sizeBytes();
    try {
      let done = 0;
      while (done < source.length) {
        const count = medium.write(position + done, source.subarray(done));
        if (count === 0) throw new DiskFull("the file takes no more bytes");
        done += count;
      }
    } catch (error) {
      cutBack(medium, sizeBytes);
      throw translated(medium, error);
    }
  }

  resize(sizeBytes: number): void {
    checkFileSize(sizeBytes);
    const medium = this.#opened();
    try {
      medium.resize(sizeBytes);
    } catch (error) {
      throw translated(medium, error);
    }
  }

  flush(): void {
    const medium = this.#opened();
    try {
      medium.flush();
    } catch (error) {
      throw translated(medium, error);
    }
  }

  close(): void {
    const medium = this.#medium;
    this.#medium = undefined;
    medium?.close();
  }

  /** The system may have given the number of a closed file to another one by now. */
  #opened(): Medium {
    if (this.#medium === undefined) throw new Error("the file is closed");
    return this.#medium;
  }
}

/** Undo the growth of a write that failed, if the system allows as much. */
function cutBack(medium: Medium, sizeBytes: number): void {
  try {
    if (medium.sizeBytes() > sizeBytes) medium.resize(sizeBytes);
  } catch {
    // Why the write failed is what its caller has to know.
  }
}

function translated(medium: Medium, error: unknown): unknown {
  if (!medium.isFull(error)) return error;
  return new DiskFull(error instanceof Error ? error.message : undefined, { cause: error });
}
