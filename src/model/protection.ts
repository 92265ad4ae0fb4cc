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
  PAGE_TARGETS_INVALID,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "./constants.ts";

const ORDINARY = [
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
];
const COPYING = [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY];
const EXECUTABLE = [
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
];

/** The table of 2.4. "View only" counts as well-formed. */
export function wellFormed(protect: number): boolean {
  let value = protect;
  if (value >= PAGE_TARGETS_INVALID && value < 2 * PAGE_TARGETS_INVALID) {
    value -= PAGE_TARGETS_INVALID;
    if (!EXECUTABLE.includes(value & 0xff)) return false;
  }
  if (value >= 0x800) return false;
  const base = value & 0xff;
  const modifiers = value & 0x700;
  if (base === PAGE_NOACCESS) return modifiers === 0;
  if (COPYING.includes(base)) return modifiers === 0 || modifiers === PAGE_GUARD;
  if (!ORDINARY.includes(base)) return false;
  return [0, PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE].includes(modifiers);
}

export function copiesOnWrite(protect: number): boolean {
  return COPYING.includes(protect & 0xff);
}

/** What the pages become once they are private copies (7.7). */
export function copied(protect: number): number {
  const base = protect & 0xff;
  if (base === PAGE_WRITECOPY) return protect - PAGE_WRITECOPY + PAGE_READWRITE;
  if (base === PAGE_EXECUTE_WRITECOPY) {
    return protect - PAGE_EXECUTE_WRITECOPY + PAGE_EXECUTE_READWRITE;
  }
  return protect;
}

/** Writable pages of an image are private from the start (7.6, last row). */
export function asInImage(protect: number): number {
  const base = protect & 0xff;
  if (base === PAGE_READWRITE) return protect - PAGE_READWRITE + PAGE_WRITECOPY;
  if (base === PAGE_EXECUTE_READWRITE) {
    return protect - PAGE_EXECUTE_READWRITE + PAGE_EXECUTE_WRITECOPY;
  }
  return protect;
}

const ACCESS_SET = new Map<number, string>([
  [PAGE_NOACCESS, ""],
  [PAGE_READONLY, "R"],
  [PAGE_WRITECOPY, "R"],
  [PAGE_READWRITE, "RW"],
  [PAGE_EXECUTE, "RX"],
  [PAGE_EXECUTE_READ, "RX"],
  [PAGE_EXECUTE_WRITECOPY, "RX"],
  [PAGE_EXECUTE_READWRITE, "RWX"],
]);

/** May pages of a view with this AllocationProtect have that protection (7.6)? */
export function viewAllows(allocationProtect: number, protect: number): boolean {
  const has = ACCESS_SET.get(allocationProtect & 0xff) ?? "";
  const wants = ACCESS_SET.get(protect & 0xff) ?? "";
  return [...wants].every((right) => has.includes(right));
}
