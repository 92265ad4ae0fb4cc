import { Attempts, accessFarAbove } from "./attempts.ts";
import { type Address, shown } from "./door.ts";
import type { Process } from "./process.ts";
import {
  ADDEND,
  ENTRY_MASK,
  ENTRY_SHIFT,
  LOAD_F32,
  LOAD_F64,
  LOAD_U8,
  LOAD_U16,
  LOAD_U32,
  LOAD_U64,
  PAGE_MASK,
  PAGE_SHIFT,
  READ_TAG,
  STORE_F32,
  STORE_F64,
  STORE_U8,
  STORE_U16,
  STORE_U32,
  STORE_U64,
  TAG_HIGH_SHIFT,
  TAG_SPACE_SHIFT,
  TRANSLATION_WORDS,
  TWO_TO_32,
  VIEW_BYTES,
  VIEW_BYTES_AND_MORE,
  VIEW_MASK,
  WRITE_TAG,
} from "./wasm/access-numbers.ts";
import type { Accesses } from "./wasm/accesses.ts";
import type { ContextView } from "./wasm/context.ts";
import type { Core } from "./wasm/core.ts";
import { Access } from "./wasm/exports.ts";

const SIZE_BYTES = [1, 2, 4, 8, 4, 8, 1, 2, 4, 8, 4, 8] as const;

/** Translations that lead nowhere: no space has the number 0. */
const NOTHING_TRANSLATED = new Int32Array(TRANSLATION_WORDS);
export const NO_BYTES = new DataView(new ArrayBuffer(0));

/**
 * The 32 bits of the linear address where a translation of the space leads, or -1, where memory
 * never reaches. A wrong address has no translation, nor has an access over two pages.
 *
 * Not a method, as the check of a private method in each access would cost 0.8 ns.
 */
function translated(
  words: Int32Array,
  spaceTag: number,
  address: Address,
  lastInPage: number,
  right: number,
): number {
  if (typeof address !== "number") return -1;
  const low = address >>> 0;
  let tagLow = low >>> PAGE_SHIFT;
  let tagHigh = spaceTag;
  if (low !== address) {
    const high = (address - low) / TWO_TO_32;
    if (high >>> 0 !== high) return -1;
    tagLow |= high << TAG_HIGH_SHIFT;
    tagHigh |= high >>> PAGE_SHIFT;
  }
  const entry = (tagLow & ENTRY_MASK) << ENTRY_SHIFT;
  if (words[entry + right] !== tagLow) return -1;
  if (words[entry + right + 1] !== tagHigh || (low & PAGE_MASK) > lastInPage) return -1;
  return ((words[entry + ADDEND] as number) + low) | 0;
}

/**
 * Single accesses of 1, 2, 4 and 8 bytes.
 *
 * The translations are looked up here, which takes a third of the time of a call of the core; for
 * what they do not have, the core is asked. Translations that memory has grown away from read
 * `undefined`, which means no. To read that once would make every later read slower (V8 allows for
 * it from then on), so views are renewed as soon as the host notices that memory has grown.
 */
export class ScalarMemory {
  readonly #process: Process;
  private readonly core: Core;
  private readonly accesses: Accesses;
  readonly #view: ContextView;
  private readonly space: number;
  private readonly spaceTag: number;
  private readonly maximum: number;
  #forgetGrowth: () => void;
  private translations: Int32Array = NOTHING_TRANSLATED;
  private low: DataView = NO_BYTES;
  private high: DataView = NO_BYTES;

  /** @internal */
  constructor(process: Process) {
    this.#process = process;
    this.core = process.core;
    this.accesses = process.core.accesses;
    this.#view = process.core.view;
    this.space = process.spaceNumber;
    this.spaceTag = process.spaceNumber << TAG_SPACE_SHIFT;
    this.maximum = process.door.maximum;
    this.#forgetGrowth = this.#view.onGrowth(() => this.renew());
    this.translations = this.#view.translations;
    this.low = this.#view.dataViewUpTo(0, VIEW_BYTES_AND_MORE);
    this.high = this.#view.dataViewUpTo(VIEW_BYTES, TWO_TO_32);
  }

  /**
   * The process has not ended after all.
   *
   * @internal
   */
  open(): void {
    this.#forgetGrowth();
    this.#forgetGrowth = this.#view.onGrowth(() => this.renew());
    this.renew();
  }

