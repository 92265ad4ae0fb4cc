import { PAGE_BYTES } from "../base/layout";
import { planeSetRange } from "../base/planes";
import { POOL_CHUNK, POOL_PAGE, POOL_REGION, poolEnsure } from "../base/pool";
import { addressOf, pageOf, smaller } from "../base/range";
import { Section } from "../object/section";
import { COMMITTED } from "../page/attributes";
import { extraMake, slotsMake } from "../page/extra";
import {
  FACT_LOCKED,
  FACT_OFFERED,
  FACT_VALID,
  factsAt,
  factsMake,
  frameHere,
  frameOf,
  frameSet,
} from "../page/facts";
import { Pages, pagesMost } from "../page/pages";
import { attributesAt, attributesFill } from "../page/table";
import { framesFit } from "../phys/charge";
import {
  FRAME_AWE,
  FRAME_DIRTY,
  FRAME_STUCK,
  Frame,
  frameForPage,
  frameIs,
  frameOutside,
  frameTakeSlot,
  keyOfSection,
  keyOfSpace,
} from "../phys/frame";
import { commit } from "../virt/change";
import { regionAt } from "../virt/index";
import { machine, SWITCH_PAGE_STORE, switchIs } from "../virt/machine";
import { windowHas } from "../virt/maps";
import { roomEnsure } from "../virt/room";
import { SPACE_RUNNING, Space, spaceOf } from "../virt/space";
import {
  fieldsLeft,
  get64,
  LOADED,
  LOADED_STORE,
  REFUSED_FORM,
  REFUSED_MEMORY,
  REFUSED_VALUE,
} from "./field";
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
import { stream } from "./stream";

/** Where the pages of an address space end. */
export function spaceEnd(): u64 {
  return pageOf(machine().highestAddress) + 1;
}

/** A run of equal attributes in a section, or where `space` is one, in its regions. */
export function runLoad(pages: Pages, space: Space | null): u32 {
  const s = stream();
  const first = get64();
  const count = get64();
  const attributes = get64();
  const limit = space === null ? pagesMost(pages.levels) : spaceEnd();
  if (first < s.page || first >= limit || count == 0 || count > limit - first) return REFUSED_VALUE;
  if (attributes > 0xff || (attributes & COMMITTED) == 0) return REFUSED_VALUE;
  const end = first + count;
  s.page = end;
  if (space === null) {
    if (!roomEnsure(pages)) return REFUSED_MEMORY;
    attributesFill(pages, first, end, <u32>attributes);
    return LOADED;
  }
  for (let page = first; page < end; ) {
    const region = regionAt(space, addressOf(page));
    if (region === null) return REFUSED_VALUE;
    if (!roomEnsure(space)) return REFUSED_MEMORY;
    const next = smaller(end, pageOf(region.end));
    commit(space, region, page, next, <u32>attributes);
    page = next;
  }
  return LOADED;
}

/** A run of equal facts, within 1,024 pages. `space` is null, and the pages those of `section`. */
export function factsLoad(pages: Pages, space: Space | null, section: Section | null): u32 {
  const s = stream();
  const first = get64();
  const count = get64();
  const said = get64();
  const limit = space === null ? pagesMost(pages.levels) : spaceEnd();
  if (first < s.page || first >= limit || count == 0 || count > limit - first) return REFUSED_VALUE;
  const from = <u32>first & 1023;
  if (count > 1024 - from || said == 0) return REFUSED_VALUE;
  const to = from + <u32>count;
  if (!roomEnsure(pages)) return REFUSED_MEMORY;
  const chunk = factsMake(pages, first);
  const status = planesLoad(chunk, from, to, <u32>said, space);
  if (status != LOADED) return status;
  s.page = first + count;
  s.last = first;
  s.end = s.page;
  if ((<u32>said & OWN_FRAME) == 0) {
    if ((<u32>said & (FRAME_PRESENT | FRAME_REFUSED | FRAME_WRITTEN)) != 0) return REFUSED_VALUE;
    const first = <u32>(said >> SAME_SHIFT);
    if ((<u32>said & SAME_FRAME) == 0) return first == 0 ? LOADED : REFUSED_VALUE;
    return space === null ? REFUSED_VALUE : framesShare(space, chunk, first, s.last, s.page);
  }
  if (said > u32.MAX_VALUE || (<u32>said & SAME_FRAME) != 0) return REFUSED_VALUE;
  for (let page = first; page < s.page; page++) {
    const made = frameLoad(pages, page, <u32>said, space, section);
    if (made != LOADED) return made;
  }
  return LOADED;
}

