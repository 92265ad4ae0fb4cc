import { rulesOf } from "../support/rule-index.ts";

/** Sections 12, 13 and 15: other processes, commit charge, status codes. */
export const processRules = rulesOf(`
12.1#1 | doc
  Alloc, free, protect and lock need VM_OPERATION; ReadProcessMemory needs VM_READ.
12.1#2 | doc
  VirtualQueryEx needs QUERY_INFORMATION; WriteProcessMemory VM_WRITE and VM_OPERATION.
12.1#3 | doc
  MapViewOfFile2 and its family need VM_OPERATION, QueryWorkingSetEx QUERY_INFORMATION and VM_READ.
12.1#4 | doc ?
  GetWriteWatch by handle needs VM_OPERATION; FlushInstructionCache any process handle.
12.1#5 | doc oracle
  A missing right is 5; a NULL or closed handle is 6.
12.1#6 | ros-src
  A handle to a process that has ended: allocation answers 5.
12.2#1 | ros-src oracle
  Reading 0 bytes succeeds without a look at handle or address.
12.2#2 | ros-src
  A range that wraps or leaves the user space: 998, nothing done.
12.2#3 | doc
  A bad handle is 6, a missing right 5.
12.2#4 | ros-src doc
  The first byte cannot be read: 299, nothing done.
12.2#5 | ros-src doc
  A later page cannot be read: 299, with the bytes before it done.
12.2#6 | ros-src
  A NOACCESS page stops the copy like any other.
12.2#7 | ros-src
  A guard page of the own process stops the copy and loses its guard.
12.2#8 | ros-src
  A guard page of another process stops the copy and keeps its guard.
12.2#9 | wine-test-new ros-src
  The own buffer cannot be written: nothing done.
12.2#10 | doc
  The place for the number of bytes may be NULL.
12.3#1 | ros-src doc oracle
  Free and uncommitted memory cannot be written: 487.
12.3#2 | ros-src
  READWRITE and EXECUTE_READWRITE pages are written and keep their protection.
12.3#3 | ros-src
  NOACCESS and READONLY pages: 998, nothing written.
12.3#4 | ros-src doc
  EXECUTE and EXECUTE_READ pages are written and keep their protection.
12.3#5 | ros-src ?
  Guard pages are written and keep their guard.
12.3#6 | ros-src doc
  Copy-on-write pages are copied.
12.3#8 | ros-src
  NtWriteVirtualMemory changes no protection and stops at the first byte it cannot write.
13#1 | doc
  A reservation is charged nothing.
13#2 | doc
  A newly committed page is charged.
13#3 | ros-src
  A page that is committed already is not charged again.
13#4 | doc
  A decommitted page gives its charge back.
13#5 | doc
  A release gives back the charge of the committed pages.
13#11 | doc
  Frames of Address Windowing Extensions are charged as long as they are owned.
13#13 | doc
  RESET, offers and discards keep the charge.
13#14 | doc
  A stack is charged what it commits at first, and each page that it grows by.
13#15 | doc ros-src
  The charge never passes the limit; quota and limit fail with their own codes.
13#16 | ros-src
  A conflict of addresses is reported before a limit; a failing commit reserves nothing.
13#17 | doc oracle
  GlobalMemoryStatusEx needs its length, and counts the address space and the charge.
13#18 | doc
  GlobalMemoryStatus cuts its figures to what the process can see.
15#1 | oracle
  SUCCESS 0, UNABLE_TO_FREE_VM 87.
15#2 | oracle
  PAGE_FAULT_DEMAND_ZERO 748, UNABLE_TO_DELETE_SECTION 87.
15#3 | oracle
  PAGE_FAULT_GUARD_PAGE 750, INVALID_SYSTEM_SERVICE 1.
15#4 | oracle
  OBJECT_NAME_EXISTS 698, ILLEGAL_INSTRUCTION as it is.
15#5 | oracle
  WORKING_SET_LIMIT_RANGE 87, INVALID_LOCK_SEQUENCE 5.
15#6 | oracle
  IMAGE_NOT_AT_BASE 700, INVALID_VIEW_SIZE 5.
15#7 | oracle
  WAS_LOCKED 717, INVALID_FILE_FOR_SECTION 193.
15#8 | oracle
  GUARD_PAGE_VIOLATION as it is, ALREADY_COMMITTED 5.
15#9 | oracle
  DATATYPE_MISALIGNMENT 998, ACCESS_DENIED 5.
15#10 | oracle
  BREAKPOINT as it is, OBJECT_TYPE_MISMATCH 6.
15#11 | oracle
  SINGLE_STEP and NONCONTINUABLE_EXCEPTION as they are.
15#12 | oracle
  BUFFER_OVERFLOW 234, INVALID_DISPOSITION as it is.
15#13 | oracle
  PARTIAL_COPY 299, NOT_LOCKED 158.
15#14 | oracle
  NO_MORE_ENTRIES 259, UNABLE_TO_DECOMMIT_VM 487.
15#15 | oracle
  NOT_IMPLEMENTED 1, NOT_COMMITTED 487.
15#16 | oracle
  INVALID_INFO_CLASS 87, OBJECT_NAME_NOT_FOUND 2.
15#17 | oracle
  INFO_LENGTH_MISMATCH 24, OBJECT_NAME_COLLISION 183.
15#18 | oracle
  ACCESS_VIOLATION 998, SECTION_TOO_BIG 8.
15#19 | oracle
  IN_PAGE_ERROR 999, QUOTA_EXCEEDED 1816.
15#20 | oracle
  PAGEFILE_QUOTA 1454, INVALID_PAGE_PROTECTION 87.
15#21 | oracle
  INVALID_HANDLE 6, SECTION_NOT_IMAGE 87.
15#22 | oracle
  INVALID_PARAMETER 87, BAD_WORKING_SET_LIMIT 87.
15#23 | oracle
  NO_MEMORY 8, INCOMPATIBLE_FILE_MAP 87.
15#24 | oracle
  CONFLICTING_ADDRESSES 487, SECTION_PROTECTION 87.
15#25 | oracle
  NOT_MAPPED_VIEW 487, FILE_LOCK_CONFLICT 33.
15#26 | oracle
  NO_SUCH_PRIVILEGE 1313, PROCESS_IS_TERMINATING 5.
15#27 | oracle
  PRIVILEGE_NOT_HELD 1314, MAPPED_FILE_SIZE_ZERO 1006.
15#28 | oracle
  INVALID_IMAGE_FORMAT 193, PAGEFILE_QUOTA_EXCEEDED 567.
15#29 | oracle
  SECTION_NOT_EXTENDED 14, COMMITMENT_LIMIT 1455.
15#30 | oracle
  NOT_MAPPED_DATA 487, INVALID_IMAGE_NOT_MZ 193.
15#31 | oracle
  PRIVILEGED_INSTRUCTION as it is, INVALID_IMAGE_PROTECT 193.
15#32 | oracle
  TOO_MANY_PAGING_FILES 8, INVALID_ADDRESS 59.
15#33 | oracle
  FILE_INVALID 1006, INVALID_ADDRESS_COMPONENT 1214.
15#34 | oracle
  INSUFFICIENT_RESOURCES 1450, MAPPED_ALIGNMENT 1132.
15#35 | oracle
  FREE_VM_NOT_AT_BASE 487, USER_MAPPED_FILE 1224.
15#36 | oracle
  MEMORY_NOT_ALLOCATED 487, RESOURCE_NOT_OWNED 288.
15#37 | oracle
  WORKING_SET_QUOTA 1453, VOLUME_DISMOUNTED 21.
15#38 | oracle
  NOT_SUPPORTED 50, COMMITMENT_MINIMUM 635.
15#39 | oracle
  NOT_SAME_DEVICE 17, INVALID_IMAGE_HASH 577.
15#40 | oracle ?
  INVALID_USER_BUFFER 1784, ENCLAVE_NOT_TERMINATED 814.
15#41 | oracle
  INVALID_PARAMETER_1 to _10 87, DYNAMIC_CODE_BLOCKED 1655.
15#42 | oracle
  STACK_OVERFLOW 1001; a code without a mapping 317.
`);
