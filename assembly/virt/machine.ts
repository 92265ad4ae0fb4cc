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
 *     | encl|
 *     +-----+----+-----+----+-----+----+-----+----+
 *
 *     region limit  last byte that a region may occupy
 *     window bytes  0 where none was set aside;  win.: the space that has it
 *     sw.           switches;  ptr: bytes of a pointer;  lev.: levels of the page tables
 *     ctx           first context;  plc., rst.: states of the random numbers;  num: NUMA nodes
 *     encl          types of enclaves that the processor has (virt/enclave)
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
  enclaveTypes: u32;
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

export function machine(): Machine {
  return changetype<Machine>(MACHINE);
}

export function switchIs(bit: u32): bool {
  return (machine().switches & bit) != 0;
}
