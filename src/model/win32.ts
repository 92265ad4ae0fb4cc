import { MEM_COALESCE_PLACEHOLDERS, MEM_PRESERVE_PLACEHOLDER, MEM_RELEASE } from "./constants.ts";
import type { ModelProcess } from "./process.ts";
import type { CallOptions } from "./space.ts";
import { failed, toWin32 } from "./status.ts";

/** What a kernel32 function gives; `lastError` only where it is written. */
export interface Win32Answer {
  result: number;
  lastError?: number;
  rule: string;
}

const INVALID_PARAMETER = 87;
const LOWEST = 0x10000;

/** VirtualAlloc, VirtualAllocEx: 2.1#0a and #0b come before the system call. */
export function win32Allocate(
  process: ModelProcess,
  address: number,
  size: number,
  type: number,
  protect: number,
  options: CallOptions = {},
): Win32Answer {
  if (address !== 0 && address < LOWEST) {
    return { result: 0, lastError: INVALID_PARAMETER, rule: "2.1#0a" };
  }
  const withoutNode = type - (type & 0x3f);
  const answer = process.allocate(address, size, withoutNode, protect, 0, options);
  if (!failed(answer.status)) return { result: answer.base, rule: answer.rule };
  return { result: 0, lastError: toWin32(answer.status), rule: answer.rule };
}

/** VirtualFree, VirtualFreeEx: 3.1#1 comes before the system call. */
export function win32Free(
  process: ModelProcess,
  address: number,
  size: number,
  type: number,
  options: CallOptions = {},
): Win32Answer {
  const placeholder = MEM_COALESCE_PLACEHOLDERS | MEM_PRESERVE_PLACEHOLDER;
  if ((type & MEM_RELEASE) !== 0 && size !== 0 && (type & placeholder) === 0) {
    return { result: 0, lastError: INVALID_PARAMETER, rule: "3.1#1" };
  }
  const answer = process.free(address, size, type, options);
  if (!failed(answer.status)) return { result: 1, rule: answer.rule };
  return { result: 0, lastError: toWin32(answer.status), rule: answer.rule };
}
