/** A number of a trace: a number where that is exact, a bigint at and above 2^53. */
export type Quantity = number | bigint;

const HEX = /^0x[0-9a-f]{1,16}$/i;

/** Parse "0x1f" (at most 64 bits); undefined when the text is anything else. */
export function parseHex(text: unknown): Quantity | undefined {
  if (typeof text !== "string" || !HEX.test(text)) {
    return undefined;
  }
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

export function hex(value: Quantity): string {
  return `0x${value.toString(16)}`;
}
