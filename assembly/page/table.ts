import {
  CHUNK_BYTES,
  CHUNK_PAGES,
  planeCount,
  planeEmpty,
  valueAt,
  valueFill,
  valueRunEnd,
} from "../base/planes";
import { POOL_CHUNK, POOL_PAGE, poolEnsure, poolGive, poolTake } from "../base/pool";
import { smaller } from "../base/range";
import { Pages } from "./pages";

/**
 * The page table: attributes of every page, in a tree of nodes of 1,024 entries. A node of level L
 * spans 2^(10 L + 10) pages, an entry of it 2^(10 L). An entry is one of
 *
 *     0                        absent: nothing below is committed
 *     attributes << 1 | 1      uniform: every page below has these attributes
 *     address                  a child: a node, or at level 1 a chunk of bit planes
 *
 * So a range costs what its edges cost: whatever a change covers whole becomes one entry.
 */
const ENTRIES: u32 = 1024;
const LEVEL_BITS: u64 = 10;

export function tableNode(): u32 {
  return poolTake(POOL_PAGE);
}

/** Attributes of the page; 0 where it is not committed. */
export function attributesAt(pages: Pages, page: u64): u32 {
  let node = pages.table;
  let level = pages.levels;
  while (true) {
    const entry = load<u32>(slotOf(node, page, level));
    if (isLeaf(entry)) return entry >>> 1;
    if (level == 1) return valueAt(entry, <u32>page & (CHUNK_PAGES - 1));
    node = entry;
    level -= 1;
  }
}

/**
 * Give pages [first, end) the attributes; 0 makes them uncommitted. Requires: room for one change.
 */
export function attributesFill(pages: Pages, first: u64, end: u64, attributes: u32): void {
  fillNode(pages.table, pages.levels, first, end, attributes);
}

/** Let a later change of this page alone take no memory. Requires: room for one change. */
export function attributesSplit(pages: Pages, page: u64): void {
  let node = pages.table;
  for (let level = pages.levels; level > 0; level--) {
    const slot = slotOf(node, page, level);
    if (isLeaf(load<u32>(slot))) store<u32>(slot, splitLeaf(load<u32>(slot), level));
    node = load<u32>(slot);
  }
}

/** First page of [page, end) whose attributes differ from those of `page`, or `end`. */
export function attributesRunEnd(pages: Pages, page: u64, end: u64): u64 {
  const attributes = attributesAt(pages, page);
  const leaf = uniform(attributes);
  let node = pages.table;
  let level = pages.levels;
  while (page < end) {
    const slot = slotOf(node, page, level);
    const entry = load<u32>(slot);
    const span = (<u64>1) << (<u64>level * LEVEL_BITS);
    if (entry == leaf) {
      page = (page & ~(span - 1)) + span;
      if (page < end && (page & ((span << LEVEL_BITS) - 1)) != 0) {
        page = equalEnd(slot + 4, page, end, level, leaf);
      }
    } else if (isLeaf(entry)) {
      return page;
    } else if (level == 1) {
      const from = <u32>page & (CHUNK_PAGES - 1);
      const most = <u32>smaller(end - page + from, CHUNK_PAGES);
      const to = valueRunEnd(entry, from, most, attributes);
      if (to - from == CHUNK_PAGES) collapse(slot, entry, attributes);
      page += to - from;
      if (to != CHUNK_PAGES) return page;
    } else {
      node = entry;
      level -= 1;
      continue;
    }
    if ((page & ((span << LEVEL_BITS) - 1)) == 0) {
      node = pages.table;
      level = pages.levels;
    }
  }
  return end;
}

/**
 * Where the entries of a node from `slot` on are not `leaf` any more: of the page that the first of
 * them begins with, or of the node's end, or beyond `end`. `page` is where the entry at `slot`
 * begins.
 */
function equalEnd(slot: u32, page: u64, end: u64, level: u32, leaf: u32): u64 {
  const shift = <u64>level * LEVEL_BITS;
  const span = (<u64>1) << shift;
  const nodeEnd = slot + ((ENTRIES - (<u32>(page >> shift) & (ENTRIES - 1))) << 2);
  const two = ((<u64>leaf) << 32) | leaf;
  if ((slot & 4) != 0) {
    if (load<u32>(slot) != leaf) return page;
    slot += 4;
    page += span;
  }
  const from = slot;
  const limit = from + (<u32>smaller(((end - page) >> shift) << 2, nodeEnd - from) & ~7);
  if (ASC_FEATURE_SIMD) {
    const four = i64x2.splat(two);
    while (slot + 16 <= limit && i64x2.all_true(i64x2.eq(v128.load(slot), four))) slot += 16;
  }
  while (slot < limit && load<u64>(slot) == two) slot += 8;
  return page + ((<u64>(slot - from) >> 2) << shift);
}

/** Committed pages of [first, end). */
export function committedCount(pages: Pages, first: u64, end: u64): u64 {
  return first < end ? countNode(pages.table, pages.levels, first, end) : 0;
}

/** Pages of [first, end) that a commit would add. */
export function uncommittedCount(pages: Pages, first: u64, end: u64): u64 {
  return end - first - committedCount(pages, first, end);
}

/**
 * Give pages that have nothing but a root the attributes of others of the same height. False where
 * memory is at its end: some have them then.
 */
