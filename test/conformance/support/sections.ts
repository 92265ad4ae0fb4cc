import { expect } from "vitest";
import {
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  PAGE_READWRITE,
  SEC_COMMIT,
  SECTION_ALL_ACCESS,
  ViewShare,
} from "../../../src/constants.ts";
import { PAGE, type Scene, SELF } from "./scene.ts";

/** Every protection without a modifier. */
export const PROTECTIONS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;

/** The arguments of NtMapViewOfSection; what is left out does not matter to a case. */
export interface ViewCall {
  section: number;
  process?: number;
  base?: number;
  zeroBits?: number;
  commitSize?: number;
  offset?: number;
  size?: number;
  inherit?: number;
  type?: number;
  protect?: number;
}

export interface ViewPlace {
  base?: number;
  offset?: number;
  size?: number;
}

/** CreateFileMapping without a file: the handle, or 0. */
export function create(
  scene: Scene,
  protect: number,
  sizeBytes: number,
  name: string | null = null,
): number {
  const file = INVALID_HANDLE_VALUE;
  return scene.kernel32.CreateFileMapping(file, null, protect >>> 0, 0, sizeBytes, name);
}

/** CreateFileMapping that has to succeed. */
export function mapping(
  scene: Scene,
  pages: number,
  protect: number = PAGE_READWRITE,
  name: string | null = null,
): number {
  const handle = create(scene, protect, pages * PAGE, name);
  expect(handle, scene.machine.decision).not.toBe(0);
  return handle;
}

/** NtCreateSection: its status, and the handle. */
export function createNative(
  scene: Scene,
  sizeBytes: number | bigint,
  protect: number = PAGE_READWRITE,
  attributes: number = SEC_COMMIT,
): { status: number; handle: number } {
  const out = { value: 0 };
  const size = { value: sizeBytes };
  const { NtCreateSection } = scene.ntdll;
  const access = SECTION_ALL_ACCESS;
  const flags = attributes >>> 0;
  const status = NtCreateSection(out, access, null, size, protect, flags, null);
  return { status, handle: out.value };
}

/** A section whose handle has all rights. */
export function section(
  scene: Scene,
  pages: number,
  protect: number = PAGE_READWRITE,
  attributes: number = SEC_COMMIT,
): number {
  const { status, handle } = createNative(scene, pages * PAGE, protect, attributes);
  expect(status, scene.machine.decision).toBe(0);
  return handle;
}

/** MapViewOfFileEx: the base, or 0. */
export function map(
  scene: Scene,
  handle: number,
  access: number = FILE_MAP_WRITE,
  { base = 0, offset = 0, size = 0 }: ViewPlace = {},
): number {
  return scene.kernel32.MapViewOfFileEx(handle, access, 0, offset, size, base);
}

/** MapViewOfFileEx that has to succeed. */
export function view(
  scene: Scene,
  handle: number,
  access: number = FILE_MAP_WRITE,
  place: ViewPlace = {},
): number {
  const base = map(scene, handle, access, place);
  expect(base, scene.machine.decision).not.toBe(0);
  return base;
}

/** NtMapViewOfSection: its status, and where the view is. */
export function mapNative(scene: Scene, call: ViewCall) {
  const base = { value: call.base ?? 0 };
  const offset = { value: call.offset ?? 0 };
  const size = { value: call.size ?? 0 };
  const status = scene.ntdll.NtMapViewOfSection(
    call.section,
    call.process ?? SELF,
    base,
    call.zeroBits ?? 0,
    call.commitSize ?? 0,
    offset,
    size,
    call.inherit ?? ViewShare,
    call.type ?? 0,
    call.protect ?? PAGE_READWRITE,
  );
  return { status, base: base.value, size: size.value };
}
