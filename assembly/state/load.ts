import { SECTIONS_MAX, SPACES_MAX } from "../base/layout";
import { PHYSICAL_SPACE } from "../nt/resident";
import { Section, sectionIsFile, sectionIsUnused, sectionOf } from "../object/section";
import { chargeLimit, chargeTotal } from "../phys/charge";
import { framesAge } from "../phys/frame";
import { Context, transferOf } from "../virt/context";
import { regionAfter } from "../virt/index";
import { FEATURE_CE, featureIs, machine } from "../virt/machine";
import { REGION_COPY, REGION_ENCLAVE, REGION_PRIVATE, Region, regionIs } from "../virt/region";
import { SPACE_RUNNING, Space, spaceOf } from "../virt/space";
import { FIELDS_AT, LOADED, LOADED_STORE, REFUSED_FORM, REFUSED_VALUE } from "./field";
import { machineLoad } from "./load-machine";
import { orderLoad } from "./load-order";
import { factsLoad, pageLoad, runLoad, slotsLoad } from "./load-pages";
import { sectionLoad } from "./load-section";
import { aweLoad, recentLoad, regionLoad, spaceLoad, spaceLoaded, threadLoad } from "./load-space";
import {
  RECORD_AWE,
  RECORD_FACTS,
  RECORD_MACHINE,
  RECORD_ORDER,
  RECORD_PAGE,
  RECORD_RECENT,
  RECORD_REGION,
  RECORD_RUN,
  RECORD_SECTION,
  RECORD_SLOTS,
  RECORD_SPACE,
  RECORD_THREAD,
} from "./record";
import { stream, streamBegin } from "./stream";

/**
 * Load a state into a machine that was just made, record by record. A record is checked as far as
 * it has to be so that none of it can do harm; whether all of them together are a state is seen by
 * `verifySpace`, and by saving it again. After a refusal the machine is of no use.
 */

/** Lengths of the fields of each type, by number; 0: more than one. */
function lengthOf(type: u32): u32 {
  switch (type) {
    case RECORD_MACHINE:
      return 136;
    case RECORD_SECTION:
      return 64;
    case RECORD_SPACE:
      return 56;
    case RECORD_THREAD:
      return 32;
    case RECORD_REGION:
      return 56;
    case RECORD_RUN:
    case RECORD_FACTS:
      return 24;
    case RECORD_SLOTS:
      return 40;
    case RECORD_PAGE:
      return 4104;
    case RECORD_RECENT:
      return 8;
    case RECORD_ORDER:
      return 32;
    default:
      return 0;
  }
}

/** Begin to load, with the window for the space of this number, or 0. */
export function loadBegin(context: Context, window: u32): void {
  streamBegin(transferOf(context));
  stream().window = window;
}

/**
 * Load the records in the first bytes of the transfer area. What the last one came to
 * (state/field); `bytes` of the stream are done.
 */
export function loadRecords(context: Context, bytes: u32): u32 {
  const s = stream();
  const begin = transferOf(context);
  let status = LOADED;
  let done: u32 = 0;
  while (status == LOADED && bytes - done >= FIELDS_AT) {
    s.target = begin + done;
    const length = load<u32>(s.target, 4) + FIELDS_AT;
    if (length < FIELDS_AT || length > bytes - done) break;
    status = loadRecord(length);
    if (status <= LOADED_STORE) done += length;
  }
  s.bytes = done;
  return status;
}

/** Load the record of so many bytes at `target`. */
function loadRecord(bytes: u32): u32 {
  const s = stream();
  const type = load<u32>(s.target);
  if (type != RECORD_AWE && lengthOf(type) != bytes - FIELDS_AT) return REFUSED_FORM;
  s.bytes = FIELDS_AT;
  switch (type) {
    case RECORD_MACHINE:
      return s.phase == 0 ? begun(RECORD_MACHINE, machineLoad()) : REFUSED_FORM;
    case RECORD_SECTION:
      if (s.phase == RECORD_MACHINE) s.number = 0;
      else if (s.phase != RECORD_SECTION) return REFUSED_FORM;
      return begun(RECORD_SECTION, sectionLoad());
    case RECORD_SPACE:
      return nextSpace();
    case RECORD_ORDER:
      return order();
    default:
      return part(type, bytes - FIELDS_AT);
  }
}

/**
 * All records were loaded: what they say of each other. LOADED, or what is wrong; the numbers of
 * spaces that regions have named are their records from now on.
 */
