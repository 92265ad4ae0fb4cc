import { arenaLeft, arenaTake } from "./arena";
import { POOLS } from "./layout";
import { zero } from "./words";

/**
 * Records of four sizes, each kept in a pool of its own. A caller first makes sure that what a
 * change may need at most is there (`poolEnsure`), then changes: `poolTake` cannot fail.
 *
 *      0         4         8         12        16
 *     +---------+---------+---------+---------+
 *     | free    | fresh   | end     | counts  |   free: head of the list of records given back
 *     +---------+---------+---------+---------+   [fresh, end): never used, still zero
 *     | ready   | live    |                       ready: records that can be taken, of both kinds
 *     +---------+---------+                       live: records in use
 */
@unmanaged
@final
class Pool {
  free: u32;
  fresh: u32;
  end: u32;
  ready: u32;
  live: u32;
  pad0: u32;
  pad1: u32;
  pad2: u32;
}

/** 4,096 bytes: nodes of the page table and of the facts, frame columns, frames of the pool. */
export const POOL_PAGE: u32 = 0;
/** 1,024 bytes: chunks of bit planes, nodes of the region index, spaces. */
export const POOL_CHUNK: u32 = 1;
/** 64 bytes: regions, frames of AWE and the sets of them. */
export const POOL_REGION: u32 = 2;
/** 32 bytes: frame records. */
export const POOL_FRAME: u32 = 3;
const POOL_COUNT: u32 = 4;

const POOL_BYTES = offsetof<Pool>();
if (POOL_BYTES != 32) ERROR("Pool must be 32 bytes");

function pool(kind: u32): Pool {
  return changetype<Pool>(POOLS + kind * <u32>POOL_BYTES);
}

/** 12, 10, 6 and 5, in the order of the kinds. */
const RECORD_SHIFTS: u32 = 0x05060a0c;

function recordBytes(kind: u32): u32 {
  return 1 << (RECORD_SHIFTS >>> (kind << 3));
}

/** Bytes that a pool takes from the arena at a time. */
function blockBytes(kind: u32): u32 {
  return kind == POOL_PAGE ? 0x40000 : 0x10000;
}

/** Whether `count` records can be taken now. Grows the pool; false where memory is at its end. */
export function poolEnsure(kind: u32, count: u32): bool {
  return pool(kind).ready >= count || poolGrow(kind, count);
}

function poolGrow(kind: u32, count: u32): bool {
  const p = pool(kind);
  const bytes = recordBytes(kind);
  // A request that can never be met takes nothing.
  if (<u64>(count - p.ready) * bytes > arenaLeft()) return false;
  while (p.ready < count) {
    const block = arenaTake(blockBytes(kind));
    if (block == 0) return false;
    for (; p.fresh < p.end; p.fresh += bytes) listPush(p, p.fresh);
    p.fresh = block;
    p.end = block + blockBytes(kind);
    p.ready += blockBytes(kind) / bytes;
  }
  return true;
}

/** A zeroed record. Requires: `poolEnsure` said that it is there. */
export function poolTake(kind: u32): u32 {
  const p = pool(kind);
  const bytes = recordBytes(kind);
  p.live += 1;
  p.ready -= 1;
  const record = p.free;
  if (record != 0) {
    p.free = load<u32>(record);
    zero(record, bytes);
    return record;
  }
  const fresh = p.fresh;
  assert(fresh < p.end); // the caller has not ensured its records
  p.fresh = fresh + bytes;
  return fresh;
}

export function poolGive(kind: u32, record: u32): void {
  const p = pool(kind);
  assert(record != 0 && p.live != 0); // given back twice, or never taken
  p.live -= 1;
  p.ready += 1;
  if (!ASC_NO_ASSERT) memory.fill(record, 0xdd, recordBytes(kind));
  listPush(p, record);
}

/** Records in use, all pools together. */
export function poolLive(): u32 {
  let sum: u32 = 0;
  for (let kind: u32 = 0; kind < POOL_COUNT; kind++) sum += pool(kind).live;
  return sum;
}

function listPush(p: Pool, record: u32): void {
  store<u32>(record, p.free);
  p.free = record;
}
