import type { Address } from "./door.ts";
import { GuestMemory } from "./memory.ts";
import type { Process } from "./process.ts";
import { NO_BYTES, wrongValue } from "./scalar-memory.ts";
import {
  LOAD_BYTE,
  LOAD_F32,
  LOAD_F64,
  LOAD_SPAN,
  LOAD_U8,
  LOAD_U16,
  LOAD_U32,
  LOAD_U64,
  MAP_BYTES,
  PAGE_SHIFT,
  STORE_BYTE,
  STORE_F32,
  STORE_F64,
  STORE_SPAN,
  STORE_U8,
  STORE_U16,
  STORE_U32,
  STORE_U64,
  VIEW_BYTES,
  VIEW_BYTES_AND_MORE,
  VIEW_MASK,
} from "./wasm/access-numbers.ts";
import { type WindowPlace, windowPlace } from "./wasm/core.ts";

/**
 * An access map that allows nothing. It is as long as a real one: reading behind the end of an
 * array takes 3 ns more.
 */
const NOTHING_ALLOWED = new Uint8Array(MAP_BYTES);

/**
 * Memory of a windowed space. A single access asks the access map, by the span bit or, at the last
 * page of a run, by both bytes; a view of the window does the rest. What is not in the window, the
 * core is asked for. The checks stand in each method: in methods of their own they take 1 ns more.
 * What they read is `private`, not `#`: V8 takes 1 ns more for each word that it reads by those.
 */
export class WindowedMemory extends GuestMemory {
  readonly #process: Process;
  readonly #window: WindowPlace;
  private allowed: Uint8Array = NOTHING_ALLOWED;
  private windowLow: DataView = NO_BYTES;
  private windowHigh: DataView = NO_BYTES;

  /** @internal */
  constructor(process: Process, window: WindowPlace) {
    super(process);
    this.#process = process;
    this.#window = window;
    this.#renewWindow();
  }

  /** @internal */
  override renew(): void {
    super.renew();
    this.#renewWindow();
  }

  /** @internal */
  override close(): void {
    super.close();
    this.allowed = NOTHING_ALLOWED;
  }

  override getUint8(address: Address): number {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      ((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_BYTE) !== 0
    ) {
      if ((address | 0) >= 0) return this.windowLow.getUint8(address);
      return this.windowHigh.getUint8(address & VIEW_MASK);
    }
    return (this.ask(LOAD_U8, address) as number) >>> 0;
  }

  override getUint16(address: Address): number {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 1) >>> PAGE_SHIFT] as number) &
          LOAD_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) return this.windowLow.getUint16(address, true);
      return this.windowHigh.getUint16(address & VIEW_MASK, true);
    }
    return (this.ask(LOAD_U16, address) as number) >>> 0;
  }

  override getUint32(address: Address): number {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 3) >>> PAGE_SHIFT] as number) &
          LOAD_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) return this.windowLow.getUint32(address, true);
      return this.windowHigh.getUint32(address & VIEW_MASK, true);
    }
    return (this.ask(LOAD_U32, address) as number) >>> 0;
  }

  override getBigUint64(address: Address): bigint {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 7) >>> PAGE_SHIFT] as number) &
          LOAD_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) return this.windowLow.getBigUint64(address, true);
      return this.windowHigh.getBigUint64(address & VIEW_MASK, true);
    }
    return this.ask(LOAD_U64, address) as bigint;
  }

  override getFloat32(address: Address): number {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 3) >>> PAGE_SHIFT] as number) &
          LOAD_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) return this.windowLow.getFloat32(address, true);
      return this.windowHigh.getFloat32(address & VIEW_MASK, true);
    }
    return +(this.ask(LOAD_F32, address) as number);
  }

  override getFloat64(address: Address): number {
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & LOAD_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 7) >>> PAGE_SHIFT] as number) &
          LOAD_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) return this.windowLow.getFloat64(address, true);
      return this.windowHigh.getFloat64(address & VIEW_MASK, true);
    }
    return +(this.ask(LOAD_F64, address) as number);
  }

  override setUint8(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      ((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_BYTE) !== 0
    ) {
      if ((address | 0) >= 0) this.windowLow.setUint8(address, value);
      else this.windowHigh.setUint8(address & VIEW_MASK, value);
    } else this.ask(STORE_U8, address, value);
  }

  override setUint16(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 1) >>> PAGE_SHIFT] as number) &
          STORE_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) this.windowLow.setUint16(address, value, true);
      else this.windowHigh.setUint16(address & VIEW_MASK, value, true);
    } else this.ask(STORE_U16, address, value);
  }

  override setUint32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 3) >>> PAGE_SHIFT] as number) &
          STORE_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) this.windowLow.setUint32(address, value, true);
      else this.windowHigh.setUint32(address & VIEW_MASK, value, true);
    } else this.ask(STORE_U32, address, value);
  }

  override setBigUint64(address: Address, value: bigint): void {
    if (typeof value !== "bigint") wrongValue(value, "bigint");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 7) >>> PAGE_SHIFT] as number) &
          STORE_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) this.windowLow.setBigUint64(address, value, true);
      else this.windowHigh.setBigUint64(address & VIEW_MASK, value, true);
    } else this.ask(STORE_U64, address, value);
  }

  override setFloat32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 3) >>> PAGE_SHIFT] as number) &
          STORE_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) this.windowLow.setFloat32(address, value, true);
      else this.windowHigh.setFloat32(address & VIEW_MASK, value, true);
    } else this.ask(STORE_F32, address, value);
  }

  override setFloat64(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (
      typeof address === "number" &&
      address >>> 0 === address &&
      (((this.allowed[address >>> PAGE_SHIFT] as number) & STORE_SPAN) !== 0 ||
        ((this.allowed[address >>> PAGE_SHIFT] as number) &
          (this.allowed[(address + 7) >>> PAGE_SHIFT] as number) &
          STORE_BYTE) !==
          0)
    ) {
      if ((address | 0) >= 0) this.windowLow.setFloat64(address, value, true);
      else this.windowHigh.setFloat64(address & VIEW_MASK, value, true);
    } else this.ask(STORE_F64, address, value);
  }

  #renewWindow(): void {
    const { base, bytes, accessMap } = this.#window;
    const { view } = this.#process.core;
    this.allowed = view.bytes(accessMap, MAP_BYTES);
    this.windowLow = view.dataView(base, Math.min(bytes, VIEW_BYTES_AND_MORE));
    if (bytes > VIEW_BYTES) this.windowHigh = view.dataView(base + VIEW_BYTES, bytes - VIEW_BYTES);
  }
}

/** The memory of a process, by the kind of its space. */
export function memoryOf(process: Process): GuestMemory {
  const { core, space } = process;
  // Where memory is shared, what the map says may be over before the access is made.
  const isLooked = space === "windowed" && core.agent === undefined;
  const window = isLooked ? windowPlace(core) : undefined;
  return window === undefined ? new GuestMemory(process) : new WindowedMemory(process, window);
}
