/** Steps about stacks, made by the current thread of a process. Threads have slots. */
interface Maker {
  by: 0 | 1;
}

export type StackStep =
  | ({ op: "threadStack"; thread: number; reserve: number; commit: number } & Maker)
  | ({ op: "runThread"; thread: number } & Maker)
  | ({ op: "setStack"; thread: number; base: number; limit: number; deallocation: number } & Maker)
  | ({ op: "releaseStack"; thread: number } & Maker)
  | ({ op: "guarantee"; size: number } & Maker)
  | ({ op: "rearm"; pointer?: number } & Maker)
  | ({
      op: "userStack";
      commit: number;
      reserve: number;
      zeroBits: number;
      commitAlign: number;
      reserveAlign: number;
    } & Maker)
  | ({ op: "freeUserStack"; base: number } & Maker);

/** Threads that a process has. */
export const THREADS = 3;
