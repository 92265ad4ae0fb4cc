import { isKept } from "../base/journal";
import { planeTest } from "../base/planes";
import { addressOf, pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_ASKS,
  STATUS_CODE_WRITTEN,
  STATUS_GUARD_PAGE_VIOLATION,
  STATUS_IN_PAGE_ERROR,
  STATUS_STACK_OVERFLOW,
} from "../base/status";
import { COMMITTED, EXECUTABLE, GUARDED, isWritable, READABLE, WRITABLE } from "../page/attributes";
import {
  FACT_MARK,
  FACT_OFFERED,
  FACT_RESET,
  FACT_VALID,
  factIs,
  factsAt,
  frameIsShared,
} from "../page/facts";
import { attributesAt, attributesFill } from "../page/table";
import { chargeFits, physical } from "../phys/charge";
import { FRAME_AWE, FRAME_DIRTY, Frame, frameIs, frameUse } from "../phys/frame";
import { EXECUTE, READ, WRITE } from "./access-kind";
import { framed, frameIn, isAwe } from "./backing";
import { chargeFitsQuota, commit } from "./change";
import { codeShown, codeStops } from "./code-views";
import { Context, contextSpace } from "./context";
import { isEnclavePage, isOutside, isPending } from "./enclave";
import { regionAt } from "./index";
import {
  FEATURE_CE,
  featureIs,
  machine,
  SWITCH_DEP_OFF,
  SWITCH_EXECUTE_ONLY_UNREADABLE,
  SWITCH_GUARD_FIRST,
  switchIs,
} from "./machine";
import { ACCESS_EXECUTE, ACCESS_READ, ACCESS_WRITE, mapsGrant } from "./maps";
import { REGION_AUTO_COMMIT, Region, regionIs } from "./region";
import { operationAsks, operationBegin, refusalReason } from "./request";
import { roomEnsure } from "./room";
import {
  copiedPage,
  copiedSpace,
  copyAt,
  isReadOnly,
  keptPage,
  keptSpace,
  seenPage,
  seenSpace,
  seesElsewhere,
} from "./seen";
import { Space } from "./space";
import { stackGrow, stackGuarded } from "./stack";
import { hasHardMaximum, workingSetEnter } from "./working-set";
import { isWatched, makeSole, recordWrite } from "./written";

/**
 * The fault ladder: what an access does that the maps do not allow at once. In two steps, so that
 * an access over two pages is all or nothing: *judge* every page without any effect, then *prepare*
 * (frames, which may fail) and *complete* (marks, which cannot). In between, a write to what code
 * was made from stops once, before anything is done. A page that is judged guarded
 * loses its guard, and that is the only effect of an access that fails; but for a stack that has
 * grown at its first page: it stays so when the second page fails.
 */
export const RESOLVED: u32 = 0;
export const VIOLATION: u32 = 1;
export const GUARD: u32 = 2;
export const STACK_OVERFLOW: u32 = 3;
export const IN_PAGE: u32 = 4;
/** The host has to bring or store a page first (virt/pager); then the access is made again. */
export const ASKS: u32 = 5;
/** Code was made from what the access changes (virt/code); then the access is made again. */
export const CODE_WRITTEN: u32 = 6;

/** Where x86-64 addresses stop being canonical for user mode, and where the system's begin. */
const CANONICAL_END: u64 = 0x0000800000000000;
const CANONICAL_SYSTEM: u64 = 0xffff800000000000;

/**
 * Make [address, address + size) ready for an access of 1..15 bytes by the context's space, or
 * leave outcome and exception record in the context. After RESOLVED the pages stay ready until this
 * context asks again.
 */
export function ask(context: Context, address: u64, size: u32, access: u32): u32 {
  operationBegin();
  return askMore(context, address, size, access);
}

/** The same as a further step: the pages of the steps before stay ready. */
export function askMore(context: Context, address: u64, size: u32, access: u32): u32 {
  const space = contextSpace(context);
  if (space === null) return record(context, VIOLATION, access, address, rule(4, 1, 1));
  const before = space.faultCount;
  const outcome = resolve(context, space, address, size, access);
  // However many pages and facts it changed, it is one fault, and none where it failed (17.14#4).
  if (space.faultCount != before) space.faultCount = before + u64(outcome == RESOLVED);
  return outcome;
}

