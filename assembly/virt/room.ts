import {
  POOL_BYTES,
  POOL_CHUNK,
  POOL_FRAME,
  POOL_PAGE,
  POOL_REGION,
  poolEnsure,
} from "../base/pool";
import { Pages } from "../page/pages";

/** Pages of a chunk of facts, and chunks of a node. */
const CHUNK_SHIFT: u64 = 10;

/**
 * The most that one change can take from the pools, so that it is either refused before it begins
 * or cannot fail: attributes changed on two ranges (a straddling write to two copy-on-write pages),
 * facts and frames of two pages and of the two copies that they become, and two regions inserted.
 */
const ATTRIBUTE_CHANGES: u32 = 2;
/** A range has two edges; below each, one node a level and one chunk may have to be made. */
const EDGES: u32 = 2;
const FACT_PAGES: u32 = 4;
const REGIONS: u32 = 2;
/** A split on every level of an index of any size that fits into linear memory, and a root. */
const INDEX_SPLITS: u32 = 10;

/** Whether one change can be made now. Grows the pools; false where memory is at its end. */
export function roomEnsure(pages: Pages): bool {
  const factNodes = FACT_PAGES * pages.levels;
  return (
    poolEnsure(POOL_PAGE, ATTRIBUTE_CHANGES * EDGES * pages.levels + factNodes) &&
    poolEnsure(POOL_CHUNK, ATTRIBUTE_CHANGES * EDGES + FACT_PAGES + REGIONS * INDEX_SPLITS) &&
    // Each page may get a place among the recent ones.
    poolEnsure(POOL_REGION, REGIONS + FACT_PAGES) &&
    poolEnsure(POOL_FRAME, FACT_PAGES) &&
    // What it holds, and its column.
    poolEnsure(POOL_BYTES, 2 * FACT_PAGES)
  );
}

/** Room for one change and for `chunks` entries more to be split, each by a change inside of it. */
export function roomEnsureSplits(pages: Pages, chunks: u32): bool {
  return (
    poolEnsure(POOL_PAGE, (ATTRIBUTE_CHANGES * EDGES + chunks) * pages.levels) &&
    poolEnsure(POOL_CHUNK, ATTRIBUTE_CHANGES * EDGES + chunks) &&
    roomEnsure(pages)
  );
}

/** Room for facts of every page of [first, end), and for nothing else. */
export function roomEnsureFacts(space: Pages, first: u64, end: u64): bool {
  const chunks = <u32>(((end - 1) >> CHUNK_SHIFT) - (first >> CHUNK_SHIFT) + 1);
  const nodes = ((chunks >>> <u32>CHUNK_SHIFT) + EDGES) * space.levels;
  return (
    poolEnsure(POOL_CHUNK, chunks) && poolEnsure(POOL_PAGE, nodes) && poolEnsure(POOL_BYTES, chunks)
  );
}