export function loadEnd(): u32 {
  const s = stream();
  if (s.phase == 0) return REFUSED_FORM;
  if (s.phase == RECORD_SPACE && !spaceLoaded(spaceOf(s.number)!)) return REFUSED_VALUE;
  // Those that were not used in this period were not used in the one that begins.
  if (s.used == 0) framesAge();
  if (!commonLoaded()) return REFUSED_VALUE;
  for (let number: u32 = 1; number < SECTIONS_MAX; number++) {
    const section = sectionOf(number);
    if (section !== null && sectionIsUnused(section) && section.file == 0) return REFUSED_VALUE;
  }
  for (let number: u32 = 1; number < SPACES_MAX; number++) {
    const space = spaceOf(number);
    if (space === null || space.state != SPACE_RUNNING) continue;
    if (!referencesLoaded(space)) return REFUSED_VALUE;
  }
  return chargeTotal() == s.charge && s.charge <= chargeLimit() ? LOADED : REFUSED_VALUE;
}

/** An object begins, of this phase. */
function begun(phase: u32, status: u32): u32 {
  const s = stream();
  s.phase = phase;
  s.part = phase;
  s.page = 0;
  s.last = 0;
  s.end = 0;
  return status;
}

function nextSpace(): u32 {
  const s = stream();
  if (s.phase == RECORD_SPACE) {
    if (!spaceLoaded(spaceOf(s.number)!)) return REFUSED_VALUE;
  } else if (s.phase == RECORD_MACHINE || s.phase == RECORD_SECTION) {
    s.number = 0;
  } else {
    return REFUSED_FORM;
  }
  return begun(RECORD_SPACE, spaceLoad());
}

function order(): u32 {
  const s = stream();
  if (s.phase == 0) return REFUSED_FORM;
  if (s.phase == RECORD_SPACE && !spaceLoaded(spaceOf(s.number)!)) return REFUSED_VALUE;
  // What has no place in the order was used before all that has.
  if (s.phase != RECORD_ORDER) framesAge();
  return begun(RECORD_ORDER, orderLoad());
}

/** A part of the section or the space whose record came last. */
function part(type: u32, bytes: u32): u32 {
  const s = stream();
  const place = type == RECORD_SLOTS || type == RECORD_PAGE ? RECORD_FACTS : type;
  if (place < s.part || place > RECORD_RECENT) return REFUSED_FORM;
  if (place != s.part) s.page = 0;
  s.part = place;
  if (s.phase == RECORD_SECTION) {
    const section = sectionOf(s.number)!;
    return sectionIsFile(section) ? REFUSED_FORM : sectionPart(section, type);
  }
  if (s.phase != RECORD_SPACE) return REFUSED_FORM;
  const space = spaceOf(s.number)!;
  return space.state == SPACE_RUNNING ? spacePart(space, type, bytes) : REFUSED_FORM;
}

function sectionPart(section: Section, type: u32): u32 {
  switch (type) {
    case RECORD_RUN:
      return runLoad(section, null);
    case RECORD_FACTS:
      return factsLoad(section, null, section);
    case RECORD_PAGE:
      return pageLoad(section, section);
    default:
      return REFUSED_FORM;
  }
}

function spacePart(space: Space, type: u32, bytes: u32): u32 {
  switch (type) {
    case RECORD_THREAD:
      return threadLoad(space);
    case RECORD_REGION:
      return regionLoad(space);
    case RECORD_AWE:
      return aweLoad(space, bytes);
    case RECORD_RUN:
      return runLoad(space, space);
    case RECORD_FACTS:
      return factsLoad(space, space, null);
    case RECORD_SLOTS:
      return slotsLoad(space);
    case RECORD_PAGE:
      return pageLoad(space, null);
    default:
      return recentLoad(space);
  }
}

/** What all processes see, and physical memory, are there where the system has them. */
function commonLoaded(): bool {
  const m = machine();
  if (m.commonSpace == 0) return true;
  const common = spaceOf(m.commonSpace);
  if (m.commonLowest == 0 || common === null || common.state != SPACE_RUNNING) return false;
  return !featureIs(FEATURE_CE) || isRunning(PHYSICAL_SPACE);
}

function isRunning(number: u32): bool {
  const space = spaceOf(number);
  return space !== null && space.state == SPACE_RUNNING;
}

/** The spaces that regions have named by their numbers. Whether they are there. */
function referencesLoaded(space: Space): bool {
  for (let region = regionAfter(space, 0); region !== null; ) {
    if (region.kind == REGION_PRIVATE && !regionIs(region, REGION_ENCLAVE)) {
      if (!referenceLoaded(region)) return false;
    }
    region = regionAfter(space, region.start);
  }
  return true;
}

function referenceLoaded(region: Region): bool {
  if (!regionIs(region, REGION_COPY)) {
    if (region.space != 0) return false;
  } else if (region.space != 0) {
    if (!isRunning(region.space)) return false;
    region.chargedPages = spaceOf(region.space)!.serial;
  }
  if (region.nextView == 0) return true;
  if (!isRunning(region.nextView)) return false;
  region.nextView = changetype<u32>(spaceOf(region.nextView));
  return true;
}
