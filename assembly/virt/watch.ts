import { wordMask } from "../base/planes";
import { addressOf } from "../base/range";
import { FACT_MARK, factNext, factsAt, factsChunkEnd, factsNext, factsTrim } from "../page/facts";
import { mapsForbidWrites } from "./maps";
import { Space } from "./space";

/**
 * Write watch: the marks of pages that were written. A marked page may be written without asking;
 * where the mark is taken, the maps forget that, so that its next write asks and marks again. By
 * words of 64 pages: a harvest costs what it finds.
 */

/** First marked page of [page, end), or `end`. */
export function markedNext(space: Space, page: u64, end: u64): u64 {
  return factNext(space, FACT_MARK, page, end);
}

/** Addresses of the first `most` marked pages of [page, end), as u64 at `linear`. How many. */
export function marksList(space: Space, page: u64, end: u64, linear: u32, most: u32): u32 {
  const full = linear + (most << 3);
  let at = linear;
  for (page = factsNext(space, page, end); page < end; page = factsNext(space, page, end)) {
    const plane = factsAt(space, page) + FACT_MARK;
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
      let bits = load<u64>(plane + (word << 3)) & wordMask(word, from, to);
      for (; bits != 0; bits &= bits - 1) {
        if (at == full) return most;
        store<u64>(at, addressOf(page - from + (word << 6) + ctz<u64>(bits)));
        at += 8;
      }
    }
    page += to - from;
  }
  return (at - linear) >>> 3;
}

/** Forget which pages of the range were written; each has to ask again before its next write. */
export function clearMarks(space: Space, page: u64, end: u64): void {
  for (page = factsNext(space, page, end); page < end; page = factsNext(space, page, end)) {
    const plane = factsAt(space, page) + FACT_MARK;
    const from = <u32>page & 1023;
    const to = from + <u32>(factsChunkEnd(page, end) - page);
    for (let word = from >>> 6; word <= (to - 1) >>> 6; word++) {
      const at = plane + (word << 3);
      const bits = load<u64>(at) & wordMask(word, from, to);
      if (bits == 0) continue;
      store<u64>(at, load<u64>(at) & ~bits);
      mapsForbidWrites(space, page - from + (word << 6), bits);
    }
    factsTrim(space, page);
    page += to - from;
  }
}
