import { rulesOf } from "../support/rule-index.ts";

/** Sections 14.4, 17.2 and 17.18, as far as they are about .NET. */
export const dotnetRules = rulesOf(`
14.4#1 | doc
  A call that fails returns UIntPtr.Zero, and GetLastWin32Error has the code.
14.4#2 | doc
  IntPtr.Zero as the address: the system chooses.
14.4#3 | doc
  In an enclave that runs: 487; NoAccess, Guard, NoCache and WriteCombine are refused in any.
14.4#4 | ?
  What the system refuses throws nothing; what does not fit its type is an OverflowException.
14.4#5 | doc
  MemoryAllocationType and MemoryProtectionOptions are Int32, and have exactly these members.
14.4#6 | doc
  What has no member, MEM_WRITE_WATCH say, is written as a number.
14.4#7 | doc
  MemoryFreeType: Decommit 4000, Release 8000.
14.4#8 | oracle
  Default as the type and 0 as the protection are wrong like any other wrong value: 87.
14.4#9 | doc
  Protections that do not go together, or not with the call, are refused.
14.4#10 | doc
  The overloads are one call; VirtualAllocEx has the process before the others.
17.2#32 | doc
  .NET: the address is signed, size and result are not.
17.18#1 | doc ?
  GetLastWin32Error is what each call left to its thread: 0 after success with clearLastError.
17.18#2 | doc
  Calls of other faces change the system's last error, and not the one that is saved.
17.18#3 | ?
  IntPtr: -2^(w-1) to 2^(w-1)-1, a negative one by its bits; above: OverflowException.
17.18#4 | ?
  UIntPtr: 0 to 2^w-1; a negative one: OverflowException; results are unsigned.
17.18#5 | doc
  An enumeration is any Int32, unknown bits are passed on; 80000000 is -2147483648.
`);
