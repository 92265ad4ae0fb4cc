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
import { type ProgramOptions, program } from "../../setup/portable-executable.ts";
import type { Scene } from "./scene.ts";

/** Free in every profile, and not where views go by themselves. */
export const IMAGE_BASE = 0x40000000;

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
    found.push([run.size / 0x1000, run.protect]);
    address = run.base + run.size;
  }
}
