import { arenaStart } from "../base/arena";
import { WINDOW } from "../base/layout";
import { randomSeed } from "../base/random";
import { chargeStart } from "../phys/charge";
import { machine, SWITCH_WINDOW } from "../virt/machine";

/** Address layouts of Windows (1.1) and what they need of the core. */
export const PROFILE_WIN32: u32 = 0;
export const PROFILE_WIN32_3G: u32 = 1;
export const PROFILE_WIN32_4G: u32 = 2;
export const PROFILE_WIN64: u32 = 3;

const LOWEST: u64 = 0x10000;
/** Regions end so far below the highest user address (0.1, highest VAD address). */
const UNUSED_TOP: u64 = 0x10000;
/** A window, the tables below it and some arena have to fit into one linear memory (17.1). */
const WINDOW_MOST: u64 = 0xc0000000;

/** False where linear memory cannot grow to where the arena begins. */
export function machineMake(
  profile: u32,
  switches: u32,
  commitLimitPages: u64,
  physicalPages: u64,
  placementSeed: u32,
  resetSeed: u32,
): bool {
  const highest = highestOf(profile);
  const hasWindow = profile != PROFILE_WIN64 && (switches & SWITCH_WINDOW) != 0;
  const windowBytes = hasWindow ? min<u64>(highest + 1, WINDOW_MOST) : 0;
  if (!arenaStart(<u64>WINDOW + windowBytes)) return false;
  const m = machine();
  m.lowestAddress = LOWEST;
  m.highestAddress = highest;
  m.regionLimit = highest - UNUSED_TOP;
  m.windowBytes = windowBytes;
  m.switches = switches;
  m.pointerBytes = profile == PROFILE_WIN64 ? 8 : 4;
  m.levels = profile == PROFILE_WIN64 ? 3 : 1;
  m.placementState = randomSeed(placementSeed);
  m.resetState = randomSeed(resetSeed);
  chargeStart(commitLimitPages, physicalPages);
  return true;
}

function highestOf(profile: u32): u64 {
  if (profile == PROFILE_WIN32) return 0x7ffeffff;
  if (profile == PROFILE_WIN32_3G) return 0xbffeffff;
  return profile == PROFILE_WIN32_4G ? 0xfffeffff : 0x7ffffffeffff;
}
