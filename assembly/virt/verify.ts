import { NOTHING, PAGE_BYTES, SECTIONS_MAX, SPACES_MAX } from "../base/layout";
import { planeTest } from "../base/planes";
import { poolLive } from "../base/pool";
import { addressOf, pageOf } from "../base/range";
import { AweFrame, listPages } from "../object/awe";
import { sectionIsFile, sectionIsImage, sectionOf } from "../object/section";
import {
  FACT_LOCKED,
  FACT_LOST,
  FACT_MARK,
  FACT_OFFERED,
  FACT_RESET,
  FACT_VALID,
  factCount,
  factsAt,
  factsNext,
  factsRecords,
  frameCount,
  frameOf,
  framesCount,
  framesPresent,
} from "../page/facts";
import { attributesAt, attributesRunEnd, committedCount, tableRecords } from "../page/table";
import { chargeTotal, framesInUse, physical } from "../phys/charge";
import { FRAME_AWE, Frame, frameIs } from "../phys/frame";
import { aweOf, aweShown } from "./awe";
import { frameAt } from "./backing";
import { Context, resultSet, TRANSLATIONS } from "./context";
import { grantable } from "./fault";
import { gapBehind, indexRecords, NOWHERE, regionAfter, regionAt, regionFloor } from "./index";
import { machine } from "./machine";
import {
  ACCESS_EXECUTE,
  ACCESS_READ,
  ACCESS_WRITE,
  accessByte,
  SPAN_SHIFT,
  TRANSLATION_ADDEND,
  TRANSLATION_FETCH,
  TRANSLATION_WRITE,
} from "./maps";
import {
  ENTRY_BYTES,
  entryGap,
  entryRef,
  entryStart,
  NODE_CAPACITY,
  nodeCount,
  nodeEnd,
  nodeLargestGap,
  nodeOther,
} from "./node";
import {
  REGION_COPY,
  REGION_IMAGE,
  REGION_PLACEHOLDER,
  REGION_PRIVATE,
  REGION_REPLACED,
  REGION_SHARED,
  REGION_WATCHED,
  Region,
  regionIs,
  regionIsCharged,
} from "./region";
import { SPACE_RUNNING, SPACE_WINDOWED, Space, spaceOf, TAG_SHIFT } from "./space";
import { Thread, threadOf } from "./thread";
import { verifyEnclaves, verifyExtra } from "./verify-extras";
import {
  emptyColumns,
  sharedFrames,
  sharedRecords,
  verifyColumn,
  verifyFrame,
} from "./verify-sharing";
import { verifyWorkingSet } from "./verify-working-set";
import { ownPages, viewPage, viewSection } from "./view";
import { recentCount } from "./working-set";

/**
 * The rules between the maps, recomputed from scratch. A check answers 0, or its number with the
 * page in result 0:
 *
 *     1  the index is ordered, its regions do not overlap, its gaps and counts are right
 *     2  each region counts its committed pages, and nothing outside of regions is committed; of
 *        the view of an image those pages are that the image has; a placeholder is private, watches
 *        nothing and has none; pages of VirtualCopy have no frames, and are in no working set
 *     3  the charge of the space is what its private regions have committed, what of its views is
 *        copy-on-write, and its frames of AWE
 *     4  a page with a frame is committed; the frame has as many owners as columns name it, names
 *        this page, and is in the page's own slot of the window where it has one, but for what a
 *        fork has brought; a column has as many owners as it says; a frame of AWE knows the page
 *        that shows it, in a window (virt/verify-sharing)
 *     5  valid, locked and kept reset pages have frames; lost pages were reset or offered; offered
 *        pages are committed, not valid and not locked; marks lie in watched regions
 *     6  the counts of frames, valid, locked and offered pages are right
 *     7  the access map allows nothing that the page does not; a span bit says what both bytes say
 *     8  a translation allows nothing that its page does not, and leads to its bytes
 *     9  charge, frames and records of the machine are the sums over its spaces and sections, where
 *        what several have counts once; a section counts the regions that show it
 *     10 large pages are resident, peaks are the highest (virt/verify-working-set)
 *     11 threads have numbers of their own, and guarantees of whole pages
 *     12 what is recorded of enclaves and call targets fits their pages (virt/verify-extras)
 */
