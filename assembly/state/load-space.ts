import { PAGE_BYTES, SPACES_MAX } from "../base/layout";
import { POOL_REGION, poolEnsure } from "../base/pool";
import { pageOf } from "../base/range";
import { NODE_SHIFT } from "../nt/numa";
import { AWE_END, aweAt, aweTakeAt } from "../object/awe";
import { sectionIsImage, sectionOf } from "../object/section";
import { FACT_VALID, factIs, factsMake, frameOf, frameSet } from "../page/facts";
import { chargeAdd, framesFit } from "../phys/charge";
import { aweEnsure } from "../virt/awe";
import { reserve } from "../virt/change";
import { ENCLAVE_TERMINATED, Enclave } from "../virt/enclave";
import { regionAfter, regionFloor } from "../virt/index";
import { machine } from "../virt/machine";
import {
  REGION_COPY,
  REGION_ENCLAVE,
  REGION_IMAGE,
  REGION_KNOWN,
  REGION_LARGE,
  REGION_PRIVATE,
  REGION_SHARED,
  Region,
  regionIs,
} from "../virt/region";
import { roomEnsure } from "../virt/room";
import {
  SPACE_RUNNING,
  SPACE_TERMINATED,
  SPACE_TRANSLATED,
  SPACE_WINDOWED,
  Space,
} from "../virt/space";
import { spaceMake, spaceTerminate } from "../virt/spaces";
import { threadMake } from "../virt/thread";
import { viewCharge, viewMake } from "../virt/view";
import { HARD_MAXIMUM, HARD_MINIMUM, hasHardMaximum, recentAppend } from "../virt/working-set";
import {
  fieldsLeft,
  get32,
  get64,
  LOADED,
  REFUSED_FORM,
  REFUSED_MEMORY,
  REFUSED_VALUE,
} from "./field";
import { stream } from "./stream";

/** Bits of the flags of a region that say no node. */
const NO_FLAGS: u32 = (1 << NODE_SHIFT) - 1;

export function spaceLoad(): u32 {
  const s = stream();
  const number = get32();
  const state = get32();
  if (number <= s.number || number >= SPACES_MAX - 1) return REFUSED_FORM;
  if (state > SPACE_TERMINATED) return REFUSED_VALUE;
  const kind = number == s.window ? SPACE_WINDOWED : SPACE_TRANSLATED;
  const space = spaceMake(kind, number);
  if (space === null) return REFUSED_MEMORY;
  space.quotaPages = get64();
  space.workingSetMinPages = get32();
  space.workingSetMaxPages = get32();
  space.workingSetFlags = get32();
  space.guardsFlow = get32();
  space.faultCount = get64();
  space.residentPeakPages = get64();
  space.chargePeakPages = get64();
  s.number = number;
  s.link = 0;
  s.tail = 0;
  // What follows lets the peaks grow.
  s.residentPeak = space.residentPeakPages;
  s.chargePeak = space.chargePeakPages;
  if ((space.workingSetFlags & ~(HARD_MINIMUM | HARD_MAXIMUM)) != 0) return REFUSED_VALUE;
  if (space.guardsFlow > 1) return REFUSED_VALUE;
  if (state == SPACE_TERMINATED) spaceTerminate(space);
  return LOADED;
}

/** All records of the space were loaded: what they say together. Whether that can be. */
export function spaceLoaded(space: Space): bool {
  if (space.state != SPACE_RUNNING) return true;
  for (let region = regionAfter(space, 0); region !== null; ) {
    if (region.section != 0) viewCharge(space, region);
    region = regionAfter(space, region.start);
  }
  const s = stream();
  if (space.residentPages > s.residentPeak || space.chargePages > s.chargePeak) return false;
  space.residentPeakPages = s.residentPeak;
  space.chargePeakPages = s.chargePeak;
  return space.chargePages <= space.quotaPages;
}

export function threadLoad(space: Space): u32 {
  const s = stream();
  const number = get32();
  if (number <= s.link) return REFUSED_FORM;
  const thread = threadMake(space, number);
  if (thread === null) return REFUSED_MEMORY;
  thread.guaranteeBytes = get32();
  thread.stackBase = get64();
  thread.stackLimit = get64();
  thread.deallocationStack = get64();
  s.link = number;
  return LOADED;
}

