import { randomNext } from "../base/random";
import { GRANULARITY } from "../base/range";
import { gapHighest, gapLowest, NOWHERE } from "../virt/index";
import { machine, SWITCH_SEEDED_PLACEMENT, switchIs } from "../virt/machine";
import { Space } from "../virt/space";

/**
 * Where a region goes that names no base (2.8). Lowest first, or highest first for MEM_TOP_DOWN;
 * with a seed, the lowest-first search begins at a random multiple of the granularity, and from the
 * bottom where it finds nothing.
 */

/**
 * A base of `size` free bytes that end at or below `limit`, or NOWHERE. Nothing is drawn yet
 * (`placeTaken`).
 */
export function placeLowest(space: Space, size: u64, alignment: u64, lowest: u64, limit: u64): u64 {
  if (limit < lowest) return NOWHERE;
  const units = (limit + 1 - lowest) / GRANULARITY;
  if (!switchIs(SWITCH_SEEDED_PLACEMENT) || units == 0) {
    return gapLowest(space, size, alignment, lowest, limit);
  }
  const drawn = <u64>randomNext(machine().placementState);
  const from = lowest + (drawn % units) * GRANULARITY;
  const base = gapLowest(space, size, alignment, from, limit);
  return base != NOWHERE ? base : gapLowest(space, size, alignment, lowest, limit);
}

export function placeHighest(
  space: Space,
  size: u64,
  alignment: u64,
  lowest: u64,
  limit: u64,
): u64 {
  return limit < lowest ? NOWHERE : gapHighest(space, size, alignment, lowest, limit);
}

/** The place was used: the next one is drawn anew. A call that fails draws nothing. */
export function placeTaken(): void {
  if (switchIs(SWITCH_SEEDED_PLACEMENT)) {
    machine().placementState = randomNext(machine().placementState);
  }
}
