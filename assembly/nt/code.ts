import { addressOf, pageOf } from "../base/range";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { EXTRA_CODE, extraMake } from "../page/extra";
import { factsMake, factsTrim } from "../page/facts";
import { sharingRegion } from "../virt/backing";
import { CODE_MARKED, CODE_SHARED, codeClear, codeFind } from "../virt/code";
import { Context, contextSpace } from "../virt/context";
import { isCommitted } from "../virt/debug";
import { extraIs, extrasSet } from "../virt/extras";
import { machine } from "../virt/machine";
import { mapsEmpty, mapsForbidWrites } from "../virt/maps";
import { roomEnsure } from "../virt/room";
import { keptPage, keptSpace, seesElsewhere } from "../virt/seen";
import { Space } from "../virt/space";

/**
 * What a compiler says about pages that it has made code from (virt/code). No service of Windows:
 * there is no rule to name. A range is the pages that it touches.
 */

/** The pages get marks. Where that is refused, none got one. */
export function codeMark(context: Context, address: u64, length: u64): u32 {
  const space = contextSpace(context);
  if (space === null) return STATUS_PROCESS_IS_TERMINATING;
  if (length == 0) return STATUS_SUCCESS;
  const first = pageOf(address);
  const end = pageOf(address + (length - 1)) + 1;
  if (end <= first) return STATUS_CONFLICTING_ADDRESSES;
  for (let page = first; page < end; page++) {
    if (!isCommitted(space, page)) return STATUS_CONFLICTING_ADDRESSES;
  }
  for (let page = first; page < end; page++) {
    const kept = keptSpace(space, page);
    if (!roomEnsure(kept)) {
      trim(space, first, page);
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    extraMake(factsMake(kept, keptPage(space, page)));
  }
  for (let page = first; page < end; page++) mark(keptSpace(space, page), keptPage(space, page));
  return STATUS_SUCCESS;
}

/** The pages have no marks any more. */
export function codeForget(context: Context, address: u64, length: u64): void {
  const space = contextSpace(context);
  if (space === null || length == 0) return;
  const end = pageOf(address + (length - 1)) + 1;
  let page = nextMarked(space, pageOf(address), end);
  for (; page < end; page = nextMarked(space, page + 1, end)) {
    codeClear(keptSpace(space, page), keptPage(space, page));
  }
}

/** Address of the first page of [address, end) that has a mark, or `end`. */
export function codeNext(space: Space, address: u64, end: u64): u64 {
  const last = pageOf(end + 0xfff);
  const page = nextMarked(space, pageOf(address), last);
  return page < last ? addressOf(page) : end;
}

function nextMarked(space: Space, page: u64, end: u64): u64 {
  if (machine().codeMarks == 0) return end;
  const limit = min<u64>(end, pageOf(machine().highestAddress) + 1);
  if (!seesElsewhere()) {
    const found = codeFind(space, page, limit);
    return found < limit ? found : end;
  }
  for (; page < limit; page++) {
    if (!isCommitted(space, page)) continue;
    if (extraIs(keptSpace(space, page), EXTRA_CODE, keptPage(space, page))) return page;
  }
  return end;
}

function mark(space: Space, page: u64): void {
  extrasSet(space, EXTRA_CODE, page, page + 1);
  machine().codeMarks |= CODE_MARKED;
  if (sharingRegion(space, page) === null) {
    mapsForbidWrites(space, page & ~63, (<u64>1) << (page & 63));
    return;
  }
  machine().codeMarks |= CODE_SHARED;
  mapsEmpty();
}

/** Give records back that pages [first, end) do not need. */
function trim(space: Space, first: u64, end: u64): void {
  for (let page = first; page < end; page++) {
    factsTrim(keptSpace(space, page), keptPage(space, page));
  }
}
