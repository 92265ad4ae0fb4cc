import { keep } from "../base/journal";
import { NOTHING, PAGE_BYTES } from "../base/layout";
import {
  CHUNK_BYTES,
  CHUNK_PAGES,
  PLANE_BYTES,
  planeCount,
  planeEmpty,
  planeNext,
  planeTest,
} from "../base/planes";
import {
  POOL_BYTES,
  POOL_CHUNK,
  POOL_PAGE,
  POOL_REGION,
  poolEnsure,
  poolGive,
  poolTake,
} from "../base/pool";
import { smaller } from "../base/range";
import { FRAME_AWE, Frame, frameIs, frameIsInPool, frameKeep } from "../phys/frame";
import { extraClone, extraFree, extraRecords, extraTrim } from "./extra";
import { Pages } from "./pages";

/**
 * Facts about pages that were touched, locked, watched or reset: what is so, beside what the
 * attributes allow. They lie in chunks of their own, made at the first of these events, so that
 * touching a page splits no uniform entry.
 *
 *      0       128     256     384     512     640     768     896     900    904    908     912
 *      +-------+-------+-------+-------+-------+-------+-------+-------+------+------+-------+
 *      | valid | mark  | locked| reset | lost  | copy  |offered| frames| count| extra| owners|
 *      +-------+-------+-------+-------+-------+-------+-------+-------+------+------+-------+
 *
 *     valid   in the working set: touched since commit or trim. Implies a frame, and none of AWE
 *     mark    written since the last reset of the write watch; outlives decommit
 *     locked  by VirtualLock
 *     reset   of no interest since MEM_RESET
 *     lost    its content was dropped since then, or while it was offered. Implies one of them
 *     copy    a private copy of a copy-on-write page was made here
 *     offered by OfferVirtualMemory: out of reach until it is reclaimed
 *     frames  u32[1024], a frame or 0 each, in a page of its own, which is kept before it changes
 *             (base/journal);  count  how many are not 0
 *     extra   a chunk of further facts, or 0 (page/extra)
 *     owners  0, or a record that counts the chunks with this column of frames: processes that were
 *             forked share it until one of them changes it. To a frame, a column is one owner
 */
export const FACT_VALID: u32 = 0;
export const FACT_MARK: u32 = 128;
export const FACT_LOCKED: u32 = 256;
export const FACT_RESET: u32 = 384;
export const FACT_LOST: u32 = 512;
export const FACT_COPY: u32 = 640;
export const FACT_OFFERED: u32 = 768;
const FRAMES: usize = 896;
const COUNT: usize = 900;
const OWNERS: usize = 908;
/** The owners of the column of zeros; the machine is one of them. */
const NOTHING_OWNERS: u32 = NOTHING + PAGE_BYTES;
const FACT_PLANES: u32 = 7;

const ENTRIES: u32 = 1024;
const LEVEL_BITS: u64 = 10;

/** The chunk that holds the page's facts, or 0: nothing is known of any page near it. */
export function factsAt(pages: Pages, page: u64): u32 {
  let node = pages.facts;
  for (let level = pages.levels; level > 0; level--) {
    node = load<u32>(slotOf(node, page, level));
    if (node == 0) return 0;
  }
  return node;
}

/** The same, made where it is missing. Requires: room for one change. */
export function factsMake(pages: Pages, page: u64): u32 {
  let node = pages.facts;
  for (let level = pages.levels; level > 0; level--) {
    const slot = slotOf(node, page, level);
    node = load<u32>(slot);
    if (node == 0) {
      node = poolTake(level == 1 ? POOL_CHUNK : POOL_PAGE);
      if (level == 1) store<u32>(node, poolTake(POOL_BYTES), FRAMES);
      store<u32>(slot, node);
    }
  }
  return node;
}

