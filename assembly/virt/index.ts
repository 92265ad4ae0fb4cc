import { POOL_REGION, poolGive } from "../base/pool";
import { alignDown, alignUp, GRANULARITY, larger, smaller } from "../base/range";
import { machine } from "./machine";
import {
  NODE_CAPACITY,
  nodeCount,
  nodeFloor,
  nodeFree,
  nodeGap,
  nodeInsert,
  nodeLargestGap,
  nodeMake,
  nodeMerge,
  nodeRef,
  nodeRemove,
  nodeSetGap,
  nodeSetStart,
  nodeStart,
} from "./node";
import { REGION_SENTINEL, Region, regionIs } from "./region";
import { Space } from "./space";

/**
 * The ordered index of a space's regions: a B+-tree over their starts, in which every inner entry
 * knows the largest gap below it. A gap belongs to the region before it and is measured from that
 * region's end, rounded up to the granularity, to the next region or the end of where regions may
 * lie. The sentinel below the first usable address owns the first gap, so that every gap has an
 * owner.
 */

/** What a search that finds nothing answers; no region lies there. */
export const NOWHERE: u64 = u64.MAX_VALUE;

/** Begin with the sentinel alone. Requires: room for one change. */
export function indexStart(space: Space, sentinel: Region): void {
  space.index = nodeMake();
  space.indexHeight = 0;
  nodeInsert(
    space.index,
    0,
    sentinel.start,
    gapBehind(sentinel, NOWHERE),
    changetype<u32>(sentinel),
  );
}

/** Free every node and every region. */
export function indexFree(space: Space): void {
  freeBelow(space.index, space.indexHeight);
  space.index = 0;
}

/** The region that starts last at or below `address`; the sentinel where there is no other. */
export function regionFloor(space: Space, address: u64): Region {
  let node = space.index;
  for (let height = space.indexHeight; height > 0; height--) {
    node = nodeRef(node, nodeFloor(node, address));
  }
  return changetype<Region>(nodeRef(node, nodeFloor(node, address)));
}

/** The region that holds `address`, or null. */
export function regionAt(space: Space, address: u64): Region | null {
  const region = regionFloor(space, address);
  if (address >= region.end || regionIs(region, REGION_SENTINEL)) return null;
  return region;
}

/** The first region that starts above `address`, or null. */
export function regionAfter(space: Space, address: u64): Region | null {
  let node = space.index;
  let right: u32 = 0;
  let rightHeight: u32 = 0;
  let height = space.indexHeight;
  while (true) {
    const i = nodeFloor(node, address);
    if (i + 1 < nodeCount(node)) {
      right = nodeRef(node, i + 1);
      rightHeight = height;
    }
    if (height == 0) break;
    node = nodeRef(node, i);
    height -= 1;
  }
  if (right == 0) return null;
  while (rightHeight > 0) {
    right = nodeRef(right, 0);
    rightHeight -= 1;
  }
  return changetype<Region>(right);
}

/** Put a region into free space. Requires: room for one change, and nothing lies there. */
export function regionInsert(space: Space, region: Region): void {
  const right = insertBelow(space.index, space.indexHeight, region, NOWHERE);
  if (right != 0) {
    const left = space.index;
    const root = nodeMake();
    nodeInsert(root, 0, nodeStart(left, 0), nodeLargestGap(left), left);
    nodeInsert(root, 1, nodeStart(right, 0), nodeLargestGap(right), right);
    space.index = root;
    space.indexHeight += 1;
  }
  space.regionCount += 1;
  space.regionBytes += region.end - region.start;
}

/** Take a region out and free its record. */
export function regionRemove(space: Space, region: Region): void {
  space.regionCount -= 1;
  space.regionBytes -= region.end - region.start;
  const isGapSet = removeBelow(space.index, space.indexHeight, region.start, NOWHERE);
  while (space.indexHeight > 0 && nodeCount(space.index) == 1) {
    const root = space.index;
    space.index = nodeRef(root, 0);
    space.indexHeight -= 1;
    nodeFree(root);
  }
  if (!isGapSet) setGapBehind(space, regionFloor(space, region.start));
  poolGive(POOL_REGION, changetype<u32>(region));
}

