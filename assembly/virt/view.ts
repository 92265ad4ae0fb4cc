import { larger, pageOf, smaller } from "../base/range";
import {
  Section,
  sectionCommit,
  sectionIsImage,
  sectionOf,
  sectionUnview,
} from "../object/section";
import { COMMITTED, COPIED, EXECUTABLE, READABLE, WRITABLE } from "../page/attributes";
import { FACT_COPY, FACT_VALID, factCount, factIs } from "../page/facts";
import { attributesAt, attributesFill, attributesRunEnd, uncommittedCount } from "../page/table";
import { chargeAdd, chargeSubtract } from "../phys/charge";
import { chargeFitsQuota, release, reserve } from "./change";
import { Context, resultGet, resultSet } from "./context";
import { REGION_GROWING, Region, regionIs } from "./region";
import { SHARERS_MOST } from "./sharers";
import { Space, spaceOf, spacePeak } from "./space";

/**
 * Views: regions whose pages are those of a section. Each view has attributes of its own; what is
 * committed, and the bytes, are the section's. Where an attribute says copy-on-write, a write gives
 * the page a frame of its own in the facts of the space, and the view no longer sees the section's.
 */

/** More pages than there are. */
export const NOT_ALLOWED: u64 = u64.MAX_VALUE;

/** The section of a view, or null for other regions and for views that were adopted. */
export function viewSection(region: Region): Section | null {
  return region.section == 0 ? null : sectionOf(region.section);
}

/** The section's page that a page of the view shows. */
export function viewPage(region: Region, page: u64): u64 {
  return page - pageOf(region.start) + region.offsetPages;
}

/**
 * Map pages of the section from `offsetPages` on; it shows nothing yet. Requires: room for one
 * change.
 */
export function viewMake(
  space: Space,
  section: Section,
  start: u64,
  end: u64,
  offsetPages: u64,
  kind: u32,
  protection: u32,
  flags: u32,
  attributes: u32,
): Region {
  const region = reserve(space, start, end, kind, protection, flags);
  region.section = section.number;
  region.offsetPages = offsetPages;
  region.attributes = <u16>attributes;
  viewLink(space, region, section);
  return region;
}

/** The section knows of the view, which lies in this space. */
export function viewLink(space: Space, region: Region, section: Section): void {
  region.space = space.number;
  region.nextView = section.firstView;
  section.firstView = changetype<u32>(region);
  section.views += 1;
  space.views += 1;
}

/** Take the view away, with its private copies. Requires: room for one change. */
export function viewEnd(space: Space, region: Region): void {
  const section = viewSection(region);
  viewUncharge(space, region);
  if (section !== null) viewUnlink(space, region, section);
  release(space, region, pageOf(region.start), pageOf(region.end));
}

/** The charge of a view that goes. */
export function viewUncharge(space: Space, region: Region): void {
  chargeSubtract(region.chargedPages);
  space.chargePages -= region.chargedPages;
  region.chargedPages = 0;
}

/** The section forgets the view; without views and handles it ends. */
export function viewUnlink(space: Space, region: Region, section: Section): void {
  let link = section.firstView;
  if (link == changetype<u32>(region)) {
    section.firstView = region.nextView;
  } else {
    while (changetype<Region>(link).nextView != changetype<u32>(region)) {
      link = changetype<Region>(link).nextView;
    }
    changetype<Region>(link).nextView = region.nextView;
  }
  region.section = 0;
  space.views -= 1;
  sectionUnview(section);
}

/** Where the numbers of the spaces found so far are kept while they are counted. */
const SHARERS: u32 = 8;

/** Processes that have this page of the view in their working sets, at most 7 (9#13). */
export function viewSharers(context: Context, region: Region, page: u64): u32 {
  const section = viewSection(region);
  if (section === null) return 1;
  const shown = viewPage(region, page);
  let count: u32 = 0;
  for (let link = section.firstView; link != 0; link = changetype<Region>(link).nextView) {
    const view = changetype<Region>(link);
    const own = shown - view.offsetPages + pageOf(view.start);
    if (shown < view.offsetPages || own >= pageOf(view.end)) continue;
    const space = spaceOf(view.space)!;
    if (!factIs(space, FACT_VALID, own) || factIs(space, FACT_COPY, own)) continue;
    let i: u32 = 0;
    while (i < count && resultGet(context, SHARERS + i) != <u64>view.space) i += 1;
    if (i == SHARERS_MOST) break;
    resultSet(context, SHARERS + i, view.space);
    if (i == count) count += 1;
  }
  return count;
}

/** Pages of [first, end) of a view that are the process's own: copy-on-write, or copied (13). */
export function ownPages(space: Space, first: u64, end: u64): u64 {
  let pages = factCount(space, FACT_COPY, first, end);
  for (let page = first; page < end; ) {
    const next = attributesRunEnd(space, page, end);
    if ((attributesAt(space, page) & COPIED) != 0) pages += next - page;
    page = next;
  }
  return pages;
}

/** Pages of [first, end) that would become the process's own by getting the attributes. */
export function ownPagesAdded(
  space: Space,
  region: Region,
  first: u64,
  end: u64,
  attributes: u32,
): u64 {
  if (region.section == 0 || (attributes & COPIED) == 0) return 0;
  return end - first - ownPages(space, first, end);
}

