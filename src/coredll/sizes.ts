import { type Address, integer, shown } from "../door.ts";

const DWORD_BITS = 32;

/** A size in bytes as the DWORD that it is passed in: 4 GB are 0 (14.3). */
export function dwordSize(size: Address): number {
  const bytes = typeof size === "bigint" ? size : BigInt(exact(size));
  if (bytes < 0n) throw new RangeError(`size must not be negative, but is ${shown(size)}`);
  return Number(BigInt.asUintN(DWORD_BITS, bytes));
}

function exact(size: number): number {
  return integer(size, "size", 0, Number.MAX_SAFE_INTEGER);
}