export function verify(context: Context, space: Space): u32 {
  resultSet(context, 0, 0);
  if (space.state == SPACE_RUNNING) {
    if (!verifyIndex(space)) return 1;
    if (!verifyCommitted(context, space)) return 2;
    if (!verifyCharge(space)) return 3;
    const failed = verifyFacts(context, space);
    if (failed != 0) return failed;
    if (space.kind == SPACE_WINDOWED && !verifyAccess(context, space)) return 7;
    if (!verifyTranslations(context)) return 8;
    if (!verifyWorkingSet(space)) return 10;
    if (!verifyThreads(space)) return 11;
    if (!verifyEnclaves(space)) return 12;
  }
  return verifyMachine() ? 0 : 9;
}

function verifyIndex(space: Space): bool {
  let count: u32 = 0;
  let bytes: u64 = 0;
  let end: u64 = 0;
  let region = regionAfter(space, 0);
  while (region !== null) {
    if (region.start < end || region.end <= region.start) return false;
    if (((region.start | region.end) & 0xfff) != 0) return false;
    if (regionFloor(space, region.end - 1) != region) return false;
    count += 1;
    bytes += region.end - region.start;
    end = region.end;
    region = regionAfter(space, region.start);
  }
  if (count != space.regionCount || bytes != space.regionBytes) return false;
  return verifyNode(space, space.index, space.indexHeight);
}

function verifyNode(space: Space, node: u32, height: u32): bool {
  for (let entry = node; entry < nodeEnd(node); entry += ENTRY_BYTES) {
    if (entry > node && entryStart(entry) <= entryStart(entry - ENTRY_BYTES)) return false;
    const ref = entryRef(entry);
    if (height > 0) {
      if (entryStart(entry) != entryStart(ref)) return false;
      if (entryGap(entry) != nodeLargestGap(ref)) return false;
      if (!verifyNode(space, ref, height - 1)) return false;
    } else {
      const region = changetype<Region>(ref);
      if (entryStart(entry) != region.start) return false;
      const after = regionAfter(space, region.start);
      const next = after === null ? NOWHERE : after.start;
      if (entryGap(entry) != gapBehind(region, next)) return false;
    }
  }
  if (node != space.index && !verifyOther(node)) return false;
  const limit = node + NODE_CAPACITY * ENTRY_BYTES;
  for (let entry = nodeEnd(node); entry < limit; entry += ENTRY_BYTES) {
    if (entryGap(entry) != 0) return false;
  }
  return nodeCount(node) > 0;
}

/** No more than one gap is above what all but the largest are said to be. */
function verifyOther(node: u32): bool {
  let above: u32 = 0;
  for (let entry = node; entry < nodeEnd(node); entry += ENTRY_BYTES) {
    if (entryGap(entry) > nodeOther(node)) above += 1;
  }
  return above <= 1;
}

function verifyCommitted(context: Context, space: Space): bool {
  let sum: u64 = 0;
  let region = regionAfter(space, 0);
  while (region !== null) {
    resultSet(context, 0, pageOf(region.start));
    const pages = committedCount(space, pageOf(region.start), pageOf(region.end));
    if (pages != region.committedPages || !verifyView(space, region)) return false;
    if (regionIs(region, REGION_PLACEHOLDER) && !isBare(region)) return false;
    if (regionIs(region, REGION_COPY | REGION_SHARED) && !verifyMarked(space, region)) return false;
    sum += pages;
    region = regionAfter(space, region.start);
  }
  return sum == committedCount(space, 0, pageOf(machine().highestAddress) + 1);
}

function isBare(region: Region): bool {
  const isPlain = !regionIs(region, REGION_REPLACED | REGION_WATCHED);
  return region.kind == REGION_PRIVATE && isPlain && region.committedPages == 0;
}

