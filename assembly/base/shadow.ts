import { arena, UNIT_BYTES } from "./arena";
import { journal, journalTake } from "./journal";
import { NOTHING, PAGE_BYTES, SPACES, SPACES_MAX } from "./layout";
import { POOL_REGION } from "./pool";
import { unitEntry, unitGive, unitTake } from "./units";

/**
 * Shadows: what is in the low tables and in the pools of small records as the last checkpoint found
 * it. Compared with what is there now, they tell the next one what changed; and a rewind puts them
 * back. 1 GB that was touched takes some 500 KB of them.
 */

/** Behind it, unit 0 has file names of the debug build, and what is no state. */
const LOW_END: u32 = SPACES + SPACES_MAX * 4;
/** All that changes in the unit of ABORT and NOTHING is the page that counts owners. */
const NOTHING_UNIT: u32 = NOTHING & ~(UNIT_BYTES - 1);
const NOTHING_OWNERS: u32 = NOTHING + PAGE_BYTES - NOTHING_UNIT;

/** The unit's shadow, or 0. */
export function shadowOf(unit: u32): u32 {
  return load<u32>(unitEntry(unit)) & ~(UNIT_BYTES - 1);
}

/** The unit behind this one that has a shadow, or is to have one; the end of the arena for none. */
export function shadowedNext(unit: u32): u32 {
  if (unit == 0) return NOTHING_UNIT;
  const end = arena().top;
  for (unit = max<u32>(unit + UNIT_BYTES, journal().units); unit < end; unit += UNIT_BYTES) {
    const owner = load<u32>(unitEntry(unit)) & (UNIT_BYTES - 1);
    if (owner != 0 && owner <= POOL_REGION + 1) break;
  }
  return unit;
}

/**
 * What changed goes into the journal as it was, and the shadows are what is there now. False where
 * memory is at its end.
 */
export function shadowsTake(): bool {
  for (let unit: u32 = 0; unit < arena().top; unit = shadowedNext(unit)) {
    const shadow = shadowOf(unit);
    if (shadow == 0 ? !shadowMake(unit) : !shadowUpdate(unit, shadow)) return false;
  }
  return true;
}

/** The unit has no shadow any more. */
export function shadowForget(unit: u32): void {
  const shadow = shadowOf(unit);
  if (shadow == 0) return;
  store<u32>(unitEntry(unit), load<u32>(unitEntry(unit)) - shadow);
  arena().held += 1;
  unitGive(shadow);
}

/** Nothing has a shadow any more. */
export function shadowsForget(): void {
  for (let unit: u32 = 0; unit < arena().top; unit = shadowedNext(unit)) shadowForget(unit);
}

function shadowMake(unit: u32): bool {
  const shadow = unitTake();
  if (shadow == 0) return false;
  memory.copy(shadow, unit, UNIT_BYTES);
  store<u32>(unitEntry(unit), load<u32>(unitEntry(unit)) | shadow);
  return true;
}

function shadowUpdate(unit: u32, shadow: u32): bool {
  let at: u32 = unit == NOTHING_UNIT ? NOTHING_OWNERS : 0;
  const end = unit == 0 ? LOW_END : unit == NOTHING_UNIT ? at + PAGE_BYTES : UNIT_BYTES;
  for (; at < end; at += PAGE_BYTES) {
    if (isSame(unit + at, shadow + at)) continue;
    const place = journalTake(unit + at);
    if (place == 0) return false;
    memory.copy(place, shadow + at, PAGE_BYTES);
    memory.copy(shadow + at, unit + at, PAGE_BYTES);
  }
  return true;
}

/** Whether two pages hold the same. */
function isSame(a: u32, b: u32): bool {
  for (const end = a + PAGE_BYTES; a < end; a += 64) {
    const different =
      (load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24)) |
      (load<u64>(a, 32) ^ load<u64>(b, 32)) |
      (load<u64>(a, 40) ^ load<u64>(b, 40)) |
      (load<u64>(a, 48) ^ load<u64>(b, 48)) |
      (load<u64>(a, 56) ^ load<u64>(b, 56));
    if (different != 0) return false;
    b += 64;
  }
  return true;
}
