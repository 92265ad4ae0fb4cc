import { PATH } from "../base/layout";
import { POOL_REGION, poolGive } from "../base/pool";
import { alignDown, alignUp, GRANULARITY, larger, smaller } from "../base/range";
import { machine } from "./machine";
import {
  ENTRY_BYTES,
  entryGap,
  entryRef,
  entrySetGap,
  entrySetStart,
  entryStart,
  NODE_CAPACITY,
  nodeCount,
  nodeEnd,
  nodeFit,
  nodeFloor,
  nodeFree,
  nodeInsert,
  nodeLargestGap,
  nodeMake,
  nodeMerge,
  nodeOther,
  nodeRemove,
  nodeSetOther,
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

/**
 * The way that was gone last through an index: for each height, from the leaf at `PATH` on upwards,
 * a node and an entry of it. It is of use until the next way, or a change of the index.
 */
@unmanaged
@final
class Way {
  node: u32;
  entry: u32;

  @inline
  get above(): Way {
    return changetype<Way>(changetype<u32>(this) + <u32>offsetof<Way>());
  }

  @inline
  get below(): Way {
    return changetype<Way>(changetype<u32>(this) - <u32>offsetof<Way>());
  }
}

/** What a search that finds nothing answers; no region lies there. */
export const NOWHERE: u64 = u64.MAX_VALUE;

/** Begin with the sentinel alone. Requires: room for one change. */
export function indexStart(space: Space, sentinel: Region): void {
  space.index = nodeMake();
  space.indexHeight = 0;
  nodeInsert(
    space.index,
    space.index,
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
  descend(space, address, 0);
  return wayRegion();
}

/** The region that holds `address`, or null. */
export function regionAt(space: Space, address: u64): Region | null {
  const region = regionFloor(space, address);
  if (address >= region.end || regionIs(region, REGION_SENTINEL)) return null;
  return region;
}

/** The first region that starts above `address`, or null. */
export function regionAfter(space: Space, address: u64): Region | null {
  descend(space, address, 0);
  return wayNext(space);
}

/** Put a region into free space. Requires: room for one change, and nothing lies there. */
export function regionInsert(space: Space, region: Region): void {
  const before = regionFloor(space, region.start);
  assert(before.end <= region.start); // overlaps the region before
  const gap = gapBehind(region, nextStart(space));
  gapSet(space, gapBehind(before, region.start), gap);
  insertBehind(space, region.start, gap, changetype<u32>(region));
  space.regionCount += 1;
  space.regionBytes += region.end - region.start;
}

/** Take a region out and free its record. */
export function regionRemove(space: Space, region: Region): void {
  space.regionCount -= 1;
  space.regionBytes -= region.end - region.start;
  descend(space, region.start, 0);
  const leaf = leafWay();
  const isFirst = leaf.entry == leaf.node;
  const next = nextStart(space);
  if (isFirst) gapSet(space, 0, 0);
  nodeRemove(leaf.node, leaf.entry);
  if (isFirst) {
    rename(space, leaf);
  } else {
    leaf.entry -= ENTRY_BYTES;
    gapSet(space, gapBehind(wayRegion(), next), 0);
  }
  shrink(space);
  if (isFirst) gapRenew(space, region.start);
  poolGive(POOL_REGION, changetype<u32>(region));
}

/** Cut the region's end off; what was there is free now. */
export function regionShorten(space: Space, region: Region, end: u64): void {
  assert(end > region.start && end < region.end); // not a part of the region
  space.regionBytes -= region.end - end;
  region.end = end;
  gapRenew(space, region.start);
}

/** Cut the region's head off. */
export function regionBehead(space: Space, region: Region, start: u64): void {
  assert(start > region.start && start < region.end); // not a part of the region
  space.regionBytes -= start - region.start;
  descend(space, region.start, 0);
  region.start = start;
  entrySetStart(leafWay().entry, start);
  rename(space, leafWay());
  gapRenew(space, start - 1);
}

/** Lowest aligned base of `size` free bytes within [low, high], or NOWHERE. */
export function gapLowest(space: Space, size: u64, alignment: u64, low: u64, high: u64): u64 {
  const leaf = leafWay();
  let way = descend(space, low, size);
  while (findGap(space, way, size, ENTRY_BYTES)) {
    const start = alignUp(wayRegion().end, GRANULARITY);
    const base = alignUp(larger(start, low), alignment);
    if (base > high) return NOWHERE;
    const end = smaller(start + entryGap(leaf.entry), high + 1);
    if (base < end && end - base >= size) return base;
    leaf.entry += ENTRY_BYTES;
    way = leaf;
  }
  return NOWHERE;
}

/** Highest aligned base of `size` free bytes within [low, high], or NOWHERE. */
export function gapHighest(space: Space, size: u64, alignment: u64, low: u64, high: u64): u64 {
  const leaf = leafWay();
  let way = descend(space, high, size);
  while (findGap(space, way, size, -ENTRY_BYTES)) {
    const region = wayRegion();
    const free = alignUp(region.end, GRANULARITY);
    const start = larger(free, low);
    const end = smaller(free + entryGap(leaf.entry), high + 1);
    if (end > start && end - start >= size) {
      const base = alignDown(end - size, alignment);
      if (base >= start) return base;
    }
    if (region.start <= low) return NOWHERE;
    leaf.entry -= ENTRY_BYTES;
    way = leaf;
  }
  return NOWHERE;
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
  if (height == 0) return 1 + nodeCount(node);
  let sum: u32 = 1;
  for (let entry = node; entry < nodeEnd(node); entry += ENTRY_BYTES) {
    sum += recordsBelow(entryRef(entry), height - 1);
  }
  return sum;
}

function leafWay(): Way {
  return changetype<Way>(PATH);
}

/** The root's step of the way. */
function rootWay(space: Space): Way {
  return changetype<Way>(PATH + space.indexHeight * <u32>offsetof<Way>());
}

/** The region that the way leads to. */
function wayRegion(): Region {
  return changetype<Region>(entryRef(leafWay().entry));
}

/**
 * Go down to the region that starts last at or below `address`, as long as there are gaps of at
 * least `size` below. The answer is where the way ends.
 */
function descend(space: Space, address: u64, size: u64): Way {
  let node = space.index;
  let way = rootWay(space);
  while (true) {
    const entry = nodeFloor(node, address);
    way.node = node;
    way.entry = entry;
    if (way == leafWay() || entryGap(entry) < size) return way;
    node = entryRef(entry);
    way = way.below;
  }
}

/** The lowest step of the way with an entry behind its own, or null. */
function wayTurn(space: Space): Way | null {
  let way = leafWay();
  while (way.entry + ENTRY_BYTES == nodeEnd(way.node)) {
    if (way.node == space.index) return null;
    way = way.above;
  }
  return way;
}

/** The region behind the one that the way leads to, or null. */
function wayNext(space: Space): Region | null {
  let way = wayTurn(space);
  if (way === null) return null;
  let ref = entryRef(way.entry + ENTRY_BYTES);
  for (; way != leafWay(); way = way.below) ref = entryRef(ref);
  return changetype<Region>(ref);
}

/** Where that region starts, or NOWHERE. */
function nextStart(space: Space): u64 {
  const way = wayTurn(space);
  return way === null ? NOWHERE : entryStart(way.entry + ENTRY_BYTES);
}

/**
 * Go on from `way`, where the last way ended, to the next region with a gap of at least `size`:
 * upwards or downwards, as `step` goes from an entry to the next. False where there is none.
 */
function findGap(space: Space, way: Way, size: u64, step: i32): bool {
  while (true) {
    const node = way.node;
    const end = node + nodeCount(node) * ENTRY_BYTES;
    let entry = way.entry;
    if (step > 0) entry = nodeFit(entry, end, size);
    else while (entry >= node && entryGap(entry) < size) entry += step;
    way.entry = entry;
    if (entry < node || entry >= end) {
      if (node == space.index) return false;
      way = way.above;
      way.entry += step;
    } else {
      if (way == leafWay()) return true;
      way = way.below;
      const child = entryRef(entry);
      way.node = child;
      way.entry = step > 0 ? child : nodeEnd(child) + step;
    }
  }
}

/** Set the gap behind the last region that starts at or below `address` to what it is now. */
function gapRenew(space: Space, address: u64): void {
  const region = regionFloor(space, address);
  gapSet(space, gapBehind(region, nextStart(space)), 0);
}

/**
 * Set the gap of the region that the way leads to, and tell the nodes above, as far as that changes
 * the largest. `beside` is a gap that the leaf will have too.
 */
function gapSet(space: Space, gap: u64, beside: u64): void {
  let way = leafWay();
  let old = entryGap(way.entry);
  entrySetGap(way.entry, gap);
  otherRaise(way.node, smaller(gap, beside));
  gap = larger(gap, beside);
  while (way.node != space.index) {
    const node = way.node;
    way = way.above;
    const entry = way.entry;
    const largest = entryGap(entry);
    if (old < largest) {
      otherRaise(node, smaller(gap, largest));
      if (gap <= largest) return;
    } else if (gap < nodeOther(node)) {
      gap = larger(gap, nodeLargestGap(node));
      nodeSetOther(node, gap);
    }
    entrySetGap(entry, gap);
    old = largest;
  }
}

function otherRaise(node: u32, gap: u64): void {
  nodeSetOther(node, larger(nodeOther(node), gap));
}

/** The first start of the way's node may have changed: tell the nodes above. */
function rename(space: Space, way: Way): void {
  while (way.node != space.index && way.entry == way.node) {
    const start = entryStart(way.node);
    way = way.above;
    entrySetStart(way.entry, start);
  }
}

/** Put an entry behind the one that the way leads to, and split what is full. */
function insertBehind(space: Space, start: u64, gap: u64, ref: u32): void {
  let way = leafWay();
  while (true) {
    const node = way.node;
    const right = nodeInsert(node, way.entry + ENTRY_BYTES, start, gap, ref);
    if (right == 0) return;
    start = entryStart(right);
    gap = nodeLargestGap(right);
    ref = right;
    const isRoot = way.node == space.index;
    way = way.above;
    if (isRoot) {
      const root = nodeMake();
      way.node = root;
      way.entry = root;
      nodeInsert(root, root, entryStart(node), 0, node);
      space.index = root;
      space.indexHeight += 1;
    }
    entrySetGap(way.entry, nodeLargestGap(node));
    nodeSetOther(way.node, NOWHERE);
  }
}

/** An entry left the leaf of the way: empty nodes go, small ones take in the next. */
function shrink(space: Space): void {
  for (let way = leafWay(); way.node != space.index; ) {
    const node = way.node;
    if (nodeCount(node) >= NODE_CAPACITY / 4) return;
    way = way.above;
    if (nodeCount(node) == 0) {
      nodeFree(node);
      nodeRemove(way.node, way.entry);
      rename(space, way);
    } else if (way.entry + ENTRY_BYTES != nodeEnd(way.node)) {
      mergeNext(way.node, way.entry);
    }
  }
  while (space.indexHeight > 0 && nodeCount(space.index) == 1) {
    const root = space.index;
    space.index = entryRef(root);
    space.indexHeight -= 1;
    nodeFree(root);
  }
}

/** Make one child of the children of `entry` and the next where that leaves room for more. */
function mergeNext(parent: u32, entry: u32): void {
  const next = entry + ENTRY_BYTES;
  const left = entryRef(entry);
  const right = entryRef(next);
  if (nodeCount(left) + nodeCount(right) > (NODE_CAPACITY * 3) / 4) return;
  entrySetGap(entry, larger(entryGap(entry), entryGap(next)));
  nodeMerge(left, right);
  nodeRemove(parent, next);
}

function freeBelow(node: u32, height: u32): void {
  for (let entry = node; entry < nodeEnd(node); entry += ENTRY_BYTES) {
    if (height > 0) freeBelow(entryRef(entry), height - 1);
    else poolGive(POOL_REGION, entryRef(entry));
  }
  nodeFree(node);
}