function resolve(context: Context, space: Space, address: u64, size: u32, access: u32): u32 {
  const first = pageOf(address);
  const last = pageOf(address + size - 1);
  let outcome = meet(context, space, first, access);
  if (outcome != RESOLVED) return raise(context, space, outcome, access, address);
  if (last != first) {
    outcome = meet(context, space, last, access);
    if (outcome != RESOLVED) return raise(context, space, outcome, access, addressOf(last));
    // A stack that has grown at the last page may have a new guard on the first.
    outcome = meet(context, space, first, access);
    if (outcome != RESOLVED) return raise(context, space, outcome, access, address);
  }
  if (access == WRITE && machine().codeMarks != 0) {
    if (codeStops(space, first)) return raise(context, space, CODE_WRITTEN, access, address);
    if (last != first && codeStops(space, last)) {
      return raise(context, space, CODE_WRITTEN, access, addressOf(last));
    }
  }
  if (last != first && !prepare(space, last, access)) {
    return raise(context, space, shortage(), access, addressOf(last));
  }
  if (!prepare(space, first, access)) return raise(context, space, shortage(), access, address);
  complete(context, space, first, access);
  if (last != first) complete(context, space, last, access);
  physical().promised = 0;
  context.decision = rule(4, 1, 9);
  return RESOLVED;
}

/** The outcome of an access whose page could not be prepared. */
export function shortage(): u32 {
  return operationAsks() ? ASKS : IN_PAGE;
}

/** What the access would meet on this page. No effect. */
export function judge(space: Space, page: u64, access: u32): u32 {
  const row = verdict(space, page, access);
  if (row == 0) return RESOLVED;
  return row == rule(4, 1, 5) ? GUARD : VIOLATION;
}

/**
 * What an access by the context's own thread meets on this page: a guard of its stack makes the
 * stack grow, whatever the access (4.1#3).
 */
export function meet(context: Context, space: Space, page: u64, access: u32): u32 {
  if (!seesElsewhere()) return meetSeen(context, space, page, access);
  const seen = seenSpace(space, page);
  const at = seenPage(space, page);
  const outcome = meetSeen(context, seen, at, access);
  if (outcome != RESOLVED) return outcome;
  return isReached(space, seen, at, access) ? RESOLVED : VIOLATION;
}

/**
 * Whether the process `own` reaches what a page shows, wherever that is kept: it is there, and not
 * another one's alone to write. Requires: looked up.
 */
export function isReached(own: Space, seen: Space, page: u64, access: u32): bool {
  if (seen.marked == 0) return true;
  const copy = copyAt(seen, page);
  if (copy !== null && !isBacked(copy, page)) return false;
  return access != WRITE || !isReadOnly(own, keptSpace(seen, page), keptPage(seen, page));
}

function meetSeen(context: Context, space: Space, page: u64, access: u32): u32 {
  const outcome = judge(space, page, access);
  if (outcome == RESOLVED) return RESOLVED;
  const thread = stackGuarded(context, space, page);
  if (thread === null) {
    return commitTouched(space, page) ? judge(space, page, access) : outcome;
  }
  if (!roomEnsure(space)) return IN_PAGE;
  return stackGrow(space, thread, page) ? judge(space, page, access) : STACK_OVERFLOW;
}

/** Whether what a page of VirtualCopy shows is committed, by this touch perhaps, and in reach. */
function isBacked(copy: Region, page: u64): bool {
  const source = copiedSpace(copy, page);
  if (source === null) return false;
  const at = copiedPage(copy, page);
  if (isOffered(source, at)) return false;
  return (attributesAt(source, at) & COMMITTED) != 0 || commitTouched(source, at);
}

/**
 * A page that is committed by the first touch (14.3) is committed. False where it is not such a
 * page, allows no access, or the charge does not allow it.
 */
