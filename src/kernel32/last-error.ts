import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_PARAMETER,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_NOT_ENOUGH_QUOTA,
  ERROR_OUTOFMEMORY,
  ERROR_PAGEFILE_QUOTA,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
} from "../constants/error.ts";
import { packDecision } from "../decision.ts";
import type { Process } from "../process.ts";
import { dosErrorOf, succeeded } from "../status.ts";

export const TRUE = 1;
export const FALSE = 0;

/** A BOOL from an NTSTATUS: on failure the last error of the current thread is set. */
export function boolOf(process: Process, status: number): number {
  if (succeeded(status)) return TRUE;
  process.currentThread.lastError = dosErrorOf(status);
  return FALSE;
}

/** A call that fails in kernel32 itself, by a rule: FALSE, NULL or 0. */
export function refuse(process: Process, rule: number, error = ERROR_INVALID_PARAMETER): number {
  const { core, currentThread } = process.alive();
  core.view.decision = rule;
  currentThread.lastError = error;
  return FALSE;
}

/** Charge, quota, address space, physical memory or tables. */
const LACK_OF_MEMORY: readonly number[] = [
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_OUTOFMEMORY,
  ERROR_PAGEFILE_QUOTA_EXCEEDED,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_PAGEFILE_QUOTA,
  ERROR_COMMITMENT_LIMIT,
  ERROR_NOT_ENOUGH_QUOTA,
];

/** Whether a call has failed for lack of memory of some kind: the faces have one code for all. */
export function isLackOfMemory(error: number): boolean {
  return LACK_OF_MEMORY.includes(error);
}

export const Rule = {
  /** A base in the first 64 KB. */
  BaseTooLow: packDecision("2.1#0a"),
  /** MEM_RELEASE with a size. */
  ReleaseWithSize: packDecision("3.1#1"),
  Probes: packDecision("3.7"),
  StackLimits: packDecision("4.9"),
  MemoryStatus: packDecision("13"),
  Mappings: packDecision("7.1"),
  MappingProtection: packDecision("7.1#1"),
  /** No file and no size. */
  MappingSize: packDecision("7.1#2"),
  System: packDecision("17.7"),
  Handles: packDecision("17.8"),
} as const;
