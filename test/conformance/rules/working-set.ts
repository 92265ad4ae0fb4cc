import { rulesOf } from "../support/rule-index.ts";

/** Section 9, as far as it is about the working set and prefetching. */
export const workingSetRules = rulesOf(`
9#4 | doc wine-test ?
  PrefetchVirtualMemory is a hint: ranges that are not there are accepted, nothing changes.
9#6 | wine-test
  NtSetInformationVirtualMemory refuses an unknown class.
9#7 | wine-test
  The place of the flags is not NULL.
9#8 | wine-test
  The flags have 4 bytes.
9#9 | wine-test
  There is at least one entry.
9#10 | wine-test
  Entries that cannot be read are an access violation.
9#11 | wine-test
  An entry of 0 bytes is refused.
9#12 | wine-test
  Anything else succeeds, unmapped ranges too.
9#13 | doc
  QueryWorkingSetEx: valid, share count, protection, shared, node, locked, large page.
9#14 | doc
  Of a page that is not resident, QueryWorkingSetEx shows only whether it can be shared.
9#15 | doc
  QueryWorkingSet has an entry for each resident page; too small a buffer is 24, with the count.
9#16 | doc
  EmptyWorkingSet takes out what is not locked, and keeps the content.
9#17 | doc
  FlushInstructionCache takes a NULL address and changes nothing.
9#18 | doc
  SetProcessWorkingSetSize with -1 twice trims.
`);

/** Section 11. */
export const largePageRules = rulesOf(`
11#1 | doc oracle
  GetLargePageMinimum is 200000.
11#2 | doc
  Large pages need RESERVE and COMMIT, and take TOP_DOWN and nothing else beside it.
11#3 | doc
  Size and base are multiples of the minimum.
11#4 | doc
  The caller needs the privilege to lock memory, which is checked after the flags.
11#5 | doc
  They are zero-filled, resident at once, charged in full, and no part of working set limits.
11#6 | doc ?
  Any private protection goes, but for GUARD, NOCACHE and WRITECOMBINE.
11#7 | doc
  No part is decommitted, committed again or protected.
11#8 | doc
  VirtualFree with RELEASE and size 0 frees the whole region.
11#9 | doc
  VirtualQuery shows one committed run, QueryWorkingSetEx large and locked pages.
11#10 | doc ?
  Without physical memory for all of it: 1450.
`);

/** Rows of sections 12, 13 and 17 that belong to these. */
export const workingSetAdditions = rulesOf(`
13#12 | doc
  Large pages are charged with their whole size.
17.4#9 | ?
  No physical memory for large pages is 1450, no address space 8.
17.9#16 | doc wine-src ?
  QueryVirtualMemoryInformation: class 3 up to CommitSize; free memory is 487, other classes 87.
17.11#1 | doc ?
  VirtualAllocExNuma: the node must exist where a region is made; its pages report it.
17.11#3 | wine-test doc
  VirtualAllocFromApp and VirtualAlloc2FromApp refuse executable memory before all else.
17.11#4 | doc ?
  VirtualProtectFromApp refuses writable code always, other code without codeGeneration.
17.11#5 | doc ?
  MapViewOfFileFromApp has an offset of 64 bits and maps code with codeGeneration only.
17.14#1 | doc ?
  SetProcessWorkingSetSize: limits from 20 and 13 pages, minimum not above maximum, flags in pairs.
17.14#2 | doc
  GetProcessWorkingSetSize: 32000 and 159000 at first, flags 2 and 8.
17.14#3 | doc
  Under a hard maximum the page that was used least recently leaves first.
17.14#4 | doc wine-src
  GetProcessMemoryInfo: faults, working set and charge, now and at most; a short buffer is 122.
17.14#5 | doc ?
  QueryWorkingSet(Ex): a length of 0, or of broken entries, is 24; no page is touched.
17.14#6 | doc oracle
  CreateMemoryResourceNotification knows low and high; the object is shared by the machine.
17.14#7 | doc oracle
  QueryMemoryResourceNotification wants such a handle: else 87.
17.14#8 | doc ?
  Low is signalled at a 128th of free memory, high from three times that on.
17.16#6 | wine-test
  PrefetchVirtualMemory takes no flags and at least one range.
`);
