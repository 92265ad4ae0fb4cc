// The model's own numbers: it shares none with what it is compared to.

export const PAGE = 0x1000;
export const GRANULARITY = 0x10000;
export const LARGE_PAGE = 0x200000;

export const MEM_COMMIT = 0x1000;
export const MEM_RESERVE = 0x2000;
export const MEM_DECOMMIT = 0x4000;
export const MEM_RELEASE = 0x8000;
export const MEM_FREE = 0x10000;
export const MEM_PRIVATE = 0x20000;
export const MEM_MAPPED = 0x40000;
export const MEM_RESET = 0x80000;
export const MEM_TOP_DOWN = 0x100000;
export const MEM_WRITE_WATCH = 0x200000;
export const MEM_PHYSICAL = 0x400000;
export const MEM_RESET_UNDO = 0x1000000;
export const MEM_IMAGE = 0x1000000;
export const MEM_LARGE_PAGES = 0x20000000;
export const MEM_REPLACE_PLACEHOLDER = 0x4000;
export const MEM_RESERVE_PLACEHOLDER = 0x40000;
export const MEM_COALESCE_PLACEHOLDERS = 1;
export const MEM_PRESERVE_PLACEHOLDER = 2;

export const PAGE_NOACCESS = 0x01;
export const PAGE_READONLY = 0x02;
export const PAGE_READWRITE = 0x04;
export const PAGE_WRITECOPY = 0x08;
export const PAGE_EXECUTE = 0x10;
export const PAGE_EXECUTE_READ = 0x20;
export const PAGE_EXECUTE_READWRITE = 0x40;
export const PAGE_EXECUTE_WRITECOPY = 0x80;
export const PAGE_GUARD = 0x100;
export const PAGE_NOCACHE = 0x200;
export const PAGE_WRITECOMBINE = 0x400;
/** The caching bits: chosen with the region, the same on each of its pages (2.4). */
export const CACHE_BITS = PAGE_NOCACHE | PAGE_WRITECOMBINE;
export const PAGE_TARGETS_INVALID = 0x40000000;

/** ExceptionInformation[0]. */
export const READ = 0;
export const WRITE = 1;
export const EXECUTE = 8;
export type Access = typeof READ | typeof WRITE | typeof EXECUTE;

/** Where KUSER_SHARED_DATA lies (1.2). */
export const SHARED_DATA = 0x7ffe0000;
