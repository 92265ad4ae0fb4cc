import type { BasicInformation } from "../../src/model/query.ts";
import type { HandleKind, Step, Who } from "./program.ts";

/** What one step answered: everything a program can see, as text, and the rule that answered. */
export interface Observation {
  answer: string;
  rule: string;
}

/** The thing a program runs on: the core through its host, or the model. */
export interface Subject {
  apply(step: Step): Observation;
  /** What is true between two steps: runs, the ends of committed pages, counters. */
  state(who: Who): string;
  /** The content of every page, for the end of a program. */
  contents(who: Who): string;
}

export interface Inspected {
  /** Bounds of the threads' stacks. */
  stacks: string;
  runs: readonly BasicInformation[];
  /** Null where a byte is not committed. */
  peek(address: number, size: number): Uint8Array | null;
  counters: Readonly<Record<string, number>>;
}

export const HANDLE_KINDS: readonly HandleKind[] = ["good", "null", "weak"];

interface ShownStack {
  base: number;
  limit: number;
  deallocationStack: number;
  guarantee: number;
}

const PAGE = 0x1000;
const MEM_COMMIT = 0x1000;
const EDGE_BYTES = 8;
/** A run may be a gigabyte long; programs touch its ends. */
const PAGES_LOOKED_AT = 12;

export function hex(value: number | bigint): string {
  return value.toString(16);
}

export function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function runText(run: BasicInformation): string {
  return [
    run.BaseAddress,
    run.RegionSize,
    run.State,
    run.Protect,
    run.AllocationBase,
    run.AllocationProtect,
    run.Type,
  ]
    .map(hex)
    .join(" ");
}

/** Bounds and guarantee of each thread's stack, by slot. */
export function stacksText(stacks: readonly (ShownStack | null)[]): string {
  const shown = stacks.map((stack) => {
    if (stack === null) return "-";
    const { base, limit, deallocationStack, guarantee } = stack;
    return [base, limit, deallocationStack, guarantee].map(hex).join(" ");
  });
  return `stacks ${shown.join(", ")}`;
}

/** First and last pages of a run, fewer where it is short. */
function pagesLookedAt(run: BasicInformation): number[] {
  const pages: number[] = [];
  const count = run.RegionSize / PAGE;
  for (let i = 0; i < count; i += 1) {
    if (i === PAGES_LOOKED_AT && count > 2 * PAGES_LOOKED_AT) i = count - PAGES_LOOKED_AT;
    pages.push(run.BaseAddress + i * PAGE);
  }
  return pages;
}

function zero(bytes: Uint8Array | null): boolean {
  return bytes?.every((byte) => byte === 0) ?? false;
}

export function stateText({ runs, peek, counters, stacks }: Inspected): string {
  const lines = [JSON.stringify(counters, Object.keys(counters).sort()), stacks];
  for (const run of runs) {
    lines.push(runText(run));
    if (run.State !== MEM_COMMIT) continue;
    for (const page of pagesLookedAt(run)) {
      for (const at of [page, page + PAGE - EDGE_BYTES]) {
        const bytes = peek(at, EDGE_BYTES);
        if (!zero(bytes)) lines.push(`  ${hex(at)}: ${bytes === null ? "?" : bytesText(bytes)}`);
      }
    }
  }
  return lines.join("\n");
}

export function contentsText({ runs, peek }: Inspected): string {
  const lines: string[] = [];
  for (const run of runs) {
    if (run.State !== MEM_COMMIT) continue;
    for (const page of pagesLookedAt(run)) {
      const bytes = peek(page, PAGE);
      if (!zero(bytes)) lines.push(`${hex(page)}: ${bytes === null ? "?" : bytesText(bytes)}`);
    }
  }
  return lines.join("\n");
}
