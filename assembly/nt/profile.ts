import { arenaStart } from "../base/arena";
import { WINDOW } from "../base/layout";
import { randomSeed } from "../base/random";
import { chargeStart } from "../phys/charge";
import {
  FEATURE_9X,
  FEATURE_CACHING_BY_PAGE,
  FEATURE_CE,
  FEATURE_IMAGE_NO_EXECUTE,
  FEATURE_LOCK_UNMARKED,
  FEATURE_NO_SINGLE_ZERO_BIT,
  FEATURE_SLOTS,
  FEATURE_VIEW_COMMIT_UNCHECKED,
  FEATURE_WIN10,
  Machine,
  machine,
  SWITCH_WINDOW,
} from "../virt/machine";
import {
  MEM_9X_SHARED,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_TARGETS,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_IMAGE,
  SEC_LARGE_PAGES,
  SEC_NO_CHANGE,
  SEC_NOCACHE,
  SEC_RESERVE,
  SEC_WRITECOMBINE,
} from "./types";

/** Address layouts of Windows (1.1), and what its versions know (14). */
export const PROFILE_WIN32: u32 = 0;
export const PROFILE_WIN32_3G: u32 = 1;
export const PROFILE_WIN32_4G: u32 = 2;
export const PROFILE_WIN64: u32 = 3;
export const PROFILE_WIN64_8TB: u32 = 4;
export const PROFILE_WIN9X: u32 = 5;
export const PROFILE_CE5: u32 = 6;
export const PROFILE_CE6: u32 = 7;

/** Versions of NT after NT 4, which is 0; of 9x, 0 is Windows 95. */
const WIN2000: u32 = 1;
const WINXP: u32 = 2;
const VISTA: u32 = 3;
const WIN7: u32 = 4;
const WIN8: u32 = 5;
const WIN8_1: u32 = 6;
const WIN10: u32 = 7;

/** Regions end so far below the highest user address of NT (0.1, highest VAD address). */
const UNUSED_TOP: u64 = 0x10000;
/** A window, the tables below it and some arena have to fit into one linear memory (17.1). */
const WINDOW_MOST: u64 = 0xc0000000;
/** Protections of data, and all. */
const DATA: u32 = PAGE_NOACCESS | PAGE_READONLY | PAGE_READWRITE | PAGE_WRITECOPY;
const BASES: u32 = 0xff;
/** What sections could be from the first. */
const SECTIONS: u32 = SEC_COMMIT | SEC_RESERVE | SEC_IMAGE | SEC_NO_CHANGE | SEC_NOCACHE;

/** False where linear memory cannot grow to where the arena begins. */
export function machineMake(
  profile: u32,
  version: u32,
  switches: u32,
  commitLimitPages: u64,
  physicalPages: u64,
  placementSeed: u32,
  resetSeed: u32,
): bool {
  const m = machine();
  const isWide = profile == PROFILE_WIN64 || profile == PROFILE_WIN64_8TB;
  if (profile == PROFILE_WIN9X) layOut9x(m, version);
  else if (profile >= PROFILE_CE5) layOutCe(m, profile == PROFILE_CE5);
  else layOutNt(m, profile, version);
  const hasWindow = !isWide && (switches & SWITCH_WINDOW) != 0;
  // What all processes see is not in the window of one.
  const own = m.commonLowest == 0 ? m.highestAddress : m.regionLimit;
  const windowBytes = hasWindow ? min<u64>(own + 1, WINDOW_MOST) : 0;
  if (!arenaStart(<u64>WINDOW + windowBytes)) return false;
  m.windowBytes = windowBytes;
  m.switches = switches;
  m.pointerBytes = isWide ? 8 : 4;
  m.levels = isWide ? 3 : 1;
  m.placementState = randomSeed(placementSeed);
  m.resetState = randomSeed(resetSeed);
  chargeStart(commitLimitPages, physicalPages);
  return true;
}

