/** Exports of the tools that are about whole spaces. */
export interface ToolExports {
  /** Every rule between the maps, recomputed: 0, or the rule that fails (R0 = page). */
  verifySpace(context: number, space: number): number;
  /**
   * A space of this kind that is what the other is now, with no threads; R0 = its number. An
   * NTSTATUS; where it is no success, nothing has changed.
   */
  spaceFork(context: number, space: number, kind: number): number;
  /** A new thread of the fork gets the stack of a thread, if it has one. 0: there is no memory. */
  threadFork(space: number, thread: number, fork: number, forkThread: number): number;
  /**
   * A region that was there before; `runs` of pages are in the transfer area. An NTSTATUS.
   */
  regionAdoptF64(
    context: number,
    space: number,
    base: number,
    size: number,
    type: number,
    allocationProtect: number,
    backing: number,
    runs: number,
  ): number;
}
