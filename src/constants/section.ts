/**
 * SEC_*, SECTION_*, FILE_MAP_* and what belongs to them, by the names of winnt.h, memoryapi.h and
 * handleapi.h. Windows pages: "CreateFileMapping", "File Mapping Security and Access Rights".
 */

/** The file of a mapping that has none: the paging file backs it. */
export const INVALID_HANDLE_VALUE = -1;

export const SEC_PARTITION_OWNER_HANDLE = 0x40000;
export const SEC_64K_PAGES = 0x80000;
export const SEC_BASED = 0x200000;
/** Views keep the protection that they were mapped with. */
export const SEC_NO_CHANGE = 0x400000;
export const SEC_FILE = 0x800000;
export const SEC_IMAGE = 0x1000000;
export const SEC_PROTECTED_IMAGE = 0x2000000;
/** Pages are committed later, by VirtualAlloc in a view. */
export const SEC_RESERVE = 0x4000000;
/** All pages are committed at once; the default. */
export const SEC_COMMIT = 0x8000000;
/** Views carry PAGE_NOCACHE. */
export const SEC_NOCACHE = 0x10000000;
export const SEC_IMAGE_NO_EXECUTE = 0x11000000;
/** Views carry PAGE_WRITECOMBINE. */
export const SEC_WRITECOMBINE = 0x40000000;
export const SEC_LARGE_PAGES = 0x80000000;

/** Access right of a section handle. */
export const SECTION_QUERY = 0x1;
/** Access right of a section handle. */
export const SECTION_MAP_WRITE = 0x2;
/** Access right of a section handle. */
export const SECTION_MAP_READ = 0x4;
/** Access right of a section handle. */
export const SECTION_MAP_EXECUTE = 0x8;
/** Access right of a section handle. */
export const SECTION_EXTEND_SIZE = 0x10;
/** Access right of a section handle. */
export const SECTION_MAP_EXECUTE_EXPLICIT = 0x20;
/** Access right of a section handle. */
export const SECTION_ALL_ACCESS = 0xf001f;

/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_COPY = 0x1;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_WRITE = 0x2;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_READ = 0x4;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_EXECUTE = 0x20;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_ALL_ACCESS = 0xf001f;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_LARGE_PAGES = 0x20000000;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_TARGETS_INVALID = 0x40000000;
/** Access of MapViewOfFile and OpenFileMapping. */
export const FILE_MAP_RESERVE = 0x80000000;

/** Inherit disposition of NtMapViewOfSection. */
export const ViewShare = 1;
/** Inherit disposition of NtMapViewOfSection. */
export const ViewUnmap = 2;

/** Information class of NtQuerySection. */
export const SectionBasicInformation = 0;
/** Information class of NtQuerySection. */
export const SectionImageInformation = 1;
