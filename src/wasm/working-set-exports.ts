/** Working sets, their limits and counters, and nodes of memory. Services answer an NTSTATUS. */
export interface WorkingSetExports {
  /** How many NUMA nodes there are, 1 to 64; before the first process. */
  machineNuma(nodes: number): void;
  /** As `allocate`, all of it by value; `node` is one of them, or -1. R0 = base, R1 = size. */
  allocateNumaF64(
    context: number,
    target: number,
    base: number,
    size: number,
    type: number,
    protect: number,
    node: number,
  ): number;
  /**
   * The pages of the working set. bufferAt -1: entries (u64 each) of pages from `from` on go to the
   * transfer area, at most WORKING_SET_ENTRIES a call. R0 = pages in the working set, also with
   * INFO_LENGTH_MISMATCH; R1 = entries in the transfer area; R2 = the page to go on from, or 0.
   */
  workingSetQueryF64(
    context: number,
    target: number,
    bufferAt: number,
    length: number,
    from: number,
  ): number;
  /**
   * Attributes of single addresses. bufferAt -1: pairs of address and attributes (u64 each) lie in
   * the transfer area, at most WORKING_SET_PAIRS; `length` counts pairs of the guest's width.
   */
  workingSetQueryExF64(context: number, target: number, bufferAt: number, length: number): number;
  workingSetEmpty(context: number, target: number): number;
  /** R0 = minimum, R1 = maximum, in bytes; R2 = flags. */
  workingSetGetLimitsF64(
    context: number,
    target: number,
    minimumAt: number,
    maximumAt: number,
    flagsAt: number,
  ): number;
  /** Both -1: trim. */
  workingSetSetLimitsF64(
    context: number,
    target: number,
    minimum: number,
    maximum: number,
    flags: number,
  ): number;
  /** R0 = faults; pages: R1, R2 = in the working set, at most and now; R3, R4 = charged. */
  memoryCounters(context: number, target: number): number;
}
