export const SUCCESS = 0;
export const WAS_LOCKED = 0x40000019;
export const GUARD_PAGE_VIOLATION = 0x80000001;
export const PARTIAL_COPY = 0x8000000d;
export const INVALID_INFO_CLASS = 0xc0000003;
export const INFO_LENGTH_MISMATCH = 0xc0000004;
export const ACCESS_VIOLATION = 0xc0000005;
export const INVALID_HANDLE = 0xc0000008;
export const INVALID_PARAMETER = 0xc000000d;
export const NO_MEMORY = 0xc0000017;
export const CONFLICTING_ADDRESSES = 0xc0000018;
export const NOT_MAPPED_VIEW = 0xc0000019;
export const UNABLE_TO_FREE_VM = 0xc000001a;
export const UNABLE_TO_DELETE_SECTION = 0xc000001b;
export const INVALID_VIEW_SIZE = 0xc000001f;
export const INVALID_FILE_FOR_SECTION = 0xc0000020;
export const ALREADY_COMMITTED = 0xc0000021;
export const ACCESS_DENIED = 0xc0000022;
export const NOT_LOCKED = 0xc000002a;
export const NOT_COMMITTED = 0xc000002d;
export const SECTION_TOO_BIG = 0xc0000040;
export const INVALID_PAGE_PROTECTION = 0xc0000045;
export const INCOMPATIBLE_FILE_MAP = 0xc000004d;
export const SECTION_PROTECTION = 0xc000004e;
export const PRIVILEGE_NOT_HELD = 0xc0000061;
export const NOT_MAPPED_DATA = 0xc0000088;
export const FREE_VM_NOT_AT_BASE = 0xc000009f;
export const MEMORY_NOT_ALLOCATED = 0xc00000a0;
export const WORKING_SET_QUOTA = 0xc00000a1;
export const INVALID_PARAMETER_1 = 0xc00000ef;
export const STACK_OVERFLOW = 0xc00000fd;
export const PROCESS_IS_TERMINATING = 0xc000010a;
export const PAGEFILE_QUOTA_EXCEEDED = 0xc000012c;
export const COMMITMENT_LIMIT = 0xc000012d;
export const INVALID_ADDRESS = 0xc0000141;
export const MAPPED_ALIGNMENT = 0xc0000220;

/** Success and information are not failures; warnings and errors are (general rule 2). */
export function failed(status: number): boolean {
  return status >= 0x80000000;
}

const WIN32 = new Map<number, number>([
  [SUCCESS, 0],
  [WAS_LOCKED, 717],
  [GUARD_PAGE_VIOLATION, 0x80000001],
  [PARTIAL_COPY, 299],
  [INVALID_INFO_CLASS, 87],
  [INFO_LENGTH_MISMATCH, 24],
  [ACCESS_VIOLATION, 998],
  [INVALID_HANDLE, 6],
  [INVALID_PARAMETER, 87],
  [NO_MEMORY, 8],
  [CONFLICTING_ADDRESSES, 487],
  [NOT_MAPPED_VIEW, 487],
  [UNABLE_TO_FREE_VM, 87],
  [UNABLE_TO_DELETE_SECTION, 87],
  [INVALID_VIEW_SIZE, 5],
  [INVALID_FILE_FOR_SECTION, 193],
  [ALREADY_COMMITTED, 5],
  [ACCESS_DENIED, 5],
  [NOT_LOCKED, 158],
  [NOT_COMMITTED, 487],
  [SECTION_TOO_BIG, 8],
  [INVALID_PAGE_PROTECTION, 87],
  [INCOMPATIBLE_FILE_MAP, 87],
  [SECTION_PROTECTION, 87],
  [PRIVILEGE_NOT_HELD, 1314],
  [NOT_MAPPED_DATA, 487],
  [FREE_VM_NOT_AT_BASE, 487],
  [MEMORY_NOT_ALLOCATED, 487],
  [WORKING_SET_QUOTA, 1453],
  [STACK_OVERFLOW, 1001],
  [PROCESS_IS_TERMINATING, 5],
  [PAGEFILE_QUOTA_EXCEEDED, 567],
  [COMMITMENT_LIMIT, 1455],
  [INVALID_ADDRESS, 59],
  [MAPPED_ALIGNMENT, 1132],
]);

/** Section 15, as far as the model answers it. */
export function toWin32(status: number): number {
  if (status >= INVALID_PARAMETER_1 && status < INVALID_PARAMETER_1 + 10) return 87;
  return WIN32.get(status) ?? 317;
}
