import { rulesOf } from "../support/rule-index.ts";

/** Section 4: what an access does, and who is told. */
export const faultRules = rulesOf(`
4.1#1 | oracle
  Above the user space: an access violation with the address as it is.
4.1#2 | oracle
  Free and reserved pages and the NULL partition: an access violation.
4.1#3 | doc wine-test
  A guard of the current thread's own stack: the stack grows, before anything else is looked at.
4.1#4 | ros-src ?
  A read or write that the base protection forbids: an access violation, and the guard stays.
4.1#5 | doc oracle
  A guard page: the guard goes from that page alone, and the exception says so.
4.1#6 | oracle
  Fetching from a page that is not executable: an access violation with access 8.
4.1#7 | wine-test oracle
  A write to a WRITECOPY page copies it and goes on.
4.1#9 | oracle
  Everything else completes; a write marks a watched page.
4.2#1 | oracle
  NOACCESS: no access.
4.2#2 | oracle
  READONLY: read.
4.2#3 | oracle
  READWRITE: read and write.
4.2#4 | oracle wine-test
  WRITECOPY: read; a write copies.
4.2#5 | oracle
  EXECUTE: execute, and read as the hardware has it.
4.2#6 | oracle
  EXECUTE_READ: read and execute.
4.2#7 | oracle
  EXECUTE_READWRITE: everything.
4.2#8 | oracle wine-test
  EXECUTE_WRITECOPY: read and execute; a write copies.
4.2#9 | oracle
  Reserved, free, NULL: no access.
4.3#1 | ros-src oracle
  READONLY with GUARD: reads and fetches meet the guard, writes the permission.
4.3#2 | oracle
  READWRITE with GUARD: every access meets the guard.
4.3#3 | ros-src oracle
  EXECUTE, EXECUTE_READ with GUARD: reads and fetches meet the guard, writes the permission.
4.3#4 | oracle
  EXECUTE_READWRITE with GUARD: every access meets the guard.
4.3#5 | oracle wine-test
  WRITECOPY with GUARD in a view: a write meets the guard, then copies.
4.3#6 | oracle wine-test
  EXECUTE_WRITECOPY with GUARD in a view: a write meets the guard, then copies.
4.4#1 | oracle
  Pages are asked in ascending order and the first that fails raises; nothing is done.
4.4#2 | oracle
  The address reported is the first byte of the access in the failing page.
4.4#3 | oracle
  Two guard pages: one exception each, the third try succeeds.
4.4#4 | oracle
  READONLY then READWRITE fails on the first page, the other order on the second.
4.4#5 | oracle
  A handler that repairs one page per exception sees two.
4.4#7 | ?
  Bulk operations go upwards: everything below the failing address is done.
4.5#1 | oracle
  A jump to a page that cannot be executed: address and information are the target.
4.5#2 | oracle
  Flow into such a page: both are its first byte.
4.5#3 | oracle
  An instruction that continues into such a page: its start, and the start of that page.
4.5#4 | oracle
  A data fault: the instruction, and the address of the data.
4.6#1 | doc
  ExceptionCode is the code of the event.
4.6#2 | oracle
  ExceptionFlags is 0 for every paging fault.
4.6#3 | oracle
  ExceptionRecord is NULL.
4.6#4 | oracle
  ExceptionAddress is the instruction.
4.6#5 | doc
  An access violation and a guard carry two parameters.
4.7#1 | doc
  Vectored handlers run in the order of their list; a first one goes to the head.
4.7#2 | oracle
  CONTINUE_EXECUTION does the access again from scratch.
4.7#3 | doc ros-src
  CONTINUE_SEARCH asks the next vectored handler, then the frames.
4.7#4 | oracle ros-src
  Any answer of a vectored handler but -1 is CONTINUE_SEARCH.
4.7#5 | doc
  A frame filter that answers 1 runs its handler.
4.7#6 | doc
  Continuing a noncontinuable exception raises NONCONTINUABLE_EXCEPTION.
4.7#7 | doc
  An exception that nobody handles goes to the unhandled filter and ends the access.
4.8#1 | oracle
  A service that writes to NOACCESS, READONLY, reserved or free memory fails with 998.
4.8#2 | oracle doc
  A service that writes to a guard page fails with 998 once; the guard is gone.
4.8#3 | oracle
  A service that reads NOACCESS or guarded memory fails with 1784; the guard is gone.
4.8#4 | doc wine-test
  A service may return the status of the guard itself; the guard is gone.
`);
