import { rulesOf } from "../support/rule-index.ts";

/** Section 2: VirtualAlloc and NtAllocateVirtualMemory. */
export const allocateRules = rulesOf(`
2.1#0a | ros-src oracle
  VirtualAlloc refuses a base below 10000 other than NULL without a system call.
2.1#0b | ?
  VirtualAlloc drops the low six bits of the type.
2.1#1 | ros-src wine-test
  Zero bits out of range are the first thing that is refused.
2.1#2 | ros-src wine-test
  A type bit that is not an allocation type is refused.
2.1#3 | ros-src oracle
  One of COMMIT, RESERVE, RESET, RESET_UNDO must be there.
2.1#4 | doc ros-src
  RESET and RESET_UNDO go with no other bit.
2.1#5 | ros-src doc
  LARGE_PAGES needs RESERVE and COMMIT and goes with neither PHYSICAL nor WRITE_WATCH.
2.1#6 | doc ros-src
  WRITE_WATCH needs RESERVE.
2.1#7 | doc ros-src
  PHYSICAL needs RESERVE and goes with nothing else but TOP_DOWN.
2.1#8 | ros-src
  PHYSICAL needs PAGE_READWRITE.
2.1#9 | ros-src oracle doc
  An ill-formed protection is refused for every type.
2.1#10 | ros-src
  Base and size must be readable and writable where they are passed by address.
2.1#11 | ros-src oracle
  A base above the last address of a region is refused.
2.1#12 | ros-src
  A size that leaves the range of regions is refused.
2.1#13 | ros-src oracle
  Size 0 is refused.
2.1#14 | doc oracle
  The process handle must be good and carry PROCESS_VM_OPERATION.
2.1#15 | doc ros-src
  LARGE_PAGES needs the privilege to lock memory.
2.1#16 | ros-src oracle doc
  A NULL base or RESERVE makes a region, anything else commits inside one.
2.2#R1 | ros-src oracle
  Private memory cannot be WRITECOPY or EXECUTE_WRITECOPY.
2.2#R2 | ros-test oracle
  A given base is rounded down to 64 KB, the end up to a page.
2.2#R3 | doc oracle
  With a NULL base the size is rounded up to pages and a place is searched.
2.2#R4 | ros-test oracle
  A base below 10000 that reaches the system service is refused.
2.2#R5 | oracle ros-src
  Any byte of the range in an existing region is a conflict.
2.2#R6 | oracle ros-src
  Without a gap that is large enough there is no memory.
2.2#R7 | ros-src
  A commit beyond the commit limit fails and reserves nothing.
2.2#R8 | ros-src ?
  A commit beyond the quota of the process fails and reserves nothing.
2.2#R9 | ros-src
  A process that has ended takes no new region.
2.2#1 | ros-test oracle
  50000000, 1: 50000000, 1000.
2.2#2 | ros-test oracle
  50000010, 1000: 50000000, 2000.
2.2#3 | ros-test oracle
  50000FFF, 1: 50000000, 1000.
2.2#4 | ros-test oracle
  50000FFF, 2: 50000000, 2000.
2.2#5 | ros-test oracle
  50001010, 7000: 50000000, 9000.
2.2#6 | ros-test oracle
  50001010, C000: 50000000, E000.
2.2#7 | ros-test oracle
  50008000, 1: 50000000, 9000.
2.2#8 | ros-test oracle
  5000FFFF, 3000: 50000000, 13000.
2.2#9 | ros-test oracle
  50010000, 2000: 50010000, 2000.
2.2#10 | ros-test oracle
  NULL, 1001: a chosen base, 2000.
2.2#11 | doc oracle
  A commit rounds both ends to pages only: 2 bytes over a boundary are two pages.
2.2#12 | oracle
  AllocationProtect is the protection as passed, modifiers included, and never changes.
2.2#13 | oracle wine-test
  A later commit may allow more than the reservation named.
2.3#C1 | ros-src
  A process that has ended commits nothing.
2.3#C2 | doc oracle
  A commit outside every region is a conflict.
2.3#C3 | ros-src oracle
  A commit may not leave its region, even into a reserved neighbour.
2.3#C4 | ros-src doc
  Nothing can be committed in an AWE window.
2.3#C5 | ros-src oracle
  Views of data files and images are committed already.
2.3#C6 | ros-src
  A commit in a pagefile view takes neither NOCACHE nor WRITECOMBINE.
2.3#C7 | wine-test oracle
  A commit in a pagefile view may not exceed the protection of the view.
2.3#C8 | ros-src oracle
  Private memory cannot be committed WRITECOPY or EXECUTE_WRITECOPY.
2.3#C9 | ros-src
  A commit beyond the commit limit fails and commits no page.
2.3#1 | oracle
  Reserved pages become zero-filled committed pages of the protection given.
2.3#2 | doc oracle
  Committed pages keep their bytes and take the new protection, guard included.
2.3#3 | oracle
  Committing a decommitted page again gives zeros.
2.3#4 | oracle ros-src
  One commit never touches two regions; to commit over several, call again for each.
2.3#5 | oracle
  A commit changes neither AllocationBase nor AllocationProtect.
2.4#1 | ros-src doc
  No base protection: always bad.
2.4#2 | ros-src doc
  NOACCESS takes no modifier.
2.4#3 | ros-src doc
  READONLY takes one modifier at most.
2.4#4 | ros-src doc
  READWRITE takes one modifier at most.
2.4#5 | ros-src doc
  WRITECOPY is for views, alone or with GUARD.
2.4#6 | ros-src doc
  EXECUTE takes one modifier at most.
2.4#7 | ros-src doc
  EXECUTE_READ takes one modifier at most.
2.4#8 | ros-src doc
  EXECUTE_READWRITE takes one modifier at most.
2.4#9 | ros-src doc
  EXECUTE_WRITECOPY is for views, alone or with GUARD.
2.4#10 | ros-src oracle
  Two or more base protections: always bad.
2.4#11 | oracle doc
  Each of the 2,048 values of the low eleven bits is taken or refused as the table says.
2.4#12 | wine-test oracle
  NOCACHE belongs to the region: no page gains or loses it later.
2.4#13 | doc ?
  WRITECOMBINE belongs to the region in the same way.
2.4#14 | ros-src doc
  The CFG bit 40000000 is taken with an executable protection only.
2.4#15 | ros-src
  Any other bit from 800 up is bad.
2.5#1 | oracle ros-src
  Neither COMMIT, RESERVE nor RESET: refused everywhere.
2.5#2 | doc oracle
  COMMIT: new memory at NULL, commits or reprotects in a region, a conflict outside.
2.5#3 | oracle
  RESERVE: a region at NULL or a free address, a conflict elsewhere.
2.5#4 | oracle
  RESERVE with COMMIT: the same, committed.
2.5#5 | oracle
  COMMIT with TOP_DOWN: as COMMIT, high at NULL.
2.5#6 | oracle
  RESERVE with TOP_DOWN: as RESERVE, high at NULL.
2.5#7 | oracle
  RESERVE, COMMIT and TOP_DOWN: as both, high at NULL.
2.5#8 | doc ros-src
  COMMIT with WRITE_WATCH and without RESERVE: refused everywhere.
2.5#9 | doc oracle
  RESERVE with WRITE_WATCH: a tracked region.
2.5#10 | doc oracle ?
  RESET: resets committed pages, a conflict elsewhere, a reservation at NULL.
2.5#11 | doc ros-src
  RESET with any other bit: refused everywhere.
2.5#12 | doc ?
  RESET_UNDO: undoes on committed pages, a conflict elsewhere.
2.5#13 | doc ros-src
  RESET_UNDO with any other bit: refused everywhere.
2.5#14 | doc ros-src
  RESERVE with PHYSICAL: an AWE window.
2.5#15 | doc ros-src
  PHYSICAL in any other combination: refused everywhere.
2.5#16 | doc ros-src
  RESERVE, COMMIT and LARGE_PAGES: refused without the privilege, before the address is looked at.
2.5#17 | doc ros-src
  LARGE_PAGES in any other combination: refused everywhere.
2.6#1 | doc
  RESET ignores the protection, which must still be a valid one.
2.6#2 | doc oracle
  RESET leaves state, protection, guard, write-watch marks and charge as they are.
2.6#3 | doc
  The bytes of reset pages are kept unless the machine is told otherwise.
2.6#4 | doc
  A write to a reset page makes its bytes count again.
2.6#5 | doc ?
  RESET works on pagefile views and is a conflict on file and image views.
2.6#6 | ros-src ?
  RESET of free memory, of an uncommitted page or past the region is a conflict.
2.6#7 | oracle ?
  Only pages that lie wholly in the range are discarded; the base is rounded down to a page.
2.6#8 | doc
  RESET_UNDO succeeds when all bytes are intact, and on memory that was never reset.
2.8#1 | ros-src oracle
  A NULL base takes the lowest gap of 64 KB granularity that has room.
2.8#2 | ros-src
  A gap begins at the previous end rounded up to 64 KB.
2.8#3 | oracle ros-src
  TOP_DOWN takes the highest gap; successive calls descend.
2.8#4 | oracle
  TOP_DOWN is ignored where a base is given.
2.8#5 | doc
  Addresses are deterministic; a seed scatters them.
2.8#6 | doc
  AWE windows are placed at 64 KB granularity.
2.9#1 | wine-test
  Zero bits 0: no limit.
2.9#2 | wine-test oracle
  Zero bits 1 to 14: the base lies below 2^(32-n).
2.9#3 | oracle wine-test
  Zero bits 15 to 20 are legal and leave no room.
2.9#4 | wine-test
  Zero bits 21: no memory.
2.9#5 | wine-test oracle
  Zero bits 22 to 31 are refused.
2.9#6 | wine-test oracle
  From 32 up the value is a mask, refused on a 32-bit kernel.
2.9#7 | oracle
  Mask 1AAAAAAA: the base is at most 1FFFFFFF.
2.9#8 | wine-test
  Masks 7FFFFFFF and FFFFFFFF: below 2 GB and 4 GB.
2.9#9 | wine-test
  With a given base zero bits are checked for range and limit nothing.
2.9#10 | wine-test
  A 32-bit process on a 64-bit kernel takes masks too.
2.10#1 | ros-src oracle
  Any base, size 0: refused.
2.10#2 | ros-src oracle
  1000, 1000: refused by the wrapper.
2.10#3 | ros-src oracle
  FFFF, 2000: refused by the wrapper.
2.10#4 | oracle
  10000 where it is taken: a conflict.
2.10#5 | ros-src
  The last 64 KB of the user addresses lie above every region: refused.
2.10#6 | ros-src oracle
  The first address above the user space: refused.
2.10#7 | ros-src oracle
  A range that would wrap around: refused for its base.
2.10#8 | ros-src
  NULL and a size of the address space or more: refused.
2.10#9 | oracle ros-src
  NULL and slightly less than the space: no memory.
`);
