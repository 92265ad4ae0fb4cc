/** What an access does, as exception records name it (0.5). */
export const READ: u32 = 0;
export const WRITE: u32 = 1;
export const EXECUTE: u32 = 8;
