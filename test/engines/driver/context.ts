/** Places in a context (docs/abi.md). */
export const RESULTS: u32 = 0x40;
export const TRANSFER: u32 = 0x400;