/** What shows another place has nothing of its own; what its owner alone writes is seen by all. */
function verifyMarked(space: Space, region: Region): bool {
  const first = pageOf(region.start);
  const end = pageOf(region.end);
  if (region.kind != REGION_PRIVATE || space.marked == 0) return false;
  if (regionIs(region, REGION_SHARED)) return space.number == machine().commonSpace;
  return framesCount(space, first, end) == 0 && factCount(space, FACT_VALID, first, end) == 0;
}

function verifyView(space: Space, region: Region): bool {
  const section = viewSection(region);
  if (section === null) return region.section == 0;
  if (sectionIsImage(section) != (region.kind == REGION_IMAGE)) return false;
  if (region.kind != REGION_IMAGE) return true;
  const end = pageOf(region.end);
  for (let page = pageOf(region.start); page < end; ) {
    const there = viewPage(region, page);
    const next = page + attributesRunEnd(section, there, there + (end - page)) - there;
    const isCommitted = attributesAt(section, there) != 0;
    if (committedCount(space, page, next) != (isCommitted ? next - page : 0)) return false;
    page = next;
  }
  return true;
}

function verifyCharge(space: Space): bool {
  let sum: u64 = 0;
  let region = regionAfter(space, 0);
  while (region !== null) {
    if (regionIsCharged(region)) sum += region.committedPages;
    if (region.section != 0) {
      if (region.chargedPages != ownPages(space, pageOf(region.start), pageOf(region.end))) {
        return false;
      }
      sum += region.chargedPages;
    }
    region = regionAfter(space, region.start);
  }
  const set = aweOf(space);
  return sum + (set === null ? 0 : set.count) == space.chargePages;
}