function commitTouched(space: Space, page: u64): bool {
  if (!featureIs(FEATURE_CE) || page > pageOf(machine().highestAddress)) return false;
  const region = regionAt(space, addressOf(page));
  if (region === null || !regionIs(region, REGION_AUTO_COMMIT)) return false;
  const attributes = <u32>region.attributes;
  if ((attributes & (READABLE | EXECUTABLE)) == 0) return false;
  if ((attributesAt(space, page) & COMMITTED) != 0) return false;
  if (!chargeFits(1) || !chargeFitsQuota(space, 1) || !roomEnsure(space)) return false;
  commit(space, region, page, page + 1, attributes);
  return true;
}

/** The row of table 4.1 that stops the access, or 0. */
export function verdict(space: Space, page: u64, access: u32): u32 {
  if (page > pageOf(machine().highestAddress)) return rule(4, 1, 1);
  const attributes = attributesAt(space, page);
  if ((attributes & COMMITTED) == 0) return rule(4, 1, 2);
  if (isOutside(space, page)) return 0;
  if (isPending(space, page)) return rule(17, 2, 13);
  if (isOffered(space, page)) return rule(17, 16, 1);
  const guarded = (attributes & GUARDED) != 0;
  if (guarded && switchIs(SWITCH_GUARD_FIRST)) return rule(4, 1, 5);
  if (access == EXECUTE) {
    if (switchIs(SWITCH_DEP_OFF)) {
      if ((attributes & (READABLE | EXECUTABLE)) == 0) return rule(4, 1, 4);
      return guarded ? rule(4, 1, 5) : 0;
    }
    if (guarded) return rule(4, 1, 5);
    return (attributes & EXECUTABLE) == 0 ? rule(4, 1, 6) : 0;
  }
  const allowed = access == WRITE ? isWritable(attributes) : isReadable(attributes);
  if (!allowed) return rule(4, 1, 4);
  return guarded ? rule(4, 1, 5) : 0;
}

/** Every base protection but NOACCESS can be read: no x86 has pages that can only be executed. */
export function isReadable(attributes: u32): bool {
  if ((attributes & READABLE) != 0) return true;
  return (attributes & EXECUTABLE) != 0 && !switchIs(SWITCH_EXECUTE_ONLY_UNREADABLE);
}

/** Take the guard off this one page. False where there is no memory to say so. */
export function disarm(space: Space, page: u64): bool {
  const seen = seenSpace(space, page);
  page = seenPage(space, page);
  space = seen;
  if (!roomEnsure(space)) return false;
  attributesFill(space, page, page + 1, attributesAt(space, page) & ~GUARDED);
  return true;
}

/**
 * Give the page a frame and put it into the working set. False where there is none to be had; then
 * nothing changed. From outside of its enclave a page is not touched. Requires: judged.
 */
export function prepare(space: Space, page: u64, access: u32): bool {
  if (seesElsewhere()) {
    const kept = keptSpace(space, page);
    page = keptPage(space, page);
    space = kept;
  }
  if (isOutside(space, page)) return true;
  const chunk = framed(space, page, access);
  if (chunk == 0) return false;
  if (!isAwe(chunk, <u32>page & 1023)) workingSetEnter(space, chunk, page);
  return true;
}

/** Whether the page is offered, and out of reach (17.16). */
export function isOffered(space: Space, page: u64): bool {
  return space.offeredPages != 0 && factIs(space, FACT_OFFERED, page);
}

/** Record the access and tell the maps what is allowed from now on. Requires: prepared. */
export function complete(context: Context, space: Space, page: u64, access: u32): void {
  if (seesElsewhere()) {
    const kept = keptSpace(space, page);
    page = keptPage(space, page);
    space = kept;
  }
  if (isOutside(space, page)) return;
  const chunk = factsAt(space, page);
  if (access == WRITE) {
    makeSole(space, page, chunk);
    recordWrite(space, page, chunk);
  }
  if (context.space != changetype<u32>(space)) return;
  const frame = frameIn(space, page, chunk);
  // It may have been prepared before a page left for the other one of the access.
  frameUse(changetype<Frame>(frame));
  const rights = rightsIn(space, page, chunk, frame);
  if (rights != 0) mapsGrant(context, page, changetype<Frame>(frame).location, rights);
}

