/** Names that an expression may have, and what they stand for. */
export type Names = Readonly<Record<string, number>>;

const TERM = /^\s*([+-])\s*([\w`]+)\s*/;
const DECIMAL = /^(0|[1-9]\d*)$/;
const HEX = /^(?:0x)?([\da-f]+)h?$/i;

/**
 * The value of "0x7ffe0000", "7ffe0000", "4096", or of such terms and names with + and - between
 * them: "base + 0x10". Digits alone are decimal, unless they begin with a 0 as addresses do.
 * Undefined for what is none of this.
 */
export function addressOf(text: string, names: Names = {}): number | undefined {
  let rest = `+${text}`;
  let sum = 0;
  while (rest !== "") {
    const match = TERM.exec(rest);
    const [whole = "", sign, term = ""] = match ?? [];
    const value = names[term.toLowerCase()] ?? numberOf(term);
    if (match === null || value === undefined) return undefined;
    sum += sign === "-" ? -value : value;
    rest = rest.slice(whole.length);
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** Debuggers of Windows write 00007ffe`00001000. */
function numberOf(text: string): number | undefined {
  const digits = text.replaceAll("`", "");
  if (DECIMAL.test(digits)) return Number(digits);
  const hex = HEX.exec(digits)?.[1];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}
