import {
  FEATURE_NO_SINGLE_ZERO_BIT,
  featureIs,
  machine,
  SWITCH_WOW64,
  switchIs,
} from "../virt/machine";

/**
 * Zero bits (2.9): a limit on where the system may place a region, as a count of bits or as a mask.
 */

const COUNT_LAST: u64 = 20;
const NO_ROOM: u64 = 21;
const MASK_FIRST: u64 = 32;

/** Whether the value is one that the profile knows; a mask needs a 64-bit system underneath. */
export function isZeroBits(zeroBits: u64): bool {
  if (zeroBits <= NO_ROOM) return zeroBits != 1 || !featureIs(FEATURE_NO_SINGLE_ZERO_BIT);
  if (zeroBits < MASK_FIRST) return false;
  return machine().pointerBytes == 8 || switchIs(SWITCH_WOW64);
}

/** The highest byte that a region may occupy, of `most`. Requires: `isZeroBits`. */
export function zeroBitsLimit(zeroBits: u64, most: u64): u64 {
  if (zeroBits == 0) return most;
  let limit: u64 = 0;
  if (zeroBits <= COUNT_LAST) limit = ((<u64>1) << (32 - zeroBits)) - 1;
  else if (zeroBits >= MASK_FIRST) limit = u64.MAX_VALUE >> clz<u64>(zeroBits);
  return min<u64>(limit, most);
}
