import { expect } from "vitest";
import {
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  PAGE_READWRITE,
  SEC_COMMIT,
  SECTION_ALL_ACCESS,
  ViewShare,
} from "../../src/constants.ts";
import type { Machine, MachineOptions } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";
import { Guest, PAGE } from "./support.ts";

export const GRANULE = 0x10000;
export const ALL_PROTECTIONS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;

/** What the calls take beside what a test is about. */
interface ViewOptions {
  base?: number;
  offset?: number;
  size?: number;
  protect?: number;
  zeroBits?: number;
  commitSize?: number;
  inherit?: number;
  type?: number;
  process?: number;
}

/** A guest that makes sections and views. */
export class SectionGuest extends Guest {
  constructor(machine: Machine) {
    super(machine);
  }

  /** CreateFileMapping without a file: handle and last error. */
  create(protect: number, size: number, name: string | null = null): [number, number] {
    const { CreateFileMapping, GetLastError, SetLastError } = this.kernel32;
    SetLastError(0x5eed);
    const file = INVALID_HANDLE_VALUE;
    return [CreateFileMapping(file, null, protect >>> 0, 0, size, name), GetLastError()];
  }

  /** A section that has to be made. */
  mapping(pages: number, protect = PAGE_READWRITE, name: string | null = null): number {
    const [handle] = this.create(protect, pages * PAGE, name);
    expect(handle).not.toBe(0);
    return handle;
  }

  /** A section whose handle has all rights, made by ntdll. */
  section(pages: number, protect = PAGE_READWRITE, attributes = SEC_COMMIT): number {
    const handle = { value: 0 };
    const size = { value: pages * PAGE };
    const access = SECTION_ALL_ACCESS;
    const { NtCreateSection } = this.ntdll;
    expect(NtCreateSection(handle, access, null, size, protect, attributes, null)).toBe(0);
    return handle.value;
  }

  /** MapViewOfFileEx: base and last error. */
  map(handle: number, access: number, options: ViewOptions = {}): [number, number] {
    const { base = 0, offset = 0, size = 0 } = options;
    const { MapViewOfFileEx, GetLastError, SetLastError } = this.kernel32;
    SetLastError(0);
    return [MapViewOfFileEx(handle, access, 0, offset, size, base), GetLastError()];
  }

  /** A view that has to be mapped. */
  view(handle: number, access = FILE_MAP_WRITE, options: ViewOptions = {}): number {
    const [base, error] = this.map(handle, access, options);
    expect(error).toBe(0);
    return base;
  }

  /** NtMapViewOfSection: status, base and size. */
  mapNative(handle: number, options: ViewOptions = {}): [number, number, number] {
    const { protect = PAGE_READWRITE, zeroBits = 0, commitSize = 0, process = -1 } = options;
    const { inherit = ViewShare, type = 0 } = options;
    const base = { value: options.base ?? 0 };
    const offset = { value: options.offset ?? 0 };
    const size = { value: options.size ?? 0 };
    const status = this.ntdll.NtMapViewOfSection(
      handle,
      process,
      base,
      zeroBits,
      commitSize,
      offset,
      size,
      inherit,
      type,
      protect,
    );
    return [status, base.value, size.value];
  }

  /** All that VirtualQuery says. */
  run(address: number) {
    const run = { value: {} as Record<string, number> };
    expect(this.kernel32.VirtualQuery(address, run as never)).not.toBe(0);
    return run.value;
  }
}

export async function createSectionGuest(options: MachineOptions = {}): Promise<SectionGuest> {
  return new SectionGuest(await createMachine(options));
}

/** Two processes of one machine. */
export async function twoGuests(options: MachineOptions = {}) {
  const machine = await createMachine(options);
  return [new SectionGuest(machine), new SectionGuest(machine)] as const;
}
