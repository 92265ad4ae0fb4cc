import { ERROR_INVALID_PARAMETER } from "../constants/error.ts";
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
