import { rulesOf } from "../support/rule-index.ts";

/** Section 6: Address Windowing Extensions. */
export const aweRules = rulesOf(`
6#1 | doc
  AllocateUserPhysicalPages needs the privilege to lock memory.
6#2 | doc
  Fewer frames than asked may come: success, and the count says how many.
6#3 | doc
  Frames are zeros, owned by the process and mapped nowhere; their numbers are opaque.
6#4 | doc ?
  Frames are limited by physical memory and by what may be charged.
6#5 | doc
  A frame that is freed while it is mapped is unmapped: the next access faults.
6#6 | doc ?
  Freeing stops at an entry that is not owned: 87, and the count says how many went.
6#7 | doc ?
  MapUserPhysicalPages: whole pages inside one window, or 87; elsewhere 487.
6#8 | doc
  Without an array pages are unmapped, whether they showed something or not.
6#9 | doc
  Mapping replaces what was mapped there; the frame before stays owned.
6#10 | doc
  A frame listed twice, mapped elsewhere or not owned fails the whole call, which maps nothing.
6#11 | doc
  Scatter: an address for each frame, in any window; no array, or entry 0, unmaps.
6#12 | doc ros-src
  RESERVE with PHYSICAL and READWRITE makes a window.
6#13 | doc
  A window is released as a whole; its frames stay owned.
6#14 | doc
  Protecting, committing, decommitting, resetting, locking, watching and mapping views in a window.
6#15 | doc
  An access to a page without a frame is a violation.
6#16 | doc
  A page with a frame is read and written, and not executed under DEP.
6#17 | ?
  VirtualQuery shows reserved pages where there is no frame, and committed ones where there is one.
6#18 | doc
  Other processes have neither the frames nor the windows; the end of the process frees them all.
6#19 | doc
  Contents survive unmapping and mapping elsewhere.
6#20 | doc
  AllocateUserPhysicalPagesNuma and AllocateUserPhysicalPages2 follow the same rules.
`);
