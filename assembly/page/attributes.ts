/**
 * The attributes of a page: what VirtualQuery can show of it, in one byte, one plane each.
 *
 *       7    6    5    4    3    2    1    0
 *     +----+----+----+----+----+----+----+----+
 *     | WC | NC | G  | C  | X  | W  | R  | V  |
 *     +----+----+----+----+----+----+----+----+
 *
 *     V  committed; the byte is 0 otherwise
 *     R  readable by name (EXECUTE alone is not)
 *     W  writable
 *     X  executable
 *     C  a write copies (WRITECOPY)
 *     G  guard
 *     NC, WC  no-cache, write-combine: kept, without effect
 */
export const COMMITTED: u32 = 0x01;
export const READABLE: u32 = 0x02;
export const WRITABLE: u32 = 0x04;
export const EXECUTABLE: u32 = 0x08;
export const COPIED: u32 = 0x10;
export const GUARDED: u32 = 0x20;
export const NO_CACHE: u32 = 0x40;
export const WRITE_COMBINE: u32 = 0x80;

/** What a write makes of a copy-on-write page: the copy is plainly writable. */
export function copiedAttributes(attributes: u32): u32 {
  return (attributes & ~COPIED) | WRITABLE;
}

/** Whether a write is allowed, to the page or to a copy of it. */
export function isWritable(attributes: u32): bool {
  return (attributes & (WRITABLE | COPIED)) != 0;
}
