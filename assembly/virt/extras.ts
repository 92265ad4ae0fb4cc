import { planeSetRange, planeTest } from "../base/planes";
import { POOL_BYTES, POOL_CHUNK, POOL_PAGE, poolEnsure } from "../base/pool";
import { extraMake, extraOf } from "../page/extra";
import { factsAt, factsChunkEnd, factsMake } from "../page/facts";
import { roomEnsure } from "./room";
import { Space } from "./space";

/** Ranges of the further facts of pages (page/extra). */

/** More than one change takes of either pool (virt/room). */
const ONE_CHANGE: u32 = 64;

/** The further facts of the page's chunk, or 0. */
export function extraAt(space: Space, page: u64): u32 {
  const chunk = factsAt(space, page);
  return chunk == 0 ? 0 : extraOf(chunk);
}

/** Whether one of them is so of the page. */
export function extraIs(space: Space, plane: u32, page: u64): bool {
  const extra = extraAt(space, page);
  return extra != 0 && planeTest(extra + plane, <u32>page & 1023);
}

/** Room for one change, and to make the further facts of pages [first, end). */
export function extrasEnsure(space: Space, first: u64, end: u64): bool {
  const chunks = <u32>((end - first) >> 10) + 2;
  return (
    poolEnsure(POOL_PAGE, ONE_CHANGE + chunks * space.levels) &&
    poolEnsure(POOL_BYTES, ONE_CHANGE + chunks) &&
    poolEnsure(POOL_CHUNK, ONE_CHANGE + chunks * 2) &&
    roomEnsure(space)
  );
}

/** It is so of pages [first, end). Requires: `extrasEnsure`. */
export function extrasSet(space: Space, plane: u32, first: u64, end: u64): void {
  for (let page = first; page < end; ) {
    const next = factsChunkEnd(page, end);
    const from = <u32>page & 1023;
    const extra = extraMake(factsMake(space, page));
    planeSetRange(extra + plane, from, from + <u32>(next - page));
    page = next;
  }
}
