/**
 * What a record of facts says of each of its pages:
 *
 *       43   32 31  23 22    20 19 18  17   16  15  12 11     8 7 6        0
 *      +-------+------+--------+-----+----+----+------+--------+-+----------+
 *      | space | 0    | state  | 0   |same|own | 0    | extra  |0| facts    |
 *      +-------+------+--------+-----+----+----+------+--------+-+----------+
 *
 *     facts  planes of page/facts, from bit 0 on: valid, mark, locked, reset, lost, copy, offered
 *     extra  of page/extra: pending, unmeasured, valid, mixed
 *     own    it has a frame, of which this is the first record
 *     same   it has the frame that the same page has in the space of this number, which is lower
 *     state  of the frame: in memory, refused by the page store, to be written to its file
 */
export const FACTS: u32 = 0x7f;
export const EXTRA_SHIFT: u32 = 8;
export const EXTRA: u32 = 0xf;
export const OWN_FRAME: u32 = 0x10000;
export const SAME_FRAME: u32 = 0x20000;
export const SAME_SHIFT: u64 = 32;
export const FRAME_PRESENT: u32 = 0x100000;
export const FRAME_REFUSED: u32 = 0x200000;
export const FRAME_WRITTEN: u32 = 0x400000;
