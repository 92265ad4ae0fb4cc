import { type Address, shown } from "../door.ts";

/**
 * A pointer-sized integer with a sign: -2^31 to 2^31-1 in a 32-bit process, -2^63 to 2^63-1 in a
 * 64-bit one, given as a number, or as a bigint where a number would not be exact. A negative one
 * is the address with the same bits. Results are numbers. Library page: "System.IntPtr".
 */
export type IntPtr = Address;
/** Of the type `IntPtr`: `IntPtr.Zero`, which is 0. */
export const IntPtr = Object.freeze({ Zero: 0 } as const);

/**
 * A pointer-sized integer without a sign: 0 to 2^32-1 or 2^64-1, given as a number, or as a bigint
 * where a number would not be exact. Results are numbers. Library page: "System.UIntPtr".
 */
export type UIntPtr = Address;
/** Of the type `UIntPtr`: `UIntPtr.Zero`, which is 0. */
export const UIntPtr = Object.freeze({ Zero: 0 } as const);

const INT32_MINIMUM = -0x8000_0000;
const INT32_MAXIMUM = 0x7fff_ffff;

/** An Int32, as enumerations and error codes are. */
export function int32(value: number, name: string): number {
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be a number, not ${shown(value)}`);
  }
  return inRange(value, name, INT32_MINIMUM, INT32_MAXIMUM);
}

/** Integers that are as wide as a pointer of the process. */
export class PointerSized {
  readonly #bits: number;
  readonly #signedMinimum: bigint;
  readonly #signedMaximum: bigint;
  readonly #unsignedMaximum: bigint;

  constructor(pointerBytes: 4 | 8) {
    this.#bits = pointerBytes * 8;
    const half = 1n << BigInt(this.#bits - 1);
    this.#signedMinimum = -half;
    this.#signedMaximum = half - 1n;
    this.#unsignedMaximum = 2n * half - 1n;
  }

  /** An IntPtr that came in, as the address with the same bits. */
  signed(value: IntPtr, name: string): Address {
    const given = exact(value, name, this.#signedMinimum, this.#signedMaximum);
    return given < 0 ? BigInt.asUintN(this.#bits, BigInt(given)) : given;
  }

  /** A UIntPtr that came in. */
  unsigned(value: UIntPtr, name: string): Address {
    return exact(value, name, 0n, this.#unsignedMaximum);
  }

  /** An address or a size of user space, as an IntPtr that goes out. */
  toSigned(value: number): number {
    return this.#bits === 32 ? value | 0 : value;
  }
}

function exact(value: Address, name: string, minimum: bigint, maximum: bigint): Address {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new TypeError(`${name} must be a number or a bigint, not ${shown(value)}`);
  }
  const given = inRange(value, name, minimum, maximum);
  if (typeof given === "number" && !Number.isSafeInteger(given)) {
    throw new RangeError(`${name} must be a bigint where no number is exact, not ${given}`);
  }
  return given;
}

/** .NET throws OverflowException where an integer does not fit its type. */
function inRange<T extends Address>(
  value: T,
  name: string,
  minimum: number | bigint,
  maximum: number | bigint,
): T {
  if (typeof value === "number" && !Number.isInteger(value)) {
    throw new RangeError(`${name} must be an integer, not ${shown(value)}`);
  }
  if (value < minimum || value > maximum) {
    const range = `${minimum} to ${maximum}`;
    throw new RangeError(`${name} must be ${range}, not ${shown(value)} (OverflowException)`);
  }
  return value;
}
