import { PAGE_MASK } from "../base/layout";
import {
  POOL_BYTES,
  POOL_CHUNK,
  POOL_PAGE,
  POOL_REGION,
  poolEnsure,
  poolGive,
  poolTake,
} from "../base/pool";
import {
  factsAt,
  factsFree,
  factsMake,
  factsNext,
  frameNext,
  frameOf,
  frameSet,
} from "../page/facts";
import { Pages } from "../page/pages";
import { tableNode } from "../page/table";
import { framesAdd, framesSubtract } from "../phys/charge";
import { FRAME_AWE, Frame, frameIs, frameRelease } from "../phys/frame";

/**
 * A frame that a process owns by Address Windowing Extensions (6): its bytes stay when it is mapped
 * elsewhere or nowhere.
 *
 *      0                                32         40         48
 *     +--------------------------------+----------+----------+
 *     | as every frame (phys/frame)    | place    | call     |
 *     +--------------------------------+----------+----------+
 *
 *     place  1 + the page that it is mapped at; 0: at none
 *     call   the last call that listed it: one call may not list a frame twice
 */
@unmanaged
@final
export class AweFrame extends Frame {
  place: u64;
  call: u64;
}

/**
 * The frames that one process owns, by number. To a guest a number is opaque: the set's own bits
 * above INDEX_BITS, so that no two processes have a number in common, and an index into the frames
 * column of the facts.
 *
 *      0     4     8     12    16    20    24    28    32          40
 *     +-----+-----+-----+-----+-----+-----+-----+-----+-----------+
 *     | lev.| 0   |facts| 0   | bits|count| low | list| call      |
 *     +-----+-----+-----+-----+-----+-----+-----+-----+-----+-----+
 *     | last|lstd |                                               64
 *     +-----+-----+
 *
 *     lev., facts  page/pages;  bits: high bits of its numbers
 *     count        frames;  low: below it no index is free
 *     call         calls that have listed frames so far
 *     list, last   pages of the list (below), 0 for none;  lstd: its length
 */
@unmanaged
@final
export class AweSet extends Pages {
  numberBits: u32;
  count: u32;
  lowestFree: u32;
  list: u32;
  call: u64;
  lastList: u32;
  listed: u32;
}

const INDEX_BITS: u32 = 20;
export const AWE_END: u32 = 1 << INDEX_BITS;

if (offsetof<AweFrame>() > 64) ERROR("AweFrame must fit into a record of 64 bytes");
if (offsetof<AweSet>() > 64) ERROR("AweSet must fit into a record of 64 bytes");

/** An empty set whose numbers begin with `prefix`, or null where memory is at its end. */
export function aweMake(prefix: u32): AweSet | null {
  if (!poolEnsure(POOL_REGION, 1) || !poolEnsure(POOL_PAGE, 1)) return null;
  const set = changetype<AweSet>(poolTake(POOL_REGION));
  set.levels = 1;
  set.facts = tableNode();
  set.numberBits = prefix << INDEX_BITS;
  set.lowestFree = 1;
  return set;
}

/**
 * The number of a new frame of zeros that is mapped nowhere; 0 where memory or numbers are at their
 * end. Requires: a frame fits.
 */
export function aweTake(set: AweSet): u32 {
  let index = set.lowestFree;
  while (index < AWE_END && aweAt(set, index) !== null) index += 1;
  if (index == AWE_END) return 0;
  if (!aweTakeAt(set, index)) return 0;
  set.lowestFree = index + 1;
  return set.numberBits | index;
}

/** The same at a free index, below which others may be free. Whether it could be. */
export function aweTakeAt(set: AweSet, index: u32): bool {
  if (!poolEnsure(POOL_BYTES, 2) || !poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_REGION, 1)) {
    return false;
  }
  const frame = changetype<AweFrame>(poolTake(POOL_REGION));
  frame.location = poolTake(POOL_BYTES);
  frame.owners = 1;
  frame.state = FRAME_AWE;
  framesAdd();
  frameSet(factsMake(set, index), index & 1023, changetype<u32>(frame));
  set.count += 1;
  return true;
}

/** The frame that the process owns by this number, or null. */
export function aweFind(set: AweSet | null, number: u64): AweFrame | null {
  if (set === null || number >> INDEX_BITS != <u64>(set.numberBits >>> INDEX_BITS)) return null;
  return aweAt(set, <u32>number & (AWE_END - 1));
}

