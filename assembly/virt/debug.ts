import { pageOf } from "../base/range";
import { COMMITTED, COPIED } from "../page/attributes";
import { attributesAt } from "../page/table";
import { byteOf, frameAt, framed, recordCopy, sharingRegion, WRITE } from "./fault";
import { machine } from "./machine";
import { Space } from "./space";

/**
 * The debugger's view: it sees and changes bytes whatever the protection, and nothing else changes.
 */

/** The page is not committed. */
export const PEEK_NOTHING: u32 = 0;
/**
 * Peek: committed, and never touched, so it reads as zeros. Poke: there is no memory for its frame.
 */
export const PEEK_ZEROS: u32 = 1;

/** Linear address of the byte, or PEEK_NOTHING, or PEEK_ZEROS. */
export function peek(space: Space, address: u64): u32 {
  const page = pageOf(address);
  if (!isCommitted(space, page)) return PEEK_NOTHING;
  return frameAt(space, page) == 0 ? PEEK_ZEROS : byteOf(space, address);
}

/**
 * The same for a write: a page that was never touched takes a frame, but does not enter the working
 * set.
 */
export function poke(space: Space, address: u64): u32 {
  const page = pageOf(address);
  if (!isCommitted(space, page)) return PEEK_NOTHING;
  if (framed(space, page, WRITE) == 0) return PEEK_ZEROS;
  if ((attributesAt(space, page) & COPIED) != 0 && sharingRegion(space, page) !== null) {
    recordCopy(space, page);
  }
  return byteOf(space, address);
}

function isCommitted(space: Space, page: u64): bool {
  if (page > pageOf(machine().highestAddress)) return false;
  return (attributesAt(space, page) & COMMITTED) != 0;
}
