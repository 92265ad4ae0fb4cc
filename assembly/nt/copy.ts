import { pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_SUCCESS,
} from "../base/status";
import { COMMITTED } from "../page/attributes";
import { attributesAt, uncommittedCount } from "../page/table";
import { commit } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { regionAt } from "../virt/index";
import { FEATURE_CE, featureIs, machine } from "../virt/machine";
import { REGION_COPY, REGION_NO_CACHE, REGION_PRIVATE, Region, regionIs } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { keptPage, keptSpace, seenPage, seenSpace } from "../virt/seen";
import { Space } from "../virt/space";
import { answer, isTarget, targetSpace } from "./answer";
import { attributesOf } from "./protection";
import { physicalAt, physicalSpace } from "./resident";
import { PAGE_NOCACHE, PAGE_PHYSICAL, PAGE_READONLY, PAGE_READWRITE } from "./types";

/** The source of PAGE_PHYSICAL is a physical address without its last eight bits. */
const PHYSICAL_SHIFT: u64 = 8;
const OFFSET_MASK: u64 = 0xfff;

/**
 * VirtualCopy of Windows CE (14.3): reserved pages show the pages of another place from now on. The
 * protection is their own; the content, and the charge, are there.
 */
export function pagesCopy(
  context: Context,
  target: u32,
  to: u64,
  from: u64,
  size: u64,
  protection: u32,
): u32 {
  const isPhysical = (protection & PAGE_PHYSICAL) != 0;
  const asked = protection & ~PAGE_PHYSICAL;
  const base = asked & ~PAGE_NOCACHE;
  if (base != PAGE_READONLY && base != PAGE_READWRITE) return refuse(context);
  if (!featureIs(FEATURE_CE)) return refuse(context);
  if (!isTarget(target)) return answer(context, rule(14, 3, 20), target);
  if (isPhysical) from = physicalAt(from << PHYSICAL_SHIFT);
  const highest = machine().highestAddress;
  if (size == 0 || to > highest || size > highest + 1 - to || from > highest)
    return refuse(context);
  if (size > highest + 1 - from || ((to ^ from) & OFFSET_MASK) != 0) return refuse(context);
  const own = targetSpace(target)!;
  const space = seenSpace(own, pageOf(to));
  const first = seenPage(own, pageOf(to));
  const end = first + (pageOf(pageUp(to + size)) - pageOf(to));
  const region = regionAt(space, first << 12);
  if (region === null || region.kind != REGION_PRIVATE || end > pageOf(region.end)) {
    return refuse(context);
  }
  if (uncommittedCount(space, first, end) != end - first) return refuse(context);
  const source = isPhysical ? physicalSpace() : keptSpace(own, pageOf(from));
  const page = isPhysical ? pageOf(from) : keptPage(own, pageOf(from));
  if (!isPhysical && !isOneRun(own, source, pageOf(from), page, end - first))
    return refuse(context);
  const offset = page - (first - pageOf(region.start));
  if (!takes(region, source, offset)) return refuse(context);
  if (!roomEnsure(space)) return answer(context, rule(14, 3, 20), STATUS_INSUFFICIENT_RESOURCES);
  region.flags |= REGION_COPY;
  region.offsetPages = offset;
  region.space = source.number;
  region.chargedPages = source.serial;
  space.marked = 1;
  commit(space, region, first, end, attributesOf(asked));
  resultSet(context, 0, to);
  return answer(context, rule(14, 3, 20), STATUS_SUCCESS);
}

/** Whether the region may show more of that: plain so far, or from the same place all along. */
function takes(region: Region, source: Space, offsetPages: u64): bool {
  if ((region.flags & ~(REGION_COPY | REGION_NO_CACHE)) != 0) return false;
  if (!regionIs(region, REGION_COPY)) return region.committedPages == 0;
  return region.chargedPages == source.serial && region.offsetPages == offsetPages;
}

/** Whether the pages are committed, and kept one behind the other by the same space. */
function isOneRun(own: Space, source: Space, seen: u64, page: u64, pages: u64): bool {
  for (let i: u64 = 0; i < pages; i++) {
    if (keptSpace(own, seen + i) != source || keptPage(own, seen + i) != page + i) return false;
    if ((attributesAt(source, page + i) & COMMITTED) == 0) return false;
  }
  return true;
}

function refuse(context: Context): u32 {
  return answer(context, rule(14, 3, 20), STATUS_INVALID_PARAMETER);
}
