import {
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "./constants/memory.ts";
import {
  STATUS_INVALID_FILE_FOR_SECTION,
  STATUS_INVALID_IMAGE_FORMAT,
  STATUS_INVALID_IMAGE_NOT_MZ,
} from "./constants/status.ts";
import type { FileBacking } from "./file-backing.ts";
import { guardTargets as readGuardTargets } from "./guard-table.ts";
import type { SectionImageInformation } from "./structs.ts";
import { PAGE_BYTES } from "./wasm/exports.ts";

/** Pages of an image that are equal at first. */
export interface ImageRun {
  readonly pages: number;
  /** PAGE_*; 0: the pages are reserved. */
  readonly protect: number;
}

/** Bytes of an image that come from its file; all others are zeros. */
export interface ImageExtent {
  /** From the base of the image. */
  readonly offset: number;
  /** In the file. */
  readonly position: number;
  readonly sizeBytes: number;
}

/** What the headers of a program say of its memory. Windows page: "PE Format". */
export interface PortableExecutable {
  /** SizeOfImage, as whole pages. */
  readonly sizeBytes: number;
  /** The address that the image wants: a multiple of 64 KB, so exact up to 2^64. */
  readonly base: number;
  /** Together as long as the image. */
  readonly runs: readonly ImageRun[];
  /** In the order of their offsets. */
  readonly extents: readonly ImageExtent[];
  readonly information: SectionImageInformation;
  /** Offsets of the functions that Control Flow Guard knows of; undefined without a table. */
  readonly guardTargets: readonly number[] | undefined;
}

type ImageFile = Pick<FileBacking, "sizeBytes" | "read">;

const GRANULARITY = 0x10000n;

const DOS_HEADER_BYTES = 64;
const DOS_MAGIC = 0x5a4d;
const DOS_NEW_HEADER = 0x3c;
const NT_SIGNATURE = 0x4550;
const FILE_HEADER_BYTES = 24;
const OPTIONAL_32 = { magic: 0x10b, bytes: 96, loaderFlags: 88 } as const;
const OPTIONAL_64 = { magic: 0x20b, bytes: 112, loaderFlags: 104 } as const;
const SECTION_HEADER_BYTES = 40;
/** "The Windows loader limits the number of sections to 96." */
const SECTIONS_MAXIMUM = 96;

const MEM_SHARED = 0x1000_0000;
const MEM_EXECUTE = 0x2000_0000;
const MEM_READ = 0x4000_0000;
const MEM_WRITE = 0x8000_0000;

const IMAGE_MAPPED_FLAT = 0x8;
const DLL_CHARACTERISTICS = 70;
const GUARD_CF = 0x4000;

/** What stands against a file; never leaves this module. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super("the file is no program");
    this.status = status;
  }
}

/**
 * Read the headers of a program, whatever a file holds: what it says of its memory, or the NTSTATUS
 * that refuses it (7.1#13). Checks what Windows' loader relies on: sections follow each other
 * without a gap, within SizeOfImage, and their bytes lie in the file.
 *
 * @throws whatever the file throws
 */
export function readPortableExecutable(file: ImageFile): PortableExecutable | number {
  try {
    return readImage(file);
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

function readImage(file: ImageFile): PortableExecutable {
  const fileBytes = file.sizeBytes;
  if (fileBytes === 0) throw new Refusal(STATUS_INVALID_FILE_FOR_SECTION);
  const dos = bytesAt(file, 0, DOS_HEADER_BYTES, STATUS_INVALID_IMAGE_NOT_MZ);
  if (dos.getUint16(0, true) !== DOS_MAGIC) throw new Refusal(STATUS_INVALID_IMAGE_NOT_MZ);
  const start = dos.getUint32(DOS_NEW_HEADER, true);
  const head = bytesAt(file, start, FILE_HEADER_BYTES);
  demand(head.getUint32(0, true) === NT_SIGNATURE);
  const optionalBytes = head.getUint16(20, true);
  const optional = optionalHeader(file, start + FILE_HEADER_BYTES, optionalBytes);
  const table = start + FILE_HEADER_BYTES + optionalBytes;
  const count = head.getUint16(6, true);
  demand(count <= SECTIONS_MAXIMUM);
  const sections = bytesAt(file, table, count * SECTION_HEADER_BYTES);

  const alignment = optional.getUint32(32, true);
  demand(alignment !== 0 && (alignment & (alignment - 1)) === 0);
  const base = baseOf(optional);
  demand(base % GRANULARITY === 0n);
  const sizeBytes = roundUp(optional.getUint32(56, true), PAGE_BYTES);
  const tableEnd = table + sections.byteLength;
  const headerBytes = Math.max(optional.getUint32(60, true), tableEnd);
  demand(headerBytes <= sizeBytes);

  const isFlat = alignment < PAGE_BYTES;
  if (isFlat) demand(optional.getUint32(36, true) === alignment);
  const layout = isFlat
    ? flatLayout(fileBytes, sizeBytes)
    : layoutOf(sections, { fileBytes, sizeBytes, headerBytes, alignment });
  const directories = start + FILE_HEADER_BYTES + optional.byteLength;
  const guardTargets = isGuarded(optional)
    ? readGuardTargets({
        file,
        isWide: isWide(optional),
        base,
        sizeBytes,
        extents: layout.extents,
        directories: bytesAt(file, directories, table - directories),
      })
    : undefined;
  const containsCode = isFlat || layout.runs.some(({ protect }) => protect >= PAGE_EXECUTE);
  return {
    sizeBytes,
    base: Number(base),
    ...layout,
    guardTargets,
    information: informationOf(head, optional, {
      base,
      fileBytes,
      containsCode,
      flags: isFlat ? IMAGE_MAPPED_FLAT : 0,
    }),
  };
}

/** @throws Refusal where the file does not have as many bytes there */
function bytesAt(
  file: ImageFile,
  position: number,
  sizeBytes: number,
  status = STATUS_INVALID_IMAGE_FORMAT,
): DataView {
  const bytes = new Uint8Array(sizeBytes);
  const isThere = position + sizeBytes <= file.sizeBytes;
  if (!isThere || file.read(position, bytes) < sizeBytes) throw new Refusal(status);
  return new DataView(bytes.buffer);
}

function demand(condition: boolean): void {
  if (!condition) throw new Refusal(STATUS_INVALID_IMAGE_FORMAT);
}

/** The fields before the data directories. */
function optionalHeader(file: ImageFile, position: number, sizeBytes: number): DataView {
  const magic = bytesAt(file, position, 2).getUint16(0, true);
  const kind = [OPTIONAL_32, OPTIONAL_64].find((known) => known.magic === magic);
  if (kind === undefined || sizeBytes < kind.bytes) throw new Refusal(STATUS_INVALID_IMAGE_FORMAT);
  return bytesAt(file, position, kind.bytes);
}

function isWide(optional: DataView): boolean {
  return optional.byteLength === OPTIONAL_64.bytes;
}

/** IMAGE_DLLCHARACTERISTICS_GUARD_CF */
function isGuarded(optional: DataView): boolean {
  return (optional.getUint16(DLL_CHARACTERISTICS, true) & GUARD_CF) !== 0;
}

function baseOf(optional: DataView): bigint {
  return isWide(optional) ? optional.getBigUint64(24, true) : BigInt(optional.getUint32(28, true));
}

interface Layout {
  readonly runs: readonly ImageRun[];
  readonly extents: readonly ImageExtent[];
}

/** Sections that are aligned to less than a page: the file is mapped as it is. */
function flatLayout(fileBytes: number, sizeBytes: number): Layout {
  return {
    runs: [{ pages: sizeBytes / PAGE_BYTES, protect: PAGE_EXECUTE_WRITECOPY }],
    extents: [{ offset: 0, position: 0, sizeBytes: Math.min(fileBytes, sizeBytes) }],
  };
}

function layoutOf(
  sections: DataView,
  file: { fileBytes: number; sizeBytes: number; headerBytes: number; alignment: number },
): Layout {
  const { fileBytes, sizeBytes, headerBytes, alignment } = file;
  const runs: ImageRun[] = [];
  let end = 0;
  const add = (upTo: number, protect: number) => {
    if (upTo > end) runs.push({ pages: (upTo - end) / PAGE_BYTES, protect });
    end = Math.max(end, upTo);
  };
  const extents = [{ offset: 0, position: 0, sizeBytes: Math.min(headerBytes, fileBytes) }];
  add(roundUp(headerBytes, PAGE_BYTES), PAGE_READONLY);
  for (let at = 0; at < sections.byteLength; at += SECTION_HEADER_BYTES) {
    const field = (index: number) => sections.getUint32(at + index, true);
    const rawBytes = field(16);
    const virtualBytes = field(8) || rawBytes;
    const offset = field(12);
    const position = field(20);
    demand(virtualBytes !== 0 && offset === roundUp(end, alignment));
    demand(offset + virtualBytes <= sizeBytes);
    add(offset, 0);
    add(roundUp(offset + virtualBytes, PAGE_BYTES), protectionOf(field(36)));
    if (rawBytes === 0 || position === 0) continue;
    const mappedBytes = Math.min(rawBytes, virtualBytes);
    demand(position + mappedBytes <= fileBytes);
    extents.push({ offset, position, sizeBytes: mappedBytes });
  }
  add(sizeBytes, 0);
  return { runs, extents };
}

/** The table of 7.9. */
function protectionOf(characteristics: number): number {
  const isShared = (characteristics & MEM_SHARED) !== 0;
  const isWritten = (characteristics & MEM_WRITE) !== 0;
  const isRead = (characteristics & MEM_READ) !== 0;
  if ((characteristics & MEM_EXECUTE) !== 0) {
    if (isWritten) return isShared ? PAGE_EXECUTE_READWRITE : PAGE_EXECUTE_WRITECOPY;
    return isRead ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
  }
  if (isWritten) return isShared ? PAGE_READWRITE : PAGE_WRITECOPY;
  return isRead ? PAGE_READONLY : PAGE_NOACCESS;
}

function informationOf(
  head: DataView,
  optional: DataView,
  known: { base: bigint; fileBytes: number; containsCode: boolean; flags: number },
): SectionImageInformation {
  const word = (at: number) => optional.getUint16(at, true);
  const dword = (at: number) => optional.getUint32(at, true);
  const wide = isWide(optional);
  const pointer = (at: number) => {
    return wide ? exact(optional.getBigUint64(at, true)) : dword(at);
  };
  const [codeBytes, entry] = [dword(4), dword(16)];
  const hasCode = known.containsCode || codeBytes !== 0 || entry !== 0;
  return {
    TransferAddress: exact(known.base + BigInt(entry)),
    ZeroBits: 0,
    MaximumStackSize: pointer(72),
    CommittedStackSize: pointer(wide ? 80 : 76),
    SubSystemType: word(68),
    SubSystemMinorVersion: word(50),
    SubSystemMajorVersion: word(48),
    MajorOperatingSystemVersion: word(40),
    MinorOperatingSystemVersion: word(42),
    ImageCharacteristics: head.getUint16(22, true),
    DllCharacteristics: word(70),
    Machine: head.getUint16(4, true),
    ImageContainsCode: hasCode ? 1 : 0,
    ImageFlags: known.flags,
    LoaderFlags: dword((wide ? OPTIONAL_64 : OPTIONAL_32).loaderFlags),
    ImageFileSize: known.fileBytes,
    CheckSum: dword(64),
  };
}

/** A plain number as long as it is exact. */
function exact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
