import { arenaTop } from "../base/arena";
import { ACCESS, WINDOW } from "../base/layout";
import { poolLive } from "../base/pool";
import { machineMake } from "../nt/profile";
import { processSpaceMake } from "../nt/resident";
import { chargeLimit, chargeTotal, framesInUse, framesLimit, physical } from "../phys/charge";
import { Context, contextLeave, contextMake, contextEnter as enter } from "../virt/context";
import { peek as peekAt, poke as pokeAt } from "../virt/debug";
import { machine } from "../virt/machine";
import { mapsClear } from "../virt/maps";
import { SPACE_RUNNING, SPACE_TERMINATED, spaceOf } from "../virt/space";
import { spaceDestroy as destroy, spaceTerminate as terminate } from "../virt/spaces";

/** Machines, contexts and spaces. Every argument is a number; a context is its linear address. */

export function machineCreate(
  profile: u32,
  version: u32,
  switches: u32,
  commitLimitPages: u64,
  physicalPages: u64,
  placementSeed: u32,
  resetSeed: u32,
): u32 {
  const made = machineMake(
    profile,
    version,
    switches,
    commitLimitPages,
    physicalPages,
    placementSeed,
    resetSeed,
  );
  return made ? 1 : 0;
}

/** The types of enclaves that there are: a sum of ENCLAVE_TYPE_*. */
export function machineSetEnclaves(types: u32): void {
  machine().enclaveTypes = types;
}

/**
 * Figures by number: charge, limit, frames, physical, records, memory, window base and bytes,
 * access map, addresses, marks of code that went.
 */
export function machineCounter(counter: u32): u64 {
  const m = machine();
  switch (counter) {
    case 0:
      return chargeTotal();
    case 1:
      return chargeLimit();
    case 2:
      return framesInUse();
    case 3:
      return framesLimit();
    case 4:
      return poolLive() - physical().freeCount;
    case 5:
      return <u64>arenaTop() - WINDOW - m.windowBytes;
    case 6:
      return m.windowBytes == 0 ? 0 : WINDOW;
    case 7:
      return m.windowBytes;
    case 8:
      return ACCESS;
    case 9:
      return m.lowestAddress;
    case 10:
      return m.highestAddress;
    case 11:
      return m.regionLimit;
    case 12:
      return m.codeWrites;
    default:
      return 0;
  }
}

export function contextCreate(): u32 {
  return changetype<u32>(contextMake());
}

/** A number that no running space has leaves the context without a space: every access fails. */
export function contextEnter(context: u32, space: u32): void {
  const found = spaceOf(space);
  if (found === null || found.state != SPACE_RUNNING) contextLeave(changetype<Context>(context));
  else enter(changetype<Context>(context), found);
}

export function spaceCreate(kind: u32, workingSetMinPages: u32, workingSetMaxPages: u32): u32 {
  const space = processSpaceMake(kind, workingSetMinPages, workingSetMaxPages);
  return space === null ? 0 : space.number;
}

export function spaceTerminate(space: u32): void {
  const found = spaceOf(space);
  if (found !== null) terminate(found);
}

export function spaceDestroy(space: u32): void {
  const found = spaceOf(space);
  if (found !== null && found.state == SPACE_TERMINATED) destroy(found);
}

export function spaceSetQuota(space: u32, quotaPages: u64): void {
  const found = spaceOf(space);
  if (found !== null) found.quotaPages = quotaPages;
}

/** Figures by number: charge, region bytes, regions, resident pages, locked pages, kind. */
export function spaceCounter(space: u32, counter: u32): u64 {
  const found = spaceOf(space);
  if (found === null) return 0;
  switch (counter) {
    case 0:
      return found.chargePages;
    case 1:
      return found.regionBytes;
    case 2:
      return found.regionCount;
    case 3:
      return found.residentPages;
    case 4:
      return found.lockedPages;
    case 5:
      return found.kind;
    default:
      return 0;
  }
}

export function peek(space: u32, address: u64): u32 {
  const found = spaceOf(space);
  return found === null || found.state != SPACE_RUNNING ? 0 : peekAt(found, address);
}

export function poke(space: u32, address: u64): u32 {
  const found = spaceOf(space);
  return found === null || found.state != SPACE_RUNNING ? 0 : pokeAt(found, address);
}

export function mapsForget(space: u32): void {
  const found = spaceOf(space);
  if (found === null || found.state != SPACE_RUNNING) return;
  mapsClear(found, 0, (machine().highestAddress + 1) >> 12);
}
