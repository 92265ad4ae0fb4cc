/**
 * The number of a rule, "section.part#row", as the core packs it:
 *
 *      31      26 25      20 19      15 14      10 9              0
 *     +----------+----------+----------+----------+----------------+
 *     | section  | part     | before   | behind   | row            |
 *     +----------+----------+----------+----------+----------------+
 *     letters: 0 none, 1 A .. 26 Z
 */
const SECTION = 26;
const PART = 20;
const BEFORE = 15;
const BEHIND = 10;
const PART_MASK = 0x3f;
const LETTER_MASK = 0x1f;
const ROW_MASK = 0x3ff;

const CODE_OF_A = 65;
const RULE = /^(\d+)(?:\.(\d+))?(?:#([A-Z])?(\d+)([a-z])?)?$/;

/** "2.3#C5" as a number. */
export function packDecision(rule: string): number {
  const parts = RULE.exec(rule);
  if (parts === null) throw new RangeError(`"${rule}" is not the number of a rule`);
  const [, section, part = "0", before = "", row = "0", behind = ""] = parts;
  const packed =
    (Number(section) << SECTION) |
    (Number(part) << PART) |
    (packLetter(before) << BEFORE) |
    (packLetter(behind) << BEHIND) |
    Number(row);
  return packed >>> 0;
}

/** The number as text, "" for 0: no rule. */
export function unpackDecision(packed: number): string {
  if (packed === 0) return "";
  const part = (packed >>> PART) & PART_MASK;
  const before = unpackLetter(packed >>> BEFORE);
  const behind = unpackLetter(packed >>> BEHIND).toLowerCase();
  const row = packed & ROW_MASK;
  const section = `${packed >>> SECTION}${part === 0 ? "" : `.${part}`}`;
  return row === 0 && behind === "" ? section : `${section}#${before}${row}${behind}`;
}

function packLetter(letter: string): number {
  return letter === "" ? 0 : letter.toUpperCase().charCodeAt(0) - CODE_OF_A + 1;
}

function unpackLetter(packed: number): string {
  const code = packed & LETTER_MASK;
  return code === 0 ? "" : String.fromCharCode(CODE_OF_A + code - 1);
}
