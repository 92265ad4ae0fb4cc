import type { Answer, MemoryInformation, TraceCall } from "./trace.ts";

/** A region as it was before the first call. Runs ascend and together are the region. */
export interface InitialRegion {
  readonly base: number;
  readonly size: number;
  readonly type: number;
  readonly allocationProtect: number;
  readonly runs: readonly InitialRun[];
}

export interface InitialRun {
  readonly size: number;
  readonly state: number;
  /** 0 for a reserved run. */
  readonly protect: number;
}

/**
 * What a replay needs of the thing it is held against: a machine, the reference model, a test's
 * stub.
 */
export interface ReplaySubject {
  /** Begin a fresh address space; the one before it is gone. */
  newProcess(): void;
  /**
   * Create a region that was there before. @throws RangeError where it does not fit; nothing is
   * changed then
   */
  adopt(region: InitialRegion): void;
  /** Make one call, and say what it answered. */
  answer(call: TraceCall): Answer;
  /** VirtualQuery without last error: null where it fails. */
  query(address: number): MemoryInformation | null;
}