  /**
   * Memory has grown: make the views again.
   *
   * @internal
   */
  renew(): void {
    this.translations = this.#view.translations;
    this.low = this.#view.dataViewUpTo(0, VIEW_BYTES_AND_MORE);
    this.high = this.#view.dataViewUpTo(VIEW_BYTES, TWO_TO_32);
  }

  /**
   * The process has ended or the core has trapped: every access has to ask the core, where it
   * throws.
   *
   * @internal
   */
  close(): void {
    this.#forgetGrowth();
    this.translations = NOTHING_TRANSLATED;
  }

  /** The byte at an address, 0 to 255. */
  getUint8(address: Address): number {
    const at = translated(this.translations, this.spaceTag, address, 0xfff, READ_TAG);
    if (at >= 0) return this.low.getUint8(at);
    if (at !== -1) return this.high.getUint8(at & VIEW_MASK);
    return (this.ask(LOAD_U8, address) as number) >>> 0;
  }

  /** Two bytes, as 0 to 65,535. */
  getUint16(address: Address): number {
    const at = translated(this.translations, this.spaceTag, address, 0xffe, READ_TAG);
    if (at >= 0) return this.low.getUint16(at, true);
    if (at !== -1) return this.high.getUint16(at & VIEW_MASK, true);
    return (this.ask(LOAD_U16, address) as number) >>> 0;
  }

  /** Four bytes, as 0 to 2^32-1. */
  getUint32(address: Address): number {
    const at = translated(this.translations, this.spaceTag, address, 0xffc, READ_TAG);
    if (at >= 0) return this.low.getUint32(at, true);
    if (at !== -1) return this.high.getUint32(at & VIEW_MASK, true);
    return (this.ask(LOAD_U32, address) as number) >>> 0;
  }

  /** Eight bytes, as 0n to 2^64-1. */
  getBigUint64(address: Address): bigint {
    const at = translated(this.translations, this.spaceTag, address, 0xff8, READ_TAG);
    if (at >= 0) return this.low.getBigUint64(at, true);
    if (at !== -1) return this.high.getBigUint64(at & VIEW_MASK, true);
    return this.ask(LOAD_U64, address) as bigint;
  }

  /** Four bytes, as a number of single precision. */
  getFloat32(address: Address): number {
    const at = translated(this.translations, this.spaceTag, address, 0xffc, READ_TAG);
    if (at >= 0) return this.low.getFloat32(at, true);
    if (at !== -1) return this.high.getFloat32(at & VIEW_MASK, true);
    return +(this.ask(LOAD_F32, address) as number);
  }

  /** Eight bytes, as a number. */
  getFloat64(address: Address): number {
    const at = translated(this.translations, this.spaceTag, address, 0xff8, READ_TAG);
    if (at >= 0) return this.low.getFloat64(at, true);
    if (at !== -1) return this.high.getFloat64(at & VIEW_MASK, true);
    return +(this.ask(LOAD_F64, address) as number);
  }

  /** The byte at an address, -128 to 127. */
  getInt8(address: Address): number {
    return (this.getUint8(address) << 24) >> 24;
  }

  /** Two bytes, as -32,768 to 32,767. */
  getInt16(address: Address): number {
    return (this.getUint16(address) << 16) >> 16;
  }

  /** Four bytes, as -2^31 to 2^31-1. */
  getInt32(address: Address): number {
    return this.getUint32(address) | 0;
  }

  /** Eight bytes, as -2^63 to 2^63-1. */
  getBigInt64(address: Address): bigint {
    return BigInt.asIntN(64, this.getBigUint64(address));
  }

  /**
   * As DataView does, integers keep their low bits: setUint8(a, 0x1ff) and setInt8(a, -1) write
   * 0xff.
   */
  setUint8(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    const at = translated(this.translations, this.spaceTag, address, 0xfff, WRITE_TAG);
    if (at >= 0) this.low.setUint8(at, value);
    else if (at !== -1) this.high.setUint8(at & VIEW_MASK, value);
    else this.ask(STORE_U8, address, value);
  }

  /** Write the low 16 bits. */
  setUint16(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    const at = translated(this.translations, this.spaceTag, address, 0xffe, WRITE_TAG);
    if (at >= 0) this.low.setUint16(at, value, true);
    else if (at !== -1) this.high.setUint16(at & VIEW_MASK, value, true);
    else this.ask(STORE_U16, address, value);
  }

