import { Attempts, accessFarAbove } from "./attempts.ts";
import { type Address, shown } from "./door.ts";
import type { Process } from "./process.ts";
import type { Accesses } from "./wasm/accesses.ts";
import type { ContextView } from "./wasm/context.ts";
import type { Core, WindowPlace } from "./wasm/core.ts";
import { Access, AccessBit } from "./wasm/exports.ts";

const PAGE_SHIFT = 12;
const PAGES = 2 ** 20;
// Bits of the access map: the same for an access that stays in its page, and for one that may reach
// the next.
const LOAD_BYTE = AccessBit.R;
const STORE_BYTE = AccessBit.W;
const LOAD = AccessBit.RS;
const STORE = AccessBit.WS;

/** No view is indexed at or above 2^31: Chromium takes 8 to 13 ns there instead of 0.6. */
const VIEW_BYTES = 2 ** 31;
const VIEW_MASK = VIEW_BYTES - 1;
/** The low view goes on a little behind its last index, for an access that begins there. */
const SPILL_BYTES = 8;

/**
 * An access map that allows nothing. It is as long as a real one: reading behind the end of an
 * array takes 3 ns more.
 */
const NOTHING_ALLOWED = new Uint8Array(PAGES);
const NO_BYTES = new DataView(new ArrayBuffer(0));

type Load<T> = (accesses: Accesses, address: number) => T;
type Store<T> = (accesses: Accesses, address: number, value: T) => void;

const loadU8: Load<number> = (accesses, address) => accesses.loadU8(address);
const loadU16: Load<number> = (accesses, address) => accesses.loadU16(address);
const loadU32: Load<number> = (accesses, address) => accesses.loadU32(address);
const loadU64: Load<bigint> = (accesses, address) => accesses.loadU64(address);
const loadF32: Load<number> = (accesses, address) => accesses.loadF32(address);
const loadF64: Load<number> = (accesses, address) => accesses.loadF64(address);
const storeU8: Store<number> = (accesses, address, value) => accesses.storeU8(address, value);
const storeU16: Store<number> = (accesses, address, value) => accesses.storeU16(address, value);
const storeU32: Store<number> = (accesses, address, value) => accesses.storeU32(address, value);
const storeU64: Store<bigint> = (accesses, address, value) => accesses.storeU64(address, value);
const storeF32: Store<number> = (accesses, address, value) => accesses.storeF32(address, value);
const storeF64: Store<number> = (accesses, address, value) => accesses.storeF64(address, value);

/**
 * Single accesses of 1, 2, 4 and 8 bytes.
 *
 * In a windowed space the access map is asked first, and a view of the window does the rest. A view
 * that memory has grown away from reads `undefined` there, which means no, so the views are renewed
 * on the slow path only.
 */
export class ScalarMemory {
  readonly #process: Process;
  readonly #core: Core;
  readonly #accesses: Accesses;
  readonly #view: ContextView;
  readonly #space: number;
  readonly #maximum: number;
  readonly #window: WindowPlace | undefined;
  #isClosed = false;
  #allowed: Uint8Array = NOTHING_ALLOWED;
  #low: DataView = NO_BYTES;
  #high: DataView = NO_BYTES;

  /** @internal */
  constructor(process: Process, window: WindowPlace | undefined) {
    this.#process = process;
    this.#core = process.core;
    this.#accesses = process.core.accesses;
    this.#view = process.core.view;
    this.#space = process.spaceNumber;
    this.#maximum = process.door.maximum;
    this.#window = window;
    this.#renew();
  }

  /**
   * The process has ended or the core has trapped: every access has to come by the slow path, where
   * it throws.
   *
   * @internal
   */
  close(): void {
    this.#isClosed = true;
    this.#allowed = NOTHING_ALLOWED;
  }

  getUint8(address: Address): number {
    return this.#isLow(address, LOAD_BYTE) ? this.#low.getUint8(address) : this.#loadU8(address);
  }

  #loadU8(address: Address): number {
    if (this.#isHigh(address, LOAD_BYTE)) return this.#high.getUint8(address - VIEW_BYTES);
    const at = this.#isHere(address) ? address : this.#arrive(address, 1, Access.Read);
    const value = this.#accesses.loadU8(at);
    return this.#view.failed() ? this.#loadAgain(loadU8, at) : value;
  }

  getUint16(address: Address): number {
    return this.#isLow(address, LOAD) ? this.#low.getUint16(address, true) : this.#loadU16(address);
  }

