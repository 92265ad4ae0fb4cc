import { rulesOf } from "../support/rule-index.ts";

/** Section 7: sections and views, as far as the paging file backs them. */
export const sectionRules = rulesOf(`
7.1#1 | oracle wine-test
  A mapping is READONLY, READWRITE or WRITECOPY, with EXECUTE or without, and has no modifiers.
7.1#2 | doc oracle
  Without a file a mapping needs a size.
7.1#3 | doc
  CreateFileMapping takes SEC_COMMIT where no attribute is given.
7.1#4 | ros-src oracle wine-test
  Unknown attributes, none, COMMIT with RESERVE, and IMAGE with what it cannot have are refused.
7.1#5 | ros-src
  NtCreateSection refuses an ill-formed protection, modifiers and NOACCESS.
7.1#6 | ros-src
  Without a file NtCreateSection refuses size 0 and a negative one.
7.1#7 | oracle wine-test
  Without a file there is no image.
7.1#8 | doc
  LARGE_PAGES needs the privilege to lock memory.
7.1#14 | doc
  A COMMIT section beyond the commit limit fails; a RESERVE section is charged nothing.
7.1#15 | ros-src ?
  A size that no section can have: SECTION_TOO_BIG, 8.
7.1#16 | doc
  A name that a section has opens that section: success, and the last error is 183.
7.1#18 | wine-test
  Which attributes go together where there is no file.
7.1#19 | wine-test
  The size is rounded up to a page.
7.1#20 | wine-test
  NtQuerySection reports the attributes as they were given.
7.1#21 | doc
  Names are case sensitive; Global\\ and Local\\ lead to the same object.
7.1#22 | wine-test
  The name goes with the last handle; views keep the memory.
7.1#23 | oracle wine-src
  The handle of CreateFileMapping may query, and map as its protection says.
7.1#24 | doc
  OpenFileMapping: an unknown name is 2, NULL is 87.
7.2#1 | ros-src
  The inherit disposition is 1 or 2.
7.2#2 | ros-src wine-test
  The type has TOP_DOWN, LARGE_PAGES, DOS_LIM, NO_CHANGE and RESERVE, and no other bits.
7.2#3 | ros-src
  RESERVE is refused for a section that the paging file backs.
7.2#3a | wine-test
  DOS_LIM belongs to 32-bit systems: there the base is rounded down to a page.
7.2#4 | ros-src
  An ill-formed protection is refused.
7.2#5 | ros-src
  A base above the last address of a region, or a size beyond it, is refused.
7.2#6 | wine-test
  Zero bits must be legal, and the base must satisfy them; alignment comes later.
7.2#7 | oracle wine-test
  Both handles must be good, of the right kind, and carry the rights.
7.2#8 | oracle wine-test
  Base and offset are multiples of 64 KB.
7.2#9 | ros-src
  A view is not allowed more than its section, whatever the handle may.
7.2#10 | oracle ?
  Size 0 at an offset behind the section is refused: 87.
7.2#11 | oracle wine-test
  A view that leaves the section is refused: 5.
7.2#12 | oracle
  Any byte of the range in an existing region is a conflict.
7.2#13 | doc
  Without a gap that is large enough there is no memory.
7.2#14 | doc
  A copy-on-write view whose pages are beyond the commit limit fails.
7.2#15 | oracle
  Size 0 goes to the end of the section; any other size is rounded up to a page.
7.2#16 | doc oracle
  MapViewOfFileEx with a NULL base is MapViewOfFile; a given base is not rounded down.
7.3#1 | oracle
  The FILE_MAP access decides the protection of the view.
7.3#2 | oracle wine-test
  The protection of the section decides which views its handle can map.
7.3#3 | wine-src oracle
  READWRITE needs the right to write alone, everything else to read or to execute as well.
7.4#1 | wine-test
  NOCACHE and WRITECOMBINE sections add 200 and 400 to both protections.
7.4#2 | oracle wine-test
  COMMIT: committed, with the protection of the view.
7.4#3 | oracle wine-test
  RESERVE: reserved until committed, with the protection of the view as AllocationProtect.
7.5#1 | oracle
  UnmapViewOfFile accepts any address inside the view.
7.5#2 | oracle
  NULL, free and private addresses are no views: 487.
7.5#3 | doc
  Unmapping drops private copies and their charge; what is shared stays with the section.
7.5#5 | doc wine-test-new ?
  Flags of UnmapViewOfFileEx are 0, 1 and 2; 2 is for views that replaced a placeholder.
7.5#6 | oracle
  VirtualFree of a view: 87.
7.6 | wine-test oracle
  A page of a view may get what the protection of the view includes, and GUARD.
7.7#1 | wine-test
  The first write copies the page: READWRITE, or EXECUTE_READWRITE, in a run of its own.
7.7#2 | oracle
  The other pages keep showing the shared bytes, later writes too.
7.7#3 | oracle
  The copied page never sees a later write to the section.
7.7#4 | oracle
  The section is never changed by a private copy; FlushViewOfFile does nothing for it.
7.7#5 | wine-test
  On a copied page WRITECOPY becomes READWRITE; other requests are stored as asked.
7.7#6 | doc
  A copy-on-write view is charged whole when it is mapped.
7.7#7 | doc
  WriteProcessMemory and other services copy too.
7.7#8 | doc
  Each process has copies of its own.
7.8#1 | wine-test oracle
  COMMIT with a protection that the view includes: protects, or commits in the section.
7.8#2 | wine-test
  COMMIT with a protection that the view does not include: 87.
7.8#3 | wine-test oracle
  COMMIT past the end of the view: 487.
7.8#4 | wine-test oracle
  RESERVE in a view: 487.
7.8#5 | wine-test oracle
  DECOMMIT and RELEASE of a view: 87.
7.8#6 | doc
  RESET succeeds.
7.8#7 | wine-test oracle
  VirtualProtect of a page that is not committed: 487.
7.8#8 | oracle wine-test
  A commit through one view shows in another with the protection of that view.
7.8#9 | wine-test
  CommitSize commits so many leading bytes of a RESERVE section.
7.8#10 | doc
  What a RESERVE section has committed stays committed.
7.11#2 | oracle
  A view that the paging file backs: success, and nothing to do.
7.11#3 | doc
  Private copies are not written.
7.11#4 | ?
  A free address: 487.
7.11#5 | ?
  Private memory: 487.
7.11#6 | ?
  A range past the view: 487.
`);
