import {
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "../constants.ts";

const BASES: ReadonlyMap<number, string> = new Map([
  [0, "-"],
  [PAGE_NOACCESS, "NA"],
  [PAGE_READONLY, "RO"],
  [PAGE_READWRITE, "RW"],
  [PAGE_WRITECOPY, "WC"],
  [PAGE_EXECUTE, "X"],
  [PAGE_EXECUTE_READ, "RX"],
  [PAGE_EXECUTE_READWRITE, "RWX"],
  [PAGE_EXECUTE_WRITECOPY, "WCX"],
]);

const MODIFIERS = [
  [PAGE_GUARD, "+G"],
  [PAGE_NOCACHE, "+NC"],
  [PAGE_WRITECOMBINE, "+WCM"],
] as const;

/** A protection in the few letters that Windows' memory tools use: "RW+G". */
export function protectionText(protection: number): string {
  const base = BASES.get(protection & 0xff) ?? `0x${protection.toString(16)}`;
  const modifiers = MODIFIERS.filter(([bit]) => (protection & bit) !== 0);
  return base + modifiers.map(([, text]) => text).join("");
}