/** First page of [page, end) that lies in a chunk of facts, or `end`. */
export function factsNext(pages: Pages, page: u64, end: u64): u64 {
  let node = pages.facts;
  let level = pages.levels;
  while (page < end) {
    const entry = load<u32>(slotOf(node, page, level));
    if (entry != 0) {
      if (level == 1) return page;
      node = entry;
      level -= 1;
      continue;
    }
    const span = (<u64>1) << (<u64>level * LEVEL_BITS);
    page = (page & ~(span - 1)) + span;
    if ((page & ((span << LEVEL_BITS) - 1)) == 0) {
      node = pages.facts;
      level = pages.levels;
    }
  }
  return end;
}

/** End of the chunk that `page` lies in, or `end`. */
export function factsChunkEnd(page: u64, end: u64): u64 {
  return smaller((page | (CHUNK_PAGES - 1)) + 1, end);
}

/** Free the chunk of `page`, and the nodes above it, where nothing is known any more. */
export function factsTrim(pages: Pages, page: u64): void {
  const chunk = factsAt(pages, page);
  if (chunk == 0 || !extraTrim(chunk) || load<u32>(chunk, COUNT) != 0) return;
  for (let plane: u32 = 0; plane < FACT_PLANES; plane++) {
    if (!planeEmpty(chunk + (plane << 7))) return;
  }
  trimNode(pages.facts, pages.levels, page);
}

/** Free everything, the root as well. Requires: no frame is left. */
export function factsFree(pages: Pages): void {
  freeNode(pages.facts, pages.levels);
  pages.facts = 0;
}

/** Frame of the page with this index in the chunk, or 0. */
export function frameOf(chunk: u32, i: u32): u32 {
  return load<u32>(load<u32>(chunk, FRAMES) + (i << 2));
}

/** The frame of the page with this index, in these pages' own facts, or 0. */
export function frameHere(pages: Pages, page: u64): u32 {
  const chunk = factsAt(pages, page);
  return chunk == 0 ? 0 : frameOf(chunk, <u32>page & (CHUNK_PAGES - 1));
}

/** Whether the page has a frame, and others have it too. */
export function frameIsShared(chunk: u32, i: u32): bool {
  const frame = changetype<Frame | null>(frameOf(chunk, i));
  return frame !== null && (frame.owners != 1 || columnIsShared(chunk));
}

/** Whether other chunks have the same column of frames. */
export function columnIsShared(chunk: u32): bool {
  const owners = load<u32>(chunk, OWNERS);
  return owners != 0 && load<u32>(owners) != 1;
}

/** Chunks that have the chunk's column, as they are recorded; 0 where none ever shared it. */
export function columnOwners(chunk: u32): u32 {
  const owners = load<u32>(chunk, OWNERS);
  return owners == 0 ? 0 : load<u32>(owners);
}

/** The chunk's column of frames. */
export function columnOf(chunk: u32): u32 {
  return load<u32>(chunk, FRAMES);
}

/** The chunk has a column of its own from now on. Requires: a page of the pool where it shares. */
export function columnOwn(chunk: u32): void {
  if (!columnIsShared(chunk)) return;
  const shared = load<u32>(chunk, FRAMES);
  const own = poolTake(POOL_BYTES);
  columnTake(chunk, own, 0);
  memory.copy(own, shared, PAGE_BYTES);
  for (let at = own; at < own + PAGE_BYTES; at += 4) {
    const frame = changetype<Frame | null>(load<u32>(at));
    if (frame === null) continue;
    frameKeep(frame);
    frame.owners += 1;
  }
}

/** All frames of a chunk whose column others keep go from it. */
export function columnForget(chunk: u32): void {
  columnTake(chunk, NOTHING, NOTHING_OWNERS);
  store<u32>(NOTHING_OWNERS, load<u32>(NOTHING_OWNERS) + 1);
  store<u32>(chunk, 0, COUNT);
}

/**
 * Give pages about which nothing is known the facts of others of the same height; chunks share the
 * columns of frames. Locks and marks of code are not among them. False where memory is at its end:
 * some have them then.
 */
