/**
 * Windows' values of allocation types, free types, states and kinds of memory, and of protections.
 */
export const MEM_COMMIT: u32 = 0x1000;
export const MEM_RESERVE: u32 = 0x2000;
export const MEM_DECOMMIT: u32 = 0x4000;
export const MEM_RELEASE: u32 = 0x8000;
export const MEM_FREE: u32 = 0x10000;
export const MEM_PRIVATE: u32 = 0x20000;
export const MEM_MAPPED: u32 = 0x40000;
/** Windows 9x: into the arena that all processes share. */
export const MEM_9X_SHARED: u32 = 0x8000000;
export const MEM_RESET: u32 = 0x80000;
export const MEM_TOP_DOWN: u32 = 0x100000;
export const MEM_WRITE_WATCH: u32 = 0x200000;
export const MEM_PHYSICAL: u32 = 0x400000;
export const MEM_RESET_UNDO: u32 = 0x1000000;
export const MEM_IMAGE: u32 = 0x1000000;
export const MEM_DOS_LIM: u32 = 0x40000000;
export const MEM_LARGE_PAGES: u32 = 0x20000000;

export const PAGE_NOACCESS: u32 = 0x01;
export const PAGE_READONLY: u32 = 0x02;
export const PAGE_READWRITE: u32 = 0x04;
export const PAGE_WRITECOPY: u32 = 0x08;
export const PAGE_EXECUTE: u32 = 0x10;
export const PAGE_EXECUTE_READ: u32 = 0x20;
export const PAGE_EXECUTE_READWRITE: u32 = 0x40;
export const PAGE_EXECUTE_WRITECOPY: u32 = 0x80;
export const PAGE_GUARD: u32 = 0x100;
export const PAGE_NOCACHE: u32 = 0x200;
export const PAGE_WRITECOMBINE: u32 = 0x400;
/** Windows CE: the source of a copy is a physical address. */
export const PAGE_PHYSICAL: u32 = 0x400;
export const PAGE_ENCLAVE_UNVALIDATED: u32 = 0x20000000;
export const PAGE_TARGETS: u32 = 0x40000000;
export const PAGE_ENCLAVE_THREAD_CONTROL: u32 = 0x80000000;

export const LARGE_PAGE_BYTES: u64 = 0x200000;

export const MEM_REPLACE_PLACEHOLDER: u32 = 0x4000;
export const MEM_RESERVE_PLACEHOLDER: u32 = 0x40000;
export const MEM_COALESCE_PLACEHOLDERS: u32 = 0x1;
export const MEM_PRESERVE_PLACEHOLDER: u32 = 0x2;
export const MEM_UNMAP_WITH_BOOST: u32 = 0x1;

export const SEC_NO_CHANGE: u32 = 0x400000;
export const SEC_FILE: u32 = 0x00800000;
export const SEC_IMAGE: u32 = 0x1000000;
export const SEC_RESERVE: u32 = 0x4000000;
export const SEC_COMMIT: u32 = 0x8000000;
export const SEC_NOCACHE: u32 = 0x10000000;
export const SEC_WRITECOMBINE: u32 = 0x40000000;
export const SEC_LARGE_PAGES: u32 = 0x80000000;

export const SECTION_MAP_WRITE: u32 = 0x2;
export const SECTION_MAP_READ: u32 = 0x4;
export const SECTION_MAP_EXECUTE: u32 = 0x8;
export const SECTION_MAP_EXECUTE_EXPLICIT: u32 = 0x20;
