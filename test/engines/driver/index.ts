/**
 * A random program over the whole of a core, which needs nothing but the core and the tools: it
 * runs wherever WebAssembly does. Every answer goes into a hash (tally); that it is the same on
 * every engine is what the tests beside it hold.
 */
import { floatAny, loadAny, storeAny } from "./accesses";
import { asks } from "./answers";
import { aweAllocateAny, aweFreeAny, aweMapAny, aweWindowAny } from "./awe";
import { mapsForget, spaceDestroy, spaceTerminate } from "./guardpage";
import * as memory from "./memory";
import { below, randomBegin } from "./random";
import * as ranges from "./ranges";
import * as sections from "./sections";
import { stackGuaranteeAny, stackMakeAny, stackPushAny, stackRearmAny } from "./stacks";
import { stateFold, stateVerify } from "./state";
import * as step from "./steps";
import { figureOf, fold, stepCount } from "./tally";
import { codeMark, codeNext } from "./tools";
import {
  address,
  context,
  currentPlace,
  currentSpace,
  enter,
  PAGE,
  page,
  spaceAt,
  spaceBegin,
  spaceCount,
  worldBegin,
} from "./world";

/** How often a kind of step is drawn, to the sum of all. */
const WEIGHTS: StaticArray<u32> = [
  4, 12, 12, 1, 3, 2, 3, 5, 5, 5, 1, 3, 3, 3, 3, 36, 36, 12, 8, 4, 4, 4, 4, 3, 5, 5, 3, 2, 2, 4, 5,
  4, 2, 4, 2, 2, 1, 4, 2, 2, 4, 1, 1, 2, 3, 1, 6, 1, 2,
];

/** The whole state is taken so often. */
const STATE_STEPS: u64 = 1024;
/** A process ends once in so many steps that are to end one. */
const ENDINGS: u32 = 6;

/** Where an address space begins and ends, and where a guest never has memory. */
const FAR: StaticArray<u64> = [
  0, 0xfff8, 0x7ffe0000, 0x7ffeffff, 0xfffffffc, 0x100000000, 0x7fffffff0000, 0xfffffffffffffffc,
];

let weightSum: u32 = 0;
let stepsMade: u64 = 0;

/**
 * Make the machine of a program; once, before everything else. 1, or 0 where linear memory cannot
 * grow as far as a window takes: `kind` 0 does without one.
 */
export function begin(program: u32, kind: u32, seed: u32): u32 {
  randomBegin(seed);
  if (WEIGHTS.length != step.STEP_KINDS) unreachable();
  weightSum = 0;
  for (let i: u32 = 0; i < step.STEP_KINDS; i++) weightSum += WEIGHTS[i];
  return worldBegin(program, kind, seed) ? 1 : 0;
}

/** Make so many steps more, and take the state behind the last. A trap: a rule is broken. */
export function run(steps: u32): void {
  for (let i: u32 = 0; i < steps; i++) {
    const kind = kindDrawn();
    stepCount(kind);
    make(kind);
    stepsMade += 1;
    if (stepsMade % STATE_STEPS == 0) stateFold();
  }
  stateFold();
  stateVerify();
}

/** What the program gives so far, by number (tally). */
export function figure(number: u32): u64 {
  return figureOf(number);
}

function kindDrawn(): u32 {
  let rest = below(weightSum);
  let kind: u32 = 0;
  for (; rest >= WEIGHTS[kind]; kind++) rest -= WEIGHTS[kind];
  return kind;
}

/** The first store to the pages is told of once. */
function codeMarkAny(): void {
  const at = page();
  let status: u32 = 0;
  do status = codeMark(context, at, PAGE);
  while (asks(status));
  fold(status);
  fold(codeNext(currentSpace(), at, at + 4 * PAGE));
}

function endAny(): void {
  const place = below(spaceCount());
  if (below(ENDINGS) != 0) return;
  const current = currentPlace();
  spaceTerminate(spaceAt(place));
  spaceDestroy(spaceAt(place));
  spaceBegin(place);
  enter(current);
}

