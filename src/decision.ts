/**
 * The number of a rule, "section.part#row", as the core packs it:
 *
 *      26      22 21      17 16      12 11       7 6              0
 *     +----------+----------+----------+----------+----------------+
 *     | before   | behind   | section  | part     | row            |
 *     +----------+----------+----------+----------+----------------+
 *     letters: 0 none, 1 A .. 26 Z
 */
const BEFORE = 22;
const BEHIND = 17;
const SECTION = 12;
const PART = 7;
/** Sections, parts and letters. */
const MASK = 0x1f;
const ROW_MASK = 0x7f;

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
  return packed;
}

/** The number as text, "" for 0: no rule. */
export function unpackDecision(packed: number): string {
  if (packed === 0) return "";
  const part = (packed >>> PART) & MASK;
  const before = unpackLetter(packed >>> BEFORE);
  const behind = unpackLetter(packed >>> BEHIND).toLowerCase();
  const row = packed & ROW_MASK;
  const section = `${(packed >>> SECTION) & MASK}${part === 0 ? "" : `.${part}`}`;
  return row === 0 && behind === "" ? section : `${section}#${before}${row}${behind}`;
}

function packLetter(letter: string): number {
  return letter === "" ? 0 : letter.toUpperCase().charCodeAt(0) - CODE_OF_A + 1;
}

function unpackLetter(packed: number): string {
  const code = packed & MASK;
  return code === 0 ? "" : String.fromCharCode(CODE_OF_A + code - 1);
}
