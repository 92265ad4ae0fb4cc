import { pageOf } from "../base/range";
import { RULE_BEHIND_A, rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_CONFLICTING_ADDRESSES,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_INVALID_PAGE_PROTECTION,
  STATUS_INVALID_PARAMETER,
  STATUS_NOT_COMMITTED,
  STATUS_SUCCESS,
} from "../base/status";
import { uncommittedCount } from "../page/table";
import { WRITE } from "../virt/access-kind";
import { Context, resultSet, TRANSFER_BYTES, transferOf } from "../virt/context";
import { extrasEnsure } from "../virt/extras";
import { regionAt } from "../virt/index";
import { machine } from "../virt/machine";
import { REGION_PRIVATE, Region } from "../virt/region";
import { roomEnsure } from "../virt/room";
import { Space } from "../virt/space";
import { targetSet, targetsAllow, targetsForget } from "../virt/targets";
import { isTarget, isTerminating, targetSpace, targetStatus } from "./answer";
import { isReady, memoryRead, memoryWrite, NO_POINTER } from "./pointer";
import { isExecutableProtection } from "./protection";
import { PAGE_TARGETS } from "./types";

/** Control Flow Guard (17.15): which addresses indirect calls may go to. */

/**
 * An entry of the caller's array, here in a 64-bit process; both fields are as wide as a pointer,
 * and in the transfer area always of 8 bytes:
 *
 *      0          8          16
 *     +----------+----------+
 *     | offset   | flags    |    flags: 1 valid, 2 processed
 *     +----------+----------+
 */
const FLAG_VALID: u64 = 1;
const FLAG_PROCESSED: u64 = 2;
const TRANSFER_FIELD: u32 = 8;
const SLOT_MASK: u64 = 15;

const CHECK_ENABLED: u32 = 1;
const CHECK_HANDLE: u32 = 2;
const CHECK_RANGE: u32 = 3;
const CHECK_ENTRIES: u32 = 4;

/**
 * SetProcessValidCallTargets. `holder` is the process of the handle whatever its rights, `least`
 * the lowest offset that the first entry may have: longer arrays of the host come in pieces.
 * Entries before one that is refused stay applied, and say so in their flags. Result 0: how many.
 */
export function targetsSet(
  context: Context,
  holder: u32,
  target: u32,
  address: u64,
  size: u64,
  count: u64,
  arrayAt: u64,
  least: u64,
): u32 {
  resultSet(context, 0, 0);
  by(context, CHECK_ENABLED);
  if (isTarget(holder)) {
    const held = targetSpace(holder)!;
    if (!isTerminating(held) && held.guardsFlow == 0) {
      return STATUS_INVALID_PARAMETER;
    }
  }
  by(context, CHECK_HANDLE);
  const refused = targetStatus(target);
  if (refused != STATUS_SUCCESS) return refused;
  const space = targetSpace(target)!;
  by(context, CHECK_RANGE);
  if (size == 0 || ((address | size) & 0xfff) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  const region = regionAt(space, address);
  if (region === null || size > region.end - address) {
    return STATUS_CONFLICTING_ADDRESSES;
  }
  if (uncommittedCount(space, pageOf(address), pageOf(address + size)) != 0) {
    return STATUS_NOT_COMMITTED;
  }
  if (!isExecutableProtection(region.protection)) {
    return STATUS_INVALID_PAGE_PROTECTION;
  }
  by(context, CHECK_ENTRIES);
  const isHosted = arrayAt == NO_POINTER;
  const field = isHosted ? TRANSFER_FIELD : machine().pointerBytes;
  const most = (isHosted ? <u64>TRANSFER_BYTES : machine().highestAddress + 1) / (field * 2);
  if (count > most || !isReady(context, arrayAt, count * field * 2, WRITE)) {
    return STATUS_ACCESS_VIOLATION;
  }
  for (let i: u64 = 0; i < count; i++) {
    const entry = isHosted ? <u64>transferOf(context) + i * 16 : arrayAt + i * field * 2;
    const offset = isHosted ? load<u64>(<u32>entry) : memoryRead(context, entry, field);
    const at = entry + field;
    const flags = isHosted ? load<u64>(<u32>at) : memoryRead(context, at, field);
    if ((offset & SLOT_MASK) != 0 || offset < least || offset >= size || flags > FLAG_VALID) {
      return STATUS_INVALID_PARAMETER;
    }
    if (!roomEnsure(space)) return STATUS_INSUFFICIENT_RESOURCES;
    targetSet(space, region, address + offset, flags == FLAG_VALID);
    if (isHosted) store<u64>(<u32>at, flags | FLAG_PROCESSED);
    else memoryWrite(context, at, field, flags | FLAG_PROCESSED);
    resultSet(context, 0, i + 1);
    least = offset + 1;
  }
  context.decision = rule(17, 15, 2);
  return STATUS_SUCCESS;
}

/** Room for what a protection says about call targets. */
export function targetsFit(space: Space, protect: u32, first: u64, end: u64): bool {
  return !isDecided(space, protect) || extrasEnsure(space, first, end);
}

/** The same, and room for one change. */
export function targetsEnsure(space: Space, protect: u32, first: u64, end: u64): bool {
  return isDecided(space, protect) ? extrasEnsure(space, first, end) : roomEnsure(space);
}

/** Pages were committed with this protection. Requires: `targetsEnsure`. */
export function targetsCommitted(
  space: Space,
  region: Region,
  protect: u32,
  first: u64,
  end: u64,
): void {
  if (!isDecided(space, protect)) return;
  if ((protect & PAGE_TARGETS) == 0) targetsAllow(space, region, first, end);
  else if (region.kind == REGION_PRIVATE) targetsForget(space, first, end);
}

/**
 * Pages got this protection: with TARGETS_NO_UPDATE everything stays. Requires: `targetsEnsure`.
 */
export function targetsProtected(
  space: Space,
  region: Region,
  protect: u32,
  first: u64,
  end: u64,
): void {
  if (!isDecided(space, protect) || (protect & PAGE_TARGETS) != 0) return;
  targetsAllow(space, region, first, end);
}

/** Whether the protection says something about call targets, and the process listens. */
function isDecided(space: Space, protect: u32): bool {
  return space.guardsFlow != 0 && isExecutableProtection(protect);
}

/** Row 1 has four checks: a, b, c, d. */
function by(context: Context, check: u32): void {
  context.decision = rule(17, 15, 1) | (check * RULE_BEHIND_A);
}
