import type { LargeIntegerIn } from "../out.ts";
import type { Handle } from "./interface.ts";

/** What ntdll offers for files and for sections over them. */
export interface NtdllFiles {
  /**
   * Make a section over a data file longer, and the file where it ends earlier: the new bytes are
   * zeros. Views keep their length, but for those mapped with MEM_RESERVE, which show what has
   * come. A size that is not larger changes nothing. Windows page: "NtExtendSection".
   *
   * @param SectionHandle with SECTION_EXTEND_SIZE
   * @param NewSectionSize in and out; bytes
   * @returns STATUS_ACCESS_VIOLATION, _INVALID_HANDLE, _OBJECT_TYPE_MISMATCH, _ACCESS_DENIED,
   *   _SECTION_NOT_EXTENDED, _SECTION_TOO_BIG, _DISK_FULL
   */
  NtExtendSection(SectionHandle: Handle, NewSectionSize: LargeIntegerIn): number;
  /**
   * What was written to the file reaches the disk; pages of views that were not flushed do not.
   * Windows page: "NtFlushBuffersFile".
   *
   * @returns STATUS_INVALID_HANDLE, _OBJECT_TYPE_MISMATCH, or what the file says
   */
  NtFlushBuffersFile(FileHandle: Handle): number;
}
