import { MACHINE } from "../base/layout";

/**
 * What one machine was made with, and what all of its spaces share.
 *
 *      0          8          16         24         32
 *     +----------+----------+----------+----------+
 *     | lowest   | highest  | region   | window   |
 *     | address  | address  | limit    | bytes    |
 *     +-----+----+-----+----+-----+----+-----+----+
 *     | sw. | ptr| lev.| ctx| win.| plc.| rst.|num|
 *     +-----+----+-----+----+-----+----+-----+----+
 *     | view     | view     | image    | image    |
 *     | lowest   | limit    | lowest   | limit    |
 *     +-----+----+-----+----+-----+----+-----+----+
 *     | common   | encl| com|types|sect| prot|feat|
 *     | lowest   |     |    |     |    |     |    |
 *     +----------+-----+----+-----+----+-----+----+
 *     | spaces   | code| cdw| fork|
 *     +----------+-----+----+-----+
 *
 *     region limit  last byte that an allocation may occupy
 *     view, image   first and last bytes that views of data and of images may occupy
 *     common lowest where what all processes see begins; com: the space that keeps it, or 0
 *     window bytes  0 where none was set aside;  win.: the space that has it
 *     sw.           switches;  ptr: bytes of a pointer;  lev.: levels of the page tables
 *     ctx           first context;  plc., rst.: states of the random numbers;  num: NUMA nodes
 *     encl          types of enclaves that the processor has (virt/enclave)
 *     types, prot.  bits that allocation types and protections may have
 *     sect          the same of sections: PAGE_* in the low byte, SEC_* above
 *     feat          what this Windows does otherwise than the last one
 *     spaces        that were ever made
 *     code          which marks of code there may be: CODE_* (virt/code);  cdw: how many went
 *                   without an outcome of the access that changed the page
 *     fork          the highest number of a space that was forked or is a fork; 0: none was
 */
@unmanaged
@final
export class Machine {
  lowestAddress: u64;
  highestAddress: u64;
  regionLimit: u64;
  windowBytes: u64;
  switches: u32;
  pointerBytes: u32;
  levels: u32;
  firstContext: u32;
  windowOwner: u32;
  placementState: u32;
  resetState: u32;
  numaNodes: u32;
  viewLowest: u64;
  viewLimit: u64;
  imageLowest: u64;
  imageLimit: u64;
  commonLowest: u64;
  enclaveTypes: u32;
  commonSpace: u32;
  allocationTypes: u32;
  sectionFlags: u32;
  protections: u32;
  features: u32;
  spacesMade: u64;
  codeMarks: u32;
  codeWrites: u32;
  forked: u32;
}

export const SWITCH_PLAIN_STATUS: u32 = 0x1;
export const SWITCH_GUARD_FIRST: u32 = 0x2;
export const SWITCH_DEP_OFF: u32 = 0x4;
export const SWITCH_EXECUTE_ONLY_UNREADABLE: u32 = 0x8;
export const SWITCH_RESET_ZERO: u32 = 0x10;
export const SWITCH_RESET_RANDOM: u32 = 0x20;
export const SWITCH_SEEDED_PLACEMENT: u32 = 0x40;
export const SWITCH_AUTO_RESERVE: u32 = 0x80;
export const SWITCH_LOCK_MEMORY_PRIVILEGE: u32 = 0x100;
export const SWITCH_WOW64: u32 = 0x200;
export const SWITCH_STRICT_PHYSICAL: u32 = 0x400;
export const SWITCH_ZERO_REGION_FLAGS: u32 = 0x800;
export const SWITCH_WINDOW: u32 = 0x1000;
/** The host stores pages that leave memory. */
export const SWITCH_PAGE_STORE: u32 = 0x2000;

/** No-cache and write-combine belong to pages, not to regions (14.2#16). */
export const FEATURE_CACHING_BY_PAGE: u32 = 0x1;
/** One zero bit is refused (14.2#13). */
export const FEATURE_NO_SINGLE_ZERO_BIT: u32 = 0x2;
/** A commit in a view may ask for more than the view allows (14.2#14). */
export const FEATURE_VIEW_COMMIT_UNCHECKED: u32 = 0x4;
/** VirtualLock marks no page as written (14.2#17). */
export const FEATURE_LOCK_UNMARKED: u32 = 0x8;
/** A program can be mapped that is not to be run, with SEC_IMAGE_NO_EXECUTE (7.1#28). */
export const FEATURE_IMAGE_NO_EXECUTE: u32 = 0x100;
/**
 * There are placeholders (14.2#10), a whole region that is decommitted reports no size (14.2#12),
 * and a copy between processes answers otherwise (12.2#9, 17.4#11).
 */
export const FEATURE_WIN10: u32 = 0x10;
/** Guard and no-cache go together, and a commit may wait for the first touch (14.3). */
export const FEATURE_CE: u32 = 0x20;
/** Pages have no guard and nothing to do with caches or execution (14.1). */
export const FEATURE_9X: u32 = 0x40;
/** Addresses above slot 1 lead into other processes (17.19). */
export const FEATURE_SLOTS: u32 = 0x80;

export function machine(): Machine {
  return changetype<Machine>(MACHINE);
}

export function switchIs(bit: u32): bool {
  return (machine().switches & bit) != 0;
}

export function featureIs(bit: u32): bool {
  return (machine().features & bit) != 0;
}
