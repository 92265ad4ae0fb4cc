import { POOL_CHUNK, POOL_REGION, poolEnsure, poolGive, poolTake } from "../base/pool";
import { pageOf } from "../base/range";
import { worldStop } from "../base/threads";
import { AweSet, aweEnd } from "../object/awe";
import { factsFree } from "../page/facts";
import { tableFree, tableNode } from "../page/table";
import { chargeSubtract } from "../phys/charge";
import { dropContents, release } from "./change";
import { Context, contextLeave } from "./context";
import { indexFree, indexStart, regionAfter } from "./index";
import { machine } from "./machine";
import { mapsClear } from "./maps";
import { REGION_PRIVATE, REGION_SENTINEL, Region } from "./region";
import { roomEnsure } from "./room";
import {
  SPACE_RUNNING,
  SPACE_TERMINATED,
  SPACE_WINDOWED,
  Space,
  spaceOf,
  spaceRegister,
  TAG_SHIFT,
} from "./space";
import { Thread, threadForget } from "./thread";
import { viewSection, viewUncharge, viewUnlink } from "./view";
import { workingSetForget } from "./working-set";

/** The life of an address space. */

/**
 * An empty space of this number, or null where no number is free, memory is at its end, or the
 * window is not to be had.
 */
export function spaceMake(kind: u32, number: u32): Space | null {
  if (number == 0 || !poolEnsure(POOL_CHUNK, 1)) return null;
  if (kind == SPACE_WINDOWED && (machine().windowOwner != 0 || machine().windowBytes == 0)) {
    return null;
  }
  const space = changetype<Space>(poolTake(POOL_CHUNK));
  space.levels = machine().levels;
  if (!roomEnsure(space) || !poolEnsure(POOL_REGION, 3)) {
    poolGive(POOL_CHUNK, changetype<u32>(space));
    return null;
  }
  machine().spacesMade += 1;
  space.serial = machine().spacesMade;
  space.number = number;
  space.kind = kind;
  space.state = SPACE_RUNNING;
  space.tag = (<u64>number) << TAG_SHIFT;
  space.quotaPages = u64.MAX_VALUE;
  space.table = tableNode();
  space.facts = tableNode();
  indexStart(space, sentinel());
  if (kind == SPACE_WINDOWED) machine().windowOwner = number;
  spaceRegister(number, space);
  return space;
}

/** Everything that the space holds goes. Its record stays, and answers that it is terminating. */
export function spaceTerminate(space: Space): void {
  if (space.state == SPACE_TERMINATED) return;
  if (ASC_FEATURE_THREADS) worldStop();
  endViews(space);
  releaseCommon(space);
  dropContents(space);
  if (space.aweSet != 0) aweEnd(changetype<AweSet>(space.aweSet));
  space.aweSet = 0;
  space.offeredPages = 0;
  mapsClear(space, 0, pageOf(machine().highestAddress) + 1);
  detachContexts(space);
  endThreads(space);
  chargeSubtract(space.chargePages);
  space.chargePages = 0;
  indexFree(space);
  tableFree(space);
  factsFree(space);
  space.regionCount = 0;
  space.regionBytes = 0;
  space.watchedRegions = 0;
  space.largePages = 0;
  workingSetForget(space);
  space.enclaves = 0;
  space.enclave = 0;
  space.inside = 0;
  if (space.kind == SPACE_WINDOWED) machine().windowOwner = 0;
  space.serial = 0;
  space.state = SPACE_TERMINATED;
}

/** Give the number back. Requires: terminated. */
export function spaceDestroy(space: Space): void {
  assert(space.state == SPACE_TERMINATED); // its regions would be lost
  spaceRegister(space.number, null);
  poolGive(POOL_CHUNK, changetype<u32>(space));
}

/** The sections of the space's views forget them; the regions go with the index. */
function endViews(space: Space): void {
  for (let region = regionAfter(space, 0); region !== null; ) {
    const section = viewSection(region);
    if (section !== null) {
      viewUncharge(space, region);
      viewUnlink(space, region, section);
    }
    region = regionAfter(space, region.start);
  }
}

/** What the process reserved where all see it goes with it (14.3), as far as memory lasts. */
function releaseCommon(space: Space): void {
  const common = spaceOf(machine().commonSpace);
  if (common === null) return;
  let region = regionAfter(common, 0);
  while (region !== null) {
    const start = region.start;
    const isOwn = region.kind == REGION_PRIVATE && region.nextView == changetype<u32>(space);
    if (isOwn && roomEnsure(common)) release(common, region, pageOf(start), pageOf(region.end));
    region = regionAfter(common, start);
  }
}

function endThreads(space: Space): void {
  while (space.firstThread != 0) {
    threadForget(space, changetype<Thread>(space.firstThread).number);
  }
}

/** No context may reach the maps of a space that is gone. */
function detachContexts(space: Space): void {
  let context = changetype<Context | null>(machine().firstContext);
  while (context !== null) {
    if (context.space == changetype<u32>(space)) contextLeave(context);
    context = changetype<Context | null>(context.next);
  }
}

/** Stands below the lowest usable address, so that every gap has a region before it. */
function sentinel(): Region {
  const region = changetype<Region>(poolTake(POOL_REGION));
  region.end = machine().lowestAddress;
  region.flags = REGION_SENTINEL;
  return region;
}
