import { arena } from "./arena";
import { JOURNAL, KEPT, PAGE_BYTES } from "./layout";
import { unitTake } from "./units";

/**
 * What checkpoints need to go back: pages of linear memory as they were when the last checkpoint
 * was made. KEPT has a bit for each page: it is in the journal, or need not be. Who changes bytes
 * of guests or records of frames keeps their page first (`keep`); what changes elsewhere is found
 * by the next checkpoint (base/shadow). Without checkpoints nothing is kept.
 *
 *      0        4        8        12       16
 *     +--------+--------+--------+--------+    slots: of the page store that a checkpoint may know
 *     | newest | oldest | slots  | units  |    (phys/frame)
 *     +--------+--------+--------+--------+    units: where those of the arena begin
 *
 * The journal is a chain of units, newest first:
 *
 *      0        4        8        12       16                   76        4096         8192
 *     +--------+--------+--------+--------+-----------+- - - -+---------+------------+- - -
 *     | older  | count  | newer  |        | page: u32[15]     |         | bytes of 0 | ...
 *     +--------+--------+--------+--------+-----------+- - - -+---------+------------+- - -
 *
 *     page   linear address of each page that is kept here; an odd one says instead that a pool
 *            has the unit at this address since then
 */
@unmanaged
@final
export class Journal {
  newest: u32;
  oldest: u32;
  slots: u32;
  units: u32;
}

export const JOURNAL_COUNT: usize = 4;
export const JOURNAL_NEWER: usize = 8;
export const JOURNAL_PAGES: usize = 16;
export const JOURNAL_MOST: u32 = 15;
/** In place of the offset in a page: a pool has the unit at this address. */
export const JOURNAL_UNIT: u32 = 1;

export function journal(): Journal {
  return changetype<Journal>(JOURNAL);
}

/** The page at this linear address is about to change. */
export function keep(address: u32): void {
  if (journal().newest != 0) keepPage(address);
}

function keepPage(address: u32): void {
  if (bitIs(address)) return;
  keptSet(address);
  const page = address & ~(PAGE_BYTES - 1);
  const place = journalTake(page);
  if (place != 0) memory.copy(place, page, PAGE_BYTES);
}

/** Whether the page may change without being kept first. */
export function isKept(address: u32): bool {
  return journal().newest == 0 || bitIs(address);
}

/** What the page holds now is of no use. */
export function keepNothing(address: u32): void {
  if (journal().newest != 0) keptSet(address);
}

export function keptSet(address: u32): void {
  const bits = KEPT + (address >>> 15);
  store<u8>(bits, load<u8>(bits) | ((<u8>1) << u8((address >>> 12) & 7)));
}

function bitIs(address: u32): bool {
  return ((load<u8>(KEPT + (address >>> 15)) >>> u8((address >>> 12) & 7)) & 1) != 0;
}

/**
 * Where the bytes of a further page go. 0 where memory is at its end: then there are no checkpoints
 * any more, so that the guest has what it would have without them.
 */
export function journalTake(page: u32): u32 {
  const j = journal();
  let unit = j.newest;
  let count = load<u32>(unit, JOURNAL_COUNT);
  if (count == JOURNAL_MOST) {
    unit = journalUnit();
    if (unit == 0) return 0;
    count = 0;
  }
  store<u32>(unit + (count << 2), page, JOURNAL_PAGES);
  store<u32>(unit, count + 1, JOURNAL_COUNT);
  return unit + (count + 1) * PAGE_BYTES;
}

/** A further unit of the journal, or 0 as `journalTake`. */
function journalUnit(): u32 {
  const j = journal();
  const unit = unitTake();
  if (unit == 0) {
    journalForget();
    return 0;
  }
  arena().held += 1;
  store<u32>(unit, j.newest);
  store<u32>(unit, 0, JOURNAL_COUNT);
  store<u32>(j.newest, unit, JOURNAL_NEWER);
  j.newest = unit;
  return unit;
}

/** There are no checkpoints any more, and pools can have the journal's memory. */
export function journalForget(): void {
  const j = journal();
  const a = arena();
  store<u32>(j.oldest, a.spare);
  a.spare = j.newest;
  j.newest = 0;
  j.slots = 0;
}
