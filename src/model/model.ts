/**
 * A naive model of Windows private memory, and of sections that the paging file backs: what the
 * core is compared with.
 *
 * It follows the published rules row by row and shares nothing with the core: arrays, Maps and
 * loops, no index, no bit plane, no translation. Where the rules leave something open it takes
 * these answers:
 *
 * Order of checks
 * - An exited process answers PROCESS_IS_TERMINATING where the table looks at the handle; an
 *   allocation after 2.2#R1, section 11 and 2.2#R4, before it looks at the space (12.1), or at
 *   2.3#C1.
 * - autoReserveOnCommit follows 17.19: the range has to be free, then 2.3#C8, then #C9. RESET never
 *   reserves by it.
 * - A NULL base with RESET is a reservation, so 2.2#R1 applies to it. RESET_UNDO with NULL finds no
 *   region (2.6).
 * - Both charge limits of a commit answer at 2.3#C9: the machine's first, the process's quota
 *   second.
 * - A RELEASE with a placeholder modifier and size 0 is `_3` after the handle (8.3); 3.1#7 to #9
 *   stand for it, but that what coalesces may leave its region.
 * - 8.1#3 comes before 2.1#10, 8.1#4 behind it. A placeholder is never watched. What replaces one
 *   is charged by 2.2#R7 and #R8 after its place is known to be right.
 * - KUSER_SHARED_DATA: VirtualFree answers after 3.1#7, VirtualProtect after 3.3#7, both
 *   INVALID_PARAMETER; COMMIT and RESET in it are 2.3#C4.
 * - 2.3#C4 stands for RESET and RESET_UNDO too: large regions refuse them.
 * - 3.3#4: a range overflows when it leaves the addresses that regions may have, as in 2.1#12.
 * - 5.2#3: base `_3`, size `_4`; #2: `_2`; #4: `_5`; ResetWriteWatch has the same numbers.
 * - 17.10#5 and #6 are judged region by region, walking up. The process and the system map type are
 *   one lock.
 * - WriteProcessMemory looks at the handle, then at the pages as 12.3 recommends: not committed or
 *   not of one region 487, NOACCESS or READONLY 998.
 *
 * State
 * - An access whose second page fails leaves nothing behind on its first page: no frame, no mark,
 *   no copy.
 * - Bulk copy: the source page is read (and takes its frame) before the target page is asked. With
 *   the target overlapping above: asked in the same order as without overlap, but a fault leaves no
 *   frame behind.
 * - A large region with GUARD or a caching bit: INVALID_PAGE_PROTECTION, after its size and base
 *   (section 11).
 * - A large region takes its frames at first touch like any other; a part of it cannot be released
 *   (3.1#12).
 * - MEM_RESET leaves a locked page alone and draws no number for it.
 * - A placement that fails draws no number; the draw comes after gap and charge are known to be
 *   there.
 * - RESET_UNDO looks at every page it touches, RESET discards those wholly inside; both need all
 *   touched committed.
 * - The marker bit 0x40000000 shows in AllocationProtect, which is as it was passed, and in no
 *   page's protection.
 * - `residentPages` counts the working set. A failing VirtualUnlock takes pages out of it
 *   (17.10#10, not #5); they keep their frames, and come back at the next access.
 * - Pages beside KUSER_SHARED_DATA show RESERVE with Protect NOACCESS (1.2 against 3.5).
 * - Views that were adopted are never charged, whatever is committed or copied in them.
 * - WriteProcessMemory with size 0 succeeds after the handle (17.4, win10). It copies code pages of
 *   an image.
 * - ReadVirtual and WriteVirtual of 0 bytes look at nothing, not even at the handle.
 *
 * Sections and views
 * - NtCreateSection: attributes, protection, SEC_IMAGE without a file, size, privilege, too big,
 *   charge. NOCACHE and WRITECOMBINE do not go together.
 * - A view's protection is a base without modifiers (7.2#4). 7.2#7: the section's handle, that of
 *   the process, an exited process, the rights. 7.2#3 comes after #8.
 * - 7.2#6: a base above what the zero bits allow violates them.
 * - 7.2#14 looks at the whole view, and with it at the pages that CommitSize commits; what is
 *   charged is what shows as copy-on-write or was copied, counted again after each change. The
 *   process's quota is asked after the machine's limit, as for private memory.
 * - 2.3#C9 in a view: what the section gets and what the views copy together have to fit. A change
 *   of protection has to fit after 3.3#12 (13).
 * - SEC_NO_CHANGE answers a commit after 2.3#C7.
 * - MEM_RESET in a view of a section keeps every page, copied or shared, and draws no number.
 * - A write to a page that copies on write touches the section's page and then the copy.
 * - WriteProcessMemory to a code page of a view writes to the section: only 08 and 80 copy.
 * - A view that a process still has when it exits is unmapped.
 * - MapViewOfFile3: requirements (7.10), type, LARGE_PAGES with REPLACE, 7.2#3a to #5, a base
 *   beside limits, 7.2#7 to #11, 7.10#6, 7.2#12 to #14. Where 7.2 names a parameter it answers
 *   INVALID_PARAMETER. Size 0 is that of the section; any other has to be the placeholder's, to
 *   the byte.
 *
 * Stacks of threads
 * - A call grows the stack of the thread that makes it, in its own process, wherever it meets the
 *   guard: accesses, parameters and buffers of services, VirtualLock, ReadProcessMemory. Each page
 *   is met once, ascending; an access over two pages looks at the first again, whose guard growth
 *   at the second may have set. Growth stays when a later page fails.
 * - A guard of a stack in a region that is not plain private memory, or whose region ends above the
 *   new guard, cannot grow: STACK_OVERFLOW. So it is without charge; what an overflow leaves stays
 *   reserved then.
 * - A guard on the lowest page of the reservation is a guard like any other.
 * - A stack with GUARD set below StackLimit keeps its limit.
 *
 * Windows and offers
 * - A page of a window that shows a frame is committed READWRITE to VirtualQuery and class 3, and
 *   in no working set; a page that shows none is reserved.
 * - Frames: zero of them asked is success; each is charged. Freeing stops at the first that is not
 *   owned; *n says how many went, and stays as it was where nothing was tried.
 * - MapUserPhysicalPages: alignment `_1`, size `_2` against user space, no window 487, size `_2`
 *   against the window, frames `_3`. Scatter: each entry in turn. Where frames are mapped is judged
 *   as it was before the call.
 * - Offers: arguments 87, one region of private memory 487, uncommitted 487, any page not plainly
 *   READWRITE 87. Offered pages leave the working set. An offer of what is offered is no error, a
 *   MEM_RESET of it neither; a page that a reset has lost, before or after, makes its reclaim 170.
 * - Discard takes views that the paging file backs too, whose bytes become zeros for all; offered
 *   pages 487, locked ones 87. It ends a reset.
 * - WriteProcessMemory to offered pages: 487 after 12.3#1.
 */