export function factsClone(from: Pages, to: Pages): bool {
  // The machine's own part in the column of zeros.
  if (load<u32>(NOTHING_OWNERS) == 0) store<u32>(NOTHING_OWNERS, 1);
  return cloneBelow(from.facts, to.facts, from.levels);
}

function cloneBelow(from: u32, to: u32, level: u32): bool {
  for (let at: u32 = 0; at < ENTRIES << 2; at += 4) {
    const child = load<u32>(from + at);
    if (child == 0) continue;
    if (level == 1) {
      if (!poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_REGION, 1)) return false;
      const clone = chunkClone(child);
      store<u32>(to + at, clone);
      if (!extraClone(child, clone)) return false;
    } else {
      if (!poolEnsure(POOL_PAGE, 1)) return false;
      const node = poolTake(POOL_PAGE);
      store<u32>(to + at, node);
      if (!cloneBelow(child, node, level - 1)) return false;
    }
  }
  return true;
}

/** The same facts, and the same column of frames, but for locks and further facts. */
function chunkClone(chunk: u32): u32 {
  let owners = load<u32>(chunk, OWNERS);
  if (owners == 0) {
    owners = poolTake(POOL_REGION);
    store<u32>(owners, 1);
    store<u32>(chunk, owners, OWNERS);
  }
  store<u32>(owners, load<u32>(owners) + 1);
  const clone = poolTake(POOL_CHUNK);
  memory.copy(clone, chunk, CHUNK_BYTES);
  memory.fill(clone + FACT_LOCKED, 0, PLANE_BYTES);
  return clone;
}

/** Another column takes the place of one that others keep. */
function columnTake(chunk: u32, column: u32, owners: u32): void {
  const before = load<u32>(chunk, OWNERS);
  store<u32>(before, load<u32>(before) - 1);
  store<u32>(chunk, column, FRAMES);
  store<u32>(chunk, owners, OWNERS);
}

/** Requires: as `columnOwn`. */
export function frameSet(chunk: u32, i: u32, frame: u32): void {
  columnOwn(chunk);
  const slot = load<u32>(chunk, FRAMES) + (i << 2);
  const count = load<u32>(chunk, COUNT);
  const added = frame != 0 ? 1 : 0;
  const removed = load<u32>(slot) != 0 ? 1 : 0;
  store<u32>(chunk, count + added - removed, COUNT);
  keep(slot);
  store<u32>(slot, frame);
}

/** Frames in the chunk. */
export function frameCount(chunk: u32): u32 {
  return load<u32>(chunk, COUNT);
}

/** First page index of [from, to) that has a frame, or `to`. */
export function frameNext(chunk: u32, from: u32, to: u32): u32 {
  if (frameCount(chunk) == 0) return to;
  const frames = load<u32>(chunk, FRAMES);
  for (let i = from; i < to; i++) {
    if (load<u32>(frames + (i << 2)) != 0) return i;
  }
  return to;
}

/** Pages of [first, end) of which a fact is so; `plane` is one of the FACT_ constants. */
export function factCount(pages: Pages, plane: u32, first: u64, end: u64): u64 {
  let count: u64 = 0;
  for (let page = factsNext(pages, first, end); page < end; page = factsNext(pages, page, end)) {
    const from = <u32>page & (CHUNK_PAGES - 1);
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    count += planeCount(factsAt(pages, page) + plane, from, to);
    page += to - from;
  }
  return count;
}

/** Whether a fact is so of the page; `plane` is one of the FACT_ constants. */
export function factIs(pages: Pages, plane: u32, page: u64): bool {
  const chunk = factsAt(pages, page);
  return chunk != 0 && planeTest(chunk + plane, <u32>page & (CHUNK_PAGES - 1));
}

/** First page of [page, end) of which a fact is so, or `end`. */
export function factNext(pages: Pages, plane: u32, page: u64, end: u64): u64 {
  for (page = factsNext(pages, page, end); page < end; page = factsNext(pages, page, end)) {
    const from = <u32>page & (CHUNK_PAGES - 1);
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    const found = planeNext(factsAt(pages, page) + plane, from, to);
    page += found - from;
    if (found < to) return page;
  }
  return end;
}

