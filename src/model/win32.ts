import { MEM_COALESCE_PLACEHOLDERS, MEM_PRESERVE_PLACEHOLDER, MEM_RELEASE } from "./constants.ts";
import type { Model } from "./model.ts";
import type { ModelProcess } from "./process.ts";
import { SEC_COMMIT, type Section } from "./section.ts";
import type { CallOptions } from "./space.ts";
import { failed, toWin32 } from "./status.ts";
import { MAP_EXECUTE, MAP_READ, MAP_WRITE } from "./view.ts";

/** What a kernel32 function gives; `lastError` only where it is written. */
export interface Win32Answer {
  result: number;
  lastError?: number;
  rule: string;
}

const INVALID_PARAMETER = 87;
const LOWEST = 0x10000;
const SEC_BITS = 0xfffc0000;
const SECTION_QUERY = 1;
const FILE_MAP_COPY = 1;
const FILE_MAP_EXECUTE = 0x20;

/** What CreateFileMapping answers with, and the rights that its handle has (7.1). */
export interface FileMapping {
  section: Section;
  rights: number;
}

/** VirtualAlloc, VirtualAllocEx: 2.1#0a and #0b come before the system call. */
export function win32Allocate(
  process: ModelProcess,
  address: number,
  size: number,
  type: number,
  protect: number,
  options: CallOptions = {},
): Win32Answer {
  if (address !== 0 && address < LOWEST) {
    return { result: 0, lastError: INVALID_PARAMETER, rule: "2.1#0a" };
  }
  const withoutNode = type - (type & 0x3f);
  const answer = process.allocate(address, size, withoutNode, protect, 0, options);
  if (!failed(answer.status)) return { result: answer.base, rule: answer.rule };
  return { result: 0, lastError: toWin32(answer.status), rule: answer.rule };
}

/** VirtualFree, VirtualFreeEx: 3.1#1 comes before the system call. */
export function win32Free(
  process: ModelProcess,
  address: number,
  size: number,
  type: number,
  options: CallOptions = {},
): Win32Answer {
  const placeholder = MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER;
  if ((type & MEM_RELEASE) !== 0 && size !== 0 && (type & placeholder) === 0) {
    return { result: 0, lastError: INVALID_PARAMETER, rule: "3.1#1" };
  }
  const answer = process.free(address, size, type, options);
  if (!failed(answer.status)) return { result: 1, rule: answer.rule };
  return { result: 0, lastError: toWin32(answer.status), rule: answer.rule };
}

const RIGHTS_OF = new Map<number, number>([
  [0x02, MAP_READ],
  [0x04, MAP_READ | MAP_WRITE],
  [0x08, MAP_READ],
  [0x20, MAP_READ | MAP_EXECUTE],
  [0x40, MAP_READ | MAP_WRITE | MAP_EXECUTE],
  [0x80, MAP_READ | MAP_EXECUTE],
]);

/** CreateFileMapping without a file: 7.1#1 to #3 come before the system call. */
export function win32CreateFileMapping(
  model: Model,
  size: number,
  protect: number,
): Win32Answer & { mapping?: FileMapping } {
  const attributes = (protect & SEC_BITS) >>> 0;
  const base = protect - attributes;
  const rights = RIGHTS_OF.get(base);
  if (rights === undefined) return { result: 0, lastError: INVALID_PARAMETER, rule: "7.1#1" };
  if (size === 0) return { result: 0, lastError: INVALID_PARAMETER, rule: "7.1#2" };
  const { rule, section, status } = model.createSection(size, base, attributes || SEC_COMMIT);
  if (section === undefined) return { result: 0, lastError: toWin32(status), rule };
  return { result: 1, rule, mapping: { section, rights: rights | SECTION_QUERY } };
}

/** The first table of 7.3. */
export function viewProtection(access: number): number {
  const executes = (access & FILE_MAP_EXECUTE) !== 0;
  const data = access - (executes ? FILE_MAP_EXECUTE : 0);
  if (data === FILE_MAP_COPY) return executes ? 0x80 : 0x08;
  if ((data & MAP_WRITE) !== 0) return executes ? 0x40 : 0x04;
  if ((data & MAP_READ) !== 0) return executes ? 0x20 : 0x02;
  return 0x01;
}

/** MapViewOfFileEx; without a mapping: a handle that is none. */
export function win32MapViewOfFile(
  process: ModelProcess,
  mapping: FileMapping | undefined,
  access: number,
  offset: number,
  size: number,
  base: number,
): Win32Answer {
  const request = { base, offset, size, protect: viewProtection(access) };
  const answer = process.mapView(mapping?.section, mapping?.rights ?? 0, request);
  if (!failed(answer.status)) return { result: answer.base, rule: answer.rule };
  return { result: 0, lastError: toWin32(answer.status), rule: answer.rule };
}

/** UnmapViewOfFile. */
export function win32UnmapViewOfFile(process: ModelProcess, address: number): Win32Answer {
  const { rule, status } = process.unmapView(address);
  return failed(status) ? { result: 0, lastError: toWin32(status), rule } : { result: 1, rule };
}
