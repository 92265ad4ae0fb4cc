import { expect } from "vitest";
import {
  MEM_COMMIT,
  MEM_IMAGE,
  MEM_MAPPED,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_READWRITE,
} from "../../../src/constants.ts";
import type { Machine, Process, RegionDescription } from "../../../src/index.ts";
import { type Kernel32, kernel32 } from "../../../src/kernel32.ts";
import { type Ntdll, ntdll } from "../../../src/ntdll.ts";

export const PAGE = 0x1000;
export const GRANULARITY = 0x10000;
/** Where most scenes lie: free in every profile, far from what NULL bases get. */
export const BASE = 0x50000000;
/** The caller's own process. */
export const SELF = -1;

/** A run of equal pages, as VirtualQuery shows it. */
export interface Run {
  base: number;
  size: number;
  state: number;
  protect: number;
  type: number;
  allocationBase: number;
  allocationProtect: number;
}

export interface ProcessOptions {
  commitQuota?: number;
  controlFlowGuard?: boolean;
  trusted?: boolean;
  space?: "windowed" | "translated";
}

/** One process of one test, with its faces and what tests do over and over. */
export class Scene {
  readonly machine: Machine;
  readonly process: Process;
  readonly kernel32: Kernel32;
  readonly ntdll: Ntdll;
  readonly #others: Scene[] = [];

  constructor(machine: Machine, options: ProcessOptions) {
    this.machine = machine;
    this.process = machine.createProcess(options);
    this.kernel32 = kernel32(this.process);
    this.ntdll = ntdll(this.process);
  }

  get memory() {
    return this.process.memory;
  }

  get wide(): boolean {
    return this.machine.pointerBytes === 8;
  }

  /** Last address that a region may have: 64 KB below the last user address. */
  get highestRegionAddress(): number {
    return this.machine.highestUserAddress - GRANULARITY;
  }

  /** Another process of the same machine. */
  another(options: ProcessOptions = {}): Scene {
    const scene = new Scene(this.machine, { space: "translated", ...options });
    this.#others.push(scene);
    return scene;
  }

  /** Holds the maps against each other, then ends every process. */
  end(): void {
    for (const scene of this.#others) scene.end();
    if (this.process.exited) return;
    this.process.verifySpace();
    this.process.exit();
  }

  /** Ends every process of a test that failed, whatever state they are in. */
  abandon(): void {
    for (const scene of this.#others) scene.abandon();
    if (!this.process.exited) this.process.exit();
  }

  reserve(base: number, size: number, protect: number = PAGE_READWRITE): number {
    return this.allocate(base, size, MEM_RESERVE, protect);
  }

  /** Reserves and commits. */
  take(base: number, size: number, protect: number = PAGE_READWRITE): number {
    return this.allocate(base, size, MEM_RESERVE | MEM_COMMIT, protect);
  }

  watched(base: number, size: number): number {
    return this.allocate(base, size, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
  }

  awe(base: number, size: number): number {
    return this.allocate(base, size, MEM_RESERVE | MEM_PHYSICAL, PAGE_READWRITE);
  }

  commit(base: number, size: number, protect: number = PAGE_READWRITE): number {
    return this.allocate(base, size, MEM_COMMIT, protect);
  }

  /** VirtualAlloc that has to succeed. */
  allocate(base: number, size: number, type: number, protect: number): number {
    const result = this.kernel32.VirtualAlloc(base, size, type, protect);
    if (result === 0) {
      const error = this.kernel32.GetLastError();
      throw new Error(`VirtualAlloc failed: ${error}, ${this.machine.decision}`);
    }
    return result;
  }

  /** VirtualFree that has to succeed. */
  free(base: number, size: number, type: number): void {
    expect([this.kernel32.VirtualFree(base, size, type), this.machine.decision]).toEqual([
      1,
      expect.any(String),
    ]);
  }

  /** VirtualProtect that has to succeed: the old protection. */
  protect(base: number, size: number, protect: number): number {
    const old = { value: 0 };
    expect(this.kernel32.VirtualProtect(base, size, protect, old), this.machine.decision).toBe(1);
    return old.value;
  }

  /** A view, all of it committed with the protection of the view. */
  view(base: number, size: number, protect: number, backing: "file" | "pagefile"): void {
    this.adopt({
      base,
      size,
      type: MEM_MAPPED,
      allocationProtect: protect,
      backing,
      runs: [{ size, state: MEM_COMMIT, protect }],
    });
  }

  /** An image of which every page has this protection. */
  image(base: number, size: number, protect: number): void {
    this.adopt({
      base,
      size,
      type: MEM_IMAGE,
      allocationProtect: PAGE_EXECUTE_WRITECOPY,
      runs: [{ size, state: MEM_COMMIT, protect }],
    });
  }

  adopt(description: RegionDescription): void {
    this.process.adoptRegion(description);
  }

  /** The run at an address, or null where VirtualQuery fails. */
  query(address: number): Run | null {
    const out = { value: {} as { [field: string]: number | bigint } };
    if (this.kernel32.VirtualQuery(address, out as never) === 0) return null;
    const field = (name: string) => Number(out.value[name]);
    return {
      base: field("BaseAddress"),
      size: field("RegionSize"),
      state: field("State"),
      protect: field("Protect"),
      type: field("Type"),
      allocationBase: field("AllocationBase"),
      allocationProtect: field("AllocationProtect"),
    };
  }

  /** The run at an address that has one. */
  run(address: number): Run {
    const run = this.query(address);
    if (run === null) throw new Error(`VirtualQuery failed: ${this.kernel32.GetLastError()}`);
    return run;
  }

  protectionAt(address: number): number {
    return this.run(address).protect;
  }

  stateAt(address: number): number {
    return this.run(address).state;
  }

  /** Every run of the space, ascending. */
  runs(): Run[] {
    const runs: Run[] = [];
    let address = 0;
    while (address <= this.machine.highestUserAddress) {
      const run = this.run(address);
      runs.push(run);
      address = run.base + run.size;
    }
    return runs;
  }

  /** Pages of a watched region that carry a mark, without clearing any. */
  marks(base: number, size: number): number[] {
    const addresses: { value: number[] } = { value: [] };
    const count = { value: size / PAGE };
    const granularity = { value: 0 };
    expect(this.kernel32.GetWriteWatch(0, base, size, addresses, count, granularity)).toBe(0);
    return addresses.value;
  }

  /** What a failing call must leave as it was. Runs first: a query may tidy the page table. */
  state() {
    const runs = this.runs();
    const { commitCharge, frames, records } = this.machine.counters;
    return { runs, process: { ...this.process.counters }, commitCharge, frames, records };
  }
}

/** Runs `action` and expects it to change nothing that VirtualQuery or the counters show. */
export function expectUnchanged(scene: Scene, action: () => void): void {
  const before = scene.state();
  action();
  const { commitCharge, frames, records } = scene.machine.counters;
  expect({ commitCharge, frames, records }).toEqual({
    commitCharge: before.commitCharge,
    frames: before.frames,
    records: before.records,
  });
  expect(scene.state()).toEqual(before);
}
