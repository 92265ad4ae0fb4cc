import { rulesOf } from "../support/rule-index.ts";

/** Section 3: VirtualFree, VirtualProtect, VirtualQuery, VirtualLock, IsBad*Ptr. */
export const changeRules = rulesOf(`
3.1#1 | doc ros-src
  VirtualFree refuses RELEASE with a size without a system call.
3.1#2 | ros-src doc oracle
  The type is DECOMMIT or RELEASE and nothing else.
3.1#3 | ros-src
  Base and size must be readable and writable where they are passed by address.
3.1#4 | ros-src
  A base above the user space is refused.
3.1#5 | ros-src
  A size that leaves the user space is refused.
3.1#6 | doc
  The process handle must be good and carry PROCESS_VM_OPERATION.
3.1#7 | ros-src ros-test
  Memory in no region, NULL included, is not allocated.
3.1#8 | ros-src wine-test-new
  A range that leaves the region cannot be freed.
3.1#9 | ros-src oracle
  A view cannot be freed by VirtualFree.
3.1#10 | oracle ros-src
  RELEASE of size 0 needs an address in the first page of the region.
3.1#11 | oracle ros-src
  DECOMMIT of size 0 needs an address in the first page of the region.
3.1#12 | ros-src
  An AWE window is released whole.
3.1#13 | ros-src
  An AWE window cannot be decommitted.
3.2#1 | oracle
  RELEASE of size 0 frees the whole region, whatever its pages are.
3.2#2 | ros-src
  NtFree RELEASE with the size of the region does the same.
3.2#3 | ros-src wine-test-new
  NtFree RELEASE of head, tail or middle shrinks or splits the region.
3.2#4 | oracle wine-test
  DECOMMIT of size 0 decommits the whole region and returns size 0.
3.2#5 | oracle
  DECOMMIT of n bytes reserves every page touched; bytes and guard are lost.
3.2#6 | doc oracle
  DECOMMIT of reserved pages succeeds and changes nothing.
3.2#7 | doc
  RELEASE unlocks locked pages.
3.2#8 | doc
  RELEASE of a watched region ends the watch.
3.2#9 | doc
  RELEASE of an AWE window frees its addresses.
3.2#10 | ?
  KUSER_SHARED_DATA cannot be freed.
3.2#11 | wine-test oracle
  DECOMMIT keeps write-watch marks.
3.2#12 | oracle
  A decommitted page forgets its protection: the next commit supplies one.
3.3#1 | ros-src oracle
  An ill-formed protection is refused first.
3.3#2 | doc ros-src wine-test oracle
  The old protection needs a place to be written, before anything changes.
3.3#3 | ros-src
  A base above the last address of a region is refused.
3.3#4 | ros-src
  Size 0 and a range that overflows are refused.
3.3#5 | doc
  The process handle must be good and carry PROCESS_VM_OPERATION.
3.3#6 | ros-src doc
  The range must lie in one region.
3.3#7 | ros-src doc
  An AWE window cannot be protected.
3.3#9 | ros-src
  A view takes neither NOCACHE nor WRITECOMBINE.
3.3#10 | ros-src oracle
  Private memory takes neither WRITECOPY nor EXECUTE_WRITECOPY.
3.3#11 | oracle ros-src
  Every page of the range must be committed.
3.3#12 | wine-test oracle
  A view may not get more access than it was mapped with.
3.4#1 | doc oracle
  Every page touched by the range is changed.
3.4#2 | doc oracle
  The old value is that of the first page, whatever the later pages have.
3.4#3 | oracle
  The whole value is replaced: without GUARD the guard is gone, with it it is set.
3.4#4 | oracle
  Base and size come back rounded to pages.
3.4#5 | wine-test doc
  Bytes and write-watch marks stay.
3.4#6 | wine-test
  GUARD on a page of the own stack moves its limit.
3.4#7 | wine-test oracle
  READWRITE on a page of an image that was not copied yet is stored as WRITECOPY.
3.4#8 | wine-test
  WRITECOPY asked for a copied page gives READWRITE.
3.4#9 | doc oracle
  The CFG flag is accepted with an executable protection; all it does is to keep call targets.
3.5#1 | doc ros-src oracle
  A buffer shorter than the structure is refused.
3.5#2 | oracle
  A larger buffer is fine; the length of the structure is returned.
3.5#3 | doc ros-src oracle
  An address above the user space is refused.
3.5#4 | ros-src
  A bad buffer is an access violation of the service.
3.5#5 | doc
  VirtualQueryEx needs PROCESS_QUERY_INFORMATION.
3.5#6 | doc
  An unknown information class is refused.
3.5#7 | oracle wine-test
  BaseAddress is the queried address rounded down to a page.
3.5#8 | oracle wine-test
  AllocationBase is the start of the region, 0 where memory is free.
3.5#9 | oracle wine-test
  AllocationProtect is that of the initial reserve or mapping, 0 where memory is free.
3.5#10 | oracle wine-test
  RegionSize runs to the end of the run, or to the next region where memory is free.
3.5#11 | oracle wine-test
  State is FREE, RESERVE or COMMIT.
3.5#12 | oracle wine-test
  Protect is NOACCESS where free, 0 where reserved, the full value where committed.
3.5#13 | oracle wine-test
  Type is PRIVATE, MAPPED or IMAGE, 0 where memory is free.
3.5#14 | oracle
  BaseAddress is never moved down to the start of the run.
3.5#15 | oracle
  A run ends where region, state or full protection changes.
3.5#16 | oracle
  Adjacent regions are never merged.
3.5#17 | oracle
  Runs join again when protections become equal again.
3.5#18 | wine-test
  A copied page of a copy-on-write view splits the run.
3.5#19 | oracle
  Free space is counted through holes up to the next region.
3.5#20 | oracle
  A query of 0 gives the free space up to the first region.
3.5#21 | doc oracle
  The structure has 28 bytes in a 32-bit and 48 in a 64-bit process.
3.6#1 | ros-src
  Size 0 and a range that wraps are refused.
3.6#2 | ros-src
  A page in no region: 998 from VirtualLock, 158 from VirtualUnlock.
3.6#3 | ros-src
  An AWE window cannot be locked.
3.6#4 | doc ros-src
  Reserved and NOACCESS pages cannot be locked.
3.6#5 | doc wine-test
  A guard page fails the lock once and loses its guard.
3.6#6 | doc ?
  Locks stop 8 pages below the minimum working set.
3.6#7 | ros-src
  Locking a locked page succeeds and says so to NT callers.
3.6#8 | doc
  VirtualLock needs no privilege.
3.6#9 | doc
  Locks are not counted: one unlock suffices.
3.6#10 | doc ros-src
  One page without a lock fails the whole unlock.
3.6#11 | doc
  A failing unlock drops the pages without a lock from the working set.
3.6#12 | doc
  Decommit and release unlock.
3.6#13 | wine-test
  A lock that fails on a guard leaves the watch unmarked, a successful one marks the page.
3.7#1 | oracle doc
  IsBadReadPtr of 0 bytes is FALSE for any address.
3.7#2 | oracle
  IsBadReadPtr of NULL is TRUE.
3.7#3 | wine-src
  A range that wraps is bad.
3.7#4 | wine-src doc
  Every page of the range is touched; any fault makes it bad.
3.7#5 | doc
  A guard page makes the range bad once and loses its guard.
3.7#6 | wine-src
  IsBadWritePtr writes: pages are copied and marked.
3.7#7 | doc
  The huge forms answer the same.
3.7#8 | wine-src
  IsBadCodePtr is IsBadReadPtr of one byte.
3.7#9 | wine-src oracle
  IsBadStringPtr reads up to the terminator or the limit.
3.7#10 | oracle ?
  The IsBad functions leave the last error alone.
`);
