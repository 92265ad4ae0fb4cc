import { POOL_CHUNK, poolGive, poolTake } from "../base/pool";

/**
 * A node of the region index, leaf or inner: up to 44 entries, ordered by start. An entry is named
 * by the address of its node plus 20 for each entry before it.
 *
 *      0       4       12      20      24                            884     892    1024
 *     +-------+-------+-------+-------+-------+-------+-------+- - - -+-------+- - -+
 *     | count | start | gap   | ref   | start | gap   | ref   |       | other | 0   |
 *     +-------+-------+-------+-------+-------+-------+-------+- - - -+-------+- - -+
 *
 * In a leaf, an entry is a region: its start, the free bytes behind it, the region. In an inner
 * node it is a child: the child's first start, the largest gap below it, the child. Gaps behind the
 * last entry are 0: gaps are looked at eight at a time, from any entry on.
 *
 *     other  all gaps but the largest are at most this: while the largest stays above it, a node
 *            need not be looked through. Nothing is known of a root
 */
export const NODE_CAPACITY: u32 = 44;
export const ENTRY_BYTES: u32 = 20;
const START: usize = 4;
const GAP: usize = 12;
const REF: usize = 20;
const OTHER: usize = 884;
/** So that taking away what came last empties no node, which bringing it back would cut again. */
const FEW: u32 = 4;
/** Entries that are looked at in one go. */
const EIGHT: u32 = 8;

if (<u32>OTHER != <u32>START + NODE_CAPACITY * ENTRY_BYTES) ERROR("other follows the entries");
if (<u32>START + (NODE_CAPACITY + EIGHT - 1) * ENTRY_BYTES > 1024) {
  ERROR("eight entries from the last on must fit into a chunk");
}

export function nodeMake(): u32 {
  return poolTake(POOL_CHUNK);
}

export function nodeFree(node: u32): void {
  poolGive(POOL_CHUNK, node);
}

export function nodeCount(node: u32): u32 {
  return load<u32>(node);
}

/** Behind the last entry. */
export function nodeEnd(node: u32): u32 {
  return node + nodeCount(node) * ENTRY_BYTES;
}

export function entryStart(entry: u32): u64 {
  return load<u64>(entry, START);
}

export function entryGap(entry: u32): u64 {
  return load<u64>(entry, GAP);
}

export function entryRef(entry: u32): u32 {
  return load<u32>(entry, REF);
}

export function entrySetStart(entry: u32, start: u64): void {
  store<u64>(entry, start, START);
}

export function entrySetGap(entry: u32, gap: u64): void {
  store<u64>(entry, gap, GAP);
}

export function entrySetRef(entry: u32, ref: u32): void {
  store<u32>(entry, ref, REF);
}

export function nodeOther(node: u32): u64 {
  return load<u64>(node, OTHER);
}

export function nodeSetOther(node: u32, gap: u64): void {
  store<u64>(node, gap, OTHER);
}

/**
 * The last entry that starts at or below `start`; the first where none does. Written out, because
 * six halvings always do: to look into a node costs the same whatever it holds.
 */
export function nodeFloor(node: u32, start: u64): u32 {
  let rest = nodeCount(node);
  let at = node;
  let half = rest >>> 1;
  let middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  rest -= half;
  half = rest >>> 1;
  middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  rest -= half;
  half = rest >>> 1;
  middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  rest -= half;
  half = rest >>> 1;
  middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  rest -= half;
  half = rest >>> 1;
  middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  rest -= half;
  half = rest >>> 1;
  middle = at + half * ENTRY_BYTES;
  if (entryStart(middle) <= start) at = middle;
  return at;
}

/**
 * The first entry of [at, end) whose gap is at least `size`; what is not below the end where there
 * is none. Eight at a time. Requires: `size` is not 0.
 */