export function regionLoad(space: Space): u32 {
  const start = get64();
  const end = get64();
  const offsetPages = get64();
  const kind = get32();
  const protection = get32();
  const flags = get32();
  const section = get32();
  const source = get32();
  const owner = get32();
  const state = get32();
  if (((start | end) & 0xfff) != 0 || start >= end) return REFUSED_VALUE;
  if (end - 1 > machine().highestAddress || !areFlags(flags)) return REFUSED_VALUE;
  if (regionFloor(space, end - 1).end > start) return REFUSED_VALUE;
  if (!roomEnsure(space)) return REFUSED_MEMORY;
  const kindOnly = kind & 0xffff;
  if (kindOnly < REGION_PRIVATE || kindOnly > REGION_IMAGE) return REFUSED_VALUE;
  if (section != 0) {
    const shown = sectionOf(section);
    if (shown === null || shown.content != section || kindOnly == REGION_PRIVATE) {
      return REFUSED_VALUE;
    }
    if (sectionIsImage(shown) != (kindOnly == REGION_IMAGE)) return REFUSED_VALUE;
    viewMake(space, shown, start, end, offsetPages, kindOnly, protection, flags, kind >>> 16);
    return source == 0 && owner == 0 && state == 0 ? LOADED : REFUSED_VALUE;
  }
  const region = reserve(space, start, end, kindOnly, protection, flags);
  region.attributes = <u16>(kind >>> 16);
  region.offsetPages = offsetPages;
  return privateLoad(space, region, source, owner, state);
}

/** Flags, and above them the node of memory (nt/numa). */
function areFlags(flags: u32): bool {
  const node = flags >>> NODE_SHIFT;
  return (flags & NO_FLAGS & ~REGION_KNOWN) == 0 && node < max<u32>(machine().numaNodes, 1);
}

/** The rest of a region that is no view of a section. */
function privateLoad(space: Space, region: Region, source: u32, owner: u32, state: u32): u32 {
  if (regionIs(region, REGION_ENCLAVE)) {
    if (region.kind != REGION_PRIVATE || region.offsetPages != 0) return REFUSED_VALUE;
    if (state > ENCLAVE_TERMINATED || source != 0 || owner != 0) return REFUSED_VALUE;
    changetype<Enclave>(region).state = state;
    space.enclaves += 1;
    return LOADED;
  }
  if (state != 0 || (region.kind != REGION_PRIVATE && owner != 0)) return REFUSED_VALUE;
  if (regionIs(region, REGION_LARGE)) space.largePages += pageOf(region.end - region.start);
  if (regionIs(region, REGION_COPY | REGION_SHARED)) space.marked = 1;
  // Numbers for now; the spaces may follow (state/load).
  region.space = source;
  region.nextView = owner;
  return LOADED;
}

export function aweLoad(space: Space, bytes: u32): u32 {
  const index = get64();
  const place = get64();
  if (bytes != 16 && bytes != 16 + PAGE_BYTES) return REFUSED_FORM;
  if (index == 0 || index >= AWE_END || place > pageOf(machine().highestAddress) + 1) {
    return REFUSED_VALUE;
  }
  const set = aweEnsure(space);
  if (set === null) return REFUSED_MEMORY;
  if (aweAt(set, <u32>index) !== null) return REFUSED_VALUE;
  if (!framesFit(1) || !roomEnsure(space)) return REFUSED_MEMORY;
  if (!aweTakeAt(set, <u32>index)) return REFUSED_MEMORY;
  if (index == set.lowestFree) set.lowestFree += 1;
  const frame = aweAt(set, <u32>index)!;
  chargeAdd(1);
  space.chargePages += 1;
  if (bytes != 16) memory.copy(frame.location, fieldsLeft(), PAGE_BYTES);
  if (place == 0) return LOADED;
  if (!roomEnsure(space)) return REFUSED_MEMORY;
  const chunk = factsMake(space, place - 1);
  if (frameOf(chunk, <u32>(place - 1) & 1023) != 0) return REFUSED_VALUE;
  frame.place = place;
  frameSet(chunk, <u32>(place - 1) & 1023, changetype<u32>(frame));
  return LOADED;
}

export function recentLoad(space: Space): u32 {
  const s = stream();
  const page = get64();
  if (!hasHardMaximum(space) || !factIs(space, FACT_VALID, page)) return REFUSED_VALUE;
  if (!poolEnsure(POOL_REGION, 1)) return REFUSED_MEMORY;
  s.tail = recentAppend(space, s.tail, page);
  return LOADED;
}
