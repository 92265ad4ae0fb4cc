import { GRANULARITY, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_2,
  STATUS_INVALID_PARAMETER_3,
  STATUS_INVALID_PARAMETER_4,
  STATUS_INVALID_PARAMETER_5,
  STATUS_INVALID_PARAMETER_6,
  STATUS_PRIVILEGE_NOT_HELD,
  STATUS_SUCCESS,
} from "../base/status";
import { Context, resultGet, resultSet } from "../virt/context";
import { regionAt } from "../virt/index";
import {
  FEATURE_CE,
  FEATURE_SLOTS,
  featureIs,
  machine,
  SWITCH_LOCK_MEMORY_PRIVILEGE,
  SWITCH_STRICT_PHYSICAL,
  switchIs,
} from "../virt/machine";
import { REGION_SHARED } from "../virt/region";
import { markedAt } from "../virt/seen";
import { Space } from "../virt/space";
import { answer, isTarget, limitOf, lowestOf, slotBelow, targetAt, targetSpace } from "./answer";
import { commitPages } from "./commit";
import { isInEnclave } from "./enclave-pages";
import { isReadyRange, pointerRead, rangeWrite } from "./pointer";
import { isProtection, storedProtection } from "./protection";
import { reserveRegion } from "./reserve";
import { resetPages } from "./reset";
import {
  MEM_9X_SHARED,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_NOACCESS,
  PAGE_READWRITE,
} from "./types";
import { isZeroBits, zeroBitsLimit } from "./zero-bits";

/** CE puts what is only reserved, and this large, where all processes see it (14.3). */
const COMMON_BYTES: u64 = 0x200000;
const ACTIONS: u32 = MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO;

/**
 * NtAllocateVirtualMemory: the checks of 2.1 in their order, then the path that the type asks for.
 * Result 0: base; result 1: size.
 */
export function allocate(
  context: Context,
  target: u32,
  baseAt: u64,
  base: u64,
  zeroBits: u64,
  sizeAt: u64,
  size: u64,
  type: u32,
  protect: u32,
): u32 {
  protect = storedProtection(protect);
  const row = flagsRow(zeroBits, type, protect);
  if (row != 0) return answer(context, rule(2, 1, row), flagsStatus(row));
  if (!isReadyRange(context, baseAt, sizeAt)) {
    return answer(context, rule(2, 1, 10), STATUS_ACCESS_VIOLATION);
  }
  base = pointerRead(context, baseAt, base);
  size = pointerRead(context, sizeAt, size);
  let slot: u64 = 0;
  const isShared = target == machine().commonSpace;
  if (
    isShared &&
    base != 0 &&
    markedAt(targetSpace(target)!, pageOf(base), REGION_SHARED) === null
  ) {
    return answer(context, rule(14, 3, 23), STATUS_INVALID_PARAMETER);
  }
  if (machine().commonSpace != 0) {
    slot = slotBelow(target, base);
    const isCommon = isForAll(base, size, type, protect);
    if (isCommon) target = targetAt(target, machine().commonLowest);
    else if (isSettled(target, base, type)) target = targetAt(target, base);
    base -= slot;
    type &= ~MEM_9X_SHARED;
  }
  const refused = checkRange(context, target, base, size, type);
  if (refused != STATUS_SUCCESS) return refused;
  const lowest = lowestOf(target);
  const highest = zeroBitsLimit(zeroBits, limitOf(target));
  const space = targetSpace(target)!;
  const status = perform(context, space, base, size, type, protect, lowest, highest, GRANULARITY);
  if (isShared && base == 0 && status == STATUS_SUCCESS) {
    const region = regionAt(space, resultGet(context, 0))!;
    region.flags |= REGION_SHARED;
    space.marked = 1;
  }
  return finish(context, baseAt, sizeAt, slot, status);
}

/** Rows 11 to 15, and 17.2#12: what is wrong with range, handle, privilege or enclave. */
export function checkRange(context: Context, target: u32, base: u64, size: u64, type: u32): u32 {
  const limit = limitOf(target);
  if (base > limit) return answer(context, rule(2, 1, 11), STATUS_INVALID_PARAMETER_2);
  if (limit + 1 - base < size) return answer(context, rule(2, 1, 12), STATUS_INVALID_PARAMETER_4);
  if (size == 0) return answer(context, rule(2, 1, 13), STATUS_INVALID_PARAMETER_4);
  if (!isTarget(target)) return answer(context, rule(2, 1, 14), target);
  if ((type & MEM_LARGE_PAGES) != 0 && !switchIs(SWITCH_LOCK_MEMORY_PRIVILEGE)) {
    return answer(context, rule(2, 1, 15), STATUS_PRIVILEGE_NOT_HELD);
  }
  if (type != MEM_COMMIT && isInEnclave(target, base)) {
    return answer(context, rule(17, 2, 12), STATUS_INVALID_PARAMETER_5);
  }
  return STATUS_SUCCESS;
}

