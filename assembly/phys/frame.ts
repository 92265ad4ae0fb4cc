import { PAGE_BYTES, STALE, WINDOW } from "../base/layout";
import { POOL_FRAME, POOL_PAGE, poolGive, poolTake } from "../base/pool";
import { framesAdd, framesSubtract } from "./charge";

/**
 * A frame is one page of bytes. The page table names frames, never linear addresses, so that moving
 * one changes one record. Its location is exactly one of: the window slot of one page (it is "at
 * home" there), or a slot of the pool.
 *
 *      0          4          8          12         16
 *     +----------+----------+----------+----------+
 *     | location | owners   | home     | 0        |
 *     +----------+----------+----------+----------+
 *
 *     location  linear address of the 4,096 bytes
 *     home      1 + the window page that it is at home in; 0 for a slot of the pool;
 *               HOME_AWE for one that belongs to the AWE set of a process (object/awe), which
 *               stays there whatever page shows it, and is never paged
 */
@unmanaged
export class Frame {
  location: u32;
  owners: u32;
  home: u32;
  reserved: u32;
}

/** More than there are pages in a window. */
export const HOME_AWE: u32 = u32.MAX_VALUE;

if (offsetof<Frame>() != 16) ERROR("Frame must be 16 bytes");

/** A zeroed frame in the pool, with one owner. Requires: `framesFit`, and records ensured. */
export function frameInPool(): Frame {
  return made(poolTake(POOL_PAGE), 0);
}

/**
 * A zeroed frame at home in page `page` of the window, with one owner. Requires: `framesFit`, and
 * records ensured.
 */
export function frameInWindow(page: u32): Frame {
  const location = WINDOW + page * PAGE_BYTES;
  const stale = STALE + (page >>> 3);
  const bit = (<u8>1) << u8(page & 7);
  if ((load<u8>(stale) & bit) != 0) {
    store<u8>(stale, load<u8>(stale) & ~bit);
    memory.fill(location, 0, PAGE_BYTES);
  }
  return made(location, page + 1);
}

/** The owner lets go; the last one's frame is gone with its bytes. */
export function frameRelease(frame: Frame): void {
  assert(frame.owners != 0); // released more often than owned
  frame.owners -= 1;
  if (frame.owners != 0) return;
  if (frame.home == 0) {
    poolGive(POOL_PAGE, frame.location);
  } else {
    const page = frame.home - 1;
    const stale = STALE + (page >>> 3);
    store<u8>(stale, load<u8>(stale) | ((<u8>1) << u8(page & 7)));
  }
  framesSubtract();
  poolGive(POOL_FRAME, changetype<u32>(frame));
}

function made(location: u32, home: u32): Frame {
  const frame = changetype<Frame>(poolTake(POOL_FRAME));
  frame.location = location;
  frame.owners = 1;
  frame.home = home;
  framesAdd();
  return frame;
}
