import * as memory from "./constants/memory.ts";
import type { Address } from "./door.ts";

/** Numbers as people read them, for messages. */
export function hex(value: Address): string {
  return `0x${value.toString(16)}`;
}

const STATES: ReadonlyMap<number, string> = new Map([
  [memory.MEM_COMMIT, "MEM_COMMIT"],
  [memory.MEM_RESERVE, "MEM_RESERVE"],
  [memory.MEM_FREE, "MEM_FREE"],
]);

const TYPES: ReadonlyMap<number, string> = new Map([
  [memory.MEM_PRIVATE, "MEM_PRIVATE"],
  [memory.MEM_MAPPED, "MEM_MAPPED"],
  [memory.MEM_IMAGE, "MEM_IMAGE"],
]);

const PROTECTIONS: ReadonlyMap<number, string> = new Map([
  [memory.PAGE_NOACCESS, "PAGE_NOACCESS"],
  [memory.PAGE_READONLY, "PAGE_READONLY"],
  [memory.PAGE_READWRITE, "PAGE_READWRITE"],
  [memory.PAGE_WRITECOPY, "PAGE_WRITECOPY"],
  [memory.PAGE_EXECUTE, "PAGE_EXECUTE"],
  [memory.PAGE_EXECUTE_READ, "PAGE_EXECUTE_READ"],
  [memory.PAGE_EXECUTE_READWRITE, "PAGE_EXECUTE_READWRITE"],
  [memory.PAGE_EXECUTE_WRITECOPY, "PAGE_EXECUTE_WRITECOPY"],
  [memory.PAGE_GUARD, "PAGE_GUARD"],
  [memory.PAGE_NOCACHE, "PAGE_NOCACHE"],
  [memory.PAGE_WRITECOMBINE, "PAGE_WRITECOMBINE"],
]);

export function stateName(state: number): string {
  return STATES.get(state) ?? hex(state);
}

export function typeName(type: number): string {
  return TYPES.get(type) ?? hex(type);
}

/** "PAGE_READWRITE|PAGE_GUARD". */
export function protectionName(protect: number): string {
  const names = [...PROTECTIONS].filter(([bit]) => (protect & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? hex(protect) : names.join("|");
}
