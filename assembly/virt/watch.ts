import { planeClear } from "../base/planes";
import { FACT_MARK, factNext, factsAt, factsTrim } from "../page/facts";
import { mapsClear } from "./maps";
import { Space } from "./space";

/**
 * Write watch: the marks of pages that were written. A marked page may be written without asking;
 * where the mark is taken, the access map forgets the page, so that its next write asks and marks
 * again.
 */

/** First marked page of [page, end), or `end`. */
export function markedNext(space: Space, page: u64, end: u64): u64 {
  return factNext(space, FACT_MARK, page, end);
}

/** Take the mark of one page. */
export function markClear(space: Space, page: u64): void {
  const chunk = factsAt(space, page);
  if (chunk == 0) return;
  planeClear(chunk + FACT_MARK, <u32>page & 1023);
  mapsClear(space, page, page + 1);
  factsTrim(space, page);
}
