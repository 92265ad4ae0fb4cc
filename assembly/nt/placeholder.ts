import { pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { commit, decommit, reserve } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { regionAfter, regionAt, regionRemove, regionShorten } from "../virt/index";
import {
  REGION_PLACEHOLDER,
  REGION_PRIVATE,
  REGION_REPLACED,
  REGION_WATCHED,
  Region,
  regionIs,
} from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { clearMarks } from "../virt/watch";
import { answer, isTerminating } from "./answer";
import { chargeStatus } from "./charge";
import { attributesOf, isCopyProtection } from "./protection";
import { failCharge, regionFlags } from "./reserve";
import { targetsCommitted, targetsEnsure } from "./targets";
import { MEM_COMMIT, MEM_PRESERVE_PLACEHOLDER, PAGE_NOACCESS } from "./types";

/** Placeholders (8.3): address space that waits for a region of exactly its extent. */

/** RESERVE with REPLACE_PLACEHOLDER: private memory takes the place of one placeholder. */
export function replacePlaceholder(
  context: Context,
  space: Space,
  base: u64,
  size: u64,
  type: u32,
  protect: u32,
): u32 {
  if (isCopyProtection(protect)) {
    return answer(context, rule(8, 3, 10), STATUS_INVALID_PAGE_PROTECTION);
  }
  if (isTerminating(space)) {
    return answer(context, rule(8, 3, 10), STATUS_PROCESS_IS_TERMINATING);
  }
  const region = placeholderAt(space, base, size);
  if (region === null) return refuse(context, 10);
  const commits = (type & MEM_COMMIT) != 0;
  const pages = commits ? size >> 12 : 0;
  const charged = chargeStatus(space, pages);
  if (charged != STATUS_SUCCESS) return failCharge(context, charged);
  const first = pageOf(base);
  const end = pageOf(base + size);
  if (!targetsEnsure(space, protect, first, end)) {
    return answer(context, rule(8, 3, 10), STATUS_INSUFFICIENT_RESOURCES);
  }
  region.flags = regionFlags(type, protect) | REGION_REPLACED;
  region.protection = protect;
  if (regionIs(region, REGION_WATCHED)) space.watchedRegions += 1;
  if (commits) {
    commit(space, region, first, end, attributesOf(protect));
    targetsCommitted(space, region, protect, first, end);
  }
  return done(context, 10, base, base + size);
}

/**
 * RELEASE with PRESERVE_PLACEHOLDER or COALESCE_PLACEHOLDERS, of private memory from `start`, in
 * this region, to `end`: in the same region, where it preserves.
 */
export function releasePlaceholder(
  context: Context,
  space: Space,
  region: Region,
  start: u64,
  end: u64,
  type: u32,
): u32 {
  if (!roomEnsure(space)) return answer(context, rule(8, 3, 3), STATUS_INSUFFICIENT_RESOURCES);
  if ((type & MEM_PRESERVE_PLACEHOLDER) == 0) return coalesce(context, space, start, end);
  const isWhole = start == region.start && end == region.end;
  if (regionIs(region, REGION_REPLACED)) {
    if (!isWhole) return refuse(context, 12);
    restore(space, region);
    return done(context, 12, start, end);
  }
  if (!regionIs(region, REGION_PLACEHOLDER)) return refuse(context, 5);
  if (isWhole) return refuse(context, 4);
  split(space, region, start, end);
  return done(context, 3, start, end);
}

/** The placeholder of exactly this extent, or null. */
export function placeholderAt(space: Space, base: u64, size: u64): Region | null {
  const region = regionAt(space, base);
  if (region === null || !regionIs(region, REGION_PLACEHOLDER)) return null;
  return region.start == base && region.end - base == size ? region : null;
}

/** Hold [start, end). Requires: room for one change, and nothing lies there. */
export function placeholderMake(space: Space, start: u64, end: u64): void {
  reserve(space, start, end, REGION_PRIVATE, PAGE_NOACCESS, REGION_PLACEHOLDER);
}

/** Private memory becomes a placeholder again; its content is lost. */
function restore(space: Space, region: Region): void {
  const first = pageOf(region.start);
  const end = pageOf(region.end);
  decommit(space, region, first, end);
  if (regionIs(region, REGION_WATCHED)) {
    clearMarks(space, first, end);
    space.watchedRegions -= 1;
  }
  region.flags = REGION_PLACEHOLDER;
  region.protection = PAGE_NOACCESS;
}

/** Cut [start, end) out of a placeholder: up to three of them then. */
function split(space: Space, region: Region, start: u64, end: u64): void {
  const stop = region.end;
  if (start == region.start) {
    regionShorten(space, region, end);
  } else {
    regionShorten(space, region, start);
    placeholderMake(space, start, end);
  }
  if (end != stop) placeholderMake(space, end, stop);
}

/** One placeholder in place of two or more that lie side by side. */
function coalesce(context: Context, space: Space, start: u64, end: u64): u32 {
  let count: u32 = 0;
  for (let at = start; at < end; count++) {
    const region = regionAt(space, at);
    if (region === null || region.start != at || region.end > end) return refuse(context, 7);
    if (!regionIs(region, REGION_PLACEHOLDER)) return refuse(context, 7);
    at = region.end;
  }
  if (count < 2) return refuse(context, 7);
  let region = regionAt(space, start);
  while (region !== null && region.start < end) {
    const after = regionAfter(space, region.start);
    regionRemove(space, region);
    region = after;
  }
  placeholderMake(space, start, end);
  return done(context, 7, start, end);
}

function done(context: Context, row: u32, start: u64, end: u64): u32 {
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  return answer(context, rule(8, 3, row), STATUS_SUCCESS);
}

function refuse(context: Context, row: u32): u32 {
  return answer(context, rule(8, 3, row), STATUS_CONFLICTING_ADDRESSES);
}
