import { MEM_FREE } from "../constants.ts";
import type { Quantity } from "./numbers.ts";
import type { ReplaySubject } from "./subject.ts";
import {
  type Answer,
  MEMORY_INFORMATION_FIELDS,
  type MemoryInformation,
  type TraceCall,
} from "./trace.ts";

const PAGE = 0x1000;

/** Addresses from `start` up to, not including, `end`. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface RunDifference {
  readonly expected: MemoryInformation[];
  /** What the subject says at the start of each expected run; null where its query fails. */
  readonly actual: (MemoryInformation | null)[];
}

/**
 * Makes each call on a reference too, and then holds every run of the regions it touched - those
 * that contain the call's range, or lie against it, before or after the call - against VirtualQuery
 * of the subject.
 */
export class RunComparison {
  readonly reference: ReplaySubject;
  readonly #subject: ReplaySubject;

  constructor(reference: ReplaySubject, subject: ReplaySubject) {
    this.reference = reference;
    this.#subject = subject;
  }

  /** Call once for each call that the subject has answered. */
  after(call: TraceCall): RunDifference | undefined {
    const before = this.#touched(call, undefined);
    const answer = this.reference.answer(call);
    const after = this.#touched(call, answer);
    const extent = union(before, after);
    return extent === undefined ? undefined : this.#compare(extent);
  }

  /** The regions of the reference, whole, that a call's range lies in or against. */
  #touched(call: TraceCall, answer: Answer | undefined): Extent | undefined {
    const range = rangeOf(call, answer);
    if (range === undefined) {
      return undefined;
    }
    const below = Math.max(range.start - PAGE, 0);
    const first = this.reference.query(below);
    const start = first === null || first.State === MEM_FREE ? below : first.AllocationBase;
    return { start, end: this.#endOfRegion(range.end) };
  }

  #endOfRegion(address: number): number {
    const region = this.reference.query(address);
    if (region === null || region.State === MEM_FREE) {
      return address + 1;
    }
    let run = region;
    for (;;) {
      const end = run.BaseAddress + run.RegionSize;
      const next = this.reference.query(end);
      if (next === null || next.AllocationBase !== region.AllocationBase) {
        return end;
      }
      run = next;
    }
  }

  #compare(extent: Extent): RunDifference | undefined {
    const expected: MemoryInformation[] = [];
    const actual: (MemoryInformation | null)[] = [];
    let different = false;
    for (let address = extent.start; address < extent.end; ) {
      const run = this.reference.query(address);
      if (run === null) {
        break;
      }
      const answered = this.#subject.query(address);
      expected.push(run);
      actual.push(answered);
      different ||= !sameRun(run, answered);
      address = run.BaseAddress + run.RegionSize;
    }
    return different ? { expected, actual } : undefined;
  }
}

function sameRun(expected: MemoryInformation, actual: MemoryInformation | null): boolean {
  return (
    actual !== null && MEMORY_INFORMATION_FIELDS.every((field) => expected[field] === actual[field])
  );
}

function union(left: Extent | undefined, right: Extent | undefined): Extent | undefined {
  if (left === undefined || right === undefined) {
    return left ?? right;
  }
  return { start: Math.min(left.start, right.start), end: Math.max(left.end, right.end) };
}

/**
 * The range a call names. NULL of VirtualAlloc and MapViewOfFileEx names none before the call, and
 * the answered base after it.
 */
function rangeOf(call: TraceCall, answer: Answer | undefined): Extent | undefined {
  switch (call.name) {
    case "CreateFileMapping":
      return undefined;
    case "MapViewOfFileEx": {
      const address = Number(call.args[4]) || Number(answer?.return ?? 0);
      return address === 0 ? undefined : extentOf(address, call.args[3]);
    }
    case "VirtualAlloc": {
      const [asked, size] = call.args;
      const address = Number(asked) === 0 ? Number(answer?.return ?? 0) : Number(asked);
      return address === 0 ? undefined : extentOf(address, size);
    }
    case "VirtualFree":
    case "VirtualProtect":
    case "ResetWriteWatch":
    case "load":
    case "store":
      return extentOf(call.args[0], call.args[1]);
    case "VirtualQuery":
    case "execute":
    case "UnmapViewOfFile":
      return extentOf(call.args[0], 1);
    case "GetWriteWatch":
      return extentOf(call.args[1], call.args[2]);
  }
}

/**
 * Whole pages. Numbers above 2^53 lose their low bits here, far above every address that can be
 * queried.
 */
function extentOf(address: Quantity, size: Quantity): Extent {
  const start = Number(address);
  const end = start + Math.max(Number(size), 1);
  return { start: start - (start % PAGE), end: Math.ceil(end / PAGE) * PAGE };
}
