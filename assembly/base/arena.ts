import { ARENA, LINEAR_END } from "./layout";

/**
 * The arena hands out linear memory from the bottom up and never takes it back; pools above it
 * reuse what they got.
 *
 *      0       4       8       12      16
 *     +-------+-------+-------+-------+
 *     | top   | end   | spare | held  |     [top, end) is grown, zero and free
 *     +-------+-------+-------+-------+
 *
 *     spare   head of the list of units that nobody has (base/units)
 *     held    units that pools can have yet: the spare ones, and those of checkpoints
 */
@unmanaged
@final
export class Arena {
  top: u32;
  end: u32;
  spare: u32;
  held: u32;
}

/**
 * Memory grows in steps of 1 MB, so that a growing machine does not call the engine for each block.
 */
const STEP_BYTES: u64 = 0x100000;
export const UNIT_BYTES: u32 = 0x10000;

export function arena(): Arena {
  return changetype<Arena>(ARENA);
}

/**
 * Begin at `base`, a multiple of 64 KB; everything below belongs to somebody else. 0 where memory
 * cannot grow that far.
 */
export function arenaStart(base: u64): bool {
  if (!grown(base)) return false;
  const a = arena();
  a.top = <u32>base;
  a.end = <u32>base;
  return true;
}

/** A zeroed unit of 64 KB, aligned to its size; 0 where there is none left. */
export function arenaTake(): u32 {
  const a = arena();
  const start = a.top;
  if (start == a.end) {
    let end = min<u64>(<u64>start + STEP_BYTES, LINEAR_END);
    if (!grown(end)) end = min<u64>(<u64>start + UNIT_BYTES, LINEAR_END);
    if (end == start || !grown(end)) return 0;
    a.end = <u32>end;
  }
  a.top = start + UNIT_BYTES;
  return start;
}

/** Bytes that pools could have if linear memory grew as far as it goes. */
export function arenaLeft(): u64 {
  const a = arena();
  return LINEAR_END - <u64>a.top + ((<u64>a.held) << 16);
}

export function arenaTop(): u32 {
  return arena().top;
}

function grown(end: u64): bool {
  const pages = <i32>((end + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