function planesLoad(chunk: u32, from: u32, to: u32, said: u32, space: Space | null): u32 {
  const facts = said & FACTS;
  for (let i: u32 = 0; i < 7; i++) {
    if (((facts >>> i) & 1) != 0) planeSetRange(chunk + (i << 7), from, to);
  }
  const extra = (said >>> EXTRA_SHIFT) & EXTRA;
  if (space === null) return facts == 0 && extra == 0 ? LOADED : REFUSED_VALUE;
  const count = <u64>(to - from);
  if ((facts & factBit(FACT_VALID)) != 0) space.residentPages += count;
  if ((facts & factBit(FACT_LOCKED)) != 0) space.lockedPages += <u32>count;
  if ((facts & factBit(FACT_OFFERED)) != 0) space.offeredPages += count;
  if (extra == 0) return LOADED;
  if (!poolEnsure(POOL_CHUNK, 1)) return REFUSED_MEMORY;
  const further = extraMake(chunk);
  for (let i: u32 = 0; i < 4; i++) {
    if (((extra >>> i) & 1) != 0) planeSetRange(further + (i << 7), from, to);
  }
  return LOADED;
}

/** The bit of a plane in what a record of facts says. */
function factBit(plane: u32): u32 {
  return 1 << (plane >>> 7);
}

function frameLoad(
  pages: Pages,
  page: u64,
  said: u32,
  space: Space | null,
  section: Section | null,
): u32 {
  const i = <u32>page & 1023;
  if ((attributesAt(pages, page) & COMMITTED) == 0) return REFUSED_VALUE;
  if (frameOf(factsAt(pages, page), i) != 0) return REFUSED_VALUE;
  if (!roomEnsure(pages)) return REFUSED_MEMORY;
  const isHome = space !== null && windowHas(space, page);
  const key = space === null ? keyOfSection(section!.number, page) : keyOfSpace(space.number, page);
  let frame: Frame;
  if ((said & FRAME_PRESENT) != 0) {
    if (!framesFit(1)) return REFUSED_VALUE;
    frame = frameForPage(key, isHome);
  } else {
    if (!switchIs(SWITCH_PAGE_STORE)) return REFUSED_VALUE;
    frame = frameOutside(key);
  }
  if ((said & FRAME_REFUSED) != 0) frame.state |= FRAME_STUCK;
  if ((said & FRAME_WRITTEN) != 0) {
    if (section === null || section.file == 0) return REFUSED_VALUE;
    frame.state |= FRAME_DIRTY;
  }
  frameSet(factsAt(pages, page), i, changetype<u32>(frame));
  return LOADED;
}

/** Pages [page, end) of the space have the frames that they have in a space before. */
function framesShare(space: Space, chunk: u32, number: u32, page: u64, end: u64): u32 {
  const first = number < space.number ? spaceOf(number) : null;
  if (first === null || first.state != SPACE_RUNNING) return REFUSED_VALUE;
  for (; page < end; page++) {
    const frame = changetype<Frame | null>(frameHere(first, page));
    if (frame === null || frameIs(frame, FRAME_AWE)) return REFUSED_VALUE;
    if ((attributesAt(space, page) & COMMITTED) == 0) return REFUSED_VALUE;
    frame.owners += 1;
    frameSet(chunk, <u32>page & 1023, changetype<u32>(frame));
  }
  machine().forked = max<u32>(machine().forked, space.number);
  return LOADED;
}

/** Call targets of a page of the last record of facts. */
export function slotsLoad(pages: Pages): u32 {
  const s = stream();
  const page = get64();
  if (page < s.last || page >= s.end) return REFUSED_FORM;
  if (!poolEnsure(POOL_CHUNK, 1) || !poolEnsure(POOL_PAGE, 1) || !poolEnsure(POOL_REGION, 1)) {
    return REFUSED_MEMORY;
  }
  const i = <u32>page & 1023;
  const extra = extraMake(factsAt(pages, page));
  memory.copy(slotsMake(extra, i, false), fieldsLeft(), 32);
  return LOADED;
}

/** What a page of the last record of facts holds. */
export function pageLoad(pages: Pages, section: Section | null): u32 {
  const s = stream();
  const page = get64();
  if (page < s.last || page >= s.end) return REFUSED_FORM;
  s.last = page + 1;
  const frame = changetype<Frame | null>(frameOf(factsAt(pages, page), <u32>page & 1023));
  if (frame === null) return REFUSED_VALUE;
  // Of a file's own pages the record of facts has said whether the file has them.
  if (section === null || section.file == 0) frame.state |= FRAME_DIRTY;
  if (frame.location != 0) {
    memory.copy(frame.location, fieldsLeft(), PAGE_BYTES);
    return LOADED;
  }
  frameTakeSlot(frame);
  frame.state &= ~FRAME_DIRTY;
  s.wanted = frame.slot;
  return LOADED_STORE;
}
