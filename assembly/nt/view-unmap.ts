import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_MAPPED_VIEW,
  STATUS_SUCCESS,
} from "../base/status";
import { Context } from "../virt/context";
import { regionAt } from "../virt/index";
import { FEATURE_WIN10, featureIs, machine } from "../virt/machine";
import { REGION_PRIVATE, REGION_REPLACED, regionIs } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { viewEnd } from "../virt/view";
import { answer, isTarget, targetAt, targetSpace } from "./answer";
import { placeholderMake } from "./placeholder";
import { MEM_PRESERVE_PLACEHOLDER, MEM_UNMAP_WITH_BOOST } from "./types";

/**
 * NtUnmapViewOfSectionEx: any address inside the view (7.5). A view that took the place of a
 * placeholder may leave one behind.
 */
export function viewUnmap(context: Context, target: u32, address: u64, flags: u32): u32 {
  const most = featureIs(FEATURE_WIN10) ? MEM_PRESERVE_PLACEHOLDER : MEM_UNMAP_WITH_BOOST;
  if (flags > most) {
    return answer(context, rule(7, 5, 5), STATUS_INVALID_PARAMETER);
  }
  if (address > machine().highestAddress) {
    return answer(context, rule(7, 5, 2), STATUS_NOT_MAPPED_VIEW);
  }
  target = targetAt(target, address);
  if (!isTarget(target)) return answer(context, rule(7, 5, 2), target);
  const space = targetSpace(target)!;
  const region = regionAt(space, address);
  if (region === null || region.kind == REGION_PRIVATE) {
    return answer(context, rule(7, 5, 2), STATUS_NOT_MAPPED_VIEW);
  }
  const preserves = flags == MEM_PRESERVE_PLACEHOLDER;
  if (preserves && !regionIs(region, REGION_REPLACED)) {
    return answer(context, rule(7, 5, 5), STATUS_CONFLICTING_ADDRESSES);
  }
  if (!roomEnsure(space)) {
    return answer(context, rule(7, 5, 2), STATUS_INSUFFICIENT_RESOURCES);
  }
  const start = region.start;
  const end = region.end;
  viewEnd(space, region);
  if (!preserves) return answer(context, rule(7, 5, 1), STATUS_SUCCESS);
  placeholderMake(space, start, end);
  return answer(context, rule(8, 3, 13), STATUS_SUCCESS);
}
