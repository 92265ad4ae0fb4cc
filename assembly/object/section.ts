import { SECTIONS, SECTIONS_MAX } from "../base/layout";
import { POOL_CHUNK, POOL_PAGE, poolEnsure, poolGive, poolTake } from "../base/pool";
import { COMMITTED } from "../page/attributes";
import {
  factsAt,
  factsFree,
  factsMake,
  factsNext,
  frameNext,
  frameOf,
  frameSet,
} from "../page/facts";
import { Pages, pagesMost } from "../page/pages";
import { attributesFill, tableFree, tableNode, uncommittedCount } from "../page/table";
import { chargeAdd, chargeSubtract } from "../phys/charge";
import { Frame, frameInPool, frameRelease } from "../phys/frame";

/**
 * A section: pages that can be mapped into address spaces, where several views share one memory. It
 * owns its frames; views name its pages until a write makes a private copy.
 *
 *      0     4     8     12    16    20    24    28    32
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     | lev.|table|facts| 0   | num | attr| prot|hndls|
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     | pages     | committed | views|first|
 *     +-----------+-----------+------+-----+
 *
 *     lev., table, facts   page/pages; attributes say no more than committed or not
 *     attr, prot   as the section was made
 *     hndls        references from outside;  views: from regions;  first: the first such region
 */
@unmanaged
@final
export class Section extends Pages {
  number: u32;
  attributes: u32;
  protection: u32;
  handles: u32;
  sizePages: u64;
  committedPages: u64;
  views: u32;
  firstView: u32;
}

/** The section with this number, or null. */
export function sectionOf(number: u32): Section | null {
  if (number >= SECTIONS_MAX) return null;
  return changetype<Section | null>(load<u32>(SECTIONS + (number << 2)));
}

/**
 * A section of uncommitted pages with one handle, or null where no number is free or memory is at
 * its end.
 */
export function sectionMake(sizePages: u64, attributes: u32, protection: u32): Section | null {
  const number = freeNumber();
  if (number == 0 || !poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_PAGE, 2)) return null;
  const section = changetype<Section>(poolTake(POOL_CHUNK));
  section.levels = 1;
  while (pagesMost(section.levels) < sizePages) section.levels += 1;
  section.table = tableNode();
  section.facts = tableNode();
  section.number = number;
  section.attributes = attributes;
  section.protection = protection;
  section.handles = 1;
  section.sizePages = sizePages;
  store<u32>(SECTIONS + (number << 2), changetype<u32>(section));
  return section;
}

/** Commit pages for good, and charge them. Requires: room for one change; the charge fits. */
export function sectionCommit(section: Section, first: u64, end: u64): void {
  const added = uncommittedCount(section, first, end);
  attributesFill(section, first, end, COMMITTED);
  section.committedPages += added;
  chargeAdd(added);
}

/** The page's frame, or 0: it was never touched. */
export function sectionFrame(section: Section, page: u64): u32 {
  const chunk = factsAt(section, page);
  return chunk == 0 ? 0 : frameOf(chunk, <u32>page & 1023);
}

/** Give an untouched page its frame. Requires: room for one change; a frame fits. */
export function sectionTouch(section: Section, page: u64): void {
  frameSet(factsMake(section, page), <u32>page & 1023, changetype<u32>(frameInPool()));
}

export function sectionOpen(section: Section): void {
  section.handles += 1;
}

export function sectionClose(section: Section): void {
  assert(section.handles != 0); // closed more often than opened
  section.handles -= 1;
  endUnused(section);
}

export function sectionUnview(section: Section): void {
  assert(section.views != 0); // unmapped more often than mapped
  section.views -= 1;
  endUnused(section);
}

/** Views keep the memory alive when the last handle is gone, and the other way round. */
function endUnused(section: Section): void {
  if (section.handles != 0 || section.views != 0) return;
  const end = pagesMost(section.levels);
  for (let page = factsNext(section, 0, end); page < end; page = factsNext(section, page, end)) {
    const chunk = factsAt(section, page);
    for (let i = frameNext(chunk, 0, 1024); i < 1024; i = frameNext(chunk, i + 1, 1024)) {
      frameRelease(changetype<Frame>(frameOf(chunk, i)));
      frameSet(chunk, i, 0);
    }
    page += 1024;
  }
  chargeSubtract(section.committedPages);
  tableFree(section);
  factsFree(section);
  store<u32>(SECTIONS + (section.number << 2), 0);
  poolGive(POOL_CHUNK, changetype<u32>(section));
}

function freeNumber(): u32 {
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    if (load<u32>(SECTIONS + (number << 2)) == 0) return number;
  }
  return 0;
}
