import { expect } from "vitest";
import {
  FILE_MAP_READ,
  GENERIC_EXECUTE,
  GENERIC_READ,
  GENERIC_WRITE,
  PAGE_READONLY,
  SEC_IMAGE,
  SECTION_ALL_ACCESS,
} from "../../../src/constants.ts";
import { MemoryFile } from "../../../src/index.ts";
import {
  EXECUTE,
  type ProgramOptions,
  type ProgramSection,
  pattern,
  program,
  READ,
  SHARED,
  WRITE,
} from "../../setup/portable-executable.ts";
import { PAGE, type Scene } from "./scene.ts";

/** Free in every profile, and not where views go by themselves. */
export const IMAGE_BASE = 0x40000000;

/** One section of each usual kind. */
export const CODE: ProgramSection = {
  contents: pattern(0x300, 1),
  characteristics: READ | EXECUTE,
};
export const DATA: ProgramSection = { contents: pattern(0x200, 2), characteristics: READ | WRITE };
export const CONSTANTS: ProgramSection = { contents: pattern(0x100, 3), characteristics: READ };
export const COMMON: ProgramSection = {
  contents: pattern(0x200, 4),
  characteristics: READ | WRITE | SHARED,
};
export const SECTIONS = [CODE, DATA, CONSTANTS, COMMON];

/** A section of one page for each set of rights, in the order of their bits. */
export const EVERY_SECTION = Array.from({ length: 16 }, (_, bits): ProgramSection => {
  return { virtualBytes: PAGE, characteristics: (bits << 28) >>> 0 };
});
/** What a view of it shows, page by page behind the headers. */
export const EVERY_PROTECTION = [
  1, 1, 0x10, 0x10, 2, 2, 0x20, 0x20, 8, 4, 0x80, 0x40, 8, 4, 0x80, 0x40,
];

const ALL_ACCESS = GENERIC_READ + GENERIC_WRITE + GENERIC_EXECUTE;

/** A handle of a file with these contents, with all rights. */
export function openBytes(scene: Scene, contents: Uint8Array): number {
  return scene.process.openFile(new MemoryFile({ contents }), { access: ALL_ACCESS });
}

/** A handle of a program that wants to be at IMAGE_BASE, 64-bit where the process is. */
export function openProgram(scene: Scene, options: ProgramOptions): number {
  const base = BigInt(IMAGE_BASE);
  return openBytes(scene, program({ wide: scene.wide, base, ...options }));
}

/** CreateFileMapping of an image: the handle, or 0. */
export function createImage(scene: Scene, file: number, protect = PAGE_READONLY | SEC_IMAGE) {
  return scene.kernel32.CreateFileMapping(file, null, protect >>> 0, 0, 0, null);
}

/** A section of an image, whose handle has all rights. */
export function imageSection(
  scene: Scene,
  file: number,
  { protect = PAGE_READONLY, attributes = SEC_IMAGE } = {},
): number {
  const out = { value: 0 };
  const { NtCreateSection } = scene.ntdll;
  const access = SECTION_ALL_ACCESS;
  const status = NtCreateSection(out, access, null, null, protect, attributes, file);
  expect(status, scene.machine.decision).toBe(0);
  return out.value;
}

/** A view of a program, by kernel32. */
export function imageView(scene: Scene, options: ProgramOptions): number {
  const handle = createImage(scene, openProgram(scene, options));
  expect(handle, scene.machine.decision).not.toBe(0);
  const base = scene.kernel32.MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0);
  expect(base, scene.machine.decision).not.toBe(0);
  return base;
}

/** Pages and protections of the region that begins there; 0 for reserved pages. */
export function shape(scene: Scene, base: number): [pages: number, protect: number][] {
  const found: [number, number][] = [];
  for (let address = base; ; ) {
    const run = scene.run(address);
    if (run.allocationBase !== base) return found;
    found.push([run.size / PAGE, run.protect]);
    address = run.base + run.size;
  }
}
