import * as constants from "guardpage/constants";
import { hex } from "../session/words.ts";

type ConstantName = keyof typeof constants;

/** Flags of one parameter, by the names of the headers. */
export interface FlagSet {
  /** Those of which one is chosen, as with protections; none in most sets. */
  readonly bases: readonly Flag[];
  readonly bits: readonly Flag[];
}

export interface Flag {
  readonly name: string;
  readonly value: number;
}

const VALUES: ReadonlyMap<string, number | string> = new Map(Object.entries(constants));

function flags(...names: ConstantName[]): readonly Flag[] {
  return names.map((name) => ({ name, value: Number(VALUES.get(name)) }));
}

const BASES = flags(
  "PAGE_NOACCESS",
  "PAGE_READONLY",
  "PAGE_READWRITE",
  "PAGE_WRITECOPY",
  "PAGE_EXECUTE",
  "PAGE_EXECUTE_READ",
  "PAGE_EXECUTE_READWRITE",
  "PAGE_EXECUTE_WRITECOPY",
);
const MODIFIERS = flags("PAGE_GUARD", "PAGE_NOCACHE", "PAGE_WRITECOMBINE");

export const PROTECTION: FlagSet = {
  bases: BASES,
  bits: [...MODIFIERS, ...flags("PAGE_TARGETS_INVALID")],
};
export const SECTION_PROTECTION: FlagSet = {
  bases: BASES,
  bits: flags(
    "SEC_COMMIT",
    "SEC_RESERVE",
    "SEC_IMAGE",
    "SEC_IMAGE_NO_EXECUTE",
    "SEC_NOCACHE",
    "SEC_WRITECOMBINE",
    "SEC_LARGE_PAGES",
  ),
};
export const ENCLAVE_PROTECTION: FlagSet = {
  bases: BASES,
  bits: flags("PAGE_ENCLAVE_UNVALIDATED", "PAGE_ENCLAVE_THREAD_CONTROL"),
};
export const SECTION_ATTRIBUTES: FlagSet = {
  bases: [],
  bits: [...SECTION_PROTECTION.bits, ...flags("SEC_BASED", "SEC_NO_CHANGE")],
};

const ALLOCATION_BITS = flags(
  "MEM_COMMIT",
  "MEM_RESERVE",
  "MEM_RESET",
  "MEM_RESET_UNDO",
  "MEM_TOP_DOWN",
  "MEM_WRITE_WATCH",
  "MEM_PHYSICAL",
  "MEM_LARGE_PAGES",
);
export const ALLOCATION: FlagSet = { bases: [], bits: ALLOCATION_BITS };
export const ALLOCATION_2: FlagSet = {
  bases: [],
  bits: [...ALLOCATION_BITS, ...flags("MEM_RESERVE_PLACEHOLDER", "MEM_REPLACE_PLACEHOLDER")],
};
export const FREE: FlagSet = {
  bases: [],
  bits: flags(
    "MEM_DECOMMIT",
    "MEM_RELEASE",
    "MEM_COALESCE_PLACEHOLDERS",
    "MEM_PRESERVE_PLACEHOLDER",
  ),
};
export const VIEW: FlagSet = {
  bases: [],
  bits: flags("MEM_RESERVE", "MEM_REPLACE_PLACEHOLDER", "MEM_TOP_DOWN", "SEC_NO_CHANGE"),
};
export const UNMAP: FlagSet = {
  bases: [],
  bits: flags("MEM_UNMAP_WITH_TRANSIENT_BOOST", "MEM_PRESERVE_PLACEHOLDER"),
};
export const FILE_MAP: FlagSet = {
  bases: [],
  bits: flags(
    "FILE_MAP_COPY",
    "FILE_MAP_WRITE",
    "FILE_MAP_READ",
    "FILE_MAP_EXECUTE",
    "FILE_MAP_LARGE_PAGES",
    "FILE_MAP_TARGETS_INVALID",
    "FILE_MAP_RESERVE",
  ),
};
export const SECTION_ACCESS: FlagSet = {
  bases: [],
  bits: flags(
    "SECTION_QUERY",
    "SECTION_MAP_WRITE",
    "SECTION_MAP_READ",
    "SECTION_MAP_EXECUTE",
    "SECTION_EXTEND_SIZE",
    "SECTION_MAP_EXECUTE_EXPLICIT",
  ),
};
export const PROCESS_ACCESS: FlagSet = {
  bases: [],
  bits: flags(
    "PROCESS_VM_OPERATION",
    "PROCESS_VM_READ",
    "PROCESS_VM_WRITE",
    "PROCESS_SET_QUOTA",
    "PROCESS_SET_INFORMATION",
    "PROCESS_QUERY_INFORMATION",
    "PROCESS_QUERY_LIMITED_INFORMATION",
  ),
};
export const FILE_ACCESS: FlagSet = {
  bases: [],
  bits: flags("GENERIC_READ", "GENERIC_WRITE", "GENERIC_EXECUTE"),
};
export const WATCH: FlagSet = { bases: [], bits: flags("WRITE_WATCH_FLAG_RESET") };
export const QUOTA: FlagSet = {
  bases: [],
  bits: flags(
    "QUOTA_LIMITS_HARDWS_MIN_ENABLE",
    "QUOTA_LIMITS_HARDWS_MIN_DISABLE",
    "QUOTA_LIMITS_HARDWS_MAX_ENABLE",
    "QUOTA_LIMITS_HARDWS_MAX_DISABLE",
  ),
};
export const LOCK: FlagSet = { bases: [], bits: flags("MAP_PROCESS", "MAP_SYSTEM") };
export const EXCEPTION: FlagSet = { bases: [], bits: flags("EXCEPTION_NONCONTINUABLE") };
export const CALL_TARGET: FlagSet = { bases: [], bits: flags("CFG_CALL_TARGET_VALID") };

/** All bits that have a base of the set; 0 where it has none. */
export function baseMask({ bases }: FlagSet): number {
  return bases.reduce((mask, { value }) => mask | value, 0);
}

/** What remains when bits are taken away and others put in, as an unsigned number. */
export function withBits(value: number, taken: number, put: number): number {
  return ((value & ~taken) | put) >>> 0;
}

export function hasFlag(value: number, flag: Flag): boolean {
  return (value & flag.value) >>> 0 === flag.value;
}

/** "MEM_COMMIT | MEM_RESERVE", a number for bits that no flag of the set has. */
export function flagsCode(value: number, { bases, bits }: FlagSet): string {
  const names: string[] = [];
  let left = value;
  // Those of more bits first: SEC_IMAGE_NO_EXECUTE has the bit of SEC_IMAGE.
  const all = [...bases, ...bits].sort((one, other) => bitCount(other.value) - bitCount(one.value));
  for (const flag of all) {
    if (!hasFlag(left, flag)) continue;
    names.push(flag.name);
    left = withBits(left, flag.value, 0);
  }
  const inOrder = [...bases, ...bits]
    .map(({ name }) => name)
    .filter((name) => names.includes(name));
  if (left !== 0) inOrder.push(hex(left));
  return inOrder.join(" | ") || "0";
}

/** What `flagsCode` has written, or a number; NaN for anything else. */
export function flagsValue(code: string): number {
  const parts = code.split("|").map((part) => part.trim());
  const values = parts.map((part) => Number(VALUES.get(part) ?? (part || Number.NaN)));
  return values.some(Number.isNaN)
    ? Number.NaN
    : values.reduce((sum, bits) => withBits(sum, 0, bits), 0);
}

function bitCount(value: number): number {
  return value.toString(2).replaceAll("0", "").length;
}
