import { ARENA, LINEAR_END } from "./layout";

/**
 * The arena hands out linear memory from the bottom up and never takes it back; pools above it
 * reuse what they got.
 *
 *      0       4       8
 *     +-------+-------+
 *     | top   | end   |     [top, end) is grown, zero and free
 *     +-------+-------+
 */
@unmanaged
@final
class Arena {
  top: u32;
  end: u32;
}

/**
 * Memory grows in steps of 1 MB, so that a growing machine does not call the engine for each block.
 */
const STEP_BYTES: u64 = 0x100000;

function arena(): Arena {
  return changetype<Arena>(ARENA);
}

/**
 * Begin at `base`; everything below belongs to somebody else. 0 where memory cannot grow that far.
 */
export function arenaStart(base: u64): bool {
  if (!grown(base)) return false;
  const a = arena();
  a.top = <u32>base;
  a.end = <u32>base;
  return true;
}

/** Zeroed memory, aligned to 16; 0 where there is none left. */
export function arenaTake(bytes: u32): u32 {
  const a = arena();
  const start: u64 = (<u64>a.top + 15) & ~15;
  const end = start + <u64>bytes;
  if (end > <u64>a.end) {
    const wanted = (end + STEP_BYTES - 1) & ~(STEP_BYTES - 1);
    const limit = wanted < LINEAR_END ? wanted : LINEAR_END;
    if (limit < end || !grown(limit)) {
      if (end > LINEAR_END || !grown((end + 0xffff) & ~0xffff)) return 0;
      a.end = <u32>((end + 0xffff) & ~0xffff);
    } else {
      a.end = <u32>limit;
    }
  }
  a.top = <u32>end;
  return <u32>start;
}

/** Bytes that could be taken if linear memory grew as far as it goes. */
export function arenaLeft(): u64 {
  return LINEAR_END - <u64>arena().top;
}

export function arenaTop(): u32 {
  return arena().top;
}

function grown(end: u64): bool {
  const pages = <i32>((end + 0xffff) >> 16);
  const missing = pages - memory.size();
  return missing <= 0 || memory.grow(missing) >= 0;
}