  #loadU16(address: Address): number {
    if (this.#isHigh(address, LOAD)) return this.#high.getUint16(address - VIEW_BYTES, true);
    const at = this.#isHere(address) ? address : this.#arrive(address, 2, Access.Read);
    const value = this.#accesses.loadU16(at);
    return this.#view.failed() ? this.#loadAgain(loadU16, at) : value;
  }

  getUint32(address: Address): number {
    return this.#isLow(address, LOAD) ? this.#low.getUint32(address, true) : this.#loadU32(address);
  }

  #loadU32(address: Address): number {
    if (this.#isHigh(address, LOAD)) return this.#high.getUint32(address - VIEW_BYTES, true);
    const at = this.#isHere(address) ? address : this.#arrive(address, 4, Access.Read);
    const value = this.#accesses.loadU32(at);
    return this.#view.failed() ? this.#loadAgain(loadU32, at) : value;
  }

  getBigUint64(address: Address): bigint {
    return this.#isLow(address, LOAD)
      ? this.#low.getBigUint64(address, true)
      : this.#loadU64(address);
  }

  #loadU64(address: Address): bigint {
    if (this.#isHigh(address, LOAD)) return this.#high.getBigUint64(address - VIEW_BYTES, true);
    const at = this.#isHere(address) ? address : this.#arrive(address, 8, Access.Read);
    const value = this.#accesses.loadU64(at);
    return this.#view.failed() ? this.#loadAgain(loadU64, at) : value;
  }

  getFloat32(address: Address): number {
    return this.#isLow(address, LOAD)
      ? this.#low.getFloat32(address, true)
      : this.#loadF32(address);
  }

  #loadF32(address: Address): number {
    if (this.#isHigh(address, LOAD)) return this.#high.getFloat32(address - VIEW_BYTES, true);
    const at = this.#isHere(address) ? address : this.#arrive(address, 4, Access.Read);
    const value = this.#accesses.loadF32(at);
    return this.#view.failed() ? this.#loadAgain(loadF32, at) : value;
  }

  getFloat64(address: Address): number {
    return this.#isLow(address, LOAD)
      ? this.#low.getFloat64(address, true)
      : this.#loadF64(address);
  }

  #loadF64(address: Address): number {
    if (this.#isHigh(address, LOAD)) return this.#high.getFloat64(address - VIEW_BYTES, true);
    const at = this.#isHere(address) ? address : this.#arrive(address, 8, Access.Read);
    const value = this.#accesses.loadF64(at);
    return this.#view.failed() ? this.#loadAgain(loadF64, at) : value;
  }

  getInt8(address: Address): number {
    return (this.getUint8(address) << 24) >> 24;
  }

  getInt16(address: Address): number {
    return (this.getUint16(address) << 16) >> 16;
  }

  getInt32(address: Address): number {
    return this.getUint32(address) | 0;
  }

  getBigInt64(address: Address): bigint {
    return BigInt.asIntN(64, this.getBigUint64(address));
  }

