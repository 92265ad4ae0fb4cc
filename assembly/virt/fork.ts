import { POOL_BYTES, poolEnsure } from "../base/pool";
import { pageOf } from "../base/range";
import {
  columnOwn,
  factsAt,
  factsClone,
  factsNext,
  frameNext,
  frameOf,
  frameSet,
} from "../page/facts";
import { pagesMost } from "../page/pages";
import { tableClone } from "../page/table";
import { chargeAdd } from "../phys/charge";
import { FRAME_AWE, Frame, frameIs, frameKeep } from "../phys/frame";
import { aweOf } from "./awe";
import { decommit, release } from "./change";
import { regionAfter } from "./index";
import { indexClone } from "./index-clone";
import { machine } from "./machine";
import { mapsForbidAllWrites } from "./maps";
import { REGION_COPY, REGION_ENCLAVE, REGION_PHYSICAL, Region, regionIs } from "./region";
import { roomEnsure } from "./room";
import { Space, spacePeak } from "./space";
import { spaceDestroy, spaceMake, spaceTerminate } from "./spaces";
import { viewLink, viewSection } from "./view";
import { recentClone } from "./working-set";

/**
 * A fork: a second space that is what the first one is now. Attributes, facts and regions are
 * copied, the columns of frames are shared (page/facts): whoever writes first to a page that both
 * have gets a copy of it. What belongs to one process alone stays with it: locks, marks of code,
 * enclaves, frames of AWE.
 */

/** Pages that a fork of the space is charged for. */
export function forkCharge(space: Space): u64 {
  const set = aweOf(space);
  let charge = space.chargePages - (set === null ? 0 : set.count);
  if (space.enclaves == 0) return charge;
  for (let region = regionAfter(space, 0); region !== null; ) {
    if (regionIs(region, REGION_ENCLAVE)) charge -= region.committedPages;
    region = regionAfter(space, region.start);
  }
  return charge;
}

/**
 * A space with this number that is what the other is now; null where memory is at its end, or the
 * window not to be had. Then nothing has changed. Requires: the charge fits.
 */
export function spaceFork(from: Space, kind: u32, number: u32): Space | null {
  const fork = spaceMake(kind, number);
  if (fork === null) return null;
  const m = machine();
  m.forked = max<u32>(m.forked, max<u32>(from.number, number));
  if (!cloneMaps(from, fork) || !forgetOwn(from, fork)) {
    spaceTerminate(fork);
    spaceDestroy(fork);
    return null;
  }
  spacePeak(fork);
  mapsForbidAllWrites(from);
  return fork;
}

/** False where memory is at its end; the fork can be ended then. */
function cloneMaps(from: Space, fork: Space): bool {
  if (!indexClone(from, fork)) return false;
  const set = aweOf(from);
  fork.chargePages = from.chargePages - (set === null ? 0 : set.count);
  chargeAdd(fork.chargePages);
  fork.quotaPages = from.quotaPages;
  fork.residentPages = from.residentPages;
  fork.workingSetMinPages = from.workingSetMinPages;
  fork.workingSetMaxPages = from.workingSetMaxPages;
  fork.workingSetFlags = from.workingSetFlags;
  fork.watchedRegions = from.watchedRegions;
  fork.largePages = from.largePages;
  fork.offeredPages = from.offeredPages;
  fork.guardsFlow = from.guardsFlow;
  fork.marked = from.marked;
  if ((from.views | from.marked) != 0) linkRegions(from, fork);
  return tableClone(from, fork) && factsClone(from, fork) && recentClone(from, fork);
}

/** Views belong to their sections; what shows pages of the space itself shows the fork's. */
function linkRegions(from: Space, fork: Space): void {
  for (let region = regionAfter(fork, 0); region !== null; ) {
    const section = viewSection(region);
    if (section !== null) viewLink(fork, region, section);
    if (regionIs(region, REGION_COPY) && region.chargedPages == from.serial) {
      region.space = fork.number;
      region.chargedPages = fork.serial;
    }
    region = regionAfter(fork, region.start);
  }
}

/** Take out what stays with the other. False where memory is at its end. */
function forgetOwn(from: Space, fork: Space): bool {
  if (from.aweSet != 0 && !forgetFrames(fork)) return false;
  for (let region = regionAfter(fork, 0); region !== null; ) {
    const start = region.start;
    if (regionIs(region, REGION_ENCLAVE | REGION_PHYSICAL)) {
      if (!roomEnsure(fork)) return false;
      forgetPages(fork, region);
    }
    region = regionAfter(fork, start);
  }
  return true;
}

/** Enclaves are gone, windows of AWE show nothing. */
function forgetPages(fork: Space, region: Region): void {
  const first = pageOf(region.start);
  const end = pageOf(region.end);
  if (regionIs(region, REGION_ENCLAVE)) release(fork, region, first, end);
  else decommit(fork, region, first, end);
}

/** No page shows a frame of AWE. A chunk that does has a column of its own before the next one. */
function forgetFrames(fork: Space): bool {
  const end = pagesMost(fork.levels);
  for (let page = factsNext(fork, 0, end); page < end; page = factsNext(fork, page, end)) {
    const chunk = factsAt(fork, page);
    if (nextAwe(chunk, 0) < 1024) {
      if (!poolEnsure(POOL_BYTES, 1)) return false;
      columnOwn(chunk);
      for (let i = nextAwe(chunk, 0); i < 1024; i = nextAwe(chunk, i + 1)) {
        const frame = changetype<Frame>(frameOf(chunk, i));
        frameKeep(frame);
        frame.owners -= 1;
        frameSet(chunk, i, 0);
      }
    }
    page += 1024;
  }
  return true;
}

function nextAwe(chunk: u32, from: u32): u32 {
  let i = frameNext(chunk, from, 1024);
  while (i < 1024 && !frameIs(changetype<Frame>(frameOf(chunk, i)), FRAME_AWE)) {
    i = frameNext(chunk, i + 1, 1024);
  }
  return i;
}
