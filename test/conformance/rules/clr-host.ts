import { rulesOf } from "../support/rule-index.ts";

/** The memory of a host of the common language runtime. */
export const clrHostRules = rulesOf(`
0.7 | wine-src doc
  HRESULTs have the names and values of the Windows headers.
14.5#1 | doc ?
  CreateMalloc gives an allocator; a NULL pointer is E_POINTER.
14.5#2 | doc
  VirtualAlloc gives the rounded base, or NULL and E_OUTOFMEMORY for any failure of Win32.
14.5#3 | doc
  VirtualFree frees memory of the host; other memory is HOST_E_INVALIDOPERATION.
14.5#4 | doc ?
  VirtualQuery counts the bytes of its structure, 0 where Win32 fails, and is S_OK either way.
14.5#5 | doc ?
  VirtualProtect gives the old protection, or the HRESULT of the Win32 error.
14.5#6 | doc
  GetMemoryLoad gives percents and bytes.
14.5#7 | doc
  A callback that is registered is told of the memory that there is.
14.5#8 | doc
  NeedsVirtualAddressSpace may be refused with E_OUTOFMEMORY.
14.5#9 | doc
  AcquiredVirtualAddressSpace is a message.
14.5#10 | doc
  ReleasedVirtualAddressSpace is a message.
14.5#11 | doc
  Detailed: success is S_OK.
14.5#12 | doc ?
  Detailed: lack of memory, of quota, of room and a conflict are E_OUTOFMEMORY.
14.5#13 | ?
  Detailed: 87 is E_INVALIDARG.
14.5#14 | ?
  Detailed: every other error is its HRESULT.
14.5#15 | ?
  A NULL pointer for an answer is E_POINTER.
14.5#16 | doc
  Before the start and after E_FAIL the answer is HOST_E_CLRNOTAVAILABLE.
14.5#17 | doc
  Every method may answer HOST_E_TIMEOUT, HOST_E_NOT_OWNER, HOST_E_ABANDONED and E_FAIL.
14.5#18 | doc
  The critical level says what ends when an allocation fails: a task, a domain or the process.
17.2#27 | doc
  The pointer is NULL for every answer of VirtualAlloc but S_OK.
17.2#28 | doc
  Strict: VirtualAlloc answers one of seven HRESULTs, and no other.
17.2#29 | doc
  Until the start, and after E_FAIL, no method does anything.
17.2#30 | doc
  E_FAIL is final for the process; other processes go on.
17.2#31 | doc
  A level above the lowest is worth another try.
17.17#1 | doc ?
  The policy is asked after state and pointers, before the call, and may answer in its place.
17.17#2 | doc ?
  CreateMalloc takes THREADSAFE and EXECUTABLE, whose blocks lie in EXECUTE_READWRITE pages.
17.17#3 | ?
  VirtualAlloc takes the levels 0 to 2; what it reserves is memory of the host.
17.17#4 | doc ?
  VirtualFree outside of the host's regions, and strict: in them: HOST_E_INVALIDOPERATION.
17.17#5 | doc ?
  VirtualQuery fills 1C or 30 bytes.
17.17#6 | ?
  VirtualProtect answers the HRESULT of the Win32 error, strict or not.
17.17#7 | doc
  GetMemoryLoad agrees with GlobalMemoryStatusEx.
17.17#8 | doc ?
  One callback at a time hears 1, 2 and 3 after the call that has changed the state has returned.
17.17#9 | doc
  NeedsVirtualAddressSpace is the policy's to decide, and reserves nothing.
17.17#10 | doc ?
  Acquired ranges are listed until they are released; an unknown start is E_INVALIDARG.
17.17#11 | doc ?
  Blocks are multiples of 16 in committed pages, zeros at first; failing leaves NULL.
17.17#12 | doc
  Blocks of DebugAlloc are listed with file and line.
17.17#13 | doc ?
  Free takes NULL and blocks of its allocator, once; all else is HOST_E_INVALIDOPERATION.
17.17#14 | doc
  References are counted; the last Release frees the pages; an unknown interface is E_NOINTERFACE.
17.17#15 | ?
  For lack of memory at a level above 0, reclaim is asked once and the call is repeated once.
`);
