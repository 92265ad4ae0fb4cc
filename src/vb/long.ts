import { shown } from "../door.ts";
import type { Long } from "./interface.ts";

const LONG_MINIMUM = -0x8000_0000;
const LONG_MAXIMUM = 0x7fff_ffff;

/** A Long that came in, as the number with the same bits and no sign. */
export function unsigned(value: Long, name: string): number {
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be a Long, not ${shown(value)} (Type mismatch, 13)`);
  }
  if (!Number.isInteger(value) || value < LONG_MINIMUM || value > LONG_MAXIMUM) {
    const range = `an integer from ${LONG_MINIMUM} to ${LONG_MAXIMUM}`;
    throw new RangeError(`${name} must be ${range}, not ${value} (Overflow, 6)`);
  }
  return value >>> 0;
}

/** 32 bits as the Long that goes out. */
export function signed(bits: number): Long {
  return bits | 0;
}

/** Every field of a structure as a Long. */
export function signedFields<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Long } {
  const longs = Object.entries(fields).map(([name, bits]) => [name, signed(bits)]);
  return Object.fromEntries(longs);
}
