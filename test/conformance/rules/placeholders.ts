import { rulesOf } from "../support/rule-index.ts";

/** Section 7.10: views in any process, and in place of a placeholder. */
export const viewExRules = rulesOf(`
7.10#1 | wine-test doc
  The base is a multiple of 64 KB; base and offset of what replaces a placeholder of a page.
7.10#2 | wine-test
  For the service NULL is no process.
7.10#3 | wine-test
  An unknown type of an extended parameter is refused, and one that comes twice.
7.10#4 | wine-test
  Address requirements for a view have no alignment: views are aligned anyway.
7.10#5 | wine-test
  Limits are judged as those of VirtualAlloc2, and need a NULL base.
7.10#6 | doc wine-test-new
  What replaces a placeholder has exactly its base and its size.
7.10#7 | doc
  The protection of the view is given itself, not by a FILE_MAP access.
`);

/** Section 8: VirtualAlloc2 and placeholders. */
export const placeholderRules = rulesOf(`
8.1#1 | wine-test
  A count of extended parameters needs an array.
8.1#2 | wine-test
  An unknown type of an extended parameter is refused, and one that comes twice.
8.1#3 | wine-test
  Address requirements that are not legal are refused.
8.1#4 | wine-test
  Address requirements need RESERVE and a NULL base.
8.1#5 | wine-test-new doc
  RESERVE_PLACEHOLDER goes with RESERVE and NOACCESS, and without COMMIT.
8.1#6 | wine-test-new
  REPLACE_PLACEHOLDER needs RESERVE.
8.1#7 | wine-test
  VirtualAlloc and NtAllocateVirtualMemory know neither flag.
8.1#8 | wine-test doc
  NULL is the caller's process for VirtualAlloc2, and no process for the service.
8.2#1 | wine-test doc
  Requirements of 0 are none.
8.2#2 | wine-test doc
  The lowest address is a multiple of 64 KB.
8.2#3 | wine-test doc
  The highest address ends a page, lies above the lowest, and inside the user space.
8.2#4 | wine-test doc
  The alignment is a power of two, 64 KB or more.
8.2#5 | wine-test doc
  Without room inside the limits there is no memory.
8.3#1 | wine-test-new
  A placeholder is reserved private memory without access.
8.3#2 | ?
  The base of a placeholder is rounded down to 64 KB.
8.3#3 | wine-test
  PRESERVE splits a placeholder: head, middle or tail becomes one of its own.
8.3#4 | wine-test-new
  A whole placeholder cannot be split off.
8.3#5 | wine-test-new
  PRESERVE on memory that never was a placeholder is a conflict.
8.3#6 | wine-test-new
  PRESERVE needs a size.
8.3#7 | wine-test-new
  COALESCE makes one of two or more whole placeholders that lie side by side.
8.3#8 | wine-test-new ?
  COALESCE goes with RELEASE, and not with PRESERVE.
8.3#9 | wine-test-new
  COALESCE needs a size.
8.3#10 | wine-test-new doc
  Private memory takes the place of exactly one placeholder.
8.3#11 | doc
  A view takes the place of exactly one placeholder.
8.3#12 | wine-test-new
  Private memory that took the place of a placeholder becomes one again.
8.3#13 | doc
  A view that took the place of a placeholder becomes one again.
8.3#14 | wine-test
  RELEASE frees a placeholder.
8.3#15 | wine-test-new
  One release does not span two placeholders.
8.3#16 | wine-test-new
  Nothing is committed, reserved or protected over a placeholder.
8.3#17 | doc
  Every access to a placeholder is a violation.
8.3#18 | wine-test-new
  What takes the place of a placeholder may be watched.
8.3#19 | ?
  PHYSICAL and LARGE_PAGES do not go with placeholders.
`);
