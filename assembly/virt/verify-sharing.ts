import { NOTHING, PAGE_BYTES, WINDOW } from "../base/layout";
import {
  columnOf,
  columnOwners,
  factsAt,
  factsNext,
  frameHere,
  frameNext,
  frameOf,
  frameRecords,
} from "../page/facts";
import { pagesMost } from "../page/pages";
import { FRAME_HOME, Frame, frameIs, keyIsShared, keyPage } from "../phys/frame";
import { machine } from "./machine";
import { windowHas } from "./maps";
import { sharerFrom } from "./sharers";
import { SPACE_RUNNING, Space, spaceOf } from "./space";

/** What processes that were forked have in common, recounted (rules 4 and 9). */

/**
 * Whether the frame of a page says whose it is: its page, a space that can be asked for, as many
 * owners as columns name it, and where it lies.
 */
export function verifyFrame(space: Space, page: u64, frame: Frame): bool {
  if (keyIsShared(frame.key) || keyPage(frame.key) != page) return false;
  const known = sharerFrom(changetype<u32>(frame), frame.key, space.number);
  if (known != space || frame.owners != columnsWith(frame)) return false;
  return frame.location == 0 || isPlaced(space, page, frame);
}

/** In the page's own slot of the window, alone; or in the pool, where the window is not its own. */
function isPlaced(space: Space, page: u64, frame: Frame): bool {
  // A fork that took the window has frames in the pool until it touches them again.
  if (!frameIs(frame, FRAME_HOME)) return machine().forked != 0 || !windowHas(space, page);
  if (frame.location != WINDOW + <u32>page * PAGE_BYTES) return false;
  for (let number: u32 = 1; number <= machine().forked; number++) {
    const other = runningSpace(number);
    const there = other === null ? 0 : frameHere(other, page);
    if (there == 0 || there == changetype<u32>(frame)) continue;
    if (frameIs(changetype<Frame>(there), FRAME_HOME)) return false;
  }
  return true;
}

/** Columns of frames that name the frame at its page. */
function columnsWith(frame: Frame): u32 {
  let count: u32 = 0;
  let sharer = sharerFrom(changetype<u32>(frame), frame.key, 1);
  while (sharer !== null) {
    count += u32(isFirst(sharer, keyPage(frame.key)));
    sharer = sharerFrom(changetype<u32>(frame), frame.key, sharer.number + 1);
  }
  return count;
}

/** Whether no space of a lower number has the space's column of frames at this page. */
function isFirst(space: Space, page: u64): bool {
  const column = columnOf(factsAt(space, page));
  for (let number: u32 = 1; number < space.number && number <= machine().forked; number++) {
    if (hasColumn(runningSpace(number), page, column)) return false;
  }
  return true;
}

/** Whether a column is had by as many chunks as it says; the one of zeros is counted elsewhere. */
export function verifyColumn(space: Space, page: u64): bool {
  const chunk = factsAt(space, page);
  const column = columnOf(chunk);
  const owners = columnOwners(chunk);
  if (column == NOTHING) return owners > 1;
  if (owners == 0) return true;
  let count: u32 = 0;
  for (let number: u32 = 1; number <= machine().forked; number++) {
    count += u32(hasColumn(runningSpace(number), page, column));
  }
  return count == owners;
}

function hasColumn(space: Space | null, page: u64, column: u32): bool {
  if (space === null) return false;
  const chunk = factsAt(space, page);
  return chunk != 0 && columnOf(chunk) == column;
}

/** Records of a space's facts that are counted with other spaces too, less those of sharing. */
export function sharedRecords(space: Space): i32 {
  let count: i32 = 0;
  const end = pagesMost(space.levels);
  for (let page = factsNext(space, 0, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    if (columnOf(chunk) == NOTHING || !isFirst(space, page)) count += 1;
    else if (columnOwners(chunk) != 0) count -= 1;
    for (let i = frameNext(chunk, 0, 1024); i < 1024; i = frameNext(chunk, i + 1, 1024)) {
      const frame = changetype<Frame>(frameOf(chunk, i));
      if (isCounted(space, frame)) count += frameRecords(frame);
    }
    page += 1024;
  }
  return count;
}

/** Frames of a space in memory that are counted with a space of a lower number. */
export function sharedFrames(space: Space): u64 {
  let count: u64 = 0;
  const end = pagesMost(space.levels);
  for (let page = factsNext(space, 0, end); page < end; page = factsNext(space, page, end)) {
    const chunk = factsAt(space, page);
    for (let i = frameNext(chunk, 0, 1024); i < 1024; i = frameNext(chunk, i + 1, 1024)) {
      const frame = changetype<Frame>(frameOf(chunk, i));
      if (frame.location != 0 && isCounted(space, frame)) count += 1;
    }
    page += 1024;
  }
  return count;
}

/** Chunks of the space that have the column of zeros. */
export function emptyColumns(space: Space): u32 {
  let count: u32 = 0;
  const end = pagesMost(space.levels);
  for (let page = factsNext(space, 0, end); page < end; page = factsNext(space, page, end)) {
    if (columnOf(factsAt(space, page)) == NOTHING) count += 1;
    page += 1024;
  }
  return count;
}

function isCounted(space: Space, frame: Frame): bool {
  // A frame of AWE is one process's.
  if (frame.key == 0) return false;
  return sharerFrom(changetype<u32>(frame), frame.key, 1) != space;
}

function runningSpace(number: u32): Space | null {
  const space = spaceOf(number);
  return space === null || space.state != SPACE_RUNNING ? null : space;
}
