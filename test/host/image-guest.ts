import { expect } from "vitest";
import { FILE_MAP_READ, GENERIC_READ, PAGE_READONLY, SEC_IMAGE } from "../../src/constants.ts";
import { type FileBacking, type Machine, MemoryFile } from "../../src/index.ts";
import {
  EXECUTE,
  type ProgramOptions,
  pattern,
  program,
  READ,
  SHARED,
  WRITE,
} from "../setup/portable-executable.ts";
import { type Guest, PAGE } from "./support.ts";

export const IMAGE_BASE = 0x40000000;
export const CODE_AT = PAGE;
export const DATA_AT = 2 * PAGE;
export const SHARED_AT = 3 * PAGE;
export const CODE = { contents: pattern(0x300, 1), characteristics: READ | EXECUTE };
export const DATA = { contents: pattern(0x200, 2), characteristics: READ | WRITE };
export const COMMON = { contents: pattern(0x100, 3), characteristics: READ | WRITE | SHARED };
export const SECTIONS = [CODE, DATA, COMMON];

export function programFile(options: ProgramOptions = {}): MemoryFile {
  const contents = program({ base: BigInt(IMAGE_BASE), sections: SECTIONS, ...options });
  return new MemoryFile({ contents });
}

/** CreateFileMapping of the program: the handle, or 0. */
export function create(guest: Guest, file: FileBacking, attributes = SEC_IMAGE): number {
  const handle = guest.process.openFile(file, { access: GENERIC_READ });
  const { CloseHandle, CreateFileMapping } = guest.kernel32;
  const section = CreateFileMapping(handle, null, PAGE_READONLY | attributes, 0, 0, null);
  CloseHandle(handle);
  return section;
}

/** A view whose section has no handle. */
export function mapped(guest: Guest, file: FileBacking, attributes = SEC_IMAGE): number {
  const section = create(guest, file, attributes);
  const base = guest.kernel32.MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
  expect(base, guest.machine.decision).not.toBe(0);
  expect(guest.kernel32.CloseHandle(section)).toBe(1);
  return base;
}

export function used({ counters }: Machine) {
  const { commitCharge, frames, records } = counters;
  return { commitCharge, frames, records };
}
