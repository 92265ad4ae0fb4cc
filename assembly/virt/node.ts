import { POOL_CHUNK, poolGive, poolTake } from "../base/pool";

/**
 * A node of the region index, leaf or inner: up to 48 entries in columns, ordered by start.
 *
 *      0       4       8      16          400         784       976    1024
 *     +-------+-------+------+-----------+-----------+---------+------+
 *     | count | 0     | 0    | starts    | gaps      | refs    |      |
 *     |       |       |      | u64[48]   | u64[48]   | u32[48] |      |
 *     +-------+-------+------+-----------+-----------+---------+------+
 *
 * In a leaf, an entry is a region: its start, the free bytes behind it, the region. In an inner
 * node it is a child: the child's first start, the largest gap below it, the child.
 */
export const NODE_CAPACITY: u32 = 48;
const STARTS: usize = 16;
const GAPS: usize = 400;
const REFS: usize = 784;

if (REFS + NODE_CAPACITY * 4 > 1024) ERROR("a node must fit into a chunk");

export function nodeMake(): u32 {
  return poolTake(POOL_CHUNK);
}

export function nodeFree(node: u32): void {
  poolGive(POOL_CHUNK, node);
}

export function nodeCount(node: u32): u32 {
  return load<u32>(node);
}

export function nodeStart(node: u32, i: u32): u64 {
  return load<u64>(node + (i << 3), STARTS);
}

export function nodeGap(node: u32, i: u32): u64 {
  return load<u64>(node + (i << 3), GAPS);
}

export function nodeRef(node: u32, i: u32): u32 {
  return load<u32>(node + (i << 2), REFS);
}

export function nodeSetStart(node: u32, i: u32, start: u64): void {
  store<u64>(node + (i << 3), start, STARTS);
}

export function nodeSetGap(node: u32, i: u32, gap: u64): void {
  store<u64>(node + (i << 3), gap, GAPS);
}

/** Index of the last entry that starts at or below `start`; 0 where none does. */
export function nodeFloor(node: u32, start: u64): u32 {
  let low: u32 = 0;
  // Without a branch on what is compared: half of them would be predicted wrong.
  for (let count = nodeCount(node); count > 1; ) {
    const half = count >>> 1;
    low = select<u32>(low + half, low, nodeStart(node, low + half) <= start);
    count -= half;
  }
  return low;
}

export function nodeLargestGap(node: u32): u64 {
  const count = nodeCount(node);
  let largest: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const gap = nodeGap(node, i);
    if (gap > largest) largest = gap;
  }
  return largest;
}

/**
 * Put an entry at index `at`. A full node is cut in half first: the answer is its new right-hand
 * neighbour, else 0. Requires: a chunk is ensured.
 */
export function nodeInsert(node: u32, at: u32, start: u64, gap: u64, ref: u32): u32 {
  let right: u32 = 0;
  let target = node;
  if (nodeCount(node) == NODE_CAPACITY) {
    right = nodeMake();
    moveEntries(node, NODE_CAPACITY / 2, right, 0, NODE_CAPACITY / 2);
    setCount(node, NODE_CAPACITY / 2);
    setCount(right, NODE_CAPACITY / 2);
    if (at > NODE_CAPACITY / 2) {
      target = right;
      at -= NODE_CAPACITY / 2;
    }
  }
  const count = nodeCount(target);
  moveEntries(target, at, target, at + 1, count - at);
  nodeSetStart(target, at, start);
  nodeSetGap(target, at, gap);
  store<u32>(target + (at << 2), ref, REFS);
  setCount(target, count + 1);
  return right;
}

export function nodeRemove(node: u32, at: u32): void {
  const count = nodeCount(node);
  assert(at < count); // no such entry
  moveEntries(node, at + 1, node, at, count - at - 1);
  setCount(node, count - 1);
}

/** Append all of `right` to `left` and free it. Requires: there is room. */
export function nodeMerge(left: u32, right: u32): void {
  const count = nodeCount(left);
  const more = nodeCount(right);
  assert(count + more <= NODE_CAPACITY); // no room for the merge
  moveEntries(right, 0, left, count, more);
  setCount(left, count + more);
  nodeFree(right);
}

function setCount(node: u32, count: u32): void {
  store<u32>(node, count);
}

/** By entries: calling out for `memory.copy` costs as much as moving twenty (base/words). */
function moveEntries(from: u32, fromIndex: u32, to: u32, toIndex: u32, count: u32): void {
  if (toIndex > fromIndex) {
    while (count-- > 0) moveEntry(from, fromIndex + count, to, toIndex + count);
  } else {
    for (let i: u32 = 0; i < count; i++) moveEntry(from, fromIndex + i, to, toIndex + i);
  }
}

function moveEntry(from: u32, fromIndex: u32, to: u32, toIndex: u32): void {
  nodeSetStart(to, toIndex, nodeStart(from, fromIndex));
  nodeSetGap(to, toIndex, nodeGap(from, fromIndex));
  store<u32>(to + (toIndex << 2), nodeRef(from, fromIndex), REFS);
}