export function nodeFit(at: u32, end: u32, size: u64): u32 {
  while (at < end) {
    const fits =
      u32(load<u64>(at, GAP) >= size) |
      (u32(load<u64>(at, GAP + 20) >= size) << 1) |
      (u32(load<u64>(at, GAP + 40) >= size) << 2) |
      (u32(load<u64>(at, GAP + 60) >= size) << 3) |
      (u32(load<u64>(at, GAP + 80) >= size) << 4) |
      (u32(load<u64>(at, GAP + 100) >= size) << 5) |
      (u32(load<u64>(at, GAP + 120) >= size) << 6) |
      (u32(load<u64>(at, GAP + 140) >= size) << 7);
    if (fits != 0) return at + ctz<u32>(fits) * ENTRY_BYTES;
    at += EIGHT * ENTRY_BYTES;
  }
  return at;
}

/** Eight at a time. */
export function nodeLargestGap(node: u32): u64 {
  let largest: u64 = 0;
  for (let rest = <i32>nodeCount(node); rest > 0; rest -= EIGHT) {
    largest = max<u64>(largest, load<u64>(node, GAP));
    largest = max<u64>(largest, load<u64>(node, GAP + 20));
    largest = max<u64>(largest, load<u64>(node, GAP + 40));
    largest = max<u64>(largest, load<u64>(node, GAP + 60));
    largest = max<u64>(largest, load<u64>(node, GAP + 80));
    largest = max<u64>(largest, load<u64>(node, GAP + 100));
    largest = max<u64>(largest, load<u64>(node, GAP + 120));
    largest = max<u64>(largest, load<u64>(node, GAP + 140));
    node += EIGHT * ENTRY_BYTES;
  }
  return largest;
}

/**
 * Put an entry at `at`. A full node is cut first: the answer is its new right-hand neighbour, else
 * 0. For what comes among the last, few entries are moved: regions in a row fill their nodes, also
 * below what lies at the top. Requires: a chunk is ensured.
 */
export function nodeInsert(node: u32, at: u32, start: u64, gap: u64, ref: u32): u32 {
  let right: u32 = 0;
  if (nodeCount(node) == NODE_CAPACITY) {
    const end = nodeEnd(node);
    const moved = at + FEW * ENTRY_BYTES > end ? FEW : NODE_CAPACITY / 2;
    const cut = end - moved * ENTRY_BYTES;
    right = nodeMake();
    nodeSetOther(node, u64.MAX_VALUE);
    nodeSetOther(right, u64.MAX_VALUE);
    entriesMove(cut, end, right);
    memory.fill(cut + <u32>START, 0, end - cut);
    countAdd(right, moved);
    countAdd(node, -moved);
    if (at >= cut) {
      node = right;
      at = right + (at - cut);
    }
  }
  entriesMove(at, nodeEnd(node), at + ENTRY_BYTES);
  entrySetStart(at, start);
  entrySetGap(at, gap);
  store<u32>(at, ref, REF);
  countAdd(node, 1);
  return right;
}

export function nodeRemove(node: u32, at: u32): void {
  const end = nodeEnd(node);
  assert(at < end); // no such entry
  entriesMove(at + ENTRY_BYTES, end, at);
  entrySetGap(end - ENTRY_BYTES, 0);
  countAdd(node, -1);
}

/** Append all of `right` to `left` and free it. Requires: there is room. */
export function nodeMerge(left: u32, right: u32): void {
  assert(nodeCount(left) + nodeCount(right) <= NODE_CAPACITY); // no room for the merge
  entriesMove(right, nodeEnd(right), nodeEnd(left));
  nodeSetOther(left, u64.MAX_VALUE);
  countAdd(left, nodeCount(right));
  nodeFree(right);
}

function countAdd(node: u32, count: u32): void {
  store<u32>(node, nodeCount(node) + count);
}

/** Entries [from, end) to `to`. */
function entriesMove(from: u32, end: u32, to: u32): void {
  memory.copy(to + <u32>START, from + <u32>START, end - from);
}