/** The frame is gone with its bytes. Requires: `aweFind` found it; mapped nowhere. */
export function aweGive(set: AweSet, number: u64): void {
  const index = <u32>number & (AWE_END - 1);
  const frame = aweAt(set, index)!;
  assert(frame.place == 0); // a page would show a frame that is gone
  frameSet(factsAt(set, index), index & 1023, 0);
  frameEnd(frame);
  set.count -= 1;
  if (index < set.lowestFree) set.lowestFree = index;
}

/** The set ends with all its frames. Requires: none is mapped. */
export function aweEnd(set: AweSet): void {
  for (let i = aweNext(set, 0); i < AWE_END; i = aweNext(set, i + 1)) {
    frameEnd(aweAt(set, i)!);
    frameSet(factsAt(set, i), i & 1023, 0);
  }
  listClear(set);
  factsFree(set);
  poolGive(POOL_REGION, changetype<u32>(set));
}

/** A page shows the frame no longer: its owner lets go, or, of AWE, keeps it. */
export function frameUnshow(frame: Frame): void {
  if (frameIs(frame, FRAME_AWE)) changetype<AweFrame>(frame).place = 0;
  else frameRelease(frame);
}

/** First index of [from, AWE_END) that a frame has, or AWE_END. */
export function aweNext(set: AweSet, from: u32): u32 {
  for (let page = factsNext(set, from, AWE_END); page < AWE_END; ) {
    const i = frameNext(factsAt(set, page), <u32>page & 1023, 1024);
    if (i < 1024) return (<u32>page & ~1023) | i;
    page = factsNext(set, (page | 1023) + 1, AWE_END);
  }
  return AWE_END;
}

export function aweAt(set: AweSet, index: u32): AweFrame | null {
  const chunk = factsAt(set, index);
  return chunk == 0 ? null : changetype<AweFrame | null>(frameOf(chunk, index & 1023));
}

function frameEnd(frame: AweFrame): void {
  poolGive(POOL_BYTES, frame.location);
  poolGive(POOL_REGION, changetype<u32>(frame));
  framesSubtract();
}

/**
 * What a call lists is copied before anything happens, since the call may take away the pages that
 * hold it. The list is a chain of pages; to its pairs it has:
 *
 *      0      4      16         32                 4096
 *     +------+- - - +----------+- - - -+----------+
 *     | next |      | pair     |       | pair     |      pair: address, number, 8 bytes each
 *     +------+- - - +----------+- - - -+----------+
 */
const PAIR_BYTES: u32 = 16;
export const PAIR_NUMBER: usize = 8;

/** Nothing is listed. */
export function listClear(set: AweSet): void {
  for (let page = set.list; page != 0; ) {
    const next = load<u32>(page);
    poolGive(POOL_PAGE, page);
    page = next;
  }
  set.list = 0;
  set.lastList = 0;
  set.listed = 0;
}

/** One pair more. False where memory is at its end. */
export function listAdd(set: AweSet, address: u64, number: u64): bool {
  let pair = set.lastList == 0 ? 0 : set.lastList + PAIR_BYTES;
  if ((pair & <u32>PAGE_MASK) == 0) {
    if (!poolEnsure(POOL_PAGE, 1)) return false;
    const page = poolTake(POOL_PAGE);
    assert((page & <u32>PAGE_MASK) == 0); // the end of a page of pairs is seen by its address
    if (set.list == 0) set.list = page;
    else store<u32>(set.lastList & ~(<u32>PAGE_MASK), page);
    pair = page + PAIR_BYTES;
  }
  store<u64>(pair, address);
  store<u64>(pair, number, PAIR_NUMBER);
  set.lastList = pair;
  set.listed += 1;
  return true;
}

/** The first pair. Requires: something is listed. */
export function listFirst(set: AweSet): u32 {
  return set.list + PAIR_BYTES;
}

/** The pair behind this one. Requires: it is listed. */
export function listNext(pair: u32): u32 {
  const next = pair + PAIR_BYTES;
  if ((next & <u32>PAGE_MASK) != 0) return next;
  return load<u32>(pair & ~(<u32>PAGE_MASK)) + PAIR_BYTES;
}

/** Pages of the pool that the list takes. */
export function listPages(set: AweSet): u32 {
  let pages: u32 = 0;
  for (let page = set.list; page != 0; page = load<u32>(page)) pages += 1;
  return pages;
}
