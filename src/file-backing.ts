/**
 * The bytes of a file, as sections over it need them. All methods are synchronous. Positions and
 * sizes count bytes, from 0 to 2^53 - 1.
 *
 * A failure is thrown: DiskFull where there is no room, any other error where the medium fails. A
 * write or resize that failed leaves the file as long as it was; some of the bytes that it was to
 * replace may have been replaced.
 */
export interface FileBacking {
  /** Bytes in the file now. */
  readonly sizeBytes: number;
  /**
   * Fill `target` from `position` on. Bytes beyond the end of the file leave `target` as it is.
   * Returns the bytes read.
   */
  read(position: number, target: Uint8Array): number;
  /**
   * Write all of `source` at `position`. A file that ends before the end of what is written grows;
   * what lies between its old end and `position` becomes zeros. An empty source does nothing.
   */
  write(position: number, source: Uint8Array): void;
  /** Cut, or grow with zeros, to exactly so many bytes. */
  resize(sizeBytes: number): void;
  /** What was written reaches the disk. */
  flush(): void;
  /** Give the file back. Every later use of it throws; closing it again does nothing. */
  close?(): void;
}

/** There is no room for what was to be written. `cause` is what the system said, if it did. */
export class DiskFull extends Error {
  override readonly name = "DiskFull";

  constructor(message = "there is no room left", options?: ErrorOptions) {
    super(message, options);
  }
}

const METHODS = ["read", "write", "resize", "flush"] as const;

/** @throws TypeError for what cannot be a file */
export function checkBacking(backing: FileBacking): void {
  const given = backing as Partial<FileBacking> | null | undefined;
  const isFile = METHODS.every((name) => typeof given?.[name] === "function");
  if (isFile && typeof given?.sizeBytes === "number") return;
  throw new TypeError(`backing must have sizeBytes, ${METHODS.join(", ")}`);
}
