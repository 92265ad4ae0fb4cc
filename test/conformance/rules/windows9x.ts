import { rulesOf } from "../support/rule-index.ts";

/** Windows 95, 98 and Me: section 14.1, and what others say of them. */
export const windows9xRules = rulesOf(`
1.1#7 | doc
  win9x: user addresses 400000 to 7FFFFFFF, regions end there, pointers of 4 bytes.
5.3#9 | wine-test
  Windows 98: GetWriteWatch asks for less, returns the error itself, and decommit clears marks.
14.1#1 | doc
  Visual Basic: parameters and result are Longs, a failure is 0, Err.LastDllError has the code.
14.1#2 | doc
  Below 400000 nothing can be had; a process's own is up to 7FFFFFFF, what all share to BFFFFFFF.
14.1#3 | doc
  GetSystemInfo: 400000 to 7FFFFFFF, pages of 1000, granularity 10000.
14.1#4 | doc
  COMMIT of memory that is not reserved reserves it, too.
14.1#5 | doc
  The type has COMMIT or RESERVE; flags of NT are not known.
14.1#6 | doc ?
  TOP_DOWN changes nothing; RESET fails with 87.
14.1#7 | doc
  WRITE_WATCH goes with RESERVE; Windows 95 does not know it.
14.1#8 | doc
  There are no windows of AWE.
14.1#9 | doc ?
  GUARD and NOCACHE are dropped: VirtualQuery shows neither, and nothing stands for them.
14.1#10 | doc
  Memory is zero when it is committed.
14.1#11 | doc oracle
  EXECUTE pages cannot be read, unless executeOnlyReadable is set.
14.1#12 | doc
  NOACCESS, READONLY and READWRITE are what there is: others are kept as the one they come to.
14.1#13 | doc
  VirtualProtect does without a place for the old protection, and refuses shared memory with 87.
14.1#14 | doc
  CreateFileMapping: protection 0 is READONLY; a view is at one address in all processes.
14.1#15 | doc
  FILE_MAP_COPY is the process's own; VirtualProtect takes no WRITECOPY.
14.1#16 | doc
  OpenFileMapping does not look at the access that is asked.
14.1#17 | doc
  UnmapViewOfFile takes the base of the view, and no other address in it.
14.1#18 | wine-test
  GetWriteWatch returns the error and leaves the last error alone.
14.1#19 | doc ?
  VirtualAllocEx and VirtualFreeEx fail with 120.
14.1#20 | doc
  VirtualLock and VirtualUnlock say TRUE and do nothing.
17.19#1 | doc ?
  A commit in free memory makes a region from the multiple of 64 KB on, and commits its own pages.
17.19#2 | ?
  A commit that begins in free memory and meets a region: 487.
17.19#3 | ?
  A commit that begins in a region and leaves it: 487.
17.19#4 | ?
  The new region has the protection of the commit.
17.19#5 | doc ?
  VirtualAlloc has nothing of 80000000 to BFFFFFFF, unless 8000000 asks for shared memory.
17.19#6 | doc
  A shared view is at the same address in every process, with one protection, while one maps it.
17.19#7 | doc ?
  VirtualQuery and accesses reach BFFFFFFF, though GetSystemInfo says 7FFFFFFF.
`);
