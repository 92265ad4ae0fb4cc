import { rulesOf } from "../support/rule-index.ts";

/** Section 10: enclaves. */
export const enclaveRules = rulesOf(`
10#1 | doc
  IsEnclaveTypeSupported is true for the kinds that the machine was made with.
10#2 | doc
  CreateEnclave of a kind that is not supported: 50.
10#3 | doc
  Its information has 4096 bytes for SGX and 36 for VBS; any other length is 24.
10#4 | doc
  SGX: a power of two at a multiple of it and of 2 MB; VBS: a multiple of 2 MB. Otherwise 87.
10#5 | doc
  With a NULL address the system picks the place.
10#6 | doc
  LoadEnclaveData adds whole pages to an SGX enclave that is not initialised yet.
10#7 | doc
  InitializeEnclave wants 4096 or 8 bytes (24), and fails with 349 the second time.
10#8 | doc ?
  DeleteEnclave frees the range; with a thread inside it is 814, at an unknown address 87.
10#9 | doc
  TerminateEnclave and CallEnclave are for VBS: 50 otherwise.
10#10 | doc ?
  MEM_COMMIT before the start adds READWRITE pages of zeros that are not measured.
10#11 | doc
  In an SGX1 or VBS enclave that runs nothing is allocated: 487.
10#12 | doc
  In an SGX2 enclave that runs a page may be added, and has to be accepted.
10#13 | doc
  MEM_RELEASE at the base deletes an SGX enclave; for VBS it is 87.
10#14 | doc ?
  MEM_DECOMMIT is not for SGX1: 87.
10#15 | doc ?
  VirtualProtect is refused before the start, and only takes rights away afterwards.
10#16 | ?
  From outside all ones are read and writes are dropped, without an exception.
`);

/** Rows of section 17 about enclaves, and Control Flow Guard. */
export const enclaveAdditionRules = rulesOf(`
17.2#11 | doc ?
  A commit in an enclave lies inside of it, and every page of it is uncommitted; else 487.
17.2#12 | doc ?
  In an enclave the type is MEM_COMMIT alone; any other is 87, before any conflict.
17.2#13 | doc ?
  A page added to a running SGX2 enclave faults from inside until it is accepted.
17.2#14 | doc
  An enclave that runs, but for SGX2: ERROR_INVALID_ADDRESS.
17.15#1a | doc ?
  SetProcessValidCallTargets in a process without Control Flow Guard: 87.
17.15#1b | doc
  Its handle needs VM_OPERATION and SET_INFORMATION.
17.15#1c | doc ?
  Its range is whole pages of one region, committed, that was allocated executable.
17.15#1d | doc ?
  Entries ascend in steps of 16 bytes; at a wrong one it stops, and those before stay applied.
17.15#2 | doc
  Flag 1 makes a slot of 16 bytes a valid target, 0 an invalid one.
17.15#3 | doc
  TARGETS_INVALID: no target is valid; without it all are; TARGETS_NO_UPDATE keeps them.
17.15#4 | doc ?
  An address is as valid as its slot; what is not executable, or not guarded, is valid.
17.15#5 | ?
  Decommit and release forget the targets.
17.15#6 | doc ?
  Images are valid where their table of guarded functions says, or throughout without a table.
`);
