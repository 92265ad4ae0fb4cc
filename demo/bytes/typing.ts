import { isPrintable } from "./values.ts";

/** The side of the hex view that keys go to. */
export type Side = "hex" | "text";

/** What a key makes of the byte under the caret. */
export type Typed =
  /** The upper half of a byte, until the lower one comes. */
  | { readonly kind: "half"; readonly digit: number }
  | { readonly kind: "byte"; readonly byte: number };

const DIGIT = /^[\da-f]$/i;

/**
 * @param key `KeyboardEvent.key`
 * @param half the digit that was typed before
 * @returns undefined for a key that types nothing on that side
 */
export function typed(side: Side, key: string, half: number | undefined): Typed | undefined {
  if (side === "text") {
    const code = key.length === 1 ? key.charCodeAt(0) : 0;
    return isPrintable(code) ? { kind: "byte", byte: code } : undefined;
  }
  if (!DIGIT.test(key)) return undefined;
  const digit = Number.parseInt(key, 16);
  return half === undefined ? { kind: "half", digit } : { kind: "byte", byte: half * 16 + digit };
}
