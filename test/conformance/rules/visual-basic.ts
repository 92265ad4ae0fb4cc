import { rulesOf } from "../support/rule-index.ts";

/** Sections 17.2, 17.3 and 17.18, as far as they are about Visual Basic. */
export const visualBasicRules = rulesOf(`
17.2#18 | doc
  RESET never zeroes by itself, and neither does a commit of pages that are committed.
17.2#19 | doc
  In Windows 9x a commit of pages that are not reserved reserves them, too.
17.2#20 | doc ?
  GUARD and NOCACHE beside one protection: NT takes one of both, Windows 9x drops both.
17.2#21 | doc
  A READONLY page cannot be run where the system tells reading from executing, and else can.
17.2#22 | doc
  An EXECUTE page can be neither read nor written, where executeOnlyReadable is not set.
17.2#23 | doc
  Every access to a NOACCESS page is an access violation, and no other exception.
17.2#24 | doc ?
  Windows 9x has no guard pages: a program asks for NOACCESS, which stays, whatever is touched.
17.2#25 | doc
  The four parameters of VirtualAlloc and its result are Longs.
17.2#26 | doc
  A guard page that a system service meets makes the service fail.
17.3#6 | doc
  WRITE_WATCH is not for Windows 98 and Me alone: NT has it from winxp on.
17.18#6 | doc
  A Long is an integer of 32 bits with a sign, used as the same bits without; else Overflow, 6.
17.18#7 | doc
  Err.LastDllError is the thread's last error after each call of the face, a success too.
17.18#8 | doc
  A BOOL is 0 or 1, and never -1.
`);
