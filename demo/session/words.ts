/** How numbers of Windows are written on the page. */
import * as constants from "guardpage/constants";

export function hex(value: number | bigint, digits = 1): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** "48 65 6c" */
export function bytesText(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** An address with as many digits as the highest one of its machine has. */
export function addressText(address: number | bigint, highest: number): string {
  return hex(address, highest > 0xffff_ffff ? 12 : 8);
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB", "PB"] as const;

/** "64 KB", "1.50 MB": three digits where the number is not whole. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = Number.isInteger(value) ? String(value) : value.toPrecision(3);
  return `${text} ${UNITS[unit]}`;
}

type Names = readonly (readonly [value: number, name: string])[];

const PROTECTIONS: Names = [
  [constants.PAGE_NOACCESS, "PAGE_NOACCESS"],
  [constants.PAGE_READONLY, "PAGE_READONLY"],
  [constants.PAGE_READWRITE, "PAGE_READWRITE"],
  [constants.PAGE_WRITECOPY, "PAGE_WRITECOPY"],
  [constants.PAGE_EXECUTE, "PAGE_EXECUTE"],
  [constants.PAGE_EXECUTE_READ, "PAGE_EXECUTE_READ"],
  [constants.PAGE_EXECUTE_READWRITE, "PAGE_EXECUTE_READWRITE"],
  [constants.PAGE_EXECUTE_WRITECOPY, "PAGE_EXECUTE_WRITECOPY"],
  [constants.PAGE_GUARD, "PAGE_GUARD"],
  [constants.PAGE_NOCACHE, "PAGE_NOCACHE"],
  [constants.PAGE_WRITECOMBINE, "PAGE_WRITECOMBINE"],
];

const STATES: Names = [
  [constants.MEM_COMMIT, "MEM_COMMIT"],
  [constants.MEM_RESERVE, "MEM_RESERVE"],
  [constants.MEM_FREE, "MEM_FREE"],
];

const TYPES: Names = [
  [constants.MEM_PRIVATE, "MEM_PRIVATE"],
  [constants.MEM_MAPPED, "MEM_MAPPED"],
  [constants.MEM_IMAGE, "MEM_IMAGE"],
];

/** "PAGE_READWRITE | PAGE_GUARD"; "0" for reserved and free pages. */
export function protectionText(protect: number): string {
  return flagsText(protect, PROTECTIONS);
}

export function stateText(state: number): string {
  return flagsText(state, STATES);
}

/** "MEM_PRIVATE"; "0" for free memory. */
export function typeText(type: number): string {
  return flagsText(type, TYPES);
}

/** The protection of a page; "MEM_RESERVE" or "MEM_FREE" for one without. */
export function pageText({ state, protect }: { state: number; protect: number }): string {
  return state === constants.MEM_COMMIT ? protectionText(protect) : stateText(state);
}

/** "READWRITE | GUARD" for "PAGE_READWRITE | PAGE_GUARD", where it is plain what it is of. */
export function withoutPrefix(names: string): string {
  return names.replaceAll(/\b(PAGE|MEM)_/g, "");
}

/** The names of the bits that are set; a number for those that have none. */
function flagsText(value: number, names: Names): string {
  const found = names.filter(([bit]) => (value & bit) !== 0);
  const rest = found.reduce((left, [bit]) => left & ~bit, value) >>> 0;
  const texts = found.map(([, name]) => name);
  if (rest !== 0) texts.push(hex(rest));
  return texts.join(" | ") || "0";
}

const ACCESSES: Readonly<Record<number, string>> = { 0: "read", 1: "write", 8: "execute" };

/** ExceptionInformation[0] of a page fault. */
export function accessText(access: number): string {
  return ACCESSES[access] ?? String(access);
}
