import type { Process } from "guardpage";
import { MEM_FREE, PAGE_NOACCESS } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { runQuery } from "../session/runs.ts";

/** What VirtualQuery and QueryWorkingSetEx say of a page. */
export interface PageFacts {
  /** MEM_COMMIT, MEM_RESERVE or MEM_FREE. */
  readonly state: number;
  /** PAGE_*. */
  readonly protect: number;
  /** Processes that have the very same memory here; 0 where the page is not in memory. */
  readonly sharers: number;
}

/** Bits of VirtualAttributes. */
const VALID = 0x1;
const SHARE_COUNT_SHIFT = 1;
const SHARE_COUNT_MASK = 0b111;
const SHARED = 0x8000;

export function pageFacts(process: Process, address: number): PageFacts {
  const { GetCurrentProcess, QueryWorkingSetEx } = kernel32(process);
  const page = { VirtualAddress: address, VirtualAttributes: 0 };
  QueryWorkingSetEx(GetCurrentProcess(), [page], 2 * process.machine.pointerBytes);
  const { VirtualAttributes: attributes } = page;
  const { state = MEM_FREE, protect = PAGE_NOACCESS } = runQuery(process)(address) ?? {};
  return { state, protect, sharers: sharersOf(attributes) };
}

function sharersOf(attributes: number): number {
  if ((attributes & VALID) === 0) return 0;
  return (attributes & SHARED) === 0 ? 1 : (attributes >>> SHARE_COUNT_SHIFT) & SHARE_COUNT_MASK;
}
