import { arenaLeft, arenaTake, UNIT_BYTES } from "./arena";
import { JOURNAL_UNIT, journal, journalForget, journalTake, keep } from "./journal";
import { KEPT, POOLS } from "./layout";
import { UNIT_SHIFT, unitEntry, unitReused } from "./units";
import { zero } from "./words";

/**
 * Records of five kinds, each kept in a pool of its own. A caller first makes sure that what a
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
export class Pool {
  free: u32;
  fresh: u32;
  end: u32;
  ready: u32;
  live: u32;
  pad0: u32;
  pad1: u32;
  pad2: u32;
}

/** 4,096 bytes: nodes of the page table and of the facts. */
export const POOL_PAGE: u32 = 0;
/** 1,024 bytes: chunks of bit planes, nodes of the region index, spaces. */
export const POOL_CHUNK: u32 = 1;
/** 64 bytes: regions, frames of AWE and the sets of them, recent pages, owners of columns. */
export const POOL_REGION: u32 = 2;
/** 32 bytes: frame records. From here on, who changes a record keeps it first (base/journal). */
export const POOL_FRAME: u32 = 3;
/** 4,096 bytes: columns of frames, and what frames hold that are not in the window. */
export const POOL_BYTES: u32 = 4;
const POOL_COUNT: u32 = 5;

if (offsetof<Pool>() != 32) ERROR("Pool must be 32 bytes");

export function pool(kind: u32): Pool {
  return changetype<Pool>(POOLS + (kind << 5));
}

/** 12, 10, 6, 5 and 12, in the order of the kinds. */
const RECORD_SHIFTS: u64 = 0x0c05060a0c;

function recordBytes(kind: u32): u32 {
  const shift = <u32>(RECORD_SHIFTS >>> ((<u64>kind) << 3));
  return 1 << shift;
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
    let unit = unitReused();
    if (unit != 0) memory.fill(unit, 0, UNIT_BYTES);
    else unit = arenaTake();
    const j = journal();
    if (unit == 0) {
      if (j.newest == 0) return false;
      journalForget();
      continue;
    }
    if (unit != p.end) {
      for (; p.fresh < p.end; p.fresh += bytes) listPush(p, p.fresh);
      p.fresh = unit;
    }
    p.end = unit + UNIT_BYTES;
    p.ready += UNIT_BYTES / bytes;
    // No checkpoint knows anything of its bytes.
    store<u32>(unitEntry(unit), 1 + kind);
    store<u16>(KEPT + ((unit >>> UNIT_SHIFT) << 1), 0xffff);
    if (j.newest != 0) journalTake(unit | JOURNAL_UNIT);
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
    if (kind >= POOL_FRAME) keep(record);
    p.free = load<u32>(record);
    zero(record, bytes);
    return record;
  }
  const fresh = p.fresh;
  assert(fresh < p.end); // the caller has not ensured its records
  if (kind == POOL_FRAME) keep(fresh);
  p.fresh = fresh + bytes;
  return fresh;
}

export function poolGive(kind: u32, record: u32): void {
  const p = pool(kind);
  assert(record != 0 && p.live != 0); // given back twice, or never taken
  p.live -= 1;
  p.ready += 1;
  if (kind >= POOL_FRAME) keep(record);
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
