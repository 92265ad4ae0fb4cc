import { keep } from "../base/journal";
import { SECTIONS, SECTIONS_MAX } from "../base/layout";
import { POOL_CHUNK, POOL_PAGE, poolEnsure, poolGive, poolTake } from "../base/pool";
import { pageUp } from "../base/range";
import { COMMITTED } from "../page/attributes";
import {
  factsAt,
  factsFree,
  factsMake,
  factsNext,
  factsTrim,
  frameHere,
  frameNext,
  frameOf,
  frameSet,
} from "../page/facts";
import { Pages, pagesMost } from "../page/pages";
import { attributesFill, tableFree, tableNode, uncommittedCount } from "../page/table";
import { chargeAdd, chargeSubtract } from "../phys/charge";
import {
  FRAME_DIRTY,
  Frame,
  frameForPage,
  frameIs,
  frameRelease,
  keyOfSection,
} from "../phys/frame";

/**
 * A section: pages that can be mapped into address spaces, where several views share one memory. It
 * owns its frames; views name its pages until a write makes a private copy.
 *
 * Memory that a file backs is one for all sections over that file: its *content*, a record of this
 * kind that owns the frames and that views belong to, while each section has size and protection.
 * Without a file, a section is its own content.
 *
 *      0     4     8     12    16    20    24    28    32
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     | lev.|table|facts| 0   | num | attr| prot|hndls|
 *     +-----+-----+-----+-----+-----+-----+-----+-----+
 *     | pages     | committed | views|first| cont| file|
 *     +-----------+-----------+------+-----+-----+-----+
 *     | bytes     | base      | iprot|rank |next |
 *     +-----------+-----------+------+-----+-----+
 *
 *     lev., table, facts   page/pages; attributes say no more than committed or not, but of the
 *                          content of an image: what a view shows at first
 *     attr, prot   as the section was made
 *     hndls        references from outside;  views: from regions;  first: the first such region
 *     cont         number of the content;  file: the host's number of the file, 0 without
 *     bytes        size as it was asked
 *     base, iprot  of images: the address that they want, and the protection that views are made
 *                  with; 0 for others
 *     rank, next   its number in a saved state, and the section that comes behind it (state/rank)
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
  content: u32;
  file: u32;
  sizeBytes: u64;
  imageBase: u64;
  imageProtection: u32;
  rank: u32;
  nextRanked: u32;
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
  const section = made(sizePages << 12, attributes, protection);
  if (section === null) return null;
  section.content = section.number;
  plant(section);
  return section;
}

/** The content of a file, for sections of up to so many pages; or null, as `sectionMake`. */
export function contentMake(file: u32, sizePages: u64, attributes: u32): Section | null {
  const content = sectionMake(sizePages, attributes, 0);
  if (content === null) return null;
  content.file = file;
  content.handles = 0;
  return content;
}

/** The content that an earlier section of this file has, or null. `isImage` says which one. */
export function contentKnown(file: u32, number: u32, isImage: bool): Section | null {
  const known = sectionOf(number);
  if (known === null || file == 0 || known.file != file) return null;
  if (sectionIsImage(known) != isImage) return null;
  return known;
}

/** A section over a file's content, as `sectionMake`. */
export function sectionMakeOver(
  content: Section,
  sizeBytes: u64,
  attributes: u32,
  protection: u32,
): Section | null {
  const section = made(sizeBytes, attributes, protection);
  if (section === null) return null;
  section.content = content.number;
  content.handles += 1;
  return section;
}

export function sectionIsFile(section: Section): bool {
  return section.content != section.number;
}

/** Whether views show what the headers of a program say, page by page. */
export function sectionIsImage(section: Section): bool {
  return section.imageProtection != 0;
}

/** The memory that the section's views show. */
export function contentOf(section: Section): Section {
  return sectionOf(section.content)!;
}

function made(sizeBytes: u64, attributes: u32, protection: u32): Section | null {
  const number = freeNumber();
  if (number == 0 || !poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_PAGE, 2)) return null;
  const section = changetype<Section>(poolTake(POOL_CHUNK));
  section.number = number;
  section.attributes = attributes;
  section.protection = protection;
  section.handles = 1;
  section.sizeBytes = sizeBytes;
  section.sizePages = pageUp(sizeBytes) >> 12;
  register(number, changetype<u32>(section));
  return section;
}

/** Give the section its trees. Requires: two pages ensured. */
function plant(section: Section): void {
  section.levels = 1;
  while (pagesMost(section.levels) < section.sizePages) section.levels += 1;
  section.table = tableNode();
  section.facts = tableNode();
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
  return frameHere(section, page);
}

/** The same by number; 0 too where there is no such section, or another one has its pages. */
export function sectionFrameOf(number: u32, page: u64): u32 {
  const section = sectionOf(number);
  return section === null || section.facts == 0 ? 0 : sectionFrame(section, page);
}

/** Give an untouched page its frame. Requires: room for one change; a frame fits. */
export function sectionTouch(section: Section, page: u64): Frame {
  const frame = frameForPage(keyOfSection(section.number, page), false);
  frameSet(factsMake(section, page), <u32>page & 1023, changetype<u32>(frame));
  return frame;
}

/** The page's frame goes; a file has its bytes. */
export function sectionForget(section: Section, page: u64): void {
  const chunk = factsAt(section, page);
  const frame = changetype<Frame>(frameOf(chunk, <u32>page & 1023));
  frameSet(chunk, <u32>page & 1023, 0);
  frameRelease(frame);
  factsTrim(section, page);
}

/**
 * First page of [page, end) that was written since a file got its bytes, or `end`. The file of an
 * image never gets any.
 */
export function sectionDirty(section: Section, page: u64, end: u64): u64 {
  if (sectionIsImage(section)) return end;
  for (page = factsNext(section, page, end); page < end; page = factsNext(section, page, end)) {
    const frame = changetype<Frame | null>(frameOf(factsAt(section, page), <u32>page & 1023));
    if (frame !== null && frameIs(frame, FRAME_DIRTY)) return page;
    page += 1;
  }
  return end;
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

/** Whether nobody needs the section any more. */
export function sectionIsUnused(section: Section): bool {
  return section.handles == 0 && section.views == 0;
}

/**
 * Views keep the memory alive when the last handle is gone, and the other way round. The content of
 * a file stays until it is written (`contentEnd`).
 */
function endUnused(section: Section): void {
  if (!sectionIsUnused(section) || section.file != 0) return;
  if (sectionIsFile(section)) {
    const content = contentOf(section);
    forget(section);
    sectionClose(content);
  } else {
    end(section);
  }
}

/** The memory of a file that nobody needs goes. Requires: unused, and nothing of it dirty. */
export function contentEnd(content: Section): void {
  assert(sectionIsUnused(content) && content.file != 0); // somebody would miss it
  end(content);
}

function end(section: Section): void {
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
  forget(section);
}

function forget(section: Section): void {
  register(section.number, 0);
  poolGive(POOL_CHUNK, changetype<u32>(section));
}

function register(number: u32, section: u32): void {
  const at = SECTIONS + (number << 2);
  keep(at);
  store<u32>(at, section);
}

function freeNumber(): u32 {
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    if (load<u32>(SECTIONS + (number << 2)) == 0) return number;
  }
  return 0;
}
