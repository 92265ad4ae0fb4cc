import { rulesOf } from "../support/rule-index.ts";

/** Stacks of threads, where faults are. */
export const stackRules = rulesOf(`
4.9#1 | doc wine-test
  A stack reserves 0x100000 unless told; sizes are rounded up to 64 KB, or beyond the commit.
4.9#2 | wine-test
  At least 0x2000 bytes are committed, the guard included; 0x3F00 commits 0x4000.
4.9#3 | wine-src wine-test ?
  The guard is one page in a 32-bit process and two in a 64-bit one; always one above the guarantee.
4.9#4 | wine-test
  VirtualQuery shows one private READWRITE region: reserved, guard, committed.
4.9#5 | doc wine-test
  Touching the guard grows the stack: no exception, a new guard below, and the access goes on.
4.9#6 | doc
  Skipping the guard is an ordinary access violation.
4.9#7 | doc wine-src
  At the end what is left becomes accessible, and STACK_OVERFLOW is raised; the last page stays out.
4.9#8 | doc
  Going on after an overflow without arming the guard again is an access violation.
4.9#9 | doc
  _resetstkoflw arms the guard again; 0 where there is too little room.
4.9#10 | doc wine-src oracle
  SetThreadStackGuarantee rounds up, never shrinks, answers with what was, and has to fit.
4.9#11 | wine-test
  GUARD set inside the own stack moves StackLimit up; touching it makes the pages below the guard.
4.9#12 | wine-test
  Taking such a guard away again leaves StackLimit where it is.
4.9#13 | wine-test
  A guard above an overwritten StackLimit sets the limit back, and makes a new guard below.
4.9#14 | doc
  The guard of another thread's stack is a guard page like any other, and that stack stops growing.
4.9#15 | wine-test
  A stack that the program made itself grows by the bounds that it sets.
4.9#16 | wine-test
  RtlCreateUserStack refuses alignment 0, and zero bits from 12 on.
4.9#17 | oracle
  Not as Wine 8.0: most of a stack is not committed before it is used.
`);

/** The same among the additions. */
export const stackAdditionRules = rulesOf(`
17.13#1 | wine-test
  RtlCreateUserStack: order of checks, and rounding by masking.
17.13#2 | wine-test ?
  StackLimit lies exactly the committed bytes below StackBase, the guard directly below.
17.13#3 | wine-test oracle
  Examples of sizes and alignments.
17.13#4 | wine-src
  RtlFreeUserStack releases the region.
17.13#5 | wine-test
  A thread is made with a reservation, a commit, or both.
17.13#6 | wine-src
  SetThreadStackGuarantee hands out the value before when it fails as well.
17.13#7 | doc
  Growth beyond the commit limit or the quota is STACK_OVERFLOW; the guard that was touched is gone.
17.13#8 | ?
  A stack is never watched.
`);