/** Cut the region's end off; what was there is free now. */
export function regionShorten(space: Space, region: Region, end: u64): void {
  assert(end > region.start && end < region.end); // not a part of the region
  space.regionBytes -= region.end - end;
  region.end = end;
  setGapBehind(space, region);
}

/** Cut the region's head off. */
export function regionBehead(space: Space, region: Region, start: u64): void {
  assert(start > region.start && start < region.end); // not a part of the region
  space.regionBytes -= start - region.start;
  const old = region.start;
  region.start = start;
  rekey(space.index, space.indexHeight, old, start);
  setGapBehind(space, regionFloor(space, start - 1));
}

/** Lowest aligned base of `size` free bytes within [low, high], or NOWHERE. */
export function gapLowest(space: Space, size: u64, alignment: u64, low: u64, high: u64): u64 {
  let from = low;
  while (true) {
    const owner = ownerFrom(space.index, space.indexHeight, from, size);
    if (owner == 0) return NOWHERE;
    const region = changetype<Region>(owner);
    const base = alignUp(larger(alignUp(region.end, GRANULARITY), low), alignment);
    if (base > high) return NOWHERE;
    from = startAfter(space, region);
    const end = smaller(smaller(from, machine().highestAddress + 1), high + 1);
    if (base < end && end - base >= size) return base;
    if (from == NOWHERE) return NOWHERE;
  }
}

/** Highest aligned base of `size` free bytes within [low, high], or NOWHERE. */
export function gapHighest(space: Space, size: u64, alignment: u64, low: u64, high: u64): u64 {
  let until = high;
  while (true) {
    const owner = ownerUntil(space.index, space.indexHeight, until, size);
    if (owner == 0) return NOWHERE;
    const region = changetype<Region>(owner);
    const start = larger(alignUp(region.end, GRANULARITY), low);
    const end = smaller(gapEnd(space, region), high + 1);
    if (end > start && end - start >= size) {
      const base = alignDown(end - size, alignment);
      if (base >= start) return base;
    }
    if (region.start <= low || region.start == 0) return NOWHERE;
    until = region.start - 1;
  }
}

/** Free bytes behind `region` that a new one could take, given where the next one starts. */
export function gapBehind(region: Region, next: u64): u64 {
  const start = alignUp(region.end, GRANULARITY);
  const end = smaller(next, machine().highestAddress + 1);
  return end > start ? end - start : 0;
}

/** Records that the index is made of, its regions and the sentinel as well, recounted. */
export function indexRecords(space: Space): u32 {
  return recordsBelow(space.index, space.indexHeight);
}

function recordsBelow(node: u32, height: u32): u32 {
  const count = nodeCount(node);
  if (height == 0) return 1 + count;
  let sum: u32 = 1;
  for (let i: u32 = 0; i < count; i++) sum += recordsBelow(nodeRef(node, i), height - 1);
  return sum;
}

function gapEnd(space: Space, region: Region): u64 {
  return smaller(startAfter(space, region), machine().highestAddress + 1);
}

function startAfter(space: Space, region: Region): u64 {
  const after = regionAfter(space, region.start);
  return after === null ? NOWHERE : after.start;
}

/**
 * First region with a gap of at least `size`, from the one on that starts last at or below `from`;
 * or 0.
 */
function ownerFrom(node: u32, height: u32, from: u64, size: u64): u32 {
  const count = nodeCount(node);
  for (let i = nodeFloor(node, from); i < count; i++) {
    if (nodeGap(node, i) < size) continue;
    if (height == 0) return nodeRef(node, i);
    const found = ownerFrom(nodeRef(node, i), height - 1, from, size);
    if (found != 0) return found;
  }
  return 0;
}

/** Last region that starts at or below `until` and has a gap of at least `size`, or 0. */
function ownerUntil(node: u32, height: u32, until: u64, size: u64): u32 {
  for (let i = nodeFloor(node, until) + 1; i-- > 0; ) {
    if (nodeGap(node, i) < size) continue;
    if (height == 0) return nodeRef(node, i);
    const found = ownerUntil(nodeRef(node, i), height - 1, until, size);
    if (found != 0) return found;
  }
  return 0;
}