function layOutNt(m: Machine, profile: u32, version: u32): void {
  const highest = highestOfNt(profile);
  layOut(m, 0x10000, highest, highest - UNUSED_TOP);
  // Table 14.2, column by column.
  let types = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_TOP_DOWN;
  let protections = BASES | PAGE_GUARD | PAGE_NOCACHE;
  let sections = DATA | SECTIONS;
  let features: u32 = 0;
  if (version >= WIN2000) types |= MEM_PHYSICAL;
  if (version >= WINXP) {
    types |= MEM_WRITE_WATCH | MEM_LARGE_PAGES;
    protections |= PAGE_WRITECOMBINE;
    sections |= PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | SEC_LARGE_PAGES;
  }
  if (version >= VISTA) {
    sections |= PAGE_EXECUTE_WRITECOPY | SEC_WRITECOMBINE;
  } else {
    features |= FEATURE_NO_SINGLE_ZERO_BIT;
  }
  if (version < WIN7) features |= FEATURE_VIEW_COMMIT_UNCHECKED | FEATURE_CACHING_BY_PAGE;
  if (version >= WIN8) {
    types |= MEM_RESET_UNDO;
    features |= FEATURE_IMAGE_NO_EXECUTE;
  }
  if (version == WIN8) features |= FEATURE_LOCK_UNMARKED;
  if (version >= WIN8_1) protections |= PAGE_TARGETS;
  if (version >= WIN10) features |= FEATURE_WIN10;
  m.allocationTypes = types;
  m.protections = protections;
  m.sectionFlags = sections;
  m.features = features;
}

function layOut9x(m: Machine, version: u32): void {
  const highest: u64 = 0xbfffffff;
  const commonLowest: u64 = 0x80000000;
  layOut(m, 0x400000, highest, commonLowest - 1);
  m.commonLowest = m.viewLowest = commonLowest;
  m.viewLimit = highest;
  m.allocationTypes = MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN | MEM_9X_SHARED;
  if (version != 0) m.allocationTypes |= MEM_WRITE_WATCH;
  m.protections = BASES;
  m.sectionFlags = BASES | SECTIONS;
  m.features = FEATURE_9X;
}

function layOutCe(m: Machine, hasSlots: bool): void {
  const highest: u64 = 0x7fffffff;
  layOut(m, 0x10000, highest, hasSlots ? 0x01ffffff : 0x3fffffff);
  m.features = FEATURE_CE | FEATURE_CACHING_BY_PAGE;
  if (hasSlots) {
    m.features |= FEATURE_SLOTS;
    m.commonLowest = m.viewLowest = 0x42000000;
    m.viewLimit = highest;
  } else {
    m.imageLowest = 0x40000000;
    m.imageLimit = 0x5fffffff;
    m.viewLowest = 0x60000000;
    m.viewLimit = 0x6fffffff;
    m.commonLowest = 0x70000000;
  }
  // MEM_AUTO_COMMIT is the bit of MEM_WRITE_WATCH.
  m.allocationTypes = MEM_COMMIT | MEM_RESERVE | MEM_TOP_DOWN | MEM_WRITE_WATCH;
  m.protections = (BASES & ~(PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY)) | PAGE_GUARD | PAGE_NOCACHE;
  m.sectionFlags = (BASES | SECTIONS) & ~(PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY);
}

/** Views and images are where allocations are, unless a system says otherwise. */
function layOut(m: Machine, lowest: u64, highest: u64, limit: u64): void {
  m.lowestAddress = m.viewLowest = m.imageLowest = lowest;
  m.highestAddress = highest;
  m.regionLimit = m.viewLimit = m.imageLimit = limit;
}

function highestOfNt(profile: u32): u64 {
  if (profile == PROFILE_WIN32) return 0x7ffeffff;
  if (profile == PROFILE_WIN32_3G) return 0xbffeffff;
  if (profile == PROFILE_WIN32_4G) return 0xfffeffff;
  return profile == PROFILE_WIN64 ? 0x7ffffffeffff : 0x7fffffeffff;
}
