import { STEP_KINDS } from "./steps";

/**
 * What a program gives: figures by number, each 64 bits.
 *
 *     0  hash of every answer     1  steps     2  requests of the core that were served
 *     16 to 79    steps, by kind (steps)
 *     80 to 95    accesses that failed, by outcome
 *     96 to 159   answers of services, in the order in which they first came: NTSTATUS in the high
 *                 half, how often in the low one
 */
const FIGURES: u32 = 160;
const HASH: u32 = 0;
const STEPS: u32 = 1;
const REQUESTS: u32 = 2;
const KINDS: u32 = 16;
const OUTCOMES: u32 = 80;
const STATUSES: u32 = 96;

const figures: usize = memory.data(160 * 8, 8);

if (FIGURES != 160) ERROR("the figures have room for 160");
if (KINDS + STEP_KINDS > OUTCOMES) ERROR("there are more kinds of steps than figures for them");

/** The number decides on the hash, and so does its place among the others. */
export function fold(value: u64): void {
  let hash = (figureOf(HASH) ^ value) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 29;
  figureSet(HASH, hash * 0xbf58476d1ce4e5b9 + 1);
}

export function stepCount(kind: u32): void {
  more(STEPS);
  more(KINDS + kind);
  fold(kind);
}

export function requestCount(): void {
  more(REQUESTS);
}

export function outcomeCount(outcome: u32): void {
  more(OUTCOMES + min<u32>(outcome, STATUSES - OUTCOMES - 1));
}

export function statusCount(status: u32): void {
  for (let i = STATUSES; i < FIGURES; i++) {
    const figure = figureOf(i);
    if (figure != 0 && <u32>(figure >> 32) != status) continue;
    figureSet(i, ((<u64>status) << 32) | <u64>(<u32>figure + 1));
    return;
  }
  unreachable(); // more different answers than there is room for
}

export function figureOf(number: u32): u64 {
  return number < FIGURES ? load<u64>(figures + (number << 3)) : 0;
}

function figureSet(number: u32, value: u64): void {
  store<u64>(figures + (number << 3), value);
}

function more(number: u32): void {
  figureSet(number, figureOf(number) + 1);
}