/**
 * The region, and the gaps before and behind it; `next` is where the entries behind the node start.
 * The node's new right-hand neighbour, or 0.
 */
function insertBelow(node: u32, height: u32, region: Region, next: u64): u32 {
  const i = nodeFloor(node, region.start);
  if (i + 1 < nodeCount(node)) next = nodeStart(node, i + 1);
  const child = nodeRef(node, i);
  if (height == 0) {
    const before = changetype<Region>(child);
    assert(before.end <= region.start); // overlaps the region before
    nodeSetGap(node, i, gapBehind(before, region.start));
    const gap = gapBehind(region, next);
    return nodeInsert(node, i + 1, region.start, gap, changetype<u32>(region));
  }
  const right = insertBelow(child, height - 1, region, next);
  nodeSetGap(node, i, nodeLargestGap(child));
  if (right == 0) return 0;
  return nodeInsert(node, i + 1, nodeStart(right, 0), nodeLargestGap(right), right);
}

/**
 * Whether the gap of the region before, which has grown, is in the same leaf and is set; `next` as
 * above.
 */
function removeBelow(node: u32, height: u32, start: u64, next: u64): bool {
  const i = nodeFloor(node, start);
  if (i + 1 < nodeCount(node)) next = nodeStart(node, i + 1);
  if (height == 0) {
    assert(nodeStart(node, i) == start); // the index has lost a region
    nodeRemove(node, i);
    if (i == 0) return false;
    nodeSetGap(node, i - 1, gapBehind(changetype<Region>(nodeRef(node, i - 1)), next));
    return true;
  }
  const child = nodeRef(node, i);
  const isGapSet = removeBelow(child, height - 1, start, next);
  if (nodeCount(child) == 0) {
    nodeFree(child);
    nodeRemove(node, i);
    return isGapSet;
  }
  refresh(node, i);
  if (nodeCount(child) >= NODE_CAPACITY / 4) return isGapSet;
  if (i + 1 < nodeCount(node)) mergeAt(node, i);
  else if (i > 0) mergeAt(node, i - 1);
  return isGapSet;
}

/** Make one child of children `i` and `i + 1` where that leaves room for more. */
function mergeAt(node: u32, i: u32): void {
  const left = nodeRef(node, i);
  const right = nodeRef(node, i + 1);
  if (nodeCount(left) + nodeCount(right) > (NODE_CAPACITY * 3) / 4) return;
  nodeMerge(left, right);
  nodeRemove(node, i + 1);
  refresh(node, i);
}

function refresh(node: u32, i: u32): void {
  const child = nodeRef(node, i);
  nodeSetStart(node, i, nodeStart(child, 0));
  nodeSetGap(node, i, nodeLargestGap(child));
}

function setGapBehind(space: Space, region: Region): void {
  const gap = gapBehind(region, startAfter(space, region));
  setGap(space.index, space.indexHeight, region.start, gap);
}

/** Set the gap of the region at `start`; the answer is the node's largest gap now. */
function setGap(node: u32, height: u32, start: u64, gap: u64): u64 {
  const i = nodeFloor(node, start);
  if (height == 0) assert(nodeStart(node, i) == start); // the index has lost a region
  nodeSetGap(node, i, height == 0 ? gap : setGap(nodeRef(node, i), height - 1, start, gap));
  return nodeLargestGap(node);
}

function rekey(node: u32, height: u32, old: u64, start: u64): void {
  const i = nodeFloor(node, old);
  if (height > 0) rekey(nodeRef(node, i), height - 1, old, start);
  if (nodeStart(node, i) == old) nodeSetStart(node, i, start);
}

function freeBelow(node: u32, height: u32): void {
  const count = nodeCount(node);
  for (let i: u32 = 0; i < count; i++) {
    if (height > 0) freeBelow(nodeRef(node, i), height - 1);
    else poolGive(POOL_REGION, nodeRef(node, i));
  }
  nodeFree(node);
}
