import { addressOf, pageOf } from "../base/range";
import { COMMITTED, COPIED } from "../page/attributes";
import { factsAt } from "../page/facts";
import { attributesAt } from "../page/table";
import { Frame, frameWrite } from "../phys/frame";
import { READ, WRITE } from "./access-kind";
import { byteOf, frameAt, framed, isPresent, sharingRegion } from "./backing";
import { codeChanged } from "./code-views";
import { machine } from "./machine";
import { REGION_IMAGE } from "./region";
import { operationAsks, operationBegin } from "./request";
import { copiedPage, copiedSpace, copyAt, keptPage, keptSpace, seenPage, seenSpace } from "./seen";
import { Space } from "./space";
import { viewCharge, viewSection } from "./view";
import { makePatchable, makeSole, recordCopy } from "./written";

/**
 * The debugger's view: it sees and changes bytes whatever the protection, and nothing else changes.
 */

/** The page is not committed. */
export const PEEK_NOTHING: u32 = 0;
/**
 * Peek: committed, and never touched, so it reads as zeros. Poke: there is no memory for its frame.
 */
export const PEEK_ZEROS: u32 = 1;
/** The host has to bring or store a page first (virt/request). */
const PEEK_ASKS: u32 = 2;

/**
 * Linear address of the byte, or PEEK_NOTHING, PEEK_ZEROS or PEEK_ASKS. A page that cannot be
 * brought is as good as not there.
 */
export function peek(space: Space, address: u64): u32 {
  const seen = pageOf(address);
  if (!isCommitted(space, seen)) return PEEK_NOTHING;
  const page = keptPage(space, seen);
  space = keptSpace(space, seen);
  if (!isPresent(space, page)) {
    const region = sharingRegion(space, page);
    const isFile = region !== null && viewSection(region)!.file != 0;
    if (frameAt(space, page) == 0 && !isFile) return PEEK_ZEROS;
    operationBegin();
    if (framed(space, page, READ) == 0) return operationAsks() ? PEEK_ASKS : PEEK_NOTHING;
  }
  return byteOf(space, addressOf(page)) + (<u32>address & 0xfff);
}

/**
 * The same for a write: a page that was never touched takes a frame, but does not enter the working
 * set. PEEK_ZEROS says that there is no frame.
 */
export function poke(space: Space, address: u64): u32 {
  const seen = pageOf(address);
  if (!isCommitted(space, seen)) return PEEK_NOTHING;
  const page = keptPage(space, seen);
  space = keptSpace(space, seen);
  operationBegin();
  if (framed(space, page, WRITE) == 0) return operationAsks() ? PEEK_ASKS : PEEK_ZEROS;
  makeSole(space, page, factsAt(space, page));
  const region = sharingRegion(space, page);
  if (region !== null) {
    if ((attributesAt(space, page) & COPIED) != 0) {
      recordCopy(space, page);
    } else if (region.kind == REGION_IMAGE) {
      // A breakpoint is nobody else's.
      if (!makePatchable(space, region, page)) return operationAsks() ? PEEK_ASKS : PEEK_ZEROS;
      viewCharge(space, region);
    }
  }
  frameWrite(changetype<Frame>(frameAt(space, page)));
  if (machine().codeMarks != 0) codeChanged(space, page);
  return byteOf(space, addressOf(page)) + (<u32>address & 0xfff);
}

/** Whether there is memory at the page, wherever it is kept. */
export function isCommitted(space: Space, page: u64): bool {
  if (page > pageOf(machine().highestAddress)) return false;
  const seen = seenSpace(space, page);
  const at = seenPage(space, page);
  if ((attributesAt(seen, at) & COMMITTED) == 0) return false;
  const copy = copyAt(seen, at);
  if (copy === null) return true;
  const source = copiedSpace(copy, at);
  return source !== null && (attributesAt(source, copiedPage(copy, at)) & COMMITTED) != 0;
}
