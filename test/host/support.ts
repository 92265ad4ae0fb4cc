import { expect } from "vitest";
import { MEM_COMMIT, MEM_RESERVE, PAGE_NOACCESS, PAGE_READWRITE } from "../../src/constants.ts";
import {
  type Machine,
  type MachineOptions,
  type MemoryBasicInformation,
  PageFault,
  type Process,
  type ProcessOptions,
} from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { ntdll } from "../../src/ntdll.ts";
import { createMachine } from "../setup/machine.ts";

export const PAGE = 0x1000;
/** Free in every profile. */
export const BASE = 0x50000000;
/** What a last error is set to before a call that may change it. */
export const UNTOUCHED = 0x5eed;

/** A width of pointers and a kind of space, each with its own ways through the host. */
export const PLACES = [
  { profile: "win64", space: "translated" },
  { profile: "win32", space: "translated", window: false },
  { profile: "win32", space: "windowed" },
] as const;

/** The calls of one process, and what most tests ask of it. */
export class Guest {
  readonly machine: Machine;
  readonly process: Process;
  readonly kernel32: ReturnType<typeof kernel32>;
  readonly ntdll: ReturnType<typeof ntdll>;

  constructor(machine: Machine, options: ProcessOptions = {}) {
    this.machine = machine;
    this.process = machine.createProcess(options);
    this.kernel32 = kernel32(this.process);
    this.ntdll = ntdll(this.process);
  }

  get memory() {
    return this.process.memory;
  }

  /** Reserved and committed pages at BASE, or elsewhere. */
  pages(count: number, protect = PAGE_READWRITE, base = BASE): number {
    const type = MEM_RESERVE | MEM_COMMIT;
    expect(this.kernel32.VirtualAlloc(base, count * PAGE, type, protect)).toBe(base);
    return base;
  }

  reserve(count: number, base = BASE): number {
    expect(this.kernel32.VirtualAlloc(base, count * PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(base);
    return base;
  }

  protect(address: number, protect: number, count = 1): number {
    const old = { value: 0 };
    expect(this.kernel32.VirtualProtect(address, count * PAGE, protect, old)).toBe(1);
    return old.value;
  }

  /** What VirtualQuery says about one page: state and protection. */
  page(address: number): { state: number; protect: number } {
    const run = { State: 0, Protect: 0 };
    expect(this.kernel32.VirtualQuery(address, run)).not.toBe(0);
    return { state: run.State, protect: run.Protect };
  }

  /** Pages of a watched region that carry a mark. */
  written(base: number, pages: number): number[] {
    const addresses: { value: number[] } = { value: [] };
    const count = { value: pages };
    const status = this.ntdll.NtGetWriteWatch(-1, 0, base, pages * PAGE, addresses, count, {
      value: 0,
    });
    expect(status).toBe(0);
    return addresses.value;
  }

  /** What VirtualQuery says of the page. */
  query(address: number): MemoryBasicInformation {
    const out = { value: {} as MemoryBasicInformation };
    expect(this.kernel32.VirtualQuery(address, out)).not.toBe(0);
    return out.value;
  }

  /** Everything that a call at the door must leave alone. */
  state() {
    const { counters, currentThread } = this.process;
    const runs: unknown[] = [];
    let address = 0;
    while (address <= this.machine.highestUserAddress) {
      const run = { BaseAddress: 0, RegionSize: 0 };
      this.ntdll.NtQueryVirtualMemory(-1, address, 0, run, 48);
      runs.push(run);
      address = run.BaseAddress + run.RegionSize;
    }
    const { commitCharge, frames, records } = this.machine.counters;
    const { lastError } = currentThread;
    const processes = this.machine.processes.length;
    return { counters, runs, commitCharge, frames, records, lastError, processes };
  }

  /** Each call throws this kind of error with this in its message, and changes nothing. */
  refuses(
    kind: typeof TypeError | typeof RangeError,
    message: RegExp,
    ...calls: (() => unknown)[]
  ) {
    this.state();
    const before = this.state();
    for (const call of calls) {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    }
    expect(this.state()).toEqual(before);
  }
}

export async function createGuest(
  options: MachineOptions & { space?: "windowed" | "translated" } = {},
): Promise<Guest> {
  const { space, ...machine } = options;
  return new Guest(await createMachine(machine), space === undefined ? {} : { space });
}

/** A guest with two pages at BASE that no access is allowed to. */
export async function blocked(options: MachineOptions = {}): Promise<Guest> {
  const guest = await createGuest({ profile: "win32", ...options });
  guest.pages(2, PAGE_NOACCESS);
  return guest;
}

/** A handler that notes its name and answers. */
export function noting(log: string[], name: string, answer: number): () => number {
  return () => {
    log.push(name);
    return answer;
  };
}

/** Equality of many bytes at once; toEqual looks at each. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  const different = actual.findIndex((byte, index) => byte !== expected[index]);
  expect(different, "first byte that differs").toBe(-1);
}

/** The fault that an access ends in. */
export function faultOf(access: () => unknown): PageFault {
  try {
    access();
  } catch (error) {
    if (error instanceof PageFault) return error;
    throw error;
  }
  throw new Error("the access did not fault");
}
