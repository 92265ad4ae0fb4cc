import { PAGE_BYTES } from "../session/session.ts";

/** A program file with as little as Windows looks at when it maps one (page "PE Format"). */

export interface ImageSection {
  /** ".text" */
  readonly name: string;
  /** IMAGE_SCN_*. */
  readonly characteristics: number;
  /** 512 bytes at most. */
  readonly contents: Uint8Array;
}

export const IMAGE_SCN_MEM_SHARED = 0x1000_0000;
export const IMAGE_SCN_MEM_EXECUTE = 0x2000_0000;
export const IMAGE_SCN_MEM_READ = 0x4000_0000;
export const IMAGE_SCN_MEM_WRITE = 0x8000_0000;

/** Headers, and each section, take as many bytes of the file. */
const FILE_BLOCK_BYTES = 0x200;
const NT_HEADERS = 0x40;
const OPTIONAL_HEADER = NT_HEADERS + 24;
const OPTIONAL_HEADER_BYTES = 96;
const SECTION_HEADER_BYTES = 40;

/** The bytes of a 32-bit program: its headers in the first page, then a page for each section. */
export function smallImage(base: number, sections: readonly ImageSection[]): Uint8Array {
  const bytes = new Uint8Array(FILE_BLOCK_BYTES * (1 + sections.length));
  const view = new DataView(bytes.buffer);
  const word = (at: number, value: number) => view.setUint16(at, value, true);
  const dword = (at: number, value: number) => view.setUint32(at, value, true);
  word(0, 0x5a4d); // e_magic: "MZ"
  dword(0x3c, NT_HEADERS); // e_lfanew
  dword(NT_HEADERS, 0x4550); // Signature: "PE"
  word(NT_HEADERS + 4, 0x14c); // Machine: IMAGE_FILE_MACHINE_I386
  word(NT_HEADERS + 6, sections.length); // NumberOfSections
  word(NT_HEADERS + 20, OPTIONAL_HEADER_BYTES); // SizeOfOptionalHeader
  word(OPTIONAL_HEADER, 0x10b); // Magic: IMAGE_NT_OPTIONAL_HDR32_MAGIC
  dword(OPTIONAL_HEADER + 28, base); // ImageBase
  dword(OPTIONAL_HEADER + 32, PAGE_BYTES); // SectionAlignment
  dword(OPTIONAL_HEADER + 36, FILE_BLOCK_BYTES); // FileAlignment
  dword(OPTIONAL_HEADER + 56, PAGE_BYTES * (1 + sections.length)); // SizeOfImage
  dword(OPTIONAL_HEADER + 60, FILE_BLOCK_BYTES); // SizeOfHeaders
  for (const [index, { name, characteristics, contents }] of sections.entries()) {
    const at = OPTIONAL_HEADER + OPTIONAL_HEADER_BYTES + index * SECTION_HEADER_BYTES;
    const position = FILE_BLOCK_BYTES * (1 + index);
    bytes.set(new TextEncoder().encode(name), at);
    dword(at + 8, contents.length); // VirtualSize
    dword(at + 12, PAGE_BYTES * (1 + index)); // VirtualAddress
    dword(at + 16, FILE_BLOCK_BYTES); // SizeOfRawData
    dword(at + 20, position); // PointerToRawData
    dword(at + 36, characteristics);
    bytes.set(contents, position);
  }
  return bytes;
}
