import {
  CHUNK_BYTES,
  CHUNK_PAGES,
  PLANE_BYTES,
  planeClear,
  planeClearRange,
  planeEmpty,
  planeNext,
} from "../base/planes";
import { POOL_CHUNK, POOL_PAGE, POOL_REGION, poolEnsure, poolGive, poolTake } from "../base/pool";

/**
 * Further facts, of pages in enclaves, of call targets and of code that was made from pages, in a
 * second chunk that hangs on a chunk of facts and is there only while one of them is so.
 *
 *       0        128       256     384     512    640         896     900     904      1024
 *      +--------+---------+-------+-------+------+- - - - - -+-------+-------+- - - - -+
 *      | pending| unmeas. | valid | mixed | code |           | slots | count |         |
 *      +--------+---------+-------+-------+------+- - - - - -+-------+-------+- - - - -+
 *
 *     pending  added to a running enclave, which has not accepted the page yet
 *     unmeas.  a page of an enclave that its measurement leaves out
 *     valid    every slot of the page is a valid call target
 *     mixed    the page has a record of its slots; never together with valid
 *     code     somebody made code from the page, and wants to hear of its next change (virt/code)
 *     slots    u32[1024], a record or 0 each, in a page of its own, or 0;  count  of the records
 *
 * A record of slots has one bit for each 16 bytes of the page, set for a valid target:
 *
 *       0                                   32          64
 *      +-----------------------------------+-----------+
 *      | bits 0..255                       |           |
 *      +-----------------------------------+-----------+
 */
export const EXTRA_PENDING: u32 = 0;
export const EXTRA_UNMEASURED: u32 = 128;
export const EXTRA_VALID: u32 = 256;
export const EXTRA_MIXED: u32 = 384;
export const EXTRA_CODE: u32 = 512;
const PLANES_END: u32 = 640;
const SLOTS: usize = 896;
const COUNT: usize = 900;

/** Where a chunk of facts names the chunk of further ones. */
const EXTRA: usize = 904;
const SLOT_BYTES: u32 = 32;

/** The further facts of a chunk of facts, or 0. */
export function extraOf(chunk: u32): u32 {
  return load<u32>(chunk, EXTRA);
}

/** The same, made where they are missing. Requires: room for one change. */
export function extraMake(chunk: u32): u32 {
  let extra = extraOf(chunk);
  if (extra == 0) {
    extra = poolTake(POOL_CHUNK);
    store<u32>(chunk, extra, EXTRA);
  }
  return extra;
}

/** Pages [from, to) have no further facts any more; marks of code went with the content. */
export function extraClear(chunk: u32, from: u32, to: u32): void {
  const extra = extraOf(chunk);
  if (extra == 0) return;
  slotsDrop(extra, from, to);
  for (let plane: u32 = 0; plane < EXTRA_MIXED; plane += PLANE_BYTES) {
    planeClearRange(extra + plane, from, to);
  }
}

/** Free the chunk of further facts where it says nothing. Whether there is none then. */
export function extraTrim(chunk: u32): bool {
  const extra = extraOf(chunk);
  if (extra == 0) return true;
  for (let plane: u32 = 0; plane < PLANES_END; plane += PLANE_BYTES) {
    if (!planeEmpty(extra + plane)) return false;
  }
  extraFree(chunk);
  return true;
}

/** Free it whatever it says. */
export function extraFree(chunk: u32): void {
  const extra = extraOf(chunk);
  if (extra == 0) return;
  slotsDrop(extra, 0, CHUNK_PAGES);
  poolGive(POOL_CHUNK, extra);
  store<u32>(chunk, 0, EXTRA);
}

/**
 * Give a clone of a chunk of facts further facts of its own, without marks of code. False where
 * memory is at its end: it has none then.
 */
export function extraClone(chunk: u32, clone: u32): bool {
  const extra = extraOf(chunk);
  store<u32>(clone, 0, EXTRA);
  if (extra == 0) return true;
  const count = load<u32>(extra, COUNT);
  if (!poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_REGION, count)) return false;
  if (count != 0 && !poolEnsure(POOL_PAGE, 1)) return false;
  const own = extraMake(clone);
  memory.copy(own, extra, CHUNK_BYTES);
  memory.fill(own + EXTRA_CODE, 0, PLANE_BYTES);
  if (count == 0) return true;
  const slots = poolTake(POOL_PAGE);
  store<u32>(own, slots, SLOTS);
  for (let i: u32 = 0; i < CHUNK_PAGES; i++) {
    const record = slotsOf(extra, i);
    if (record == 0) continue;
    const copy = poolTake(POOL_REGION);
    memory.copy(copy, record, SLOT_BYTES);
    store<u32>(slots + (i << 2), copy);
  }
  return true;
}

/** Records that the further facts are made of, recounted. */
export function extraRecords(chunk: u32): u32 {
  const extra = extraOf(chunk);
  if (extra == 0) return 0;
  const count = load<u32>(extra, COUNT);
  return count == 0 ? 1 : 2 + count;
}

/** The record of the page's slots, or 0. */
export function slotsOf(extra: u32, i: u32): u32 {
  const slots = load<u32>(extra, SLOTS);
  return slots == 0 ? 0 : load<u32>(slots + (i << 2));
}

/**
 * The same, made where it is missing, every slot like `isValid`. Requires: room for one change; the
 * caller sets the plane.
 */
export function slotsMake(extra: u32, i: u32, isValid: bool): u32 {
  let record = slotsOf(extra, i);
  if (record != 0) return record;
  if (load<u32>(extra, SLOTS) == 0) store<u32>(extra, poolTake(POOL_PAGE), SLOTS);
  record = poolTake(POOL_REGION);
  memory.fill(record, isValid ? 0xff : 0, SLOT_BYTES);
  store<u32>(load<u32>(extra, SLOTS) + (i << 2), record);
  store<u32>(extra, load<u32>(extra, COUNT) + 1, COUNT);
  return record;
}

/** Pages [from, to) have no records any more. */
export function slotsDrop(extra: u32, from: u32, to: u32): void {
  const slots = load<u32>(extra, SLOTS);
  if (slots == 0) return;
  const plane = extra + EXTRA_MIXED;
  for (let i = planeNext(plane, from, to); i < to; i = planeNext(plane, i + 1, to)) {
    const at = slots + (i << 2);
    poolGive(POOL_REGION, load<u32>(at));
    store<u32>(at, 0);
    planeClear(plane, i);
    store<u32>(extra, load<u32>(extra, COUNT) - 1, COUNT);
  }
  if (load<u32>(extra, COUNT) != 0) return;
  poolGive(POOL_PAGE, slots);
  store<u32>(extra, 0, SLOTS);
}

/** Valid slots of a record. */
export function slotsCount(record: u32): u32 {
  let count: u64 = 0;
  for (let at: u32 = 0; at < SLOT_BYTES; at += 8) count += popcnt<u64>(load<u64>(record + at));
  return <u32>count;
}
