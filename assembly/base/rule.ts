/**
 * The number of a documented rule, "section.part#row" with a letter before or behind the row:
 * 2.1#9, 2.3#C5, 5.2#6a. Many rules answer with the same status; every call says in its context
 * which one it was.
 *
 *      31      26 25      20 19      15 14      10 9              0
 *     +----------+----------+----------+----------+----------------+
 *     | section  | part     | before   | behind   | row            |
 *     +----------+----------+----------+----------+----------------+
 *
 *     letters: 0 none, 1..26;  row 0: none
 */
export function rule(section: u32, part: u32, row: u32): u32 {
  return (section << 26) | (part << 20) | row;
}

export const RULE_C: u32 = 3 << 15;
export const RULE_R: u32 = 18 << 15;
export const RULE_BEHIND_A: u32 = 1 << 10;
