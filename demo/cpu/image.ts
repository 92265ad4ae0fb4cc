import { MemoryFile, type Process } from "guardpage";
import {
  FILE_MAP_READ,
  GENERIC_READ,
  PAGE_READONLY,
  PAGE_READWRITE,
  SEC_IMAGE,
} from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";

/** Offsets in the headers of a PE32 program; those behind "NT" count from its signature. */
const NT_HEADERS_AT = 0x3c;
const NT_SECTIONS = 0x06;
const NT_OPTIONAL_BYTES = 0x14;
const NT_OPTIONAL = 0x18;
const NT_ENTRY = 0x28;
const NT_IMAGE_BASE = 0x34;
const NT_DIRECTORIES = 0x74;
const NT_IMPORTS = 0x80;
/** Of the data directories. */
const IMPORTS_INDEX = 1;
const SECTION_BYTES = 40;
const SECTION_NAME_BYTES = 8;
const SECTION_ADDRESS = 12;
/** IMAGE_IMPORT_DESCRIPTOR */
const IMPORT_BYTES = 20;
const IMPORT_NAMES = 0;
const IMPORT_LIBRARY = 12;
const IMPORT_ADDRESSES = 16;
const HINT_BYTES = 2;
const POINTER_BYTES = 4;

const TEXT_BYTES_MAXIMUM = 256;

/** A program in the memory of a process. */
export interface Image {
  readonly base: number;
  /** Where execution begins. */
  readonly entry: number;
  /** Where each section begins, by its name. */
  readonly sections: ReadonlyMap<string, number>;
}

/**
 * Map a program as the loader of Windows does, and write the addresses of what it imports.
 *
 * @param addressOf the address of a function that it imports by name; undefined where there is none
 * @throws Error where it cannot be mapped at its base, or imports what there is not
 */
export function loadImage(
  process: Process,
  contents: Uint8Array,
  addressOf: (name: string) => number | undefined,
): Image {
  const base = mapped(process, contents);
  const { memory } = process;
  const headers = base + memory.getUint32(base + NT_HEADERS_AT);
  if (memory.getUint32(headers + NT_IMAGE_BASE) !== base) {
    throw new Error("the program was mapped elsewhere than at its base");
  }
  const hasImports = memory.getUint32(headers + NT_DIRECTORIES) > IMPORTS_INDEX;
  const imports = hasImports ? memory.getUint32(headers + NT_IMPORTS) : 0;
  if (imports !== 0) bindImports(process, base, { imports: base + imports, addressOf });
  return {
    base,
    entry: base + memory.getUint32(headers + NT_ENTRY),
    sections: sectionsOf(process, base, headers),
  };
}

/** A view of the program that keeps its section alive. */
function mapped(process: Process, contents: Uint8Array): number {
  const { CloseHandle, CreateFileMapping, MapViewOfFile } = kernel32(process);
  const file = process.openFile(new MemoryFile({ contents }), { access: GENERIC_READ });
  const section = CreateFileMapping(file, null, PAGE_READONLY | SEC_IMAGE, 0, 0, null);
  const base = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
  if (section !== 0) CloseHandle(section);
  CloseHandle(file);
  if (base === 0) {
    throw new Error(`the program cannot be mapped: error ${process.currentThread.lastError}`);
  }
  return base;
}

function sectionsOf(process: Process, base: number, headers: number): Image["sections"] {
  const { memory } = process;
  const count = memory.getUint16(headers + NT_SECTIONS);
  const first = headers + NT_OPTIONAL + memory.getUint16(headers + NT_OPTIONAL_BYTES);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = first + index * SECTION_BYTES;
    const name = new TextDecoder().decode(memory.read(at, SECTION_NAME_BYTES)).replace(/\0+$/, "");
    return [name, base + memory.getUint32(at + SECTION_ADDRESS)] as const;
  });
  return new Map(sections);
}

interface Imports {
  /** Where the descriptors are. */
  readonly imports: number;
  readonly addressOf: (name: string) => number | undefined;
}

/** One descriptor a library; one of zeros ends them. */
function bindImports(process: Process, base: number, { imports, addressOf }: Imports): void {
  const { memory } = process;
  for (let at = imports; memory.getUint32(at + IMPORT_LIBRARY) !== 0; at += IMPORT_BYTES) {
    const names = base + memory.getUint32(at + IMPORT_NAMES);
    const addresses = namesAt(process, base, names).map((name) => {
      const address = addressOf(name);
      if (address === undefined) throw new Error(`the program imports ${name}, which is not there`);
      return address;
    });
    writeReadOnly(process, base + memory.getUint32(at + IMPORT_ADDRESSES), addresses);
  }
}

function namesAt({ memory }: Process, base: number, table: number): string[] {
  const names: string[] = [];
  for (let at = table; ; at += POINTER_BYTES) {
    const offset = memory.getUint32(at);
    if (offset === 0) return names;
    const options = { encoding: "latin1", maxBytes: TEXT_BYTES_MAXIMUM } as const;
    names.push(memory.readString(base + offset + HINT_BYTES, options));
  }
}

/** The table is among the constants of the program: writable for as long as it is written. */
function writeReadOnly(process: Process, table: number, words: readonly number[]): void {
  const { VirtualProtect } = kernel32(process);
  const sizeBytes = words.length * POINTER_BYTES;
  const before = { value: 0 };
  VirtualProtect(table, sizeBytes, PAGE_READWRITE, before);
  for (const [index, word] of words.entries()) {
    process.memory.setUint32(table + index * POINTER_BYTES, word);
  }
  VirtualProtect(table, sizeBytes, before.value, { value: 0 });
}