function make(kind: u32): void {
  switch (kind) {
    case step.STEP_RESERVE:
      memory.reserveAny();
      break;
    case step.STEP_COMMIT:
      memory.commitAny();
      break;
    case step.STEP_ALLOCATE:
      memory.allocateAny();
      break;
    case step.STEP_ALLOCATE_ANYWHERE:
      memory.allocateAnywhere();
      break;
    case step.STEP_ALLOCATE_WATCHED:
      memory.allocateWatched();
      break;
    case step.STEP_DECOMMIT:
      memory.decommitAny();
      break;
    case step.STEP_RELEASE:
      memory.releaseAny();
      break;
    case step.STEP_PROTECT:
      memory.protectAny();
      break;
    case step.STEP_GUARD:
      memory.guardAny();
      break;
    case step.STEP_QUERY:
      memory.queryAny();
      break;
    case step.STEP_LOCK:
      memory.lockAny();
      break;
    case step.STEP_UNLOCK:
      memory.unlockAny();
      break;
    case step.STEP_RESET:
      memory.resetAny();
      break;
    case step.STEP_PLACEHOLDER:
      memory.placeholderAny();
      break;
    case step.STEP_OFFER:
      memory.offerAny();
      break;
    case step.STEP_LOAD:
      loadAny(address());
      break;
    case step.STEP_STORE:
      storeAny(address());
      break;
    case step.STEP_FLOAT:
      floatAny(address());
      break;
    case step.STEP_COPY:
      ranges.copyAny();
      break;
    case step.STEP_FILL:
      ranges.fillAny();
      break;
    case step.STEP_COMPARE:
      ranges.compareAny();
      break;
    case step.STEP_FETCH:
      ranges.fetchAny();
      break;
    case step.STEP_ASK:
      ranges.askAny();
      break;
    case step.STEP_SERVICE_ASK:
      ranges.serviceAskAny();
      break;
    case step.STEP_READ_VIRTUAL:
      ranges.readVirtualAny();
      break;
    case step.STEP_WRITE_VIRTUAL:
      ranges.writeVirtualAny();
      break;
    case step.STEP_SECTION_CREATE:
      sections.sectionCreateAny();
      break;
    case step.STEP_SECTION_FILE:
      sections.sectionFileAny();
      break;
    case step.STEP_SECTION_CLOSE:
      sections.sectionCloseAny();
      break;
    case step.STEP_VIEW_MAP:
      sections.viewMapAny();
      break;
    case step.STEP_VIEW_COPY:
      sections.viewCopyAny();
      break;
    case step.STEP_VIEW_UNMAP:
      sections.viewUnmapAny();
      break;
    case step.STEP_VIEW_FLUSH:
      sections.viewFlushAny();
      break;
    case step.STEP_WATCH_GET:
      memory.watchGet();
      break;
    case step.STEP_WATCH_RESET:
      memory.watchReset();
      break;
    case step.STEP_AWE_ALLOCATE:
      aweAllocateAny();
      break;
    case step.STEP_AWE_WINDOW:
      aweWindowAny();
      break;
    case step.STEP_AWE_MAP:
      aweMapAny();
      break;
    case step.STEP_AWE_FREE:
      aweFreeAny();
      break;
    case step.STEP_STACK_MAKE:
      stackMakeAny();
      break;
    case step.STEP_STACK_PUSH:
      stackPushAny();
      break;
    case step.STEP_STACK_GUARANTEE:
      stackGuaranteeAny();
      break;
    case step.STEP_STACK_REARM:
      stackRearmAny();
      break;
    case step.STEP_WORKING_SET:
      memory.workingSetAny();
      break;
    case step.STEP_CODE_MARK:
      codeMarkAny();
      break;
    case step.STEP_FORGET:
      mapsForget(currentSpace());
      break;
    case step.STEP_ENTER:
      enter(below(spaceCount()));
      break;
    case step.STEP_END_SPACE:
      endAny();
      break;
    case step.STEP_FAR:
      loadAny(FAR[below(FAR.length)]);
      break;
  }
}
