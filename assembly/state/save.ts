import { hashBegin } from "../base/hash";
import { SPACES_MAX } from "../base/layout";
import { pageOf } from "../base/range";
import { AWE_END } from "../object/awe";
import { Section, sectionIsFile } from "../object/section";
import { pagesMost } from "../page/pages";
import { Context, TRANSFER_BYTES, transferOf } from "../virt/context";
import { regionAfter } from "../virt/index";
import { machine } from "../virt/machine";
import { SPACE_RUNNING, Space, spaceOf } from "../virt/space";
import { ranksBegin } from "./rank";
import { RECORD_MOST } from "./record";
import { machineSave } from "./save-machine";
import { orderStep } from "./save-order";
import { pagesStep } from "./save-pages";
import { sectionSave } from "./save-section";
import { aweSave, recentSave, regionSave, spaceSave, threadSave } from "./save-space";
import { STEP_ASKS, STEP_LAST, STEP_MADE, stream, streamBegin } from "./stream";

/**
 * The state of a machine as records (state/record), in an order that depends on the state alone:
 * the machine, sections by rank, spaces by number, and the order in which frames leave memory.
 */
const PHASE_MACHINE: u32 = 0;
const PHASE_SECTIONS: u32 = 1;
const PHASE_SPACES: u32 = 2;
const PHASE_ORDER: u32 = 3;
const PHASE_END: u32 = 4;

/** Of a section or a space: itself comes first. */
const PART_SELF: u32 = 0;
const PART_PAGES: u32 = 1;
const PART_THREADS: u32 = 1;
const PART_REGIONS: u32 = 2;
const PART_AWE: u32 = 3;
const PART_SPACE_PAGES: u32 = 4;
const PART_RECENT: u32 = 5;

/** Begin to save; `keeps` is false where the hash is all that is wanted. */
export function saveBegin(context: Context, keeps: bool): void {
  streamBegin(transferOf(context));
  stream().keeps = u32(keeps);
  ranksBegin();
  hashBegin();
}

/**
 * Save until the transfer area is full, or all is saved. STEP_MADE: there are bytes, and perhaps
 * more to come; STEP_ASKS: as far as this, and the host has to bring a page; STEP_LAST: no bytes.
 */
export function saveMore(): u32 {
  const s = stream();
  s.bytes = 0;
  while (s.bytes <= TRANSFER_BYTES - RECORD_MOST) {
    const made = step();
    if (made == STEP_ASKS) return STEP_ASKS;
    if (made == STEP_LAST && !next()) break;
  }
  return s.bytes == 0 ? STEP_LAST : STEP_MADE;
}

/** Bytes that the last call of `saveMore` left in the transfer area. */
export function savedBytes(): u32 {
  return stream().bytes;
}

/** Bytes of all records so far, kept or not. */
export function savedTotal(): u64 {
  return stream().total;
}

/** 1 + the slot of the page store whose page is to be brought into the staging area. */
export function wantedSlot(): u32 {
  return stream().wanted;
}

/** One step more of the object that is being saved. */
function step(): u32 {
  const s = stream();
  if (s.phase == PHASE_MACHINE) {
    if (s.part != PART_SELF) return STEP_LAST;
    s.part = PART_PAGES;
    machineSave();
    return STEP_MADE;
  }
  if (s.phase == PHASE_SECTIONS) return s.number == 0 ? STEP_LAST : sectionStep();
  if (s.phase == PHASE_SPACES) return s.number == 0 ? STEP_LAST : spaceStep(spaceOf(s.number)!);
  return s.phase == PHASE_ORDER ? orderStep() : STEP_LAST;
}

/** Go to the next object. False behind the last one. */
function next(): bool {
  const s = stream();
  s.part = PART_SELF;
  s.step = 0;
  s.page = 0;
  s.link = 0;
  if (s.phase == PHASE_END) return false;
  if (s.phase == PHASE_SECTIONS) {
    s.number = s.number == 0 ? s.first : changetype<Section>(s.number).nextRanked;
    if (s.number != 0) return true;
  } else if (s.phase == PHASE_SPACES) {
    s.number = spaceBehind(s.number);
    if (s.number != 0) return true;
  }
  s.phase += 1;
  return true;
}

/** The lowest number of a space above this one, or 0. */
function spaceBehind(number: u32): u32 {
  for (number += 1; number < SPACES_MAX; number++) {
    if (spaceOf(number) !== null) return number;
  }
  return 0;
}

function sectionStep(): u32 {
  const s = stream();
  const section = changetype<Section>(s.number);
  if (s.part == PART_SELF) {
    s.part = PART_PAGES;
    sectionSave(section);
    return STEP_MADE;
  }
  return sectionIsFile(section) ? STEP_LAST : pagesStep(section, pagesMost(section.levels));
}

function spaceStep(space: Space): u32 {
  const s = stream();
  if (s.part == PART_SELF) {
    s.part = PART_THREADS;
    spaceSave(space);
    return STEP_MADE;
  }
  if (space.state != SPACE_RUNNING) return STEP_LAST;
  if (s.part == PART_THREADS) {
    s.link = threadSave(space, s.link);
    if (s.link != 0) return STEP_MADE;
    s.part = PART_REGIONS;
  }
  if (s.part == PART_REGIONS) {
    const region = regionAfter(space, s.page);
    if (region !== null) {
      s.page = region.start;
      regionSave(region);
      return STEP_MADE;
    }
    s.part = PART_AWE;
  }
  if (s.part == PART_AWE) {
    const index = aweSave(space, s.link);
    s.link = index + 1;
    if (index != AWE_END) return STEP_MADE;
    s.part = PART_SPACE_PAGES;
    s.page = 0;
    s.link = 0;
  }
  if (s.part == PART_SPACE_PAGES) {
    const made = pagesStep(space, pageOf(machine().highestAddress) + 1);
    if (made != STEP_LAST) return made;
    s.part = PART_RECENT;
    s.link = 0;
  }
  s.link = recentSave(space, s.link);
  return s.link == 0 ? STEP_LAST : STEP_MADE;
}