import { ModelProcess } from "./process.ts";
import { XorShift } from "./random.ts";
import { closeSection, createSection, type Section } from "./section.ts";
import { completeSettings, layoutOf, type ModelSettings } from "./settings.ts";
import type { ProcessOptions, Shared } from "./space.ts";

export class Model {
  readonly settings: ModelSettings;
  readonly shared: Shared;

  constructor(settings: Partial<ModelSettings> = {}) {
    this.settings = completeSettings(settings);
    const { placement, resetEffect } = this.settings;
    this.shared = {
      settings: this.settings,
      layout: layoutOf(this.settings),
      charge: 0,
      sections: [],
      spaces: [],
      placement: placement === "lowest-first" ? null : new XorShift(placement.seed),
      caller: null,
      reset: typeof resetEffect === "string" ? null : new XorShift(resetEffect.seed),
    };
  }

  get layout() {
    return this.shared.layout;
  }

  get commitCharge(): number {
    return this.shared.charge;
  }

  /** Frames that sections have; those of private copies are the processes'. */
  get sectionFrames(): number {
    let frames = 0;
    for (const section of this.shared.sections) frames += section.frames.size;
    return frames;
  }

  createSection(sizeBytes: number, protect: number, attributes: number) {
    return createSection(this.shared, sizeBytes, protect, attributes);
  }

  closeSection(section: Section): void {
    closeSection(this.shared, section);
  }

  createProcess(options: ProcessOptions = {}): ModelProcess {
    return new ModelProcess(this.shared, options);
  }
}

export { ModelProcess };
