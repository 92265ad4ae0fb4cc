import { MEM_COMMIT } from "../../../assembly/nt/types";
import { wordSeen } from "./accesses";
import { result } from "./answers";
import { machineCounter, spaceCounter } from "./guardpage";
import { slotBring } from "./host";
import { queryAt } from "./memory";
import { below } from "./random";
import { rootsName } from "./sections";
import { fold } from "./tally";
import { stateHash, stateMore, stateRoots, stateSave, stateSlot, verifySpace } from "./tools";
import {
  arenaEnd,
  arenaStart,
  context,
  currentPlace,
  enter,
  PAGE,
  spaceAt,
  spaceCount,
} from "./world";

const PAGE_GUARD: u64 = 0x100;
const STATE: u32 = 4;
const PROTECTION: u32 = 5;
const REGION_BYTES: u32 = 3;
const COUNTERS: u32 = 5;

/** What saving more of the state came to. */
const SAVED: u32 = 0;
const ASKS: u32 = 2;

/**
 * Take the state of the whole machine as a guest sees it: figures, and in each process the regions
 * of the arena and words of their pages; and the hash of all state, whether a guest sees it or not.
 */
export function stateFold(): void {
  const place = currentPlace();
  fold(machineCounter(0));
  fold(machineCounter(2));
  fold(machineCounter(12));
  for (let i: u32 = 0; i < spaceCount(); i++) {
    enter(i);
    for (let counter: u32 = 0; counter < COUNTERS; counter++)
      fold(spaceCounter(spaceAt(i), counter));
    contentFold(spaceAt(i));
  }
  enter(place);
  fold(stateHashed());
}

/** The hash of the whole state (docs/snapshots.md). */
function stateHashed(): u64 {
  stateSave(context, 0);
  rootsName();
  stateRoots();
  for (let made = stateMore(); made != SAVED; made = stateMore()) {
    if (made == ASKS) slotBring(stateSlot());
  }
  return stateHash();
}

/** A rule between the maps that is broken is no answer to compare. */
export function stateVerify(): void {
  for (let i: u32 = 0; i < spaceCount(); i++) {
    if (verifySpace(context, spaceAt(i)) != 0) unreachable();
  }
}

/** Runs of equal pages, and a word of each page that can be had without an exception of a guard. */
function contentFold(space: u32): void {
  for (let at = arenaStart(); at < arenaEnd(); ) {
    if (queryAt(space, at) != 0) return;
    const isCommitted = result(STATE) == MEM_COMMIT;
    const isGuarded = (result(PROTECTION) & PAGE_GUARD) != 0;
    const end = min(at + result(REGION_BYTES), arenaEnd());
    if (isCommitted && !isGuarded) {
      for (let page = at; page < end; page += PAGE) fold(wordSeen(page + <u64>(below(512) << 3)));
    }
    at = end;
  }
}
