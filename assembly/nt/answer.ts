import { addressOf, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_DENIED,
  STATUS_ASKS,
  STATUS_INVALID_HANDLE,
  STATUS_INVALID_PARAMETER,
  STATUS_INVALID_PARAMETER_1,
  STATUS_INVALID_PARAMETER_10,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { sectionOf } from "../object/section";
import { Context } from "../virt/context";
import { machine, SWITCH_PLAIN_STATUS, switchIs } from "../virt/machine";
import { Region } from "../virt/region";
import { operationAsks, operationBegin, suspend } from "../virt/request";
import { isForeign, seenPage, seenSpace } from "../virt/seen";
import { SPACE_TERMINATED, Space, spaceOf } from "../virt/space";

/**
 * Leave the number of the rule that answers, and answer. A call that needs the host first answers
 * so, whatever stopped it, and is made again.
 */
export function answer(context: Context, row: u32, status: u32): u32 {
  context.decision = row;
  const asks = operationAsks();
  operationBegin();
  if (asks) return STATUS_ASKS;
  suspend(0, 0, 0, 0);
  return switchIs(SWITCH_PLAIN_STATUS) ? unnumbered(status) : status;
}

/** The same status without the number of a parameter. */
export function unnumbered(status: u32): u32 {
  const numbered = status >= STATUS_INVALID_PARAMETER_1 && status <= STATUS_INVALID_PARAMETER_10;
  return numbered ? STATUS_INVALID_PARAMETER : status;
}

/**
 * A target is the number of a space, or the error that looking up the caller's handle ended with.
 */
export function isTarget(target: u32): bool {
  return target < 0x80000000;
}

/**
 * Who answers for an address of a target: what all processes share has a space of its own, that no
 * handle leads to, and what lies in a slot is its owner's (17.19).
 */
export function targetAt(target: u32, address: u64): u32 {
  return machine().commonSpace == 0 ? target : answererAt(target, address);
}

function answererAt(target: u32, address: u64): u32 {
  if (!isTarget(target)) return target;
  const space = targetSpace(target)!;
  return isTerminating(space) ? target : seenSpace(space, pageOf(address)).number;
}

/** Bytes from the address to where who answers for it has it: those before the slot it lies in. */
export function slotBelow(target: u32, address: u64): u64 {
  return machine().commonSpace == 0 ? 0 : slotOf(target, address);
}

function slotOf(target: u32, address: u64): u64 {
  if (!isTarget(target)) return 0;
  const page = pageOf(address);
  return addressOf(page - seenPage(targetSpace(target)!, page));
}

/** What is wrong with changing a region: memory of CeVirtualSharedAlloc is its owner's (14.3). */
export function foreignStatus(context: Context, region: Region): u32 {
  if (!isForeign(context.space, region)) return STATUS_SUCCESS;
  return answer(context, rule(14, 3, 23), STATUS_ACCESS_DENIED);
}

/** The last byte that an allocation of the target may occupy. */
export function limitOf(target: u32): u64 {
  const isCommon = target == machine().commonSpace;
  return isCommon ? machine().highestAddress : machine().regionLimit;
}

/** The first byte that a region of the target may occupy. */
export function lowestOf(target: u32): u64 {
  const isCommon = target == machine().commonSpace;
  return isCommon ? machine().commonLowest : machine().lowestAddress;
}

/** The space of a target, or null. Requires: `isTarget`. */
export function targetSpace(target: u32): Space | null {
  return spaceOf(target);
}

/** What is wrong with a target, or success. */
export function targetStatus(target: u32): u32 {
  return isTarget(target) ? STATUS_SUCCESS : target;
}

export function isTerminating(space: Space): bool {
  return space.state == SPACE_TERMINATED;
}

/** A number that no space has is a handle that leads nowhere. */
export function known(target: u32): u32 {
  if (!isTarget(target)) return target;
  return targetSpace(target) === null ? STATUS_INVALID_HANDLE : target;
}

/** The same for sections; the content of a file is none. */
export function knownSection(section: u32): u32 {
  if (!isTarget(section)) return section;
  const found = sectionOf(section);
  return found === null || found.file != 0 ? STATUS_INVALID_HANDLE : section;
}

/**
 * As `known`; a process that has ended is refused where the documented order comes to the handle.
 */
export function running(target: u32): u32 {
  const found = known(target);
  if (!isTarget(found)) return found;
  return isTerminating(targetSpace(found)!) ? STATUS_PROCESS_IS_TERMINATING : found;
}
