/**
 * Names of constants by their numbers. Apart from other words: it takes all constants with it, and
 * the first view does without.
 */
import * as constants from "guardpage/constants";
import { hex } from "./words.ts";

/** The name of an NTSTATUS or exception code; the number where it has none. */
export function statusText(status: number): string {
  return constantName(status, "EXCEPTION_", "STATUS_") ?? hex(status >>> 0, 8);
}

/** "ERROR_INVALID_ADDRESS (487)" */
export function errorText(error: number): string {
  const name = constantName(error, "ERROR_");
  return name === undefined ? String(error) : `${name} (${error})`;
}

/** The name of a constant of the headers, of those with the first prefix that has one. */
function constantName(value: number, ...prefixes: readonly string[]): string | undefined {
  const all = Object.entries(constants);
  for (const prefix of prefixes) {
    const found = all.find(([name, number]) => number === value && name.startsWith(prefix));
    if (found !== undefined) return found[0];
  }
  return undefined;
}
