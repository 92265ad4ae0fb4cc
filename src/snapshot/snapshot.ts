import { byteArray } from "../door.ts";
import { differenceOf, type SnapshotDifference } from "./difference.ts";

/**
 * The state of a machine: bytes, to be kept in a file, sent, or compared (docs/snapshots.md).
 *
 * @example
 * const before = machine.snapshot();
 * guest.memory.setUint32(base, 42);
 * before.diff(machine.snapshot());
 */
export class Snapshot extends Uint8Array<ArrayBuffer> {
  /** @param bytes what `Machine.snapshot` gave, from wherever it was kept; copied */
  constructor(bytes: Uint8Array | number) {
    // The types of the library know this constructor for buffers alone.
    super(bytes as unknown as ArrayBuffer);
  }

  /**
   * What is otherwise in another snapshot: regions, protections, what is known of pages, bytes.
   *
   * @param other the later one, say
   * @throws TypeError for what is no byte array; SnapshotRefused where one of them is no snapshot
   */
  diff(other: Uint8Array): SnapshotDifference {
    byteArray(other, "other");
    return differenceOf(this, other);
  }

  /** What is cut out of a snapshot is none. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }
}
