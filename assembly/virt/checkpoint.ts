import { arena, UNIT_BYTES } from "../base/arena";
import {
  JOURNAL_COUNT,
  JOURNAL_NEWER,
  JOURNAL_PAGES,
  JOURNAL_UNIT,
  journal,
  journalForget,
  keptSet,
} from "../base/journal";
import {
  ARENA,
  KEPT,
  PAGE_BYTES,
  PAGER,
  PANIC,
  PATH,
  PHYSICAL,
  POOLS,
  SPACES,
  SPACES_MAX,
  STALE,
  STATE,
  WINDOW,
} from "../base/layout";
import { POOL_BYTES, POOL_FRAME, pool } from "../base/pool";
import { shadowedNext, shadowForget, shadowOf, shadowsForget, shadowsTake } from "../base/shadow";
import { UNIT_SHIFT, unitEntry, unitGive, unitTake } from "../base/units";
import { physical } from "../phys/charge";
import { Context, contextLeave } from "./context";
import { machine } from "./machine";
import { mapsEmpty, mapsForbidEveryWrite } from "./maps";
import { requestCancel, requests } from "./request";
import { slotsReclaim } from "./slots";

/**
 * Checkpoints: what the machine is now can be had again. Two kinds of memory come back in two ways:
 * what is large and changes in few places is kept before it changes (base/journal), all else is
 * compared (base/shadow). What is derived is made anew; contexts, tickets and the arena go on.
 *
 * A checkpoint is a mark, the place in the journal where what changes afterwards begins: the
 * address of a unit of the journal, and how many pages are in it.
 */

/** A checkpoint's mark, or 0 where memory is at its end: then the earlier ones are gone too. */
export function checkpointMake(): u32 {
  contextsLeave();
  requestCancel();
  const isFirst = journal().newest == 0;
  if ((isFirst && !journalStart()) || !shadowsTake()) {
    checkpointsForget();
    return 0;
  }
  keptBegin();
  journal().slots = physical().slots;
  mapsForbidEveryWrite();
  return end();
}

/** All is as it was when the checkpoint was made. Requires: none before it was dropped. */
export function checkpointRewind(mark: u32): void {
  contextsLeave();
  while (end() != mark) undo();
  const context = machine().firstContext;
  const ticket = requests().ticket;
  shadowsRestore();
  machine().firstContext = context;
  requests().ticket = ticket;
  journal().slots = physical().slots;
  freshClear(POOL_FRAME);
  freshClear(POOL_BYTES);
  memory.fill(STALE, 0xff, <u32>(machine().windowBytes >> 15));
  mapsEmpty();
  keptBegin();
}

/** Checkpoints before this one are gone. */
export function checkpointsDrop(mark: u32): void {
  const j = journal();
  const last = mark & ~(UNIT_BYTES - 1);
  while (j.oldest != last) {
    const newer = load<u32>(j.oldest, JOURNAL_NEWER);
    unitGive(j.oldest);
    j.oldest = newer;
  }
  store<u32>(last, 0);
}

/** There are none any more, and pools can have their memory. */
export function checkpointsForget(): void {
  if (journal().newest != 0) journalForget();
  shadowsForget();
  slotsReclaim();
}

/** Where the journal ends. */
function end(): u32 {
  const newest = journal().newest;
  return newest + load<u32>(newest, JOURNAL_COUNT);
}

function journalStart(): bool {
  // What is left of checkpoints that were gone for want of memory is of another time.
  checkpointsForget();
  const unit = unitTake();
  if (unit == 0) return false;
  arena().held += 1;
  store<u32>(unit, 0);
  store<u32>(unit, 0, JOURNAL_COUNT);
  journal().newest = unit;
  journal().oldest = unit;
  journal().units = WINDOW + <u32>machine().windowBytes;
  return true;
}

/** Nothing is kept yet but what need not be: what has a shadow, and what was never used. */
function keptBegin(): void {
  memory.fill(KEPT, 0, 1 << 17);
  for (let unit: u32 = 0; unit < arena().top; unit = shadowedNext(unit)) {
    store<u16>(KEPT + ((unit >>> UNIT_SHIFT) << 1), 0xffff);
  }
  freshKept(POOL_FRAME);
  freshKept(POOL_BYTES);
}

function freshKept(kind: u32): void {
  const p = pool(kind);
  const first = (p.fresh + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
  for (let page = first; page < p.end; page += PAGE_BYTES) keptSet(page);
}

/** What was never used is zeros. */
function freshClear(kind: u32): void {
  const p = pool(kind);
  memory.fill(p.fresh, 0, p.end - p.fresh);
}

/** Put the last page of the journal back. */
function undo(): void {
  const j = journal();
  const unit = j.newest;
  const count = load<u32>(unit, JOURNAL_COUNT);
  if (count == 0) {
    j.newest = load<u32>(unit);
    unitGive(unit);
    return;
  }
  store<u32>(unit, count - 1, JOURNAL_COUNT);
  const page = load<u32>(unit + ((count - 1) << 2), JOURNAL_PAGES);
  if ((page & JOURNAL_UNIT) != 0) {
    unitRelease(page - JOURNAL_UNIT);
    return;
  }
  const shadow = shadowOf(page);
  const place = shadow == 0 ? page : shadow + (page & (UNIT_BYTES - 1));
  memory.copy(place, unit + count * PAGE_BYTES, PAGE_BYTES);
}

/** No pool had the unit then. */
function unitRelease(unit: u32): void {
  shadowForget(unit);
  store<u32>(unitEntry(unit), 0);
  arena().held += 1;
  unitGive(unit);
}

function shadowsRestore(): void {
  const low = shadowOf(0);
  restore(low, POOLS, ARENA);
  restore(low, PHYSICAL, PANIC);
  restore(low, PAGER, STATE);
  restore(low, PATH, SPACES + SPACES_MAX * 4);
  for (let unit = shadowedNext(0); unit < arena().top; unit = shadowedNext(unit)) {
    memory.copy(unit, shadowOf(unit), UNIT_BYTES);
  }
}

function restore(shadow: u32, from: u32, to: u32): void {
  memory.copy(from, shadow + from, to - from);
}

/** No context may hold on to a space that comes or goes. */
function contextsLeave(): void {
  for (let context = machine().firstContext; context != 0; ) {
    contextLeave(changetype<Context>(context));
    context = changetype<Context>(context).next;
  }
}
