/**
 * The door: what a caller passes is checked here, before anything is changed. The wrong kind of
 * value is a TypeError, a wrong value a RangeError, and the message names the argument, what it has
 * to be and what came.
 *
 * An address or a size may be a number or a bigint. Behind the door it is a number.
 */
const DWORD_MAXIMUM = 0xffff_ffff;
const POINTER_MAXIMUM_64 = 0xffff_ffff_ffff_ffffn;
const HANDLE_MINIMUM_64 = -0x8000_0000_0000_0000n;
const HANDLE_MINIMUM_32 = -0x8000_0000;

/** An address or a size: a number, or a bigint where a number would not be exact, above 2^53. */
export type Address = number | bigint;

/** What came, for a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** An integer of `minimum` .. `maximum`. */
export function integer(value: unknown, name: string, minimum: number, maximum: number): number {
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be a number, not ${shown(value)}`);
  }
  if (!Number.isInteger(value)) {
    throw new RangeError(`${name} must be an integer, not ${shown(value)}`);
  }
  if (value < minimum || value > maximum) {
    throw new RangeError(`${name} must be ${minimum} to ${maximum}, not ${shown(value)}`);
  }
  return value;
}

/** A DWORD: 0 .. 0xffffffff. */
export function dword(value: number, name: string): number {
  if (typeof value === "number" && value === value >>> 0) return value;
  return integer(value, name, 0, DWORD_MAXIMUM);
}

export function text(value: unknown, name: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`${name} must be a string, not ${shown(value)}`);
  }
  return value;
}

export function callable(value: unknown, name: string): void {
  if (typeof value !== "function") {
    throw new TypeError(`${name} must be a function, not ${shown(value)}`);
  }
}

export function truth(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${name} must be true or false, not ${shown(value)}`);
  }
  return value;
}

export function byteArray(value: unknown, name: string): void {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`${name} must be a Uint8Array, not ${shown(value)}`);
  }
}

/** An object of options of which every key is known. */
export function optionBag(value: unknown, name: string, keys: readonly string[]): void {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`${name} must be an object, not ${shown(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      throw new TypeError(`${name}: there is no option "${key}" (there are ${keys.join(", ")})`);
    }
  }
}

/** Checks that depend on the width of a pointer. */
export class Door {
  readonly pointerBytes: 4 | 8;
  /** Highest address or size that is a number; higher ones have to be bigints. */
  readonly maximum: number;
  readonly #wideMaximum: bigint;

  constructor(pointerBytes: 4 | 8) {
    this.pointerBytes = pointerBytes;
    this.maximum = pointerBytes === 4 ? DWORD_MAXIMUM : Number.MAX_SAFE_INTEGER;
    this.#wideMaximum = pointerBytes === 4 ? BigInt(DWORD_MAXIMUM) : POINTER_MAXIMUM_64;
  }

  /**
   * An address, a size or anything else that is as wide as a pointer. What does not fit in a number
   * becomes the highest one that does: it lies as far above every user address, and the core
   * answers the same.
   */
  pointer(value: Address, name: string): number {
    if (this.isPointer(value)) return value;
    const exact = this.exactPointer(value, name);
    return typeof exact === "bigint" ? this.maximum : exact;
  }

  /** Whether the value is what `pointer` returns for it. */
  isPointer(value: unknown): value is number {
    return (
      typeof value === "number" &&
      value >= 0 &&
      value <= this.maximum &&
      Math.floor(value) === value
    );
  }

  /** As `pointer`, with null for NULL. */
  nullablePointer(value: Address | null, name: string): number {
    return value === null ? 0 : this.pointer(value, name);
  }

  /** As `pointer`, with all bits of an address above 2^53. */
  exactPointer(value: Address, name: string): Address {
    if (typeof value !== "bigint") return integer(value, name, 0, this.maximum);
    if (value < 0n || value > this.#wideMaximum) {
      const maximum = `0x${this.#wideMaximum.toString(16)}`;
      throw new RangeError(`${name} must be 0 to ${maximum}, not ${shown(value)}`);
    }
    return value <= BigInt(this.maximum) ? Number(value) : value;
  }

  /**
   * A handle, as a number: the pseudo handles are small negative ones, however they were written.
   */
  handle(value: Address | null, name: string): number {
    if (value === null) return 0;
    const bits = this.pointerBytes * 8;
    if (typeof value === "bigint") {
      if (value < HANDLE_MINIMUM_64 || value > this.#wideMaximum) {
        throw new RangeError(`${name} must fit in ${bits} bits, not ${shown(value)}`);
      }
      return Number(BigInt.asIntN(bits, value));
    }
    const minimum = this.pointerBytes === 4 ? HANDLE_MINIMUM_32 : Number.MIN_SAFE_INTEGER;
    const number = integer(value, name, minimum, this.maximum);
    return this.pointerBytes === 4 ? number | 0 : number;
  }
}
