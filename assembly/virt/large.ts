import { planeSet } from "../base/planes";
import { POOL_BYTES, POOL_CHUNK, POOL_FRAME, POOL_PAGE, poolEnsure } from "../base/pool";
import { FACT_VALID, factsMake, frameSet } from "../page/facts";
import { framesFit } from "../phys/charge";
import { frameFor } from "./backing";
import { windowHas } from "./maps";
import { roomEnsure } from "./room";
import { Space, spacePeak } from "./space";

/**
 * Large pages: frames and working set from the beginning, for the life of the region (11).
 */

/** More than linear memory can hold. */
const PAGES_MOST: u64 = 0x100000;

/** Room for one change, and for a frame of every page of [first, end). */
export function largeFits(space: Space, first: u64, end: u64): bool {
  const pages = end - first;
  if (pages > PAGES_MOST || !framesFit(pages)) return false;
  const chunks = (<u32>pages >>> 10) + 2;
  const nodes = ((chunks >>> 10) + 2) * space.levels;
  // What is ensured is not taken yet: the change itself comes on top.
  const change: u32 = 64;
  const slots = windowHas(space, end - 1) ? 0 : <u32>pages;
  return (
    poolEnsure(POOL_FRAME, <u32>pages + change) &&
    poolEnsure(POOL_CHUNK, chunks + change) &&
    poolEnsure(POOL_PAGE, nodes + change) &&
    poolEnsure(POOL_BYTES, chunks + slots + change) &&
    roomEnsure(space)
  );
}

/** Make committed pages [first, end) resident. Requires: `largeFits`. */
export function largeFill(space: Space, first: u64, end: u64): void {
  for (let page = first; page < end; page++) {
    const chunk = factsMake(space, page);
    const i = <u32>page & 1023;
    frameSet(chunk, i, changetype<u32>(frameFor(space, page)));
    planeSet(chunk + FACT_VALID, i);
  }
  space.largePages += end - first;
  space.residentPages += end - first;
  spacePeak(space);
}
