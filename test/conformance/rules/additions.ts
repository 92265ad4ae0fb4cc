import { rulesOf } from "../support/rule-index.ts";

/** Section 17: answers that complete the earlier sections. */
export const additionRules = rulesOf(`
17.2#1 | doc ?
  A commit is charged and takes no frame; the first touch of a page, a read too, takes exactly one.
17.2#2 | doc
  No allocation is ever placed inside an existing region; after a release it may be.
17.2#3 | doc
  Reset pages are not written to the page store, nor read from it if they are out; a write counts.
17.2#4 | doc
  A reset page stays committed, with its protection and its charge.
17.2#5 | doc ?
  RESET ignores the protection, which has to be a valid value; the copy-on-write ones are.
17.2#6 | doc
  RESET_UNDO ignores the protection in the same way.
17.2#7 | doc ?
  RESET_UNDO of a range that lost a page is a conflict and changes nothing; else all marks go.
17.2#8 | doc ?
  RESET_UNDO of what was never reset succeeds and changes nothing.
17.2#9 | ros-src
  PHYSICAL goes with RESERVE and with no other value but TOP_DOWN.
17.2#10 | doc
  VirtualAllocEx makes a window in the target; frames are mapped by the process that owns them.
17.2#15 | doc
  A fetch sees the newest bytes; FlushInstructionCache changes nothing, and tells who listens.
17.2#16 | oracle
  RESERVE returns the start of the region; COMMIT, RESET and RESET_UNDO the page of the address.
17.2#17 | doc
  Where the whole range does not fit, nothing is allocated, charged or made.
17.3#1 | oracle doc
  Not every protection can be committed: copy-on-write and graphics ones are refused.
17.3#2 | ros-src ?
  PHYSICAL takes TOP_DOWN beside RESERVE, unless strictPhysical is set.
17.3#3 | oracle
  EXECUTE pages can be read, unless executeOnlyReadable is off.
17.3#4 | doc
  COMMIT does not reserve, unless autoReserveOnCommit is set.
17.3#5 | ros-src doc
  GUARD and NOCACHE together are refused.
17.3#7 | doc
  RESET keeps the bytes, which its documentation permits.
17.4#1 | ?
  RESET_UNDO with a NULL base is a conflict.
17.4#2 | oracle wine-test
  Zero bits 15 leave no room.
17.4#3 | wine-test
  Zero bits 21: no memory.
17.4#4 | ?
  The low six bits of the type are masked by VirtualAlloc and refused by the service.
17.4#8 | ?
  No frame to be had is 1450; an entry not owned 87; a bad range or alignment 87, no window 487.
17.4#10 | doc ?
  RESET on a file or image view is a conflict.
17.4#11 | oracle ?
  WriteProcessMemory of 0 bytes succeeds and does nothing.
17.4#12 | ?
  WriteProcessMemory writes a guard page, raises nothing and keeps the guard.
17.4#13 | ?
  WriteProcessMemory marks every page written.
17.5#1 | oracle ?
  An access has 1, 2, 4 or 8 bytes, touches two pages at most and never wraps.
17.5#2 | oracle
  A fetch has 1 to 15 bytes, reports its start, marks no watch and takes a frame.
17.5#3 | ?
  A bulk operation goes on where a fault was resolved; each page is reported once per reason.
17.5#4 | ?
  A bulk copy reports the source first; overlapping ranges are copied as by memmove.
17.5#5 | ?
  A bulk operation of length 0 looks at nothing.
17.5#6 | doc
  executeOnlyReadable off: reading EXECUTE faults everywhere, and the guard stays.
17.5#7 | doc
  dep off: a fetch is a read in every exception.
17.5#8 | wine-test
  A store that fails on its second page leaves neither byte nor mark on the first.
17.5#9 | ?
  A store that fails on its second page does not copy the first.
17.5#10 | ?
  The debugger's view reads and writes committed memory without any effect but the bytes.
17.6#1 | doc
  Handler lists belong to the process; a handler runs on the faulting thread.
17.6#2 | ros-src oracle
  Adding gives a handle each time, at the head or the tail.
17.6#3 | oracle ros-src
  Each list removes its own handles only.
17.6#4 | ros-src
  Lists may change while dispatch runs.
17.6#5 | oracle ros-src
  -1 stops the list, every other answer goes on.
17.6#6 | ros-src
  After a -1 the continue handlers run until one answers -1.
17.6#7 | ros-src
  Without a -1 the continue handlers do not run.
17.6#8 | ?
  Changing the record in a handler does not change the retry.
17.6#9 | ?
  A fault in a handler starts a dispatch of its own; too deep a nest ends the process.
17.6#10 | ?
  A handler that repairs nothing is stopped with an error that says so.
17.7#1 | doc oracle
  GetSystemInfo fills 36 or 48 bytes.
17.7#2 | doc wine-src ?
  GetNativeSystemInfo shows the 64-bit system to a WoW64 process.
17.7#3 | doc wine-src oracle
  GlobalMemoryStatusEx counts frames, charge and address space.
17.7#4 | doc
  GlobalMemoryStatus sets its length and cuts what does not fit.
17.7#5 | oracle ?
  FlushInstructionCache succeeds for a good handle and any address; a closed one is 6.
17.7#6 | oracle
  GetLargePageMinimum is 200000.
17.7#7 | oracle
  The last error belongs to the thread, starts at 0 and is not touched by success.
17.8#1 | oracle doc
  OpenProcess gives the rights asked; an unknown process is 87; closing twice is 6.
17.8#2 | ?
  Handles are multiples of 4 from 4, lowest first.
17.8#4 | oracle ros-src
  Flags are checked before the handle.
17.8#5 | oracle ros-src
  Ranges are checked before the handle, regions after it.
17.8#6 | ros-src
  Reading 0 bytes through a NULL handle succeeds, writing 0 bytes fails with 6.
17.8#7 | doc
  When a process ends everything it had goes; handles to it stay valid.
17.9#1 | oracle ros-src
  An address above the user space is refused.
17.9#2 | oracle
  A bad buffer is an access violation of the service.
17.9#3 | oracle
  An unknown class is refused.
17.9#4 | wine-test
  A buffer that ends before CommitSize is refused.
17.9#5 | oracle doc
  The handle must be good and carry QUERY_INFORMATION.
17.9#6 | ?
  Free memory has no region: INVALID_ADDRESS.
17.9#7 | wine-src
  Whole fields that fit are written; the returned length is the full one.
17.9#8 | wine-src
  AllocationBase is the start of the region.
17.9#9 | wine-src
  AllocationProtect is that of VirtualQuery.
17.9#10 | doc
  The flags say private, data file, image or pagefile view.
17.9#11 | doc
  RegionSize is the whole region, whatever page was asked.
17.9#12 | doc
  CommitSize counts committed private pages, and the copy-on-write pages of a view.
17.9#13 | doc
  PartitionId is 0.
17.9#14 | ?
  NodePreference is all ones.
17.9#15 | wine-test doc ?
  regionFlags chooses the documented flags or none.
17.10#1 | ros-src
  Map types other than 1 and 2 are refused.
17.10#2 | ros-src
  A base above the user space, a size that leaves it and size 0 are refused.
17.10#3 | ros-src
  The handle must be good and carry VM_OPERATION.
17.10#4 | ros-src
  A system lock needs the privilege to lock memory.
17.10#5 | ros-src
  A page in no region: ACCESS_VIOLATION for a lock, NOT_LOCKED for an unlock.
17.10#6 | ros-src
  A lock of an AWE window is refused; an unlock goes on.
17.10#7 | ros-src
  The range may span adjacent regions.
17.10#8 | doc ?
  With the default minimum of 50 pages 42 can be locked.
17.10#9 | ros-src doc
  Pages are read upwards; the first failure ends, the pages before are resident and not locked.
17.10#10 | ros-src doc
  A page that is not locked fails the unlock; pages without a lock leave the working set.
17.10#11 | ros-src
  Otherwise all are locked, or unlocked; a page that was locked is mentioned.
17.11#2 | doc
  AllocateUserPhysicalPagesNuma takes a node that the machine has, or FFFFFFFF, or fails with 87.
17.12#1 | oracle wine-test ?
  NtQuerySection judges class, length, buffer and handle in that order; then whether it is an image.
17.12#2 | wine-test oracle
  SectionBasicInformation has 10 or 18 bytes: base NULL, attributes, size.
17.12#4 | wine-test oracle
  An opened handle has the rights asked and no others; a lone FILE_MAP_COPY reads.
17.12#5 | ?
  FILE_MAP_EXECUTE is as good as the right to execute.
17.12#6 | wine-test oracle
  A handle that may only write maps READWRITE and nothing else.
17.12#7 | wine-test oracle
  SEC_NOCACHE adds 200 to what views report, in pages that are committed later too.
17.12#8 | ?
  SEC_WRITECOMBINE adds 400 in the same way.
17.12#9 | ros-src ?
  MEM_RESERVE for a view is judged with the section in hand: after its handle and the alignment.
17.12#12 | ros-src oracle
  NtUnmapViewOfSection judges a base above the user space before the handle.
17.12#13 | ros-src ?
  In a SEC_NO_CHANGE view no protection is taken, not even the one it has.
17.12#14 | wine-test
  A copy-on-write view is protected with its own WRITECOPY at no further charge.
17.12#16 | doc
  All views of one section see one memory, whatever process or offset they are at.
17.12#17 | ?
  UnmapViewOfFileEx judges its flags before the address.
17.12#18 | ?
  FlushViewOfFile past the view fails.
17.16#1 | ?
  Touching an offered page is a violation; VirtualQuery still shows it committed and READWRITE.
17.16#2 | ?
  VirtualProtect and COMMIT of offered pages are 487, VirtualLock is 998.
17.16#3 | ?
  Decommitting and releasing offered pages is allowed and ends the offer.
17.16#4 | doc ?
  Reclaiming what was never offered is 0 if it is committed; lost pages are zeros and usable.
17.16#5 | doc
  Discarded pages read as zeros.
17.21#1 | oracle
  END_OF_FILE 38, DISK_FULL 112.
17.21#2 | oracle
  BUFFER_TOO_SMALL 122, IO_DEVICE_ERROR 1117.
`);
