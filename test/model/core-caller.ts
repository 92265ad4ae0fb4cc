import type { Machine, Process, Thread } from "../../src/index.ts";
import type { Kernel32 } from "../../src/kernel32.ts";
import type { Ntdll } from "../../src/ntdll.ts";
import type { AweStep } from "./awe-steps.ts";
import type { HandleKind, Step } from "./program.ts";
import type { StackStep } from "./stack-step.ts";
import { hex } from "./subject.ts";

export type Change = Extract<Step, { op: "allocate" | "free" | "protect" }>;
export type Access = Extract<Step, { op: "load" | "store" | "fetch" }>;
export type Bulk = Extract<Step, { op: "copy" | "fill" | "compare" }>;
export type SectionStep = Extract<
  Step,
  { op: "createSection" | "closeSection" | "mapView" | "unmapView" | "flushView" }
>;
export type PlaceholderStep = Extract<Step, { op: "allocateEx" | "mapViewEx" | "unmapViewEx" }>;
export type Upkeep = Extract<Step, { op: "adopt" | "poke" | "exit" | "fork" | "forgetMaps" }>;
export type Service = Exclude<
  Step,
  Change | Access | Bulk | Upkeep | SectionStep | PlaceholderStep | StackStep | AweStep
>;

/** One process of the machine, and what it calls by. */
export interface Side {
  process: Process;
  nt: Ntdll;
  win32: Kernel32;
  /** For each process, by the rights they have. */
  handles: Record<HandleKind, number>[];
  /** Handles of sections, by slot. */
  sections: Map<number, number>;
  /** Threads by slot; the main thread is in slot 0. */
  threads: Thread[];
}

/** Who makes a call, with what handle. */
export interface Caller extends Side {
  machine: Machine;
  handle: number;
  /** The target is the caller, by its pseudo handle. */
  own: boolean;
}

/** Size of the ULONG that receives the old protection. */
export const OLD_BYTES = 4;

/** What the host takes: numbers as far as they are exact. */
export function exact(value: number): number | bigint {
  return Number.isSafeInteger(value) ? value : BigInt(value);
}

/** An NTSTATUS, and what the call gave where it did not fail. */
export function ended(status: number, success: () => string): string {
  return status >= 0x80000000 ? hex(status) : `${hex(status)} ${success()}`;
}

/** What a kernel32 function gave, or the last error. */
export function returned({ win32 }: Side, done: boolean, success: () => string): string {
  return done ? `ok ${success()}` : `error ${win32.GetLastError()}`;
}

export function poke({ process }: Side, address: number, bytes: Uint8Array): boolean {
  return process.debugView.write(exact(address), bytes) === bytes.length;
}

/** Where the caller keeps an in-out value: in the guest's memory, or outside. */
export function inOut(side: Side, value: number, at: number | undefined, bytes: number) {
  if (at === undefined) return { value: exact(value) };
  for (let i = 0; i < bytes; i += 1) {
    poke(side, at + i, Uint8Array.of(Math.floor(value / 256 ** i) % 256));
  }
  return at;
}

/** A value in guest memory shows itself there, or was taken away by the call. */
export function shownOut(out: { value: number | bigint } | number): string {
  return typeof out === "number" ? "?" : hex(out.value);
}
