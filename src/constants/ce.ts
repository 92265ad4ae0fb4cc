/**
 * What Windows CE has and other systems lack, or know by another name. Windows CE pages:
 * "VirtualAlloc", "VirtualCopy", "VirtualSetPageFlags", "GetCurrentProcess".
 */

/** Allocation type: reserved pages are committed by the first touch. The bit of MEM_WRITE_WATCH. */
export const MEM_AUTO_COMMIT = 0x200000;
/** For VirtualCopy: the source is a physical address >> 8. The bit of PAGE_WRITECOMBINE. */
export const PAGE_PHYSICAL = 0x400;

/** Flag of VirtualSetPageFlags, which says what kind of PCMCIA memory a page is: none. */
export const VSPF_NONE = 0x0;
/** I/O space as wide as the card says. */
export const VSPF_VARIABLE = 0x1;
/** The width unless VSPF_16BIT is given. */
export const VSPF_8BIT = 0x0;
/** Goes with VSPF_IOSPACE, VSPF_COMMON and VSPF_ATTRIBUTE. */
export const VSPF_16BIT = 0x2;
/** I/O space. */
export const VSPF_IOSPACE = 0x4;
/** Common memory. */
export const VSPF_COMMON = 0x8;
/** Attribute memory. */
export const VSPF_ATTRIBUTE = 0xc;
/** Timing by the second control register; goes with all others. */
export const VSPF_TC = 0x10;

/** What GetCurrentProcess answers in Windows CE: stands for the caller's process. */
export const CE_CURRENT_PROCESS = 0x42;
