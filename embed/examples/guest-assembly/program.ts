import { loadU32, outcomeOf, storeU32 } from "guardpage/assembly";

/** Gaps of Shell's sort, largest first (Ciura 2001). */
const GAPS: StaticArray<u32> = [701, 301, 132, 57, 23, 10, 4, 1];

/**
 * Sorts words of the guest. The number of words that were moved; all ones where an access has
 * failed, of which the context has the exception.
 */
export function sort(context: u32, base: u64, words: u32): u32 {
  let moved: u32 = 0;
  for (let g = 0; g < GAPS.length; g++) {
    const gap = GAPS[g];
    for (let i = gap; i < words; i++) {
      const word = loadU32(context, base + ((<u64>i) << 2));
      let place = i;
      for (; place >= gap; place -= gap) {
        const before = loadU32(context, base + ((<u64>(place - gap)) << 2));
        if (before <= word) break;
        storeU32(context, base + ((<u64>place) << 2), before);
        moved += 1;
      }
      storeU32(context, base + ((<u64>place) << 2), word);
      if (outcomeOf(context) != 0) return u32.MAX_VALUE;
    }
  }
  return moved;
}
