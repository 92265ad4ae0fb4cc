import type { FileBacking } from "./file-backing.ts";

/** Bytes of an image that come from its file. */
interface Extent {
  readonly offset: number;
  readonly position: number;
  readonly sizeBytes: number;
}

/** What is known of a program before its tables are read. */
export interface GuardedImage {
  readonly file: Pick<FileBacking, "read">;
  readonly isWide: boolean;
  readonly base: bigint;
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
  /** The data directories of the optional header. */
  readonly directories: DataView;
}

const DIRECTORY_BYTES = 8;
const LOAD_CONFIGURATION = 10;
const ENTRY_BYTES = 4;
/** Where IMAGE_LOAD_CONFIG_DIRECTORY has the table, the number of entries and the flags. */
const FIELDS_32 = { table: 0x50, count: 0x54, flags: 0x58, end: 0x5c } as const;
const FIELDS_64 = { table: 0x80, count: 0x88, flags: 0x90, end: 0x94 } as const;
/** Bits 28 to 31 of the flags: bytes of each entry beyond the address. */
const EXTRA_SHIFT = 28;
const SLOT_BYTES = 16;

/**
 * The functions that Control Flow Guard lets calls through to, as offsets from the base; undefined
 * where the program has no table, or one that cannot be. Windows page: "The Load Configuration
 * Structure (Image Only)".
 */
export function guardTargets(image: GuardedImage): readonly number[] | undefined {
  const at = LOAD_CONFIGURATION * DIRECTORY_BYTES;
  if (image.directories.byteLength < at + DIRECTORY_BYTES) return undefined;
  const fields = image.isWide ? FIELDS_64 : FIELDS_32;
  const offset = image.directories.getUint32(at, true);
  const configuration = offset === 0 ? undefined : bytesOf(image, offset, fields.end);
  if (configuration === undefined) return undefined;
  const size = configuration.getUint32(0, true);
  if (size < fields.end) return undefined;
  const pointer = (field: number) => {
    if (image.isWide) return configuration.getBigUint64(field, true);
    return BigInt(configuration.getUint32(field, true));
  };
  const count = pointer(fields.count);
  const table = pointer(fields.table) - image.base;
  const most = BigInt(image.sizeBytes);
  if (count === 0n || count * BigInt(ENTRY_BYTES) > most || table <= 0n || table >= most) {
    return undefined;
  }
  const stride = ENTRY_BYTES + (configuration.getUint32(fields.flags, true) >>> EXTRA_SHIFT);
  const entries = bytesOf(image, Number(table), Number(count) * stride);
  if (entries === undefined) return undefined;
  const targets = Array.from({ length: Number(count) }, (_, index) => {
    return entries.getUint32(index * stride, true);
  });
  return targets.filter((target) => target % SLOT_BYTES === 0 && target < image.sizeBytes);
}

/** Bytes that lie in one section of the file, or undefined. */
function bytesOf(image: GuardedImage, offset: number, sizeBytes: number): DataView | undefined {
  const extent = image.extents.find((one) => {
    return offset >= one.offset && offset + sizeBytes <= one.offset + one.sizeBytes;
  });
  if (extent === undefined) return undefined;
  const bytes = new Uint8Array(sizeBytes);
  const read = image.file.read(extent.position + offset - extent.offset, bytes);
  return read < sizeBytes ? undefined : new DataView(bytes.buffer);
}