function verifyFacts(context: Context, space: Space): u32 {
  const end = pageOf(machine().highestAddress) + 1;
  let valid: u64 = 0;
  let locked: u32 = 0;
  let offered: u64 = 0;
  const set = aweOf(space);
  if (set !== null && aweShown(space, set) == u64.MAX_VALUE) return 4;
  for (let page = factsNext(space, 0, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    let inChunk: u32 = 0;
    for (let i: u32 = 0; i < 1024; i++) {
      resultSet(context, 0, page + i);
      const frame = frameOf(chunk, i);
      if (frame != 0) inChunk += 1;
      locked += <u32>planeTest(chunk + FACT_LOCKED, i);
      valid += <u64>planeTest(chunk + FACT_VALID, i);
      offered += <u64>planeTest(chunk + FACT_OFFERED, i);
      const rule = verifyPage(space, chunk, page + i);
      if (rule != 0) return rule;
    }
    if (inChunk != frameCount(chunk)) return 6;
    if (!verifyColumn(space, page)) return 4;
    page += 1024;
  }
  const isCounted = valid == space.residentPages && offered == space.offeredPages;
  return isCounted && locked == space.lockedPages ? 0 : 6;
}

function verifyPage(space: Space, chunk: u32, page: u64): u32 {
  const i = <u32>page & 1023;
  const frame = changetype<Frame | null>(frameOf(chunk, i));
  if (frame !== null) {
    if (attributesAt(space, page) == 0) return 4;
    if (frameIs(frame, FRAME_AWE)) {
      if (frame.owners != 1 || changetype<AweFrame>(frame).place != page + 1) return 4;
      if (planeTest(chunk + FACT_VALID, i)) return 5;
    } else if (!verifyFrame(space, page, frame)) {
      return 4;
    }
  }
  const isOffered = planeTest(chunk + FACT_OFFERED, i);
  if (isOffered) {
    if (planeTest(chunk + FACT_VALID, i) || planeTest(chunk + FACT_LOCKED, i)) return 5;
    if (attributesAt(space, page) == 0) return 5;
  }
  if (!verifyExtra(space, chunk, page)) return 12;
  const isLost = planeTest(chunk + FACT_LOST, i);
  const isReset = planeTest(chunk + FACT_RESET, i);
  if (frame === null) {
    const isTouched = planeTest(chunk + FACT_VALID, i) || planeTest(chunk + FACT_LOCKED, i);
    if (isTouched && frameAt(space, page) == 0) return 5;
    if (isReset && !isLost) return 5;
  }
  if (isLost && !isReset && !isOffered) return 5;
  if (planeTest(chunk + FACT_MARK, i)) {
    const region = regionAt(space, addressOf(page));
    if (region === null || !regionIs(region, REGION_WATCHED)) return 5;
  }
  return 0;
}

function verifyAccess(context: Context, space: Space): bool {
  const end = <u32>(machine().windowBytes >> 12);
  for (let page: u32 = 0; page < end; page++) {
    const byte = accessByte(page);
    if (byte == 0) continue;
    resultSet(context, 0, page);
    const own = byte & 7;
    if ((own & ~grantable(space, page)) != 0) return false;
    if (byte >>> SPAN_SHIFT != (own & accessByte(page + 1) & 7)) return false;
  }
  return accessByte(end) == 0;
}

function verifyTranslations(context: Context): bool {
  for (let i: u32 = 0; i < 1024; i++) {
    const entry = changetype<u32>(context) + TRANSLATIONS + (i << 5);
    if (!verifyTag(context, entry, load<u64>(entry), ACCESS_READ)) return false;
    if (!verifyTag(context, entry, load<u64>(entry, TRANSLATION_WRITE), ACCESS_WRITE)) return false;
    if (!verifyTag(context, entry, load<u64>(entry, TRANSLATION_FETCH), ACCESS_EXECUTE))
      return false;
  }
  return true;
}

function verifyTag(context: Context, entry: u32, tag: u64, right: u32): bool {
  if (tag == 0) return true;
  const space = spaceOf(<u32>(tag >> TAG_SHIFT));
  const page = tag & (((<u64>1) << TAG_SHIFT) - 1);
  resultSet(context, 0, page);
  if (space === null || space.state != SPACE_RUNNING) return false;
  if ((grantable(space, page) & right) == 0) return false;
  const frame = changetype<Frame>(frameAt(space, page));
  return load<u32>(entry, TRANSLATION_ADDEND) + ((<u32>page) << 12) == frame.location;
}

function verifyThreads(space: Space): bool {
  for (let link = space.firstThread; link != 0; link = changetype<Thread>(link).next) {
    const thread = changetype<Thread>(link);
    if (thread.number == 0 || (thread.guaranteeBytes & 0xfff) != 0) return false;
    if (threadOf(space, thread.number) != thread) return false;
  }
  return true;
}

function verifyMachine(): bool {
  let charge: u64 = 0;
  let frames: u64 = 0;
  let records = physical().freeCount;
  let empty: u32 = 0;
  for (let number: u32 = 1; number < SPACES_MAX; number++) {
    const space = spaceOf(number);
    if (space === null) continue;
    records += 1;
    charge += space.chargePages;
    for (let link = space.firstThread; link != 0; link = changetype<Thread>(link).next)
      records += 1;
    if (space.state != SPACE_RUNNING) continue;
    frames += framesPresent(space, pageOf(machine().highestAddress) + 1) - sharedFrames(space);
    records += tableRecords(space) + factsRecords(space) + indexRecords(space) + recentCount(space);
    records -= sharedRecords(space);
    empty += emptyColumns(space);
    const set = aweOf(space);
    if (set === null) continue;
    frames += set.count - aweShown(space, set);
    records += 1 + factsRecords(set) + 2 * set.count + listPages(set);
  }
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    const section = sectionOf(number);
    if (section === null) continue;
    let views: u32 = 0;
    for (let link = section.firstView; link != 0; link = changetype<Region>(link).nextView) {
      if (changetype<Region>(link).section != number) return false;
      views += 1;
    }
    if (views != section.views) return false;
    charge += section.committedPages;
    records += 1;
    if (sectionIsFile(section)) continue;
    records += tableRecords(section) + factsRecords(section);
    frames += framesPresent(section, section.sizePages);
  }
  if (empty != 0 && load<u32>(NOTHING + PAGE_BYTES) != empty + 1) return false;
  return charge == chargeTotal() && frames == framesInUse() && records == poolLive();
}