/** Hand the range over where the call came to something, in the slot that it was asked for in. */
export function finish(context: Context, baseAt: u64, sizeAt: u64, slot: u64, status: u32): u32 {
  if (status != STATUS_SUCCESS) return status;
  resultSet(context, 0, resultGet(context, 0) + slot);
  rangeWrite(context, baseAt, sizeAt);
  return STATUS_SUCCESS;
}

/** Whether an allocation goes where all processes see it (14.3, 17.19). */
function isForAll(base: u64, size: u64, type: u32, protect: u32): bool {
  if (featureIs(FEATURE_SLOTS)) {
    return base == 0 && size >= COMMON_BYTES && type == MEM_RESERVE && protect == PAGE_NOACCESS;
  }
  return (type & MEM_9X_SHARED) != 0;
}

/**
 * Whether the common memory of all processes answers: in CE for every address there, in Windows 9x
 * for what is there already. To reserve there it wants to be asked by MEM_9X_SHARED.
 */
function isSettled(target: u32, base: u64, type: u32): bool {
  if (featureIs(FEATURE_SLOTS)) return true;
  const common = targetAt(target, base);
  const reserves = (type & MEM_RESERVE) != 0;
  return !reserves && common != target && regionAt(targetSpace(common)!, base) !== null;
}

/** Row 16: the path that the type asks for. */
export function perform(
  context: Context,
  space: Space,
  base: u64,
  size: u64,
  type: u32,
  protect: u32,
  lowest: u64,
  highest: u64,
  alignment: u64,
): u32 {
  if ((type & MEM_RESERVE) != 0 || (base == 0 && type != MEM_RESET_UNDO)) {
    return reserveRegion(context, space, base, size, type, protect, lowest, highest, alignment);
  }
  if ((type & (MEM_RESET | MEM_RESET_UNDO)) != 0) {
    return resetPages(context, space, base, size, type);
  }
  return commitPages(context, space, base, size, protect);
}

/** Rows 1 to 9 of 2.1: what is wrong with the flags, whatever the address; 0 where nothing is. */
export function flagsRow(zeroBits: u64, type: u32, protect: u32): u32 {
  if (!isZeroBits(zeroBits)) return 1;
  if ((type & ~machine().allocationTypes) != 0) return 2;
  if ((type & ACTIONS) == 0) return 3;
  if ((type & MEM_RESET) != 0 && type != MEM_RESET) return 4;
  if ((type & MEM_RESET_UNDO) != 0 && type != MEM_RESET_UNDO) return 4;
  if ((type & MEM_LARGE_PAGES) != 0) {
    const both = MEM_COMMIT | MEM_RESERVE;
    if ((type & both) != both || (type & (MEM_PHYSICAL | MEM_WRITE_WATCH)) != 0) return 5;
  }
  const isReserve = (type & MEM_RESERVE) != 0;
  if ((type & MEM_WRITE_WATCH) != 0) {
    if (!isReserve) return 6;
    // The bit means MEM_AUTO_COMMIT there, which goes with MEM_RESERVE only (17.19).
    if ((type & MEM_COMMIT) != 0 && featureIs(FEATURE_CE)) return 6;
  }
  if ((type & MEM_PHYSICAL) != 0) {
    const allowed = switchIs(SWITCH_STRICT_PHYSICAL) ? MEM_RESERVE : MEM_RESERVE | MEM_TOP_DOWN;
    if (!isReserve || (type & ~(allowed | MEM_PHYSICAL)) != 0) return 7;
    if (protect != PAGE_READWRITE) return 8;
  }
  return isProtection(protect) ? 0 : 9;
}

export function flagsStatus(row: u32): u32 {
  if (row == 1) return STATUS_INVALID_PARAMETER_3;
  if (row == 8) return STATUS_INVALID_PARAMETER_6;
  return row == 9 ? STATUS_INVALID_PAGE_PROTECTION : STATUS_INVALID_PARAMETER_5;
}
