import { rulesOf } from "../support/rule-index.ts";

/** Section 16: switches of a machine and worked examples. */
export const switchRules = rulesOf(`
16.2#1 | doc
  profile chooses the layout of the address space.
16.2#2 | wine-test
  statusStyle: numbered INVALID_PARAMETER_n, or plain INVALID_PARAMETER.
16.2#3 | ros-src oracle
  guardOrder: the permission first, or the guard first.
16.2#4 | doc wine-test
  dep: fetches need an executable page, or behave as reads.
16.2#5 | oracle doc
  executeOnlyReadable: PAGE_EXECUTE can be read, or cannot.
16.2#6 | doc
  resetEffect: bytes of reset pages are kept, zeroed, or zeroed by a seed.
16.2#7 | doc
  placement: lowest gap first, or scattered by a seed.
16.2#8 | doc ?
  autoReserveOnCommit: a commit at a free address fails, or reserves as well.
16.2#9 | doc
  lockMemoryPrivilege: LARGE_PAGES and system locks are refused, or pass the check.
16.2#10 | doc
  commitLimit, workingSetMin, workingSetMax and physicalPages bound the machine.
16.3#1 | oracle
  A reservation of one byte has one page.
16.3#2 | oracle
  A commit of two bytes over a boundary commits two pages.
16.3#3 | oracle
  A commit past the end of its region commits nothing.
16.3#4 | oracle
  A reservation inside a region is a conflict.
16.3#5 | oracle
  The hole behind a small region is free and unusable.
16.3#6 | oracle
  A commit over a committed page keeps its bytes and changes its protection.
16.3#7 | oracle
  Three ways to call VirtualFree that fail.
16.3#8 | oracle
  RELEASE with an address in the first page frees the region.
16.3#9 | oracle
  A protection change of two bytes over a boundary changes two pages.
16.3#10 | oracle
  A protection change that meets a reserved page changes nothing.
16.3#11 | oracle
  A guard page raises once.
16.3#12 | ros-src doc
  NOACCESS with GUARD is refused.
16.3#13 | oracle
  A read that straddles into a NOACCESS page reports the second page.
16.3#14 | oracle
  A write that straddles from a READONLY page reports its own address.
16.3#15 | oracle
  A small GetWriteWatch with reset leaves the rest for the next call.
16.3#16 | oracle
  Three ways to call GetWriteWatch that fail.
16.3#17 | doc ros-src
  Three combinations of types that are refused.
16.3#18 | oracle
  A low base and size 0 are refused.
16.3#19 | oracle ros-src
  KUSER_SHARED_DATA cannot be reserved.
16.3#20 | wine-test
  The first write to a copy-on-write view copies one page and leaves the section alone.
16.3#21 | oracle
  A commit in a view: the paging file allows it, a file does not.
16.3#22 | oracle
  A view is not freed but unmapped, once, by any address inside.
16.3#23 | doc ros-src
  Unlocking a page that was never locked fails.
16.3#24 | ros-src doc
  ReadProcessMemory stops at a NOACCESS page with the bytes before it.
16.3#25 | oracle
  WriteFile from a guard page fails once.
`);
