/**
 * The enumerations of DevCase.Interop 3.3, members and values as its documentation lists them. The
 * first two are flags, to be combined with `|`. An enumeration of .NET holds any Int32, so each
 * type is a number: what has no member is written as one, say 0x200000 for MEM_WRITE_WATCH. Bit 31
 * makes an Int32 negative: 0x80000000 is written as -0x80000000.
 */

/** What VirtualAlloc is to do. Library page: "MemoryAllocationType Enumeration". */
export const MemoryAllocationType = Object.freeze({
  /** An ordinary wrong value for VirtualAlloc: ERROR_INVALID_PARAMETER. */
  Default: 0,
  /** MEM_COMMIT */
  Commit: 0x1000,
  /** MEM_RESERVE */
  Reserve: 0x2000,
  /** MEM_RESET */
  Reset: 0x80000,
  /** MEM_TOP_DOWN */
  TopDown: 0x100000,
  /** MEM_PHYSICAL */
  Physical: 0x400000,
  /** MEM_RESET_UNDO */
  ResetUndo: 0x1000000,
  /** MEM_LARGE_PAGES */
  LargePages: 0x20000000,
} as const);
/** Any Int32: members of MemoryAllocationType, and bits that have none. */
export type MemoryAllocationType = number;

/** What pages allow. Library page: "MemoryProtectionOptions Enumeration". */
export const MemoryProtectionOptions = Object.freeze({
  /** PAGE_NOACCESS. Not for file mappings. */
  NoAccess: 0x1,
  /** PAGE_READONLY */
  ReadOnly: 0x2,
  /** PAGE_READWRITE */
  ReadWrite: 0x4,
  /** PAGE_WRITECOPY. Not for VirtualAlloc and VirtualAllocEx. */
  WriteCopy: 0x8,
  /** PAGE_EXECUTE. Not for file mappings. */
  Execute: 0x10,
  /** PAGE_EXECUTE_READ */
  ExecuteRead: 0x20,
  /** PAGE_EXECUTE_READWRITE */
  ExecuteReadWrite: 0x40,
  /** PAGE_EXECUTE_WRITECOPY. Not for VirtualAlloc and VirtualAllocEx. */
  ExecuteWriteCopy: 0x80,
  /** PAGE_GUARD. Not with NoAccess, and not for file mappings. */
  Guard: 0x100,
  /** PAGE_NOCACHE. Not with Guard, NoAccess or WriteCombine. */
  NoCache: 0x200,
  /** PAGE_WRITECOMBINE. Not with NoAccess, Guard or NoCache. */
  WriteCombine: 0x400,
} as const);
/** Any Int32: members of MemoryProtectionOptions, and bits that have none. */
export type MemoryProtectionOptions = number;

/** What VirtualFree is to do; not flags. Library page: "MemoryFreeType Enumeration". */
export const MemoryFreeType = Object.freeze({
  /** MEM_DECOMMIT */
  Decommit: 0x4000,
  /** MEM_RELEASE */
  Release: 0x8000,
} as const);
/** Any Int32: a member of MemoryFreeType, or a value that has none. */
export type MemoryFreeType = number;

/** What VirtualQuery says of pages. Library page: "MemoryState Enumeration". */
export const MemoryState = Object.freeze({
  /** MEM_COMMIT */
  Commit: 0x1000,
  /** MEM_RESERVE */
  Reserve: 0x2000,
  /** MEM_FREE */
  Free: 0x10000,
} as const);
/** A member of MemoryState. */
export type MemoryState = number;

/** What VirtualQuery says of a region. Library page: "MemoryType Enumeration". */
export const MemoryType = Object.freeze({
  /** MEM_PRIVATE */
  Private: 0x20000,
  /** MEM_MAPPED */
  Mapped: 0x40000,
  /** MEM_IMAGE */
  Image: 0x1000000,
} as const);
/** A member of MemoryType, or 0 for free memory. */
export type MemoryType = number;
