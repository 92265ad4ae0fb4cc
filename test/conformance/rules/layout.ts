import { rulesOf } from "../support/rule-index.ts";

/** Sections 0 and 1: constants and the layout of the address space. */
export const layoutRules = rulesOf(`
0.2 | doc
  Allocation types, free types, states and types have the values of the Windows headers.
0.3 | doc
  Protections and their modifiers have the values of the Windows headers.
0.5 | doc
  Access kinds, dispositions, process rights and flags have the values of the Windows headers.
0.6 | doc
  Exception codes are the NTSTATUS values of the same event; page faults carry two parameters.
1.1#1 | doc ros-src
  win32: user addresses 10000 to 7FFEFFFF, regions end at 7FFDFFFF, pointers of 4 bytes.
1.1#2 | doc ros-src
  win32-3g: user addresses 10000 to BFFEFFFF, regions end at BFFDFFFF, pointers of 4 bytes.
1.1#3 | doc
  win32-4g: user addresses 10000 to FFFEFFFF, regions end at FFFDFFFF, pointers of 4 bytes.
1.1#4 | doc oracle
  win64: user addresses 10000 to 7FFFFFFEFFFF, regions end at 7FFFFFFDFFFF, pointers of 8 bytes.
1.1#9 | doc oracle
  GetSystemInfo reports pages of 1000, granularity 10000 and the limits of the profile.
1.2#1 | doc oracle ros-test
  The first 64 KB are free in VirtualQuery and can never be allocated.
1.2#2 | wine-test oracle ros-src ?
  KUSER_SHARED_DATA is one read-only page at 7FFE0000 that no call can change.
1.2#3 | ros-src ?
  The rest of that 64 KB is reserved and NOACCESS on 32-bit profiles, and free on win64.
1.2#4 | doc ros-src
  The 64 KB above the user addresses of a 2 GB space are outside: a query there fails.
1.2#5 | ros-src
  The same holds above the user addresses of the other profiles.
1.2#6 | doc
  The default base of a program can be allocated when no image lies there.
1.2#7 | doc
  The default base of a library can be allocated when no image lies there.
1.3#1 | oracle ros-src
  An address above the user space is an invalid parameter of every call, never a conflict.
1.3#2 | oracle
  Touching it is an access violation; a non-canonical address is reported as a read of all ones.
`);
