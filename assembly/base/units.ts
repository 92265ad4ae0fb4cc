import { arena, arenaTake } from "./arena";
import { UNITS } from "./layout";

/**
 * Units of 64 KB, which pools and checkpoints have from the arena. UNITS says of each 64 KB of
 * linear memory:
 *
 *      31            16 15             0
 *     +----------------+----------------+    owner: 0 for none, 1 + the kind of a pool (base/pool)
 *     | shadow         | owner          |    shadow: unit that has a copy of its bytes, made by a
 *     +----------------+----------------+            checkpoint (base/shadow), or 0
 */
export const UNIT_SHIFT: u32 = 16;

/** A unit that was another's before, with whatever bytes; 0 where there is none. */
export function unitReused(): u32 {
  const a = arena();
  const unit = a.spare;
  if (unit != 0) {
    a.spare = load<u32>(unit);
    a.held -= 1;
  }
  return unit;
}

/** A unit with whatever bytes; 0 where memory is at its end. */
export function unitTake(): u32 {
  const unit = unitReused();
  return unit != 0 ? unit : arenaTake();
}

/** The unit is nobody's. It counts as held already. */
export function unitGive(unit: u32): void {
  const a = arena();
  store<u32>(unit, a.spare);
  a.spare = unit;
}

/** What UNITS says of the unit that an address lies in. */
export function unitEntry(address: u32): u32 {
  return UNITS + ((address >>> UNIT_SHIFT) << 2);
}
