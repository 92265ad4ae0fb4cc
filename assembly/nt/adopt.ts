import { pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { commit, release, reserve } from "../virt/change";
import { Context, TRANSFER_BYTES, transferOf } from "../virt/context";
import { regionFloor } from "../virt/index";
import { machine } from "../virt/machine";
import {
  REGION_FILE_VIEW,
  REGION_IMAGE,
  REGION_PAGEFILE_VIEW,
  REGION_PRIVATE,
} from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space, spaceOf } from "../virt/space";
import { answer, isTerminating } from "./answer";
import { chargeStatus } from "./charge";
import { attributesOf, cachingFlags, isCopyProtection, isProtection } from "./protection";
import { targetsCommitted, targetsEnsure } from "./targets";
import { MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE } from "./types";

/**
 * A region that was there before the first call: an image, a view, a stack, a heap. Its runs lie in
 * the transfer area:
 *
 *      0          8          12         16
 *     +----------+----------+----------+
 *     | pages    | protect  | 0        |    protect 0: the pages are reserved
 *     +----------+----------+----------+
 */
export const RUN_BYTES: u32 = 16;
const RUN_PROTECT: usize = 8;
const BACKING_PAGEFILE: u32 = 2;

/** Everything is checked before anything is made. */
export function regionAdopt(
  context: Context,
  number: u32,
  base: u64,
  size: u64,
  type: u32,
  allocationProtect: u32,
  backing: u32,
  runs: u32,
): u32 {
  const space = spaceOf(number);
  if (space === null || isTerminating(space)) return fail(context, STATUS_PROCESS_IS_TERMINATING);
  const kind = kindOf(type, backing);
  const end = base + size;
  if (kind == 0 || ((base | size) & 0xfff) != 0 || size == 0 || runs > TRANSFER_BYTES / RUN_BYTES) {
    return fail(context, STATUS_INVALID_PARAMETER);
  }
  if (base < machine().lowestAddress || end < base || end - 1 > machine().highestAddress) {
    return fail(context, STATUS_INVALID_PARAMETER);
  }
  if (!isAllowed(kind, allocationProtect)) return fail(context, STATUS_INVALID_PAGE_PROTECTION);
  const list = transferOf(context);
  const status = checkRuns(kind, size >> 12, list, runs);
  if (status != STATUS_SUCCESS) return fail(context, status);
  if (regionFloor(space, end - 1).end > base) return fail(context, STATUS_CONFLICTING_ADDRESSES);
  const pages = kind == REGION_PRIVATE ? committedPages(list, runs) : 0;
  const charged = chargeStatus(space, pages);
  if (charged != STATUS_SUCCESS) return fail(context, charged);
  if (!roomEnsure(space)) return fail(context, STATUS_INSUFFICIENT_RESOURCES);
  const made = make(space, base, end, kind, allocationProtect, list, runs);
  return made ? answer(context, 0, STATUS_SUCCESS) : fail(context, STATUS_INSUFFICIENT_RESOURCES);
}

/** False where memory ended on the way; then the region is gone again. */
function make(
  space: Space,
  base: u64,
  end: u64,
  kind: u32,
  allocationProtect: u32,
  list: u32,
  runs: u32,
): bool {
  const flags = cachingFlags(allocationProtect);
  const region = reserve(space, base, end, kind, allocationProtect, flags);
  let page = pageOf(base);
  for (let i: u32 = 0; i < runs; i++) {
    const next = page + runPages(list, i);
    if (!targetsEnsure(space, runProtect(list, i), page, next)) {
      release(space, region, pageOf(base), pageOf(end));
      return false;
    }
    const protect = runProtect(list, i);
    if (protect != 0) {
      commit(space, region, page, next, attributesOf(protect));
      targetsCommitted(space, region, protect, page, next);
    }
    page = next;
  }
  return true;
}

function kindOf(type: u32, backing: u32): u32 {
  if (type == MEM_PRIVATE) return REGION_PRIVATE;
  if (type == MEM_IMAGE) return REGION_IMAGE;
  if (type != MEM_MAPPED) return 0;
  return backing == BACKING_PAGEFILE ? REGION_PAGEFILE_VIEW : REGION_FILE_VIEW;
}

function isAllowed(kind: u32, protect: u32): bool {
  return isProtection(protect) && (kind != REGION_PRIVATE || !isCopyProtection(protect));
}

/** Whether the runs are sound, and together as long as the region. */
export function checkRuns(kind: u32, pages: u64, list: u32, runs: u32): u32 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < runs; i++) {
    const count = runPages(list, i);
    if (count == 0 || count > pages - sum) return STATUS_INVALID_PARAMETER;
    const protect = runProtect(list, i);
    if (protect != 0 && !isAllowed(kind, protect)) return STATUS_INVALID_PAGE_PROTECTION;
    sum += count;
  }
  return sum == pages || runs == 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

function committedPages(list: u32, runs: u32): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < runs; i++) {
    if (runProtect(list, i) != 0) sum += runPages(list, i);
  }
  return sum;
}

export function runPages(list: u32, i: u32): u64 {
  return load<u64>(list + i * RUN_BYTES);
}

export function runProtect(list: u32, i: u32): u32 {
  return load<u32>(list + i * RUN_BYTES, RUN_PROTECT);
}

function fail(context: Context, status: u32): u32 {
  return answer(context, rule(1, 2, 0), status);
}
