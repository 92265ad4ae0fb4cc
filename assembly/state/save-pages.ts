import { PAGE_BYTES, STAGING } from "../base/layout";
import { valueAt } from "../base/planes";
import { sectionIsImage, sectionOf } from "../object/section";
import { EXTRA_CODE, extraOf, slotsOf } from "../page/extra";
import { factsAt, factsChunkEnd, factsNext, frameIsShared, frameOf } from "../page/facts";
import { Pages } from "../page/pages";
import { attributesAt, attributesRunEnd } from "../page/table";
import {
  FRAME_AWE,
  FRAME_DIRTY,
  FRAME_STUCK,
  Frame,
  frameIs,
  keyIsShared,
  keyNumber,
} from "../phys/frame";
import { sharerFrom } from "../virt/sharers";
import { spaceOf } from "../virt/space";
import {
  EXTRA,
  EXTRA_SHIFT,
  FACTS,
  FRAME_PRESENT,
  FRAME_REFUSED,
  FRAME_WRITTEN,
  OWN_FRAME,
  SAME_FRAME,
  SAME_SHIFT,
} from "./page-facts";
import {
  put64,
  putBytes,
  RECORD_FACTS,
  RECORD_PAGE,
  RECORD_RUN,
  RECORD_SLOTS,
  recordBegin,
  recordEnd,
  recordEndWith,
} from "./record";
import { STEP_ASKS, STEP_LAST, STEP_MADE, stream } from "./stream";

/**
 * Pages of a section or a space: runs of equal attributes, runs of equal facts within 1,024 pages,
 * and behind each of these what the pages with frames hold, unless it is zeros.
 */
const STEP_RUNS: u32 = 0;
const STEP_FACTS: u32 = 1;
const STEP_CONTENT: u32 = 2;

if (EXTRA_CODE != 512) ERROR("marks of code follow what is saved of the further facts");

/** Save what comes next of the pages below `end`. */
export function pagesStep(pages: Pages, end: u64): u32 {
  const s = stream();
  if (s.step == STEP_RUNS) {
    if (runStep(pages, end)) return STEP_MADE;
    s.step = STEP_FACTS;
    s.page = 0;
  }
  if (s.step == STEP_CONTENT) {
    const made = contentStep(factsAt(pages, s.last));
    if (made != STEP_LAST) return made;
    s.step = STEP_FACTS;
  }
  return factsStep(pages, end) ? STEP_MADE : STEP_LAST;
}

function runStep(pages: Pages, end: u64): bool {
  const s = stream();
  for (let page = s.page; page < end; ) {
    const next = attributesRunEnd(pages, page, end);
    const attributes = attributesAt(pages, page);
    if (attributes != 0) {
      recordBegin(RECORD_RUN);
      put64(page);
      put64(next - page);
      put64(attributes);
      recordEnd();
      s.page = next;
      return true;
    }
    page = next;
  }
  return false;
}

function factsStep(pages: Pages, end: u64): bool {
  const s = stream();
  for (let page = factsNext(pages, s.page, end); page < end; page = factsNext(pages, page, end)) {
    const chunk = factsAt(pages, page);
    const chunkEnd = factsChunkEnd(page, end);
    const said = factsOf(pages, chunk, <u32>page & 1023);
    let next = page + 1;
    while (next < chunkEnd && factsOf(pages, chunk, <u32>next & 1023) == said) next += 1;
    if (said != 0) {
      recordBegin(RECORD_FACTS);
      put64(page);
      put64(next - page);
      put64(said);
      recordEnd();
      s.step = STEP_CONTENT;
      s.contents = <u32>said & OWN_FRAME;
      s.last = page;
      s.end = next;
      s.page = next;
      return true;
    }
    page = next;
  }
  return false;
}

/** What is known of the page of this index in the chunk, as a record says it. */
function factsOf(pages: Pages, chunk: u32, i: u32): u64 {
  let said = valueAt(chunk, i) & FACTS;
  const extra = extraOf(chunk);
  if (extra != 0) said |= (valueAt(extra, i) & EXTRA) << EXTRA_SHIFT;
  const frame = changetype<Frame | null>(frameOf(chunk, i));
  if (frame === null || frameIs(frame, FRAME_AWE)) return said;
  const first = firstSpace(chunk, i, frame);
  if (first != 0 && changetype<u32>(spaceOf(first)) != changetype<u32>(pages)) {
    return said | SAME_FRAME | ((<u64>first) << SAME_SHIFT);
  }
  said |= OWN_FRAME;
  if (frame.location != 0) said |= FRAME_PRESENT;
  if (frameIs(frame, FRAME_STUCK)) said |= FRAME_REFUSED;
  if (isWritten(frame)) said |= FRAME_WRITTEN;
  return said;
}

/** The lowest number of a process that has the frame, where several have; else 0. */
function firstSpace(chunk: u32, i: u32, frame: Frame): u32 {
  if (!frameIsShared(chunk, i)) return 0;
  return sharerFrom(changetype<u32>(frame), frame.key, 1)!.number;
}

/**
 * Whether a file has other bytes than the frame; of an image, whether a page was written, so that
 * it does not come from the file again. Of all others it is of no interest who has their bytes.
 */
function isWritten(frame: Frame): bool {
  if (!keyIsShared(frame.key)) return false;
  const section = sectionOf(keyNumber(frame.key))!;
  if (section.file == 0) return false;
  return frameIs(frame, FRAME_DIRTY) || (sectionIsImage(section) && frame.slot != 0);
}

/** Save slots and bytes of the next page of the last record of facts that has any. */
function contentStep(chunk: u32): u32 {
  const s = stream();
  for (; s.last < s.end; s.last += 1) {
    const i = <u32>s.last & 1023;
    const extra = extraOf(chunk);
    const slots = extra == 0 ? 0 : slotsOf(extra, i);
    if (slots != 0 && s.link == 0) {
      s.link = slots;
      recordBegin(RECORD_SLOTS);
      put64(s.last);
      putBytes(slots, 32);
      recordEnd();
      return STEP_MADE;
    }
    const frame = changetype<Frame | null>(frameOf(chunk, i));
    if (frame !== null && s.contents != 0) {
      const made = contentOf(frame);
      if (made != STEP_LAST) return made;
    }
    s.link = 0;
  }
  return STEP_LAST;
}

/** Save the bytes of the frame, of page `last`; STEP_LAST where they are zeros. */
function contentOf(frame: Frame): u32 {
  const s = stream();
  let at = frame.location;
  if (at == 0) {
    // Without a slot they were never stored: then they are zeros (phys/frame).
    if (frame.slot == 0) return STEP_LAST;
    if (s.wanted != frame.slot) {
      s.wanted = frame.slot;
      return STEP_ASKS;
    }
    s.wanted = 0;
    at = STAGING;
  }
  if (isZero(at)) return STEP_LAST;
  recordBegin(RECORD_PAGE);
  put64(s.last);
  recordEndWith(at, PAGE_BYTES);
  s.last += 1;
  s.link = 0;
  return STEP_MADE;
}

export function isZero(page: u32): bool {
  for (let at = page; at < page + PAGE_BYTES; at += 8) {
    if (load<u64>(at) != 0) return false;
  }
  return true;
}