/** Pages of [first, end) that have a frame. */
export function framesCount(pages: Pages, first: u64, end: u64): u64 {
  let count: u64 = 0;
  for (let page = factsNext(pages, first, end); page < end; page = factsNext(pages, page, end)) {
    const chunk = factsAt(pages, page);
    const from = <u32>page & (CHUNK_PAGES - 1);
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    for (let i = frameNext(chunk, from, to); i < to; i = frameNext(chunk, i + 1, to)) count += 1;
    page += to - from;
  }
  return count;
}

/** Pages of [0, end) whose frame is in memory. */
export function framesPresent(pages: Pages, end: u64): u64 {
  let count: u64 = 0;
  for (let page = factsNext(pages, 0, end); page < end; page = factsNext(pages, page, end)) {
    const chunk = factsAt(pages, page);
    for (let i = frameNext(chunk, 0, ENTRIES); i < ENTRIES; i = frameNext(chunk, i + 1, ENTRIES)) {
      if (changetype<Frame>(frameOf(chunk, i)).location != 0) count += 1;
    }
    page += ENTRIES;
  }
  return count;
}

/** Records that the facts and their frames are made of, recounted. */
export function factsRecords(pages: Pages): u32 {
  return recordsBelow(pages.facts, pages.levels);
}

function recordsBelow(node: u32, level: u32): u32 {
  let count: u32 = 1;
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const child = load<u32>(node + (i << 2));
    if (child == 0) continue;
    count += level == 1 ? chunkRecords(child) : recordsBelow(child, level - 1);
  }
  return count;
}

/** Its column, and what that names, is counted with every chunk that has it. */
function chunkRecords(chunk: u32): u32 {
  let count = 2 + extraRecords(chunk);
  for (let i = frameNext(chunk, 0, ENTRIES); i < ENTRIES; i = frameNext(chunk, i + 1, ENTRIES)) {
    count += frameRecords(changetype<Frame>(frameOf(chunk, i)));
  }
  return count;
}

/**
 * A frame is one record, and one more where its bytes lie in the pool. Those of AWE are not counted
 * here.
 */
export function frameRecords(frame: Frame): u32 {
  if (frameIs(frame, FRAME_AWE)) return 0;
  return frameIsInPool(frame) ? 2 : 1;
}

function slotOf(node: u32, page: u64, level: u32): u32 {
  return node + ((<u32>(page >> (<u64>level * LEVEL_BITS)) & (ENTRIES - 1)) << 2);
}

/** Whether the node lost its last entry. */
function trimNode(node: u32, level: u32, page: u64): bool {
  const slot = slotOf(node, page, level);
  const child = load<u32>(slot);
  if (level == 1) {
    freeChunk(child);
  } else {
    if (!trimNode(child, level - 1, page)) return false;
    poolGive(POOL_PAGE, child);
  }
  store<u32>(slot, 0);
  for (let i: u32 = 0; i < ENTRIES / 2; i++) {
    if (load<u64>(node + (i << 3)) != 0) return false;
  }
  return true;
}

function freeNode(node: u32, level: u32): void {
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const child = load<u32>(node + (i << 2));
    if (child == 0) continue;
    if (level == 1) freeChunk(child);
    else freeNode(child, level - 1);
  }
  poolGive(POOL_PAGE, node);
}

function freeChunk(chunk: u32): void {
  extraFree(chunk);
  if (columnIsShared(chunk)) {
    columnTake(chunk, 0, 0);
  } else {
    poolGive(POOL_BYTES, load<u32>(chunk, FRAMES));
    const owners = load<u32>(chunk, OWNERS);
    if (owners != 0) poolGive(POOL_REGION, owners);
  }
  poolGive(POOL_CHUNK, chunk);
}
