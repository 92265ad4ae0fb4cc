import { pageOf } from "../base/range";
import { COMMITTED } from "./attributes";
import { factsAt, frameOf } from "./facts";
import { backed, linearOf } from "./fault";
import { machine } from "./machine";
import { Space } from "./space";
import { attributesAt } from "./table";

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
  const chunk = factsAt(space, page);
  if (chunk == 0 || frameOf(chunk, <u32>page & 1023) == 0) return PEEK_ZEROS;
  return linearOf(space, address);
}

/**
 * The same for a write: a page that was never touched takes a frame, but does not enter the working
 * set.
 */
export function poke(space: Space, address: u64): u32 {
  const page = pageOf(address);
  if (!isCommitted(space, page)) return PEEK_NOTHING;
  return backed(space, page) == 0 ? PEEK_ZEROS : linearOf(space, address);
}

function isCommitted(space: Space, page: u64): bool {
  if (page > pageOf(machine().highestAddress)) return false;
  return (attributesAt(space, page) & COMMITTED) != 0;
}
