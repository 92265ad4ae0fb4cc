/**
 * Numbers of the fast paths of accesses (access-contract.ts, exports.ts), as literals that the
 * bundler puts in line. What it does not put in line is read from memory in each access, which
 * takes 0.5 ns.
 */

// Bits of a byte of the access map: for an access of one byte, and for one that may reach the next
// page.
export const LOAD_BYTE = 1;
export const STORE_BYTE = 2;
export const LOAD_SPAN = 8;
export const STORE_SPAN = 16;

/** Bytes of the access map. */
export const MAP_BYTES = 0x10_0000;

export const PAGE_SHIFT = 12;
export const PAGE_MASK = 0xfff;

// An entry of the translations, in words of 4 bytes.
export const READ_TAG = 0;
export const WRITE_TAG = 2;
export const ADDEND = 6;
export const ENTRY_SHIFT = 3;
export const ENTRY_MASK = 1023;
export const TRANSLATION_WORDS = 8192;

/** A tag is space << 52 | page: the number of the space begins here in its high half. */
export const TAG_SPACE_SHIFT = 20;
/** Bits of a page number that come from the high half of an address, in the low half of a tag. */
export const TAG_HIGH_SHIFT = 20;

export const TWO_TO_32 = 0x1_0000_0000;
/** No view is indexed at or above 2^31: Chromium takes 8 to 13 ns there instead of 0.6. */
export const VIEW_BYTES = 0x8000_0000;
export const VIEW_MASK = 0x7fff_ffff;
/** A view of the lower half goes on a little, for an access that begins below its end. */
export const VIEW_BYTES_AND_MORE = 0x8000_0008;

// What the core is asked for, loads first.
export const LOAD_U8 = 0;
export const LOAD_U16 = 1;
export const LOAD_U32 = 2;
export const LOAD_U64 = 3;
export const LOAD_F32 = 4;
export const LOAD_F64 = 5;
export const STORE_U8 = 6;
export const STORE_U16 = 7;
export const STORE_U32 = 8;
export const STORE_U64 = 9;
export const STORE_F32 = 10;
export const STORE_F64 = 11;
