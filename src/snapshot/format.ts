/**
 * The bytes of a snapshot: 32 bytes of header, then records (docs/snapshots.md).
 *
 *      0            8         12        16             24             32
 *     +------------+---------+---------+--------------+--------------+- - - - -+
 *     | magic      | version | 0       | body bytes   | XXH64 of it  | records |
 *     +------------+---------+---------+--------------+--------------+- - - - -+
 */
export const MAGIC = "GPSNAP\r\n";
export const VERSION = 1;
export const HEADER_BYTES = 32;
const RECORD_HEADER_BYTES = 8;

const TWO_TO_32 = 0x1_0000_0000;

/** Types of records. */
export const RecordType = {
  Host: 1,
  Machine: 2,
  Section: 3,
  Space: 4,
  Thread: 5,
  Region: 6,
  Awe: 7,
  Run: 8,
  Facts: 9,
  Slots: 10,
  Page: 11,
  Recent: 12,
  Order: 13,
} as const;

/** The bytes are no snapshot that this version can read, or no state that can be. */
export class SnapshotRefused extends Error {
  override readonly name = "SnapshotRefused";
}

/** One record of a snapshot. */
export interface StateRecord {
  readonly type: number;
  /** Where it begins in the snapshot. */
  readonly position: number;
  /** Type, length and fields. */
  readonly bytes: Uint8Array;
  /** The fields alone. */
  readonly fields: DataView;
}

/** The hash as it is written: 16 hexadecimal digits. */
export function hashText([low, high]: readonly [number, number]): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

/** The header of a body. */
export function headerOf(bodyBytes: number, [low, high]: readonly [number, number]): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  for (let index = 0; index < MAGIC.length; index++) header[index] = MAGIC.charCodeAt(index);
  view.setUint32(8, VERSION, true);
  view.setUint32(16, bodyBytes % TWO_TO_32, true);
  view.setUint32(20, Math.floor(bodyBytes / TWO_TO_32), true);
  view.setUint32(24, low, true);
  view.setUint32(28, high, true);
  return header;
}

/** The hash that the header names. */
export function hashIn(snapshot: Uint8Array): readonly [number, number] {
  const view = viewOf(snapshot);
  return [view.getUint32(24, true), view.getUint32(28, true)];
}

/** Whether a file begins as snapshots do. */
export function isSnapshot(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/** @throws SnapshotRefused for what is no snapshot of this version, or was cut off */
export function checkHeader(snapshot: Uint8Array): void {
  if (!isSnapshot(snapshot)) throw new SnapshotRefused("these bytes are not a snapshot");
  if (snapshot.length < HEADER_BYTES) throw new SnapshotRefused("the snapshot is cut off");
  const view = viewOf(snapshot);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new SnapshotRefused(`the snapshot is of version ${version}, and this reads ${VERSION}`);
  }
  const bodyBytes = view.getUint32(16, true) + view.getUint32(20, true) * TWO_TO_32;
  const there = snapshot.length - HEADER_BYTES;
  if (bodyBytes !== there) {
    throw new SnapshotRefused(`the snapshot has ${there} bytes of state where ${bodyBytes} belong`);
  }
  if (view.getUint32(12, true) !== 0)
    throw new SnapshotRefused("the header of the snapshot is damaged");
}

/**
 * The records of a snapshot whose header is sound.
 *
 * @throws SnapshotRefused where a record does not end inside of it
 */
export function* recordsOf(snapshot: Uint8Array): Generator<StateRecord> {
  const view = viewOf(snapshot);
  for (let position = HEADER_BYTES; position < snapshot.length; ) {
    const left = snapshot.length - position - RECORD_HEADER_BYTES;
    const length = left < 0 ? 0 : view.getUint32(position + 4, true);
    if (left < length || length % 8 !== 0) {
      throw new SnapshotRefused(`byte ${position} of the snapshot: a record does not end in it`);
    }
    const end = position + RECORD_HEADER_BYTES + length;
    yield {
      type: view.getUint32(position, true),
      position,
      bytes: snapshot.subarray(position, end),
      fields: new DataView(
        snapshot.buffer,
        snapshot.byteOffset + position + RECORD_HEADER_BYTES,
        length,
      ),
    };
    position = end;
  }
}

/** A record of the host's own state. */
export function hostRecord(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const length = Math.ceil(bytes.length / 8) * 8;
  const record = new Uint8Array(RECORD_HEADER_BYTES + length).fill(0x20, RECORD_HEADER_BYTES);
  const view = new DataView(record.buffer);
  view.setUint32(0, RecordType.Host, true);
  view.setUint32(4, length, true);
  record.set(bytes, RECORD_HEADER_BYTES);
  return record;
}

function viewOf(snapshot: Uint8Array): DataView {
  return new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength);
}
