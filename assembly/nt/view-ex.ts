import { rule } from "../base/rule";
import { STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../base/status";
import { Context } from "../virt/context";
import { machine } from "../virt/machine";
import { areRequirements } from "./allocate-ex";
import { answer, unnumbered } from "./answer";
import { pointerRead } from "./pointer";
import { MEM_DOS_LIM, MEM_LARGE_PAGES, MEM_REPLACE_PLACEHOLDER } from "./types";
import { refuseParameters, VIEW_TYPES, viewMapWithin } from "./view";
import { viewLimit } from "./view-place";

/**
 * NtMapViewOfSectionEx: the rows of 7.2 that it has, those of 7.10 for address requirements, of
 * which 0 says nothing, and for placeholders. Its parameters have other numbers than those of
 * NtMapViewOfSection, so where that one names a parameter, this one says that some is wrong.
 */
export function viewMapEx(
  context: Context,
  target: u32,
  section: u32,
  rights: u32,
  baseAt: u64,
  base: u64,
  offsetAt: u64,
  offset: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protection: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  if (alignment != 0) return invalid(context, rule(7, 10, 4));
  if (!areRequirements(lowest, highest, 0)) return invalid(context, rule(7, 10, 5));
  if ((type & ~(VIEW_TYPES | MEM_DOS_LIM | MEM_REPLACE_PLACEHOLDER)) != 0) {
    return invalid(context, rule(7, 2, 2));
  }
  if ((type & MEM_REPLACE_PLACEHOLDER) != 0 && (type & MEM_LARGE_PAGES) != 0) {
    return invalid(context, rule(8, 3, 19));
  }
  const wrong = refuseParameters(context, baseAt, offsetAt, sizeAt, type, protection);
  if (wrong != STATUS_SUCCESS) return unnumbered(wrong);
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  const limit = viewLimit();
  if (base > limit || limit + 1 - base < size) return invalid(context, rule(7, 2, 5));
  if (base != 0 && (lowest | highest) != 0) return invalid(context, rule(7, 10, 5));
  const status = viewMapWithin(
    context,
    target,
    section,
    rights,
    baseAt,
    base,
    max<u64>(lowest, machine().lowestAddress),
    highest == 0 ? limit : min<u64>(highest, limit),
    0,
    offsetAt,
    offset,
    sizeAt,
    size,
    type,
    protection,
  );
  return unnumbered(status);
}

function invalid(context: Context, row: u32): u32 {
  return answer(context, row, STATUS_INVALID_PARAMETER);
}
