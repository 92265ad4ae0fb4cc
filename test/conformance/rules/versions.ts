import { rulesOf } from "../support/rule-index.ts";

/** Versions of Windows NT, and what a system lacks. */
export const versionRules = rulesOf(`
14.2#1 | doc
  MEM_RESET is in all versions of NT.
14.2#2 | doc
  VirtualAllocEx is in all, AWE came with Windows 2000.
14.2#3 | doc
  Write watch came with Windows XP.
14.2#4 | doc
  Large pages and PAGE_WRITECOMBINE came with Server 2003 SP1, which is "winxp".
14.2#5 | doc
  MEM_RESET_UNDO came with Windows 8.
14.2#6 | doc
  Offering, reclaiming and discarding came with Windows 8.1.
14.2#7 | doc
  Prefetching came with Windows 8.
14.2#8 | doc wine-test
  Sections that are executed came with Windows XP SP2.
14.2#9 | doc wine-test
  Sections that are executed and copied on write came with Windows Vista SP1.
14.2#10 | doc
  VirtualAlloc2, placeholders and MapViewOfFile3 came with Windows 10, version 1803.
14.2#11 | doc
  Data cannot be executed since Windows XP SP2.
14.2#12 | wine-test
  DECOMMIT of a whole region by size 0 reports size 0 in Windows 10, before that its size.
14.2#13 | wine-test ?
  One zero bit is accepted since Windows Vista.
14.2#14 | wine-test
  A commit in a view is held against the protection of the view since Windows 7.
14.2#15 | doc
  A 64-bit process has 8 TB, since Windows 8.1 128 TB.
14.2#16 | wine-test ?
  No-cache and write-combine belong to pages, since Windows 7 to regions.
14.2#17 | wine-test
  VirtualLock marks watched pages as written, in Windows 8 it does not.
17.1#1 | doc
  The profile "win32", also "win32-2g": Windows 10, 2 GB.
17.1#2 | doc
  The profiles "win32-3g" and "win32-4g"; pages behind the window are reached by translation.
17.1#3 | doc
  The profile "win64": Windows 10, 128 TB.
17.1#4 | doc
  The profile "win64-8tb": Windows 8, unless a version is named.
17.1#5 | doc
  The profile "win9x" has no version; it is Windows 98.
17.1#6 | doc
  The profiles "ce5" and "ce6" have no version; what can be read can be executed.
17.1#7 | doc
  The versions "nt4", "win2000", "winxp", "vista" and "win7" have what their columns say.
17.1#8 | doc
  The version "win8" is 8.0: it undoes resets and prefetches, and offers nothing.
17.1#9 | doc
  The version "win8.1" offers, and has 128 TB.
17.1#10 | doc
  The version "win10" is 1803 or later.
17.1#11 | doc
  DEP is on from "winxp" on, for 32-bit processes as well.
17.1#12 | ?
  A function that a system lacks is there, and fails with 120 whatever its arguments are.
17.1#13 | doc ?
  A flag that a version lacks is an unknown bit: 87.
`);
