import { pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import { STATUS_NOT_MAPPED_DATA, STATUS_NOT_MAPPED_VIEW, STATUS_SUCCESS } from "../base/status";
import { Context } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { contentClean } from "../virt/pager";
import { REGION_PRIVATE } from "../virt/region";
import { viewPage, viewSection } from "../virt/view";
import { answer, isTarget, targetAt, targetSpace } from "./answer";

/**
 * FlushViewOfFile (7.11). The host is asked for one dirty page of a file after the other; memory
 * that the paging file backs has nothing to write.
 */
export function viewFlush(context: Context, target: u32, address: u64, size: u64): u32 {
  target = targetAt(target, address);
  if (!isTarget(target)) return answer(context, rule(7, 11, 4), target);
  const space = targetSpace(target)!;
  if (address > machine().highestAddress) {
    return answer(context, rule(7, 11, 4), STATUS_NOT_MAPPED_VIEW);
  }
  const region = regionAt(space, address);
  if (region === null) return answer(context, rule(7, 11, 4), STATUS_NOT_MAPPED_VIEW);
  if (region.kind == REGION_PRIVATE) {
    return answer(context, rule(7, 11, 5), STATUS_NOT_MAPPED_DATA);
  }
  if (size > region.end - address) {
    return answer(context, rule(7, 11, 6), STATUS_NOT_MAPPED_VIEW);
  }
  const content = viewSection(region);
  if (content !== null && content.file != 0) {
    const last = size == 0 ? region.end : pageUp(address + size);
    contentClean(content, viewPage(region, pageOf(address)), viewPage(region, pageOf(last)));
    return answer(context, rule(7, 11, 1), STATUS_SUCCESS);
  }
  return answer(context, rule(7, 11, 2), STATUS_SUCCESS);
}
