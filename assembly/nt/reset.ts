import { pageDown, pageOf, pageUp } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { FACT_LOST, factCount } from "../page/facts";
import { uncommittedCount } from "../page/table";
import { reset, resetUndo } from "../virt/change";
import { Context, resultSet } from "../virt/context";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import {
  REGION_LARGE,
  REGION_PAGEFILE_VIEW,
  REGION_PHYSICAL,
  REGION_PRIVATE,
  REGION_RESIDENT,
  regionIs,
} from "../virt/region";
import { roomEnsureFacts } from "../virt/room";
import { Space } from "../virt/space";
import { answer, isTerminating } from "./answer";
import { MEM_RESET } from "./types";

/** MEM_RESET and MEM_RESET_UNDO of committed pages (2.6, 17.2). */
export function resetPages(context: Context, space: Space, base: u64, size: u64, type: u32): u32 {
  if (isTerminating(space)) return fail(context, 6, STATUS_PROCESS_IS_TERMINATING);
  const start = pageDown(base);
  const end = pageUp(base + size);
  const region = regionAt(space, start);
  const refused = REGION_RESIDENT | REGION_PHYSICAL | REGION_LARGE;
  if (region === null || end > region.end || regionIs(region, refused)) {
    return fail(context, 6, STATUS_CONFLICTING_ADDRESSES);
  }
  if (region.kind != REGION_PRIVATE && region.kind != REGION_PAGEFILE_VIEW) {
    return fail(context, 5, STATUS_CONFLICTING_ADDRESSES);
  }
  const first = pageOf(start);
  const last = pageOf(end);
  if (uncommittedCount(space, first, last) != 0) {
    return fail(context, 6, STATUS_CONFLICTING_ADDRESSES);
  }
  if (type == MEM_RESET) {
    // Bytes outside of [base, base + size) are still of interest, so only whole pages are given up
    // (2.6#7).
    const whole = pageOf(pageUp(base));
    const wholeEnd = pageOf(pageDown(base + size));
    // Bytes of a view belong to others too: they are kept.
    if (whole < wholeEnd && region.kind == REGION_PRIVATE) {
      // Where content is dropped that a forked process has too.
      if (machine().forked != 0 && !roomEnsureFacts(space, whole, wholeEnd)) {
        return fail(context, 6, STATUS_INSUFFICIENT_RESOURCES);
      }
      reset(space, whole, wholeEnd);
    }
  } else {
    if (factCount(space, FACT_LOST, first, last) != 0) {
      return fail(context, 8, STATUS_CONFLICTING_ADDRESSES);
    }
    resetUndo(space, first, last);
  }
  resultSet(context, 0, start);
  resultSet(context, 1, end - start);
  return answer(context, rule(2, 6, 0), STATUS_SUCCESS);
}

function fail(context: Context, row: u32, status: u32): u32 {
  return answer(context, rule(2, 6, row), status);
}
