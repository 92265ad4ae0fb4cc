/** Programs for tests: as small a file as the headers allow, with what a test says of it. */

export interface ProgramSection {
  /** From the base; default: where the section before ends. */
  offset?: number;
  /** VirtualSize; default: as many as there are contents. */
  virtualBytes?: number;
  contents?: Uint8Array;
  /** SizeOfRawData; default: as many as there are contents. */
  rawBytes?: number;
  /** PointerToRawData; default: where the contents are. */
  position?: number;
  /** IMAGE_SCN_*. */
  characteristics: number;
}

export interface ProgramOptions {
  wide?: boolean;
  base?: bigint;
  sections?: readonly ProgramSection[];
  /** SizeOfImage; default: up to the end of the last section. */
  imageBytes?: number;
  headerBytes?: number;
  sectionAlignment?: number;
  fileAlignment?: number;
  entry?: number;
  /** Where the NT headers are. */
  headersAt?: number;
  machine?: number;
  dllCharacteristics?: number;
  /** Data directories: offset and size each. Default: none. */
  directories?: readonly (readonly [offset: number, sizeBytes: number])[];
}

export const SHARED = 0x1000_0000;
export const EXECUTE = 0x2000_0000;
export const READ = 0x4000_0000;
export const WRITE = 0x8000_0000;

const SECTION_HEADER_BYTES = 40;
const DIRECTORY_BYTES = 8;

/** The sizes and offsets of the optional header that differ by its width. */
const WIDTHS = {
  32: { magic: 0x10b, bytes: 96, loaderFlags: 88 },
  64: { magic: 0x20b, bytes: 112, loaderFlags: 104 },
} as const;

/** Version, stack and subsystem fields that every program here has. */
export const FIELDS = {
  checksum: 0xc0de1234,
  characteristics: 0x102,
  dllCharacteristics: 0x140,
  loaderFlags: 7,
  osMajor: 6,
  osMinor: 2,
  stackCommit: 0x2000,
  stackReserve: 0x140000,
  subsystem: 3,
  subsystemMajor: 5,
  subsystemMinor: 1,
} as const;

/** The bytes of a program. */
export function program(options: ProgramOptions = {}): Uint8Array {
  const { wide = false, sections = [], headersAt = 0x80, headerBytes = 0x400 } = options;
  const alignment = options.sectionAlignment ?? 0x1000;
  const width = WIDTHS[wide ? 64 : 32];
  const placed = place(sections, headerBytes, alignment);
  const fileBytes = Math.max(headerBytes, ...placed.map(({ end }) => end));
  const bytes = new Uint8Array(fileBytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, headersAt, true);
  view.setUint32(headersAt, 0x4550, true);
  view.setUint16(headersAt + 4, options.machine ?? (wide ? 0x8664 : 0x14c), true);
  view.setUint16(headersAt + 6, sections.length, true);
  const { directories = [] } = options;
  const optionalBytes = width.bytes + directories.length * DIRECTORY_BYTES;
  view.setUint16(headersAt + 20, optionalBytes, true);
  view.setUint16(headersAt + 22, FIELDS.characteristics, true);
  const last = placed.at(-1);
  const imageBytes = options.imageBytes ?? (last ? last.offset + last.virtualBytes : headerBytes);
  writeOptional(new DataView(bytes.buffer, headersAt + 24, width.bytes), options, imageBytes);
  for (const [index, [offset, sizeBytes]] of directories.entries()) {
    const at = headersAt + 24 + width.bytes + index * DIRECTORY_BYTES;
    view.setUint32(at, offset, true);
    view.setUint32(at + 4, sizeBytes, true);
  }
  for (const [index, section] of placed.entries()) {
    const at = headersAt + 24 + optionalBytes + index * SECTION_HEADER_BYTES;
    view.setUint32(at + 8, section.virtualBytes, true);
    view.setUint32(at + 12, section.offset, true);
    view.setUint32(at + 16, section.rawBytes, true);
    view.setUint32(at + 20, section.position, true);
    view.setUint32(at + 36, section.characteristics, true);
    bytes.set(section.contents, section.contentsAt);
  }
  return bytes;
}

function place(sections: readonly ProgramSection[], headerBytes: number, alignment: number) {
  let next = roundUp(headerBytes, alignment);
  let contentsAt = headerBytes;
  return sections.map((section) => {
    const { contents = new Uint8Array(0), characteristics } = section;
    const { virtualBytes = contents.length, rawBytes = contents.length } = section;
    const offset = section.offset ?? next;
    const at = contentsAt;
    next = roundUp(offset + (virtualBytes || rawBytes), alignment);
    contentsAt += contents.length;
    const position = section.position ?? (contents.length > 0 ? at : 0);
    const end = contentsAt;
    return {
      characteristics,
      contents,
      contentsAt: at,
      end,
      offset,
      position,
      rawBytes,
      virtualBytes,
    };
  });
}

function writeOptional(view: DataView, options: ProgramOptions, imageBytes: number): void {
  const { wide = false, base = 0x400000n, entry = 0x1000 } = options;
  const width = WIDTHS[wide ? 64 : 32];
  view.setUint16(0, width.magic, true);
  view.setUint32(16, entry, true);
  if (wide) view.setBigUint64(24, base, true);
  else view.setUint32(28, Number(base), true);
  view.setUint32(32, options.sectionAlignment ?? 0x1000, true);
  view.setUint32(36, options.fileAlignment ?? 0x200, true);
  view.setUint16(40, FIELDS.osMajor, true);
  view.setUint16(42, FIELDS.osMinor, true);
  view.setUint16(48, FIELDS.subsystemMajor, true);
  view.setUint16(50, FIELDS.subsystemMinor, true);
  view.setUint32(56, imageBytes, true);
  view.setUint32(60, options.headerBytes ?? 0x400, true);
  view.setUint32(64, FIELDS.checksum, true);
  view.setUint16(68, FIELDS.subsystem, true);
  view.setUint16(70, options.dllCharacteristics ?? FIELDS.dllCharacteristics, true);
  view.setUint32(72, FIELDS.stackReserve, true);
  view.setUint32(wide ? 80 : 76, FIELDS.stackCommit, true);
  view.setUint32(width.loaderFlags, FIELDS.loaderFlags, true);
}

/** Contents whose bytes tell where they come from. */
export function pattern(sizeBytes: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, index) => (index * 7 + seed) & 0xff);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
