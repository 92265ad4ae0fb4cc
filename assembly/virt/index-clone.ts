import { CHUNK_BYTES } from "../base/planes";
import { POOL_CHUNK, POOL_REGION, poolEnsure, poolTake } from "../base/pool";
import { indexFree, indexRecords } from "./index";
import { ENTRY_BYTES, entryRef, entrySetRef, nodeEnd, nodeMake } from "./node";
import { Region } from "./region";
import { Space } from "./space";

/**
 * Give a space that has no region the regions of another: the same records, which belong to this
 * one's index alone. False where memory is at its end; then it has none.
 */
export function indexClone(from: Space, to: Space): bool {
  const nodes = indexRecords(from) - from.regionCount;
  if (!poolEnsure(POOL_CHUNK, nodes) || !poolEnsure(POOL_REGION, from.regionCount + 1)) {
    return false;
  }
  indexFree(to);
  to.index = cloneBelow(from.index, from.indexHeight);
  to.indexHeight = from.indexHeight;
  to.regionCount = from.regionCount;
  to.regionBytes = from.regionBytes;
  return true;
}

function cloneBelow(node: u32, height: u32): u32 {
  const clone = nodeMake();
  memory.copy(clone, node, CHUNK_BYTES);
  for (let entry = clone; entry < nodeEnd(clone); entry += ENTRY_BYTES) {
    const ref = entryRef(entry);
    entrySetRef(entry, height > 0 ? cloneBelow(ref, height - 1) : regionClone(ref));
  }
  return clone;
}

function regionClone(region: u32): u32 {
  const clone = poolTake(POOL_REGION);
  memory.copy(clone, region, <u32>offsetof<Region>());
  return clone;
}
