import { rulesOf } from "../support/rule-index.ts";

/** Section 5: write watch. */
export const watchRules = rulesOf(`
5.1#1 | oracle
  A successful write marks the pages it touches.
5.1#2 | oracle
  Reads and fetches mark nothing.
5.1#3 | wine-test
  A write that ends in an exception marks nothing.
5.1#4 | wine-test
  A service that writes to watched memory marks it.
5.1#5 | ?
  WriteProcessMemory marks the pages it writes.
5.1#6 | wine-test oracle
  Protect, commit, recommit, decommit and reset neither set nor clear a mark.
5.1#7 | wine-test
  A successful lock marks a writable page; one that fails on a guard does not.
5.1#8 | doc
  Release ends the watch with the region.
5.2#1 | wine-test
  Count and granularity need a place: 998.
5.2#2 | wine-test oracle
  Flags are 0 or 1: 87.
5.2#3 | ros-src
  The range must lie in the user space: 87.
5.2#4 | wine-test oracle
  A count of 0 is refused: 87.
5.2#5 | wine-test oracle
  Size 0 is refused: 87.
5.2#6 | wine-test
  The array needs a place: 998.
5.2#6a | ros-src
  The process handle must be good and carry PROCESS_VM_OPERATION.
5.2#7 | wine-test oracle
  The range must lie in one watched region: 87.
5.3#1 | oracle
  Page addresses are reported in ascending order.
5.3#2 | oracle
  At most the asked count is stored and reported, with granularity 1000.
5.3#3 | oracle
  Every page touched by an unaligned range is looked at.
5.3#4 | oracle
  The RESET flag clears the pages that were reported and no others.
5.3#5 | oracle
  A watched region without committed pages reports nothing.
5.3#6 | oracle wine-test
  Decommitted pages keep being reported.
5.3#7 | oracle
  ResetWriteWatch clears every page of the range.
5.3#8 | oracle
  VirtualQuery shows nothing of a watch.
`);
