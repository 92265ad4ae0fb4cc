import { rulesOf } from "../support/rule-index.ts";

/** Windows CE 5 and 6: section 14.3, and what others say of them. */
export const ceRules = rulesOf(`
1.1#8 | doc
  ce6: user addresses 10000 to 7FFFFFFF, VirtualAlloc up to 3FFFFFFF, pointers of 4 bytes.
14.3#1 | doc
  CE 5: slots of 32 MB, 0 for the process itself, 1 for nobody, 2 to 32 for 31 processes.
14.3#2 | doc
  CE 5: a reservation of 2 MB or more, NOACCESS and without an address, goes to 42000000 and above.
14.3#3 | doc
  CE 5: views of data are up there too, at the same address in every process.
14.3#4 | doc
  CE 5 has no VirtualAllocEx.
14.3#5 | doc
  CE 5: VirtualFree releases a whole region, with size 0.
14.3#6 | doc
  CE 6: each process has 2 GB of its own; the lowest 64 KB are nobody's.
14.3#7 | doc
  CE 6: allocations to 3FFFFFFF; from 40000000 programs, 60000000 files, 70000000 shared memory.
14.3#8 | doc
  Pages of 1000, granularity 10000: a reservation begins at 64 KB, a commit at the page.
14.3#9 | doc
  Types: COMMIT, RESERVE, TOP_DOWN and AUTO_COMMIT; every other bit is 87.
14.3#10 | doc ?
  AUTO_COMMIT: the first touch commits the page; with COMMIT it is 87.
14.3#11 | doc
  Protections: all but copy-on-write, with GUARD and NOCACHE; EXECUTE can be read; else 87.
14.3#12 | doc
  COMMIT without an address reserves and commits.
14.3#13 | doc
  A size of 0 is 87.
14.3#14 | doc
  A size is a DWORD: 4 GB are 0.
14.3#15 | doc
  VirtualAllocEx takes a handle or the identifier of a process; for any other value 6.
14.3#16 | doc
  A reservation over another one: 487.
14.3#17 | ?
  Where memory does not suffice: 14.
14.3#18 | doc
  VirtualFree: RELEASE wants size 0 and the base; DECOMMIT takes whole pages.
14.3#19 | doc
  VirtualProtect wants committed pages of one region; else 87.
14.3#20 | doc
  VirtualCopy: reserved pages show those of another place, or physical memory, until released.
14.3#21 | doc
  VirtualSetPageFlags is for an SH-4; elsewhere nothing comes of it.
14.3#22 | doc
  VirtualSetAttributes and VirtualAllocCopyEx are for the kernel: 5.
14.3#23 | doc
  CeVirtualSharedAlloc: read by all, written by its caller, who has to be trusted: else 5.
14.3#24 | doc ?
  VirtualQuery: 28 bytes; the AllocationProtect of a committed page is the page's own protection.
14.3#25 | doc
  GUARD raises one exception, as in NT.
17.2#33 | doc ?
  A value in the handle table is a handle, else an identifier; 42 is the caller, -1 nobody.
17.2#34 | doc ?
  Size 0 is 87 before the handle is looked at.
17.2#35 | doc
  VirtualAllocEx takes the types and protections of VirtualAlloc, and no others.
17.2#36 | doc
  With ce5 the face has no VirtualAllocEx.
17.4#15 | ?
  Charge and address space that do not suffice are 14, both.
17.19#8 | doc ?
  AUTO_COMMIT shows as RESERVE; a touch commits one page, NOACCESS or a full charge is a violation.
17.19#9 | doc ?
  VirtualSetPageFlags: flags by page, the old ones of the first page; what is not committed is 87.
17.19#10 | doc
  VirtualSetAttributes: bits by page under a mask in CE 5, 5 in CE 6.
17.19#11 | doc ?
  CE 5: others find what a process has in slot 0 in the slot of its number; answers name slot 0.
17.19#12 | doc ?
  GetSystemInfo says 10000 to 7FFFFFFF.
`);
