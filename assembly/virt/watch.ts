import { planeClear, planeNext } from "../base/planes";
import { FACT_MARK, factsAt, factsChunkEnd, factsNext, factsTrim } from "../page/facts";
import { mapsClear } from "./maps";
import { Space } from "./space";

/**
 * Write watch: the marks of pages that were written. A marked page may be written without asking;
 * where the mark is taken, the access map forgets the page, so that its next write asks and marks
 * again.
 */

/** First marked page of [page, end), or `end`. */
export function markedNext(space: Space, page: u64, end: u64): u64 {
  for (page = factsNext(space, page, end); page < end; page = factsNext(space, page, end)) {
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    const found = planeNext(factsAt(space, page) + FACT_MARK, from, to);
    page += found - from;
    if (found < to) return page;
  }
  return end;
}

/** Take the mark of one page. */
export function markClear(space: Space, page: u64): void {
  const chunk = factsAt(space, page);
  if (chunk == 0) return;
  planeClear(chunk + FACT_MARK, <u32>page & 1023);
  mapsClear(space, page, page + 1);
  factsTrim(space, page);
}