/** The rights that the maps may give for a page now; 0 where it has to ask. */
export function grantable(space: Space, page: u64): u32 {
  const chunk = factsAt(space, page);
  return rightsIn(space, page, chunk, frameIn(space, page, chunk));
}

/** The same, given the page's chunk of facts and the frame that its bytes are in, or 0. */
function rightsIn(space: Space, page: u64, chunk: u32, frameRecord: u32): u32 {
  const frame = changetype<Frame | null>(frameRecord);
  if (frame === null || frame.location == 0) return 0;
  const i = <u32>page & 1023;
  if (chunk == 0 || hasHardMaximum(space) || isOffered(space, page)) return 0;
  if (!planeTest(chunk + FACT_VALID, i) && !frameIs(frame, FRAME_AWE)) return 0;
  const attributes = attributesAt(space, page);
  if ((attributes & (COMMITTED | GUARDED)) != COMMITTED || isEnclavePage(space, page)) return 0;
  let rights: u32 = 0;
  if (isReadable(attributes)) rights |= ACCESS_READ;
  if ((attributes & EXECUTABLE) != 0 || (switchIs(SWITCH_DEP_OFF) && isReadable(attributes))) {
    rights |= ACCESS_EXECUTE;
  }
  if ((attributes & WRITABLE) != 0 && !planeTest(chunk + FACT_RESET, i)) {
    const recorded = planeTest(chunk + FACT_MARK, i) || !isWatched(space, page);
    const isPlain = machine().codeMarks == 0 || !codeShown(space, page);
    const isSole = frame.owners == 1 && !frameIsShared(chunk, i);
    const isOpen = isSole && frameIs(frame, FRAME_DIRTY) && isKept(frame.location);
    if (recorded && isPlain && isOpen) {
      rights |= ACCESS_WRITE;
    }
  }
  return rights;
}

/** Leave the outcome of a failed access in the context; a guard that was met is gone. */
export function raise(
  context: Context,
  space: Space,
  outcome: u32,
  access: u32,
  address: u64,
): u32 {
  const page = pageOf(address);
  if (outcome == GUARD && !disarm(space, page)) outcome = IN_PAGE;
  let row = rule(4, 1, 5);
  if (outcome == VIOLATION) row = violationRow(space, page, access);
  // Where the access is only to be made again, no rule has answered yet.
  if (outcome >= IN_PAGE) row = rule(4, 1, 8);
  if (outcome == STACK_OVERFLOW) row = rule(4, 9, 7);
  return record(context, outcome, access, address, row);
}

/** The row that stops an access: of table 4.1, or of what another place keeps (14.3). */
function violationRow(space: Space, page: u64, access: u32): u32 {
  const seen = seenSpace(space, page);
  const at = seenPage(space, page);
  const row = verdict(seen, at, access);
  if (row != 0) return row;
  return copyAt(seen, at) === null ? rule(14, 3, 23) : rule(14, 3, 20);
}

function record(context: Context, outcome: u32, access: u32, address: u64, row: u32): u32 {
  context.outcome = outcome;
  context.decision = row;
  context.exceptionCode = codeOf(outcome);
  context.exceptionAccess = access == EXECUTE && switchIs(SWITCH_DEP_OFF) ? READ : access;
  context.exceptionAddress = address;
  context.exceptionDetail = outcome == IN_PAGE ? refusalReason() : 0;
  if (address >= CANONICAL_END && address < CANONICAL_SYSTEM && machine().pointerBytes == 8) {
    context.exceptionAccess = READ;
    context.exceptionAddress = u64.MAX_VALUE;
  }
  return outcome;
}

function codeOf(outcome: u32): u32 {
  if (outcome == GUARD) return STATUS_GUARD_PAGE_VIOLATION;
  if (outcome >= ASKS) return outcome == ASKS ? STATUS_ASKS : STATUS_CODE_WRITTEN;
  if (outcome == STACK_OVERFLOW) return STATUS_STACK_OVERFLOW;
  return outcome == IN_PAGE ? STATUS_IN_PAGE_ERROR : STATUS_ACCESS_VIOLATION;
}
