import { PHYSICAL } from "../base/layout";

/**
 * Commit charge (pages that the system has promised) and the budget of frames (pages that it
 * holds). All in pages.
 *
 *      0          8          16         24         32         40         48         56
 *     +----------+----------+----------+----------+----------+-----+----+-----+----+
 *     | charge   | limit    | frames   | physical | promised | head| tail| slots| use|
 *     +----------+----------+----------+----------+----------+-----+----+-----+----+
 *     | free | count |
 *     +------+-------+
 *
 *     frames      pages in memory, physical of them at most
 *     promised    frames that a running access takes when it completes
 *     head, tail  frames that may leave, least recently used first (phys/frame)
 *     slots       of the page store that were ever given out
 *     use         number of the period in which a use counts once (phys/frame)
 *     free, count records of frames that are gone, which keep their slots for the next; how many
 */
@unmanaged
@final
export class Physical {
  charge: u64;
  limit: u64;
  frames: u64;
  physical: u64;
  promised: u64;
  head: u32;
  tail: u32;
  slots: u32;
  use: u32;
  free: u32;
  freeCount: u32;
}

export function physical(): Physical {
  return changetype<Physical>(PHYSICAL);
}

export function chargeStart(limitPages: u64, physicalPages: u64): void {
  const p = physical();
  p.limit = limitPages;
  p.physical = physicalPages;
}

export function chargeFits(pages: u64): bool {
  const p = physical();
  return pages <= p.limit && p.charge <= p.limit - pages;
}

export function chargeAdd(pages: u64): void {
  physical().charge += pages;
}

export function chargeSubtract(pages: u64): void {
  const p = physical();
  assert(p.charge >= pages); // charge given back that was never taken
  p.charge -= pages;
}

export function chargeTotal(): u64 {
  return physical().charge;
}

export function chargeLimit(): u64 {
  return physical().limit;
}

export function framesInUse(): u64 {
  return physical().frames;
}

export function framesLimit(): u64 {
  return physical().physical;
}

export function framesFit(count: u64): bool {
  const p = physical();
  return p.frames + p.promised + count <= p.physical;
}

export function framesAdd(): void {
  physical().frames += 1;
}

export function framesSubtract(): void {
  const p = physical();
  assert(p.frames != 0); // a frame given back twice
  p.frames -= 1;
}
