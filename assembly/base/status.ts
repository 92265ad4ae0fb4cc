/**
 * NTSTATUS values that the core answers with. `INVALID_PARAMETER_1 + n - 1` says that argument n is
 * wrong.
 */
export const STATUS_SUCCESS: u32 = 0;
/**
 * Not Windows': the call did nothing yet, and the host has to bring or store a page before it is
 * made again (virt/pager). Bit 29 marks codes that no system defines.
 */
export const STATUS_ASKS: u32 = 0x20000001;
/** Nor this: the access did nothing yet, and changes a page that code was made from (virt/code). */
export const STATUS_CODE_WRITTEN: u32 = 0x20000002;
export const STATUS_IMAGE_NOT_AT_BASE: u32 = 0x40000003;
export const STATUS_WAS_LOCKED: u32 = 0x40000019;
export const STATUS_GUARD_PAGE_VIOLATION: u32 = 0x80000001;
export const STATUS_PARTIAL_COPY: u32 = 0x8000000d;
export const STATUS_DEVICE_BUSY: u32 = 0x80000011;
export const STATUS_INVALID_INFO_CLASS: u32 = 0xc0000003;
export const STATUS_INFO_LENGTH_MISMATCH: u32 = 0xc0000004;
export const STATUS_ACCESS_VIOLATION: u32 = 0xc0000005;
export const STATUS_IN_PAGE_ERROR: u32 = 0xc0000006;
export const STATUS_INVALID_HANDLE: u32 = 0xc0000008;
export const STATUS_INVALID_PARAMETER: u32 = 0xc000000d;
export const STATUS_NO_MEMORY: u32 = 0xc0000017;
export const STATUS_CONFLICTING_ADDRESSES: u32 = 0xc0000018;
export const STATUS_NOT_MAPPED_VIEW: u32 = 0xc0000019;
export const STATUS_UNABLE_TO_FREE_VM: u32 = 0xc000001a;
export const STATUS_UNABLE_TO_DELETE_SECTION: u32 = 0xc000001b;
export const STATUS_INVALID_VIEW_SIZE: u32 = 0xc000001f;
export const STATUS_INVALID_FILE_FOR_SECTION: u32 = 0xc0000020;
export const STATUS_ALREADY_COMMITTED: u32 = 0xc0000021;
export const STATUS_ACCESS_DENIED: u32 = 0xc0000022;
export const STATUS_NOT_LOCKED: u32 = 0xc000002a;
export const STATUS_NOT_COMMITTED: u32 = 0xc000002d;
export const STATUS_SECTION_TOO_BIG: u32 = 0xc0000040;
export const STATUS_INVALID_PAGE_PROTECTION: u32 = 0xc0000045;
export const STATUS_BAD_WORKING_SET_LIMIT: u32 = 0xc000004c;
export const STATUS_INCOMPATIBLE_FILE_MAP: u32 = 0xc000004d;
export const STATUS_SECTION_PROTECTION: u32 = 0xc000004e;
export const STATUS_PRIVILEGE_NOT_HELD: u32 = 0xc0000061;
export const STATUS_INVALID_IMAGE_FORMAT: u32 = 0xc000007b;
export const STATUS_SECTION_NOT_EXTENDED: u32 = 0xc0000087;
export const STATUS_NOT_MAPPED_DATA: u32 = 0xc0000088;
export const STATUS_INSUFFICIENT_RESOURCES: u32 = 0xc000009a;
export const STATUS_FREE_VM_NOT_AT_BASE: u32 = 0xc000009f;
export const STATUS_MEMORY_NOT_ALLOCATED: u32 = 0xc00000a0;
export const STATUS_WORKING_SET_QUOTA: u32 = 0xc00000a1;
export const STATUS_NOT_SUPPORTED: u32 = 0xc00000bb;
export const STATUS_INVALID_USER_BUFFER: u32 = 0xc00000e8;
export const STATUS_INVALID_PARAMETER_1: u32 = 0xc00000ef;
export const STATUS_INVALID_PARAMETER_2: u32 = 0xc00000f0;
export const STATUS_INVALID_PARAMETER_3: u32 = 0xc00000f1;
export const STATUS_INVALID_PARAMETER_4: u32 = 0xc00000f2;
export const STATUS_INVALID_PARAMETER_5: u32 = 0xc00000f3;
export const STATUS_INVALID_PARAMETER_6: u32 = 0xc00000f4;
export const STATUS_INVALID_PARAMETER_8: u32 = 0xc00000f6;
export const STATUS_INVALID_PARAMETER_9: u32 = 0xc00000f7;
export const STATUS_INVALID_PARAMETER_10: u32 = 0xc00000f8;
export const STATUS_STACK_OVERFLOW: u32 = 0xc00000fd;
export const STATUS_PROCESS_IS_TERMINATING: u32 = 0xc000010a;
export const STATUS_MAPPED_FILE_SIZE_ZERO: u32 = 0xc000011e;
export const STATUS_PAGEFILE_QUOTA_EXCEEDED: u32 = 0xc000012c;
export const STATUS_COMMITMENT_LIMIT: u32 = 0xc000012d;
export const STATUS_INVALID_ADDRESS: u32 = 0xc0000141;
export const STATUS_MAPPED_ALIGNMENT: u32 = 0xc0000220;
export const STATUS_ENCLAVE_FAILURE: u32 = 0xc000048f;
export const STATUS_ENCLAVE_NOT_TERMINATED: u32 = 0xc0000511;
