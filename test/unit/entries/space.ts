import "../../../assembly/base/panic";
import { CONTEXT } from "../../../assembly/base/layout";
import { POOL_REGION, poolLive, poolTake } from "../../../assembly/base/pool";
import { machineMake } from "../../../assembly/nt/profile";
import {
  attributesAt,
  attributesFill,
  attributesRunEnd,
  committedCount,
  tableRecords,
} from "../../../assembly/page/table";
import { Context, contextEnter, contextMake } from "../../../assembly/virt/context";
import {
  gapHighest,
  gapLowest,
  NOWHERE,
  regionAfter,
  regionAt,
  regionBehead,
  regionInsert,
  regionRemove,
  regionShorten,
} from "../../../assembly/virt/index";
import { accessByte, mapsClear, mapsGrant } from "../../../assembly/virt/maps";
import { REGION_PRIVATE, Region } from "../../../assembly/virt/region";
import { roomEnsure } from "../../../assembly/virt/room";
import { SPACE_TRANSLATED, SPACE_WINDOWED, Space, spaceOf } from "../../../assembly/virt/space";
import { spaceMake } from "../../../assembly/virt/spaces";
import { verify } from "../../../assembly/virt/verify";

/** One space with nothing in it, and the mechanisms under the services. */

/** The first context lies at a fixed address. */
function context(): Context {
  return changetype<Context>(CONTEXT);
}

export function begin(profile: u32, windowed: u32): void {
  machineMake(profile, 7, windowed != 0 ? 0x1000 : 0, u64.MAX_VALUE, u64.MAX_VALUE, 0, 0);
  const space = spaceMake(windowed != 0 ? SPACE_WINDOWED : SPACE_TRANSLATED, 1)!;
  contextMake();
  contextEnter(context(), space);
}

function space(): Space {
  return spaceOf(1)!;
}

export function insert(start: u64, end: u64): void {
  roomEnsure(space());
  const region = changetype<Region>(poolTake(POOL_REGION));
  region.start = start;
  region.end = end;
  region.kind = <u16>REGION_PRIVATE;
  regionInsert(space(), region);
}

export function remove(start: u64): void {
  regionRemove(space(), regionAt(space(), start)!);
}

export function shorten(start: u64, end: u64): void {
  regionShorten(space(), regionAt(space(), start)!, end);
}

export function behead(start: u64, to: u64): void {
  regionBehead(space(), regionAt(space(), start)!, to);
}

/** Start of the region that holds the address, or all ones. */
export function startAt(address: u64): u64 {
  const region = regionAt(space(), address);
  return region === null ? NOWHERE : region.start;
}

export function startAfter(address: u64): u64 {
  const region = regionAfter(space(), address);
  return region === null ? NOWHERE : region.start;
}

export function lowest(size: u64, alignment: u64, low: u64, high: u64): u64 {
  return gapLowest(space(), size, alignment, low, high);
}

export function highest(size: u64, alignment: u64, low: u64, high: u64): u64 {
  return gapHighest(space(), size, alignment, low, high);
}

export function attributes(page: u64): u32 {
  return attributesAt(space(), page);
}

export function fill(first: u64, end: u64, value: u32): void {
  roomEnsure(space());
  attributesFill(space(), first, end, value);
}

export function runEnd(page: u64, end: u64): u64 {
  return attributesRunEnd(space(), page, end);
}

export function committed(first: u64, end: u64): u64 {
  return committedCount(space(), first, end);
}

export function tableSize(): u32 {
  return tableRecords(space());
}

export function live(): u32 {
  return poolLive();
}

/** Pretend that the page is at home in its window slot and may be accessed like this. */
export function grant(page: u64, rights: u32): void {
  mapsGrant(context(), page, 0x300000 + ((<u32>page) << 12), rights);
}

export function clear(first: u64, end: u64): void {
  mapsClear(space(), first, end);
}

export function byteAt(page: u32): u32 {
  return accessByte(page);
}

/** The first rule between the maps that fails, or 0. */
export function verifyAll(): u32 {
  return verify(context(), space());
}
