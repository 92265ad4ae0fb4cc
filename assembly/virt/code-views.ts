import { worldLeave } from "../base/threads";
import { EXTRA_CODE } from "../page/extra";
import { isCopied, sharingRegion } from "./backing";
import { CODE_SHARED, codeClear } from "./code";
import { isOutside } from "./enclave";
import { extraIs } from "./extras";
import { machine } from "./machine";
import { pageShowing, showing } from "./pager";
import { Region } from "./region";
import { keptPage, keptSpace } from "./seen";
import { Space, spaceOf } from "./space";
import { viewPage, viewSection } from "./view";

/**
 * Marks of code where several pages show the same bytes: a write through one view of a section
 * changes what all of them show. Whoever asks has seen that the machine has marks at all, and gives
 * the page under which the bytes are kept.
 */

/** Whether a page with a mark shows what a plain write to this page changes. */
export function codeShown(space: Space, page: u64): bool {
  const region = changedRegion(space, page);
  if (region === null) return extraIs(space, EXTRA_CODE, page);
  return markedView(viewSection(region)!.firstView, viewPage(region, page)) != 0;
}

/**
 * The bytes of the page change: the marks of all pages that show them go, and are counted. Whether
 * there were any.
 */
export function codeChanged(space: Space, page: u64): bool {
  const before = machine().codeWrites;
  const region = changedRegion(space, page);
  if (region === null) {
    machine().codeWrites += u32(codeClear(space, page));
  } else {
    const shown = viewPage(region, page);
    let link = markedView(viewSection(region)!.firstView, shown);
    for (; link != 0; link = markedView(link, shown)) {
      const view = changetype<Region>(link);
      codeClear(spaceOf(view.space)!, pageShowing(view, shown));
      machine().codeWrites += 1;
    }
  }
  const isChanged = machine().codeWrites != before;
  if (ASC_FEATURE_THREADS && isChanged) worldLeave();
  return isChanged;
}

/**
 * A guest is about to write to the page. Whether it has to hear first that code was made from what
 * it changes; the mark of its own page is not counted. Any page of the guest will do.
 */
export function codeStops(space: Space, page: u64): bool {
  const kept = keptSpace(space, page);
  const at = keptPage(space, page);
  if (isOutside(kept, at)) return false;
  const isOwn = codeClear(kept, at);
  if (ASC_FEATURE_THREADS && isOwn) {
    // Who made the code may be another agent, and has no outcome.
    machine().codeWrites += 1;
    worldLeave();
  }
  return codeChanged(kept, at) || isOwn;
}

/** The view through which a write to the page changes the bytes of its section, or null. */
function changedRegion(space: Space, page: u64): Region | null {
  if ((machine().codeMarks & CODE_SHARED) == 0 || isCopied(space, page)) return null;
  return sharingRegion(space, page);
}

/** The first view from `link` on that shows the section's page at a page with a mark, or 0. */
function markedView(link: u32, shown: u64): u32 {
  for (; link != 0; link = changetype<Region>(link).nextView) {
    const view = changetype<Region>(link);
    const space = showing(view, shown);
    if (space !== null && extraIs(space, EXTRA_CODE, pageShowing(view, shown))) break;
  }
  return link;
}
