/**
 * The number of a documented rule, "section.part#row" with a letter before or behind the row:
 * 2.1#9, 2.3#C5, 5.2#6a. Many rules answer with the same status; every call says in its context
 * which one it was.
 *
 *      26      22 21      17 16      12 11       7 6              0
 *     +----------+----------+----------+----------+----------------+
 *     | before   | behind   | section  | part     | row            |
 *     +----------+----------+----------+----------+----------------+
 *
 *     letters: 0 none, 1..26;  row 0: none
 *
 * What most rules have is in the low bits: the constants are three bytes of code instead of five.
 */
export function rule(section: u32, part: u32, row: u32): u32 {
  return (section << 12) | (part << 7) | row;
}

export const RULE_C: u32 = 3 << 22;
export const RULE_R: u32 = 18 << 22;
export const RULE_BEHIND_A: u32 = 1 << 17;
