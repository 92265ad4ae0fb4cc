import type { RegionDescription } from "../../src/model/process.ts";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE } from "./memory-picks.ts";
import type { Picks } from "./picks.ts";
import type { Call, Step, Who } from "./program.ts";

export const PAGE = 0x1000;
export const GRANULE = 0x10000;
export const BOTH = MEM_RESERVE + MEM_COMMIT;
export const READWRITE = 0x04;

/** Writes down steps of one process; addresses are offsets from where the script works. */
export class Script {
  readonly picks: Picks;
  readonly by: Who;
  readonly base: number;
  readonly steps: Step[];

  constructor(picks: Picks, by: Who, base: number, steps: Step[] = []) {
    this.picks = picks;
    this.by = by;
    this.base = base;
    this.steps = steps;
  }

  get random() {
    return this.picks.random;
  }

  get call(): Call {
    return { face: "nt", by: this.by, on: this.by, handle: "good" };
  }

  allocate(at: number, size: number, type: number, protect = READWRITE, zeroBits = 0): void {
    const base = this.base + at;
    this.steps.push({ op: "allocate", ...this.call, base, size, type, protect, zeroBits });
  }

  allocateAnywhere(size: number, type: number, protect = READWRITE, zeroBits = 0): void {
    this.steps.push({ op: "allocate", ...this.call, base: 0, size, type, protect, zeroBits });
  }

  free(at: number, size: number, type: number): void {
    this.steps.push({ op: "free", ...this.call, base: this.base + at, size, type });
  }

  release(at = 0): void {
    this.free(at, 0, MEM_RELEASE);
  }

  protect(at: number, size: number, protect: number): void {
    this.steps.push({ op: "protect", ...this.call, base: this.base + at, size, protect });
  }

  lock(op: "lock" | "unlock", at: number, size: number): void {
    this.steps.push({ op, ...this.call, base: this.base + at, size, mapType: 1 });
  }

  getWriteWatch(at: number, size: number, flags: number, capacity: number): void {
    const base = this.base + at;
    this.steps.push({ op: "getWriteWatch", ...this.call, base, size, flags, capacity });
  }

  resetWriteWatch(at: number, size: number): void {
    this.steps.push({ op: "resetWriteWatch", ...this.call, base: this.base + at, size });
  }

  queryRegion(at: number): void {
    this.steps.push({ op: "queryRegion", ...this.call, address: this.base + at });
  }

  writeProcess(at: number, length: number): void {
    const address = this.base + at;
    const value = this.random.below(256);
    this.steps.push({ op: "writeProcess", ...this.call, face: "win32", address, length, value });
  }

  /** Read and write as a service would, for the other process or this one. */
  transfer(at: number, length: number): void {
    const address = this.base + at;
    const by = this.random.oneIn(2) ? this.by : ((1 - this.by) as Who);
    const call = { ...this.call, by, address, length };
    if (this.random.oneIn(2)) this.steps.push({ op: "read", ...call });
    else this.steps.push({ op: "write", ...call, value: this.random.below(256) });
  }

  load(at: number, length: number): void {
    this.steps.push({ op: "load", by: this.by, address: this.base + at, length });
  }

  store(at: number, length: number): void {
    const digits = this.random.bits().toString(16);
    this.steps.push({ op: "store", by: this.by, address: this.base + at, length, digits });
  }

  fetch(at: number, length: number): void {
    this.steps.push({ op: "fetch", by: this.by, address: this.base + at, length });
  }

  fill(at: number, length: number): void {
    const value = 1 + this.random.below(255);
    this.steps.push({ op: "fill", by: this.by, address: this.base + at, value, length });
  }

  /** A load, store or fetch that is drawn. */
  touch(at: number, length: number): void {
    this.touchAddress(this.base + at, length);
  }

  touchAddress(address: number, length: number): void {
    const op = this.random.pick(["load", "store", "fetch"] as const);
    const access = { by: this.by, address, length };
    if (op === "store") this.push({ op, ...access, digits: this.random.bits().toString(16) });
    else this.push({ op, ...access });
  }

  copy(to: number, from: number, length: number): void {
    const [address, other] = [this.base + to, this.base + from];
    this.steps.push({ op: "copy", by: this.by, address, other, length });
  }

  adopt(region: Omit<RegionDescription, "base">): void {
    this.steps.push({ op: "adopt", on: this.by, region: { base: this.base, ...region } });
  }

  /** A view all of one protection. */
  adoptView(kind: "file" | "pagefile" | "image", pages: number, protect: number): void {
    const size = pages * PAGE;
    const runs = [{ size, state: MEM_COMMIT, protect }];
    if (kind === "image") this.adopt({ size, type: 0x1000000, allocationProtect: 0x80, runs });
    else this.adopt({ size, type: 0x40000, allocationProtect: protect, runs, backing: kind });
  }

  push(step: Step): void {
    this.steps.push(step);
  }
}

/** What a script is written by. */
export type Fragment = (script: Script) => void;