  /** Write the low 32 bits. */
  setUint32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    const at = translated(this.translations, this.spaceTag, address, 0xffc, WRITE_TAG);
    if (at >= 0) this.low.setUint32(at, value, true);
    else if (at !== -1) this.high.setUint32(at & VIEW_MASK, value, true);
    else this.ask(STORE_U32, address, value);
  }

  /** Write the low 64 bits of a bigint. */
  setBigUint64(address: Address, value: bigint): void {
    if (typeof value !== "bigint") wrongValue(value, "bigint");
    const at = translated(this.translations, this.spaceTag, address, 0xff8, WRITE_TAG);
    if (at >= 0) this.low.setBigUint64(at, value, true);
    else if (at !== -1) this.high.setBigUint64(at & VIEW_MASK, value, true);
    else this.ask(STORE_U64, address, value);
  }

  /** Write four bytes: the number of single precision that is nearest. */
  setFloat32(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    const at = translated(this.translations, this.spaceTag, address, 0xffc, WRITE_TAG);
    if (at >= 0) this.low.setFloat32(at, value, true);
    else if (at !== -1) this.high.setFloat32(at & VIEW_MASK, value, true);
    else this.ask(STORE_F32, address, value);
  }

  /** Write eight bytes. */
  setFloat64(address: Address, value: number): void {
    if (typeof value !== "number") wrongValue(value, "number");
    const at = translated(this.translations, this.spaceTag, address, 0xff8, WRITE_TAG);
    if (at >= 0) this.low.setFloat64(at, value, true);
    else if (at !== -1) this.high.setFloat64(at & VIEW_MASK, value, true);
    else this.ask(STORE_F64, address, value);
  }

  /** As `setUint8`. */
  setInt8(address: Address, value: number): void {
    this.setUint8(address, value);
  }

  /** As `setUint16`. */
  setInt16(address: Address, value: number): void {
    this.setUint16(address, value);
  }

  /** As `setUint32`. */
  setInt32(address: Address, value: number): void {
    this.setUint32(address, value);
  }

  /** As `setBigUint64`. */
  setBigInt64(address: Address, value: bigint): void {
    this.setBigUint64(address, value);
  }

  /**
   * An access by the core, again and again until it fails no more. What is loaded, or 0. It is one
   * long function, as V8 would put short ones in line with the fast path of each caller, which is
   * slower by half then.
   *
   * @internal
   */
  ask(kind: number, address: Address, value: number | bigint = 0): number | bigint {
    const at = this.#isHere(address) ? address : this.#arrive(kind, address);
    const accesses = this.accesses;
    let attempts: Attempts | undefined;
    for (;;) {
      let loaded: number | bigint = 0;
      switch (kind) {
        case LOAD_U8:
          loaded = accesses.loadU8(at);
          break;
        case LOAD_U16:
          loaded = accesses.loadU16(at);
          break;
        case LOAD_U32:
          loaded = accesses.loadU32(at);
          break;
        case LOAD_U64:
          loaded = accesses.loadU64(at);
          break;
        case LOAD_F32:
          loaded = accesses.loadF32(at);
          break;
        case LOAD_F64:
          loaded = accesses.loadF64(at);
          break;
        case STORE_U8:
          accesses.storeU8(at, value as number);
          break;
        case STORE_U16:
          accesses.storeU16(at, value as number);
          break;
        case STORE_U32:
          accesses.storeU32(at, value as number);
          break;
        case STORE_U64:
          accesses.storeU64(at, value as bigint);
          break;
        case STORE_F32:
          accesses.storeF32(at, value as number);
          break;
        case STORE_F64:
          accesses.storeF64(at, value as number);
          break;
      }
      if (!this.#view.failed()) return loaded;
      attempts ??= new Attempts(this.#process);
      attempts.failed();
    }
  }

  /**
   * Whether the core can be asked at once: this space is the current one, and the address one that
   * it takes.
   */
  #isHere(address: Address): address is number {
    return (
      this.core.entered === this.space &&
      typeof address === "number" &&
      address >= 0 &&
      address <= this.maximum &&
      Math.floor(address) === address
    );
  }

  /** At the door: makes this space the current one. The address as the core takes it. */
  #arrive(kind: number, address: Address): number {
    this.#process.enter();
    this.#view.refresh();
    const exact = this.#process.door.exactPointer(address, "address");
    if (typeof exact === "number") return exact;
    const access = kind < STORE_U8 ? Access.Read : Access.Write;
    return accessFarAbove(this.#process, exact, SIZE_BYTES[kind] as number, access);
  }
}

export function wrongValue(value: unknown, kind: string): never {
  throw new TypeError(`value must be a ${kind}, not ${shown(value)}`);
}
