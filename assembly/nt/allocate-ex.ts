import { GRANULARITY } from "../base/range";
import { rule } from "../base/rule";
import { STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER, STATUS_SUCCESS } from "../base/status";
import { Context } from "../virt/context";
import { machine } from "../virt/machine";
import { checkRange, finish, flagsRow, flagsStatus, perform } from "./allocate";
import { answer, targetSpace } from "./answer";
import { replacePlaceholder } from "./placeholder";
import { isReadyRange, pointerRead } from "./pointer";
import { storedProtection } from "./protection";
import {
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  PAGE_NOACCESS,
} from "./types";

const PLACEHOLDERS: u32 = MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER;

/**
 * NtAllocateVirtualMemoryEx: the checks of 2.1, and those of 8.1 for placeholders and address
 * requirements (8.2), of which 0 says nothing. Result 0: base; result 1: size.
 */
export function allocateEx(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  protect = storedProtection(protect);
  const row = flagsRow(0, type & ~PLACEHOLDERS, protect);
  if (row != 0) return answer(context, rule(2, 1, row), flagsStatus(row));
  const wrong = placeholderRow(type, protect);
  if (wrong != 0) return fail(context, wrong);
  const isLimited = (lowest | highest | alignment) != 0;
  if (isLimited && !areRequirements(lowest, highest, alignment)) return fail(context, 3);
  if (!isReadyRange(context, baseAt, sizeAt)) {
    return answer(context, rule(2, 1, 10), STATUS_ACCESS_VIOLATION);
  }
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  if (isLimited && (base != 0 || (type & MEM_RESERVE) == 0)) return fail(context, 4);
  const refused = checkRange(context, target, base, size, type);
  if (refused != STATUS_SUCCESS) return refused;
  const space = targetSpace(target)!;
  if ((type & MEM_REPLACE_PLACEHOLDER) != 0) {
    const status = replacePlaceholder(context, space, base, size, type, protect);
    return finish(context, baseAt, sizeAt, 0, status);
  }
  const m = machine();
  const limit = highest == 0 ? m.regionLimit : min<u64>(highest, m.regionLimit);
  const status = perform(
    context,
    space,
    base,
    size,
    type,
    protect,
    max<u64>(lowest, m.lowestAddress),
    limit,
    alignment == 0 ? GRANULARITY : alignment,
  );
  return finish(context, baseAt, sizeAt, 0, status);
}

/** Rows 5 and 6 of 8.1. */
function placeholderRow(type: u32, protect: u32): u32 {
  if ((type & PLACEHOLDERS) == 0) return 0;
  const reserves = (type & MEM_RESERVE) != 0;
  if ((type & MEM_RESERVE_PLACEHOLDER) != 0) {
    const others = MEM_COMMIT | MEM_PHYSICAL | MEM_LARGE_PAGES | MEM_REPLACE_PLACEHOLDER;
    return !reserves || (type & others) != 0 || protect != PAGE_NOACCESS ? 5 : 0;
  }
  return !reserves || (type & (MEM_PHYSICAL | MEM_LARGE_PAGES)) != 0 ? 6 : 0;
}

/** Table 8.2. */
export function areRequirements(lowest: u64, highest: u64, alignment: u64): bool {
  if ((lowest & (GRANULARITY - 1)) != 0) return false;
  if (highest != 0) {
    if (((highest + 1) & 0xfff) != 0 || highest > machine().highestAddress) return false;
    if (highest <= lowest) return false;
  }
  return alignment == 0 || (alignment >= GRANULARITY && popcnt<u64>(alignment) == 1);
}

function fail(context: Context, row: u32): u32 {
  return answer(context, rule(8, 1, row), STATUS_INVALID_PARAMETER);
}
