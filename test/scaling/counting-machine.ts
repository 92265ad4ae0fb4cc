import { readFileSync } from "node:fs";
import {
  Access,
  CONTEXT,
  type CoreExports,
  Profile,
  SpaceKind,
  Switch,
} from "../../src/wasm/exports.ts";

type CountingCore = CoreExports & { readonly steps: WebAssembly.Global };

export type Place = "win64" | "win32" | "windowed win32";

export const PAGE = 0x1000;
/** What bases of regions are multiples of. */
export const UNIT = 0x10000;
export const GUARD_MET = 2;

const NO_POINTER = -1;
const WIN10 = 7;
const NO_LIMIT = 2 ** 36;
const INFORMATION_BYTES = 48;

const bytes = readFileSync(new URL("../../build/core.counting.wasm", import.meta.url));
const module = new WebAssembly.Module(bytes);

/**
 * A machine on the counting form of the release core, without a host, and its processes. Calls act
 * on the process that was entered last; what does not succeed throws.
 */
export class CountingMachine {
  readonly core: CountingCore;
  private readonly context: number;
  private space = 0;

  constructor(place: Place) {
    const isWindowed = place === "windowed win32";
    const profile = place === "win64" ? Profile.win64 : Profile.win32;
    const switches = isWindowed ? Switch.Window : 0;
    this.core = new WebAssembly.Instance(module, {}).exports as unknown as CountingCore;
    this.core.machineCreateF64(profile, WIN10, switches, NO_LIMIT, NO_LIMIT / 32, 0, 0);
    this.context = this.core.contextCreate();
    this.enter(this.createProcess(isWindowed ? SpaceKind.Windowed : SpaceKind.Translated));
  }

  createProcess(kind: number = SpaceKind.Translated): number {
    const space = this.core.spaceCreate(kind, 50, 345);
    if (space === 0) throw new Error("no process");
    return space;
  }

  enter(space: number): void {
    this.space = space;
    this.core.contextEnter(this.context, space);
  }

  /** The process that was entered last. */
  get current(): number {
    return this.space;
  }

  get contextAddress(): number {
    return this.context;
  }

  /** Steps that an action takes: functions entered, turns of loops, 64 bytes filled or copied. */
  steps(action: () => unknown): number {
    const before: number = this.core.steps.value;
    action();
    return (this.core.steps.value - before) >>> 0;
  }

  /** VirtualAlloc; the core chooses a place for base 0. The answer is the base. */
  allocate(base: number, size: number, type: number, protection: number): number {
    const { core, context, space } = this;
    const at = NO_POINTER;
    succeed(core.allocateF64(context, space, at, base, 0, at, size, type, protection));
    return this.result(0);
  }

  free(base: number, size: number, type: number): void {
    const { core, context, space } = this;
    succeed(core.freeF64(context, space, NO_POINTER, base, NO_POINTER, size, type));
  }

  protect(base: number, size: number, protection: number): void {
    const { core, context, space } = this;
    const at = NO_POINTER;
    succeed(core.protectF64(context, space, at, base, at, size, protection, at));
  }

  /** VirtualQuery; the answer is the size of the run. */
  query(address: number): number {
    const { core, context, space } = this;
    succeed(core.queryF64(context, space, address, 0, NO_POINTER, INFORMATION_BYTES, 0));
    return this.result(3);
  }

  /** A read of four bytes, as far as it does not lie in the maps already: an outcome. */
  read(address: number): number {
    const outcome = this.core.askF64(this.context, address, 4, Access.Read);
    this.core.outcomeClear(this.context);
    return outcome;
  }

  /** A byte, not 0. */
  write(address: number): void {
    this.core.storeU8F64(this.context, address, 1);
  }

  private result(index: number): number {
    const memory = new DataView(this.core.memory.buffer);
    return Number(memory.getBigUint64(this.context + CONTEXT.results + 8 * index, true));
  }
}

function succeed(status: number): void {
  if (status !== 0) throw new Error(`status 0x${(status >>> 0).toString(16)}`);
}