export function tableClone(from: Pages, to: Pages): bool {
  return cloneBelow(from.table, to.table, from.levels);
}

/** Free the whole table, the root as well. */
export function tableFree(pages: Pages): void {
  freeNode(pages.table, pages.levels);
  pages.table = 0;
}

/** Records that the table is made of, recounted. */
export function tableRecords(pages: Pages): u32 {
  return recordsBelow(pages.table, pages.levels);
}

function cloneBelow(from: u32, to: u32, level: u32): bool {
  for (let at: u32 = 0; at < ENTRIES << 2; at += 4) {
    const entry = load<u32>(from + at);
    if (isLeaf(entry)) {
      store<u32>(to + at, entry);
      continue;
    }
    const kind = level == 1 ? POOL_CHUNK : POOL_PAGE;
    if (!poolEnsure(kind, 1)) return false;
    const child = poolTake(kind);
    store<u32>(to + at, child);
    if (level == 1) memory.copy(child, entry, CHUNK_BYTES);
    else if (!cloneBelow(entry, child, level - 1)) return false;
  }
  return true;
}

function recordsBelow(node: u32, level: u32): u32 {
  let count: u32 = 1;
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const entry = load<u32>(node + (i << 2));
    if (!isLeaf(entry)) count += level == 1 ? 1 : recordsBelow(entry, level - 1);
  }
  return count;
}

function slotOf(node: u32, page: u64, level: u32): u32 {
  return node + ((<u32>(page >> (<u64>level * LEVEL_BITS)) & (ENTRIES - 1)) << 2);
}

/** Absent or uniform: the attributes are in the entry. */
function isLeaf(entry: u32): bool {
  return entry == 0 || (entry & 1) != 0;
}

function uniform(attributes: u32): u32 {
  return attributes == 0 ? 0 : (attributes << 1) | 1;
}

function collapse(slot: u32, chunk: u32, attributes: u32): void {
  store<u32>(slot, uniform(attributes));
  poolGive(POOL_CHUNK, chunk);
}

function fillNode(node: u32, level: u32, first: u64, end: u64, attributes: u32): void {
  const span = (<u64>1) << (<u64>level * LEVEL_BITS);
  for (let from = first; from < end; ) {
    const base = from & ~(span - 1);
    const to = smaller(end, base + span);
    const slot = slotOf(node, from, level);
    const entry = load<u32>(slot);
    if (to - from == span) {
      if (!isLeaf(entry)) freeChild(entry, level);
      store<u32>(slot, uniform(attributes));
    } else if (entry != uniform(attributes)) {
      fillChild(slot, level, from, to, attributes);
    }
    from = to;
  }
}

/**
 * Part of what an entry spans: the entry becomes a child, unless nothing is committed below it any
 * more.
 */
function fillChild(slot: u32, level: u32, from: u64, to: u64, attributes: u32): void {
  let child = load<u32>(slot);
  if (isLeaf(child)) {
    child = splitLeaf(child, level);
    store<u32>(slot, child);
  }
  if (level == 1) {
    const low = <u32>from & (CHUNK_PAGES - 1);
    valueFill(child, low, low + <u32>(to - from), attributes);
    if (attributes == 0 && planeEmpty(child)) collapse(slot, child, 0);
    return;
  }
  fillNode(child, level - 1, from, to, attributes);
  if (attributes == 0 && nodeEmpty(child)) {
    store<u32>(slot, 0);
    poolGive(POOL_PAGE, child);
  }
}

/** The child that says of every page what the leaf entry said. */
function splitLeaf(entry: u32, level: u32): u32 {
  if (level == 1) {
    const chunk = poolTake(POOL_CHUNK);
    if (entry != 0) valueFill(chunk, 0, CHUNK_PAGES, entry >>> 1);
    return chunk;
  }
  const node = poolTake(POOL_PAGE);
  if (entry != 0) {
    for (let i: u32 = 0; i < ENTRIES; i++) store<u32>(node + (i << 2), entry);
  }
  return node;
}

function nodeEmpty(node: u32): bool {
  for (let i: u32 = 0; i < ENTRIES / 2; i++) {
    if (load<u64>(node + (i << 3)) != 0) return false;
  }
  return true;
}

function countNode(node: u32, level: u32, first: u64, end: u64): u64 {
  const span = (<u64>1) << (<u64>level * LEVEL_BITS);
  let count: u64 = 0;
  for (let from = first; from < end; ) {
    const to = smaller(end, (from & ~(span - 1)) + span);
    const entry = load<u32>(slotOf(node, from, level));
    if (isLeaf(entry)) {
      if (entry != 0) count += to - from;
    } else if (level == 1) {
      const low = <u32>from & (CHUNK_PAGES - 1);
      count += planeCount(entry, low, low + <u32>(to - from));
    } else {
      count += countNode(entry, level - 1, from, to);
    }
    from = to;
  }
  return count;
}

function freeChild(child: u32, level: u32): void {
  if (level == 1) poolGive(POOL_CHUNK, child);
  else freeNode(child, level - 1);
}

function freeNode(node: u32, level: u32): void {
  for (let i: u32 = 0; i < ENTRIES; i++) {
    const entry = load<u32>(node + (i << 2));
    if (!isLeaf(entry)) freeChild(entry, level);
  }
  poolGive(POOL_PAGE, node);
}
