/**
 * The structures that calls fill in: their fields in order, and their bytes. The offsets follow
 * from the kinds by the alignment rules of the Windows compilers; a 32-bit process and a 64-bit one
 * differ in the width of pointers.
 */
type FieldKind = "byte" | "word" | "dword" | "qword" | "pointer";
type Fields = readonly (readonly [name: string, kind: FieldKind])[];

const KIND_BYTES = { byte: 1, word: 2, dword: 4, qword: 8 } as const;

interface PlacedField {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** One structure: where its fields lie for either width. */
export class Structure {
  readonly #layouts: Record<4 | 8, { fields: readonly PlacedField[]; bytes: number }>;

  constructor(fields: Fields) {
    this.#layouts = { 4: place(fields, 4), 8: place(fields, 8) };
  }

  sizeBytes(pointerBytes: 4 | 8): number {
    return this.#layouts[pointerBytes].bytes;
  }

  /** Names of the fields that lie wholly within the first `length` bytes. */
  fieldsWithin(length: number, pointerBytes: 4 | 8): readonly string[] {
    return this.#layouts[pointerBytes].fields
      .filter(({ offset, bytes }) => offset + bytes <= length)
      .map(({ name }) => name);
  }

  /** The bytes of a structure, with zeros between the fields. */
  encode(values: object, pointerBytes: 4 | 8): Uint8Array {
    const { fields, bytes: size } = this.#layouts[pointerBytes];
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    const given = new Map<string, number | bigint>(Object.entries(values));
    for (const { name, offset, bytes: width } of fields) {
      const value = given.get(name) ?? 0;
      if (width === 1) view.setUint8(offset, Number(value));
      else if (width === 2) view.setUint16(offset, Number(value), true);
      else if (width === 4) view.setUint32(offset, Number(value), true);
      else view.setBigUint64(offset, BigInt(value), true);
    }
    return bytes;
  }
}

function place(fields: Fields, pointerBytes: 4 | 8): { fields: PlacedField[]; bytes: number } {
  const placed: PlacedField[] = [];
  let end = 0;
  let alignment = 1;
  for (const [name, kind] of fields) {
    const bytes = kind === "pointer" ? pointerBytes : KIND_BYTES[kind];
    const offset = roundUp(end, bytes);
    placed.push({ name, offset, bytes });
    end = offset + bytes;
    alignment = Math.max(alignment, bytes);
  }
  return { fields: placed, bytes: roundUp(end, alignment) };
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Windows page: "MEMORY_BASIC_INFORMATION structure". 28 or 48 bytes. */
export interface MemoryBasicInformation {
  /** The queried page. */
  BaseAddress: number;
  /** First page of the region; 0 for free memory. */
  AllocationBase: number;
  /** PAGE_* as the region was made; 0 for free memory. */
  AllocationProtect: number;
  /** Bytes from BaseAddress to the end of the run of equal pages. */
  RegionSize: number;
  /** MEM_COMMIT, MEM_RESERVE or MEM_FREE. */
  State: number;
  /** PAGE_* of committed pages, 0 for reserved ones, PAGE_NOACCESS for free ones. */
  Protect: number;
  /** MEM_PRIVATE, MEM_MAPPED, MEM_IMAGE; 0 for free memory. */
  Type: number;
}

export const MEMORY_BASIC_INFORMATION = new Structure([
  ["BaseAddress", "pointer"],
  ["AllocationBase", "pointer"],
  ["AllocationProtect", "dword"],
  ["RegionSize", "pointer"],
  ["State", "dword"],
  ["Protect", "dword"],
  ["Type", "dword"],
]);

/**
 * Windows page: "WIN32_MEMORY_REGION_INFORMATION structure", with the two fields behind it. 28 or
 * 48 bytes.
 */
export interface MemoryRegionInformation {
  /** First page of the region. */
  AllocationBase: number;
  /** PAGE_* as the region was made. */
  AllocationProtect: number;
  /** Bit 0 private, 1 view of a data file, 2 view of an image, 3 view of the page file. */
  Flags: number;
  /** Bytes of the whole region. */
  RegionSize: number;
  /** Bytes that are charged. */
  CommitSize: number;
  /** 0. */
  PartitionId: number;
  /** All ones: no preferred node. */
  NodePreference: number | bigint;
}

export const MEMORY_REGION_INFORMATION = new Structure([
  ["AllocationBase", "pointer"],
  ["AllocationProtect", "dword"],
  ["Flags", "dword"],
  ["RegionSize", "pointer"],
  ["CommitSize", "pointer"],
  ["PartitionId", "pointer"],
  ["NodePreference", "pointer"],
]);

/** Windows page: "NtQuerySection". 16 or 24 bytes. */
export interface SectionInformation {
  /** NULL: only a section with SEC_BASED has one. */
  BaseAddress: number;
  /** SEC_*, as the section was made. */
  Attributes: number;
  /** Bytes. */
  Size: number;
}

export const SECTION_BASIC_INFORMATION = new Structure([
  ["BaseAddress", "pointer"],
  ["Attributes", "dword"],
  ["Size", "qword"],
]);

/** What the headers of a program say. Windows page: "PE Format". 48 or 64 bytes. */
export interface SectionImageInformation {
  /** Entry point, for the address that the image wants. */
  TransferAddress: number | bigint;
  /** 0. */
  ZeroBits: number;
  /** Bytes, as the next. */
  MaximumStackSize: number | bigint;
  /** SizeOfStackCommit of the headers. */
  CommittedStackSize: number | bigint;
  /** IMAGE_SUBSYSTEM_*. */
  SubSystemType: number;
  /** Version of the subsystem that the program wants, low part. */
  SubSystemMinorVersion: number;
  /** The same, high part. */
  SubSystemMajorVersion: number;
  /** Version of the system that the program wants, high part. */
  MajorOperatingSystemVersion: number;
  /** The same, low part. */
  MinorOperatingSystemVersion: number;
  /** IMAGE_FILE_*. */
  ImageCharacteristics: number;
  /** IMAGE_DLLCHARACTERISTICS_*. */
  DllCharacteristics: number;
  /** IMAGE_FILE_MACHINE_*. */
  Machine: number;
  /** 1 or 0. */
  ImageContainsCode: number;
  /** 8: its sections are aligned to less than a page, and the file is mapped as it is. */
  ImageFlags: number;
  /** LoaderFlags of the headers. */
  LoaderFlags: number;
  /** Bytes. */
  ImageFileSize: number;
  /** CheckSum of the headers. */
  CheckSum: number;
}

export const SECTION_IMAGE_INFORMATION = new Structure([
  ["TransferAddress", "pointer"],
  ["ZeroBits", "dword"],
  ["MaximumStackSize", "pointer"],
  ["CommittedStackSize", "pointer"],
  ["SubSystemType", "dword"],
  ["SubSystemMinorVersion", "word"],
  ["SubSystemMajorVersion", "word"],
  ["MajorOperatingSystemVersion", "word"],
  ["MinorOperatingSystemVersion", "word"],
  ["ImageCharacteristics", "word"],
  ["DllCharacteristics", "word"],
  ["Machine", "word"],
  ["ImageContainsCode", "byte"],
  ["ImageFlags", "byte"],
  ["LoaderFlags", "dword"],
  ["ImageFileSize", "dword"],
  ["CheckSum", "dword"],
]);

/** Windows page: "SYSTEM_INFO structure". 36 or 48 bytes. */
export interface SystemInfo {
  /** PROCESSOR_ARCHITECTURE_*. */
  wProcessorArchitecture: number;
  /** 0. */
  wReserved: number;
  /** Bytes. */
  dwPageSize: number;
  /** Lowest address of user space. */
  lpMinimumApplicationAddress: number;
  /** Highest address of user space. */
  lpMaximumApplicationAddress: number;
  /** A bit for each processor. */
  dwActiveProcessorMask: number;
  /** The machine option `numberOfProcessors`. */
  dwNumberOfProcessors: number;
  /** PROCESSOR_*. */
  dwProcessorType: number;
  /** Bytes. */
  dwAllocationGranularity: number;
  /** 6. */
  wProcessorLevel: number;
  /** 0. */
  wProcessorRevision: number;
}

export const SYSTEM_INFO = new Structure([
  ["wProcessorArchitecture", "word"],
  ["wReserved", "word"],
  ["dwPageSize", "dword"],
  ["lpMinimumApplicationAddress", "pointer"],
  ["lpMaximumApplicationAddress", "pointer"],
  ["dwActiveProcessorMask", "pointer"],
  ["dwNumberOfProcessors", "dword"],
  ["dwProcessorType", "dword"],
  ["dwAllocationGranularity", "dword"],
  ["wProcessorLevel", "word"],
  ["wProcessorRevision", "word"],
]);

/** Windows page: "MEMORYSTATUSEX structure". 64 bytes; all sizes in bytes. */
export interface MemoryStatusEx {
  /** In: 64. */
  dwLength: number;
  /** Percent of physical memory in use. */
  dwMemoryLoad: number;
  /** Physical memory that there is. */
  ullTotalPhys: number;
  /** Physical memory that is free. */
  ullAvailPhys: number;
  /** The commit limit. */
  ullTotalPageFile: number;
  /** What may still be committed. */
  ullAvailPageFile: number;
  /** Addresses of user space. */
  ullTotalVirtual: number;
  /** Those of them that no region has. */
  ullAvailVirtual: number;
  /** 0. */
  ullAvailExtendedVirtual: number;
}

export const MEMORYSTATUSEX = new Structure([
  ["dwLength", "dword"],
  ["dwMemoryLoad", "dword"],
  ["ullTotalPhys", "qword"],
  ["ullAvailPhys", "qword"],
  ["ullTotalPageFile", "qword"],
  ["ullAvailPageFile", "qword"],
  ["ullTotalVirtual", "qword"],
  ["ullAvailVirtual", "qword"],
  ["ullAvailExtendedVirtual", "qword"],
]);

/** Windows page: "MEMORYSTATUS structure". 32 or 56 bytes; all sizes in bytes. */
export interface MemoryStatus {
  /** Out: bytes of the structure. */
  dwLength: number;
  /** Percent of physical memory in use. */
  dwMemoryLoad: number;
  /** Physical memory that there is. */
  dwTotalPhys: number;
  /** Physical memory that is free. */
  dwAvailPhys: number;
  /** The commit limit. */
  dwTotalPageFile: number;
  /** What may still be committed. */
  dwAvailPageFile: number;
  /** Addresses of user space. */
  dwTotalVirtual: number;
  /** Those of them that no region has. */
  dwAvailVirtual: number;
}

export const MEMORYSTATUS = new Structure([
  ["dwLength", "dword"],
  ["dwMemoryLoad", "dword"],
  ["dwTotalPhys", "pointer"],
  ["dwAvailPhys", "pointer"],
  ["dwTotalPageFile", "pointer"],
  ["dwAvailPageFile", "pointer"],
  ["dwTotalVirtual", "pointer"],
  ["dwAvailVirtual", "pointer"],
]);
