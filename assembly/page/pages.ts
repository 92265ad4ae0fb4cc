/**
 * What is true of a range of pages: their attributes and their facts, in two trees of the same
 * height. An address space is one such range, a section another.
 *
 *      0        4        8        12       16
 *     +--------+--------+--------+--------+
 *     | levels | table  | facts  | 0      |    levels: of both trees
 *     +--------+--------+--------+--------+    table, facts: their roots
 */
@unmanaged
export class Pages {
  levels: u32;
  table: u32;
  facts: u32;
  reserved0: u32;
}

/** Pages that a tree of this height can hold. */
export function pagesMost(levels: u32): u64 {
  return (<u64>1) << (10 * u64(levels + 1));
}
