/** Exports of the tools that are about whole spaces. */
export interface ToolExports {
  /** Every rule between the maps, recomputed: 0, or the rule that fails (R0 = page). */
  verifySpace(context: number, space: number): number;
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