/**
 * Pages that a commit of [first, end) of the section would make the own ones of its copy-on-write
 * views, but for the view `except`; or NOT_ALLOWED where a quota stands against it.
 */
export function otherOwnPagesAdded(
  section: Section,
  except: Region | null,
  first: u64,
  end: u64,
): u64 {
  let sum: u64 = 0;
  for (let link = section.firstView; link != 0; link = changetype<Region>(link).nextView) {
    const view = changetype<Region>(link);
    if (view == except || (view.attributes & COPIED) == 0) continue;
    const low = larger(first, view.offsetPages);
    const high = smaller(end, view.offsetPages + pageOf(view.end - view.start));
    if (low >= high) continue;
    const added = uncommittedCount(section, low, high);
    if (!chargeFitsQuota(spaceOf(view.space)!, added)) return NOT_ALLOWED;
    sum += added;
  }
  return sum;
}

/** Bring the charge of the view up to date with what its attributes say now. */
export function viewCharge(space: Space, region: Region): void {
  const pages = ownPages(space, pageOf(region.start), pageOf(region.end));
  chargeSubtract(region.chargedPages);
  chargeAdd(pages);
  space.chargePages = space.chargePages - region.chargedPages + pages;
  region.chargedPages = pages;
  spacePeak(space);
}

/** The same for every view of the section. */
export function viewChargeAll(section: Section): void {
  for (let link = section.firstView; link != 0; link = changetype<Region>(link).nextView) {
    const region = changetype<Region>(link);
    viewCharge(spaceOf(region.space)!, region);
  }
}

/** How many entries a commit of these pages of the section may split, in all of its views. */
export function viewCommitSplits(section: Section, first: u64, end: u64): u32 {
  let runs: u32 = 0;
  for (let page = first; page < end; page = attributesRunEnd(section, page, end)) runs += 1;
  return (runs + 1) * 2 * (section.views + 1);
}

/**
 * Commit pages [first, end) of the section; every view shows them from now on, with the protection
 * it was mapped with. Requires: room for `viewCommitSplits`.
 */
export function viewCommit(section: Section, first: u64, end: u64): void {
  for (let page = first; page < end; ) {
    const next = attributesRunEnd(section, page, end);
    if (attributesAt(section, page) == 0) {
      for (let link = section.firstView; link != 0; link = changetype<Region>(link).nextView) {
        const view = changetype<Region>(link);
        showRun(view, page, next, view.attributes);
      }
    }
    page = next;
  }
  sectionCommit(section, first, end);
}

/** Show pages [first, end) of the section, where the view has them, with these attributes. */
function showRun(region: Region, first: u64, end: u64, attributes: u32): void {
  const space = spaceOf(region.space)!;
  const offset = region.offsetPages;
  const low = larger(first, offset);
  const high = smaller(end, offset + pageOf(region.end - region.start));
  if (low >= high) return;
  const base = pageOf(region.start);
  attributesFill(space, base + low - offset, base + high - offset, attributes);
  region.committedPages += high - low;
}

/**
 * Show what is committed of pages [first, end) of the section. Requires: room for every run of
 * them.
 */
export function viewShow(region: Region, section: Section, first: u64, end: u64): void {
  for (let page = first; page < end; ) {
    const next = attributesRunEnd(section, page, end);
    const attributes = shownAt(section, page, region.attributes);
    if (attributes != 0) showRun(region, page, next, attributes);
    page = next;
  }
  viewCharge(spaceOf(region.space)!, region);
}

/** Pages of [first, end) that a view with these attributes makes the process's own (13). */
export function ownPagesShown(section: Section, first: u64, end: u64, attributes: u32): u64 {
  if (!sectionIsImage(section)) return (attributes & COPIED) != 0 ? end - first : 0;
  let pages: u64 = 0;
  for (let page = first; page < end; ) {
    const next = attributesRunEnd(section, page, end);
    if ((shownAt(section, page, attributes) & COPIED) != 0) pages += next - page;
    page = next;
  }
  return pages;
}

/**
 * Attributes that a page of the section has at first in a view with `attributes`; 0 where it is not
 * committed. An image decides for itself (7.9); without execution it is read, and written to
 * private copies (7.4).
 */
function shownAt(section: Section, page: u64, attributes: u32): u32 {
  const own = attributesAt(section, page);
  if (!sectionIsImage(section)) return own == 0 ? 0 : attributes;
  if ((attributes & EXECUTABLE) != 0 || own <= COMMITTED) return own;
  const isWritten = (own & (WRITABLE | COPIED)) != 0;
  return COMMITTED | READABLE | (isWritten ? COPIED : 0);
}

/** The file has grown by pages [first, end): the views that were made longer show them. */
export function viewGrow(content: Section, first: u64, end: u64): void {
  for (let link = content.firstView; link != 0; link = changetype<Region>(link).nextView) {
    const region = changetype<Region>(link);
    if (regionIs(region, REGION_GROWING)) viewShow(region, content, first, end);
  }
}