  /**
   * As DataView does, integers keep their low bits: setUint8(a, 0x1ff) and setInt8(a, -1) write
   * 0xff.
   */
  setUint8(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (this.#isLow(address, STORE_BYTE)) this.#low.setUint8(address, value);
    else this.#storeU8(address, value);
  }

  #storeU8(address: Address, value: number): void {
    if (this.#isHigh(address, STORE_BYTE)) {
      this.#high.setUint8(address - VIEW_BYTES, value);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 1, Access.Write);
    this.#accesses.storeU8(at, value);
    if (this.#view.failed()) this.#storeAgain(storeU8, at, value);
  }

  setUint16(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (this.#isLow(address, STORE)) this.#low.setUint16(address, value, true);
    else this.#storeU16(address, value);
  }

  #storeU16(address: Address, value: number): void {
    if (this.#isHigh(address, STORE)) {
      this.#high.setUint16(address - VIEW_BYTES, value, true);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 2, Access.Write);
    this.#accesses.storeU16(at, value);
    if (this.#view.failed()) this.#storeAgain(storeU16, at, value);
  }

  setUint32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (this.#isLow(address, STORE)) this.#low.setUint32(address, value, true);
    else this.#storeU32(address, value);
  }

  #storeU32(address: Address, value: number): void {
    if (this.#isHigh(address, STORE)) {
      this.#high.setUint32(address - VIEW_BYTES, value, true);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 4, Access.Write);
    this.#accesses.storeU32(at, value);
    if (this.#view.failed()) this.#storeAgain(storeU32, at, value);
  }

  setBigUint64(address: Address, value: bigint): void {
    if (typeof value !== "bigint") wrongValue(value, "bigint");
    if (this.#isLow(address, STORE)) this.#low.setBigUint64(address, value, true);
    else this.#storeU64(address, value);
  }

  #storeU64(address: Address, value: bigint): void {
    if (this.#isHigh(address, STORE)) {
      this.#high.setBigUint64(address - VIEW_BYTES, value, true);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 8, Access.Write);
    this.#accesses.storeU64(at, value);
    if (this.#view.failed()) this.#storeAgain(storeU64, at, value);
  }

  setFloat32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (this.#isLow(address, STORE)) this.#low.setFloat32(address, value, true);
    else this.#storeF32(address, value);
  }

  #storeF32(address: Address, value: number): void {
    if (this.#isHigh(address, STORE)) {
      this.#high.setFloat32(address - VIEW_BYTES, value, true);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 4, Access.Write);
    this.#accesses.storeF32(at, value);
    if (this.#view.failed()) this.#storeAgain(storeF32, at, value);
  }

  setFloat64(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    if (this.#isLow(address, STORE)) this.#low.setFloat64(address, value, true);
    else this.#storeF64(address, value);
  }

  #storeF64(address: Address, value: number): void {
    if (this.#isHigh(address, STORE)) {
      this.#high.setFloat64(address - VIEW_BYTES, value, true);
      return;
    }
    const at = this.#isHere(address) ? address : this.#arrive(address, 8, Access.Write);
    this.#accesses.storeF64(at, value);
    if (this.#view.failed()) this.#storeAgain(storeF64, at, value);
  }

  setInt8(address: Address, value: number): void {
    this.setUint8(address, value);
  }

  setInt16(address: Address, value: number): void {
    this.setUint16(address, value);
  }

  setInt32(address: Address, value: number): void {
    this.setUint32(address, value);
  }

  setBigInt64(address: Address, value: bigint): void {
    this.setBigUint64(address, value);
  }

  /** Whether an access below 2 GB may be made in the window at once. */
  #isLow(address: Address, bit: number): address is number {
    return (
      typeof address === "number" &&
      (address & VIEW_MASK) === address &&
      ((this.#allowed[address >>> PAGE_SHIFT] ?? 0) & bit) !== 0
    );
  }

  /** Whether an access from 2 GB on may be made in the window at once. */
  #isHigh(address: Address, bit: number): address is number {
    return (
      typeof address === "number" &&
      address >= VIEW_BYTES &&
      address >>> 0 === address &&
      ((this.#allowed[address >>> PAGE_SHIFT] ?? 0) & bit) !== 0
    );
  }

  /**
   * Whether the core can be asked at once: this space is the current one, and the address one that
   * it takes.
   */
  #isHere(address: Address): address is number {
    return (
      this.#core.entered === this.#space &&
      this.#allowed.length !== 0 &&
      typeof address === "number" &&
      address >= 0 &&
      address <= this.#maximum &&
      Math.floor(address) === address
    );
  }

  /**
   * At the door: makes this space the current one, and the views fresh. The address as the core
   * takes it.
   */
  #arrive(address: Address, sizeBytes: number, access: number): number {
    const { door } = this.#process;
    this.#process.enter();
    if (this.#allowed.length === 0 && !this.#isClosed) this.#renew();
    const exact = door.exactPointer(address, "address");
    if (typeof exact === "bigint") accessFarAbove(this.#process, exact, sizeBytes, access);
    return exact;
  }

  #loadAgain<T>(load: Load<T>, address: number): T {
    const attempts = new Attempts(this.#process);
    let value: T;
    do {
      attempts.failed();
      value = load(this.#accesses, address);
    } while (this.#view.failed());
    return value;
  }

  #storeAgain<T>(store: Store<T>, address: number, value: T): void {
    const attempts = new Attempts(this.#process);
    do {
      attempts.failed();
      store(this.#accesses, address, value);
    } while (this.#view.failed());
  }

  #renew(): void {
    if (this.#window === undefined) return;
    const { base, bytes, accessMap } = this.#window;
    this.#allowed = this.#view.bytes(accessMap, PAGES);
    this.#low = this.#view.dataView(base, Math.min(bytes, VIEW_BYTES + SPILL_BYTES));
    if (bytes > VIEW_BYTES) {
      this.#high = this.#view.dataView(base + VIEW_BYTES, bytes - VIEW_BYTES);
    }
  }
}

function wrongValue(value: unknown, kind: string): never {
  throw new TypeError(`value must be a ${kind}, not ${shown(value)}`);
}
