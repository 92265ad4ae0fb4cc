import { STATUS_ASKS } from "../../../assembly/base/status";
import { MEM_COMMIT, PAGE_READWRITE } from "../../../assembly/nt/types";
import { RESULTS, TRANSFER } from "./context";
import { allocate, outcomeClear } from "./guardpage";
import { serve } from "./host";
import { oneIn } from "./random";
import { fold, outcomeCount, statusCount } from "./tally";
import { stackRearm } from "./tools";
import { context, currentSpace, NONE } from "./world";

/** What becomes of answers and of exceptions. */

const OUTCOME_VIOLATION: u32 = 1;
const OUTCOME_GUARD: u32 = 2;
const OUTCOME_STACK_OVERFLOW: u32 = 3;
const OUTCOME_ASKS: u32 = 5;
const OUTCOME_CODE_WRITTEN: u32 = 6;
/** Answers from here on are failures, and leave no results. */
const FAILURES: u32 = 0x80000000;

/** Whether a service has to be called again: the host has done what it asked for. */
export function asks(status: u32): bool {
  if (status != STATUS_ASKS) return false;
  serve();
  return true;
}

/** Take the answer of a service, its rule, and so many results. */
export function answered(status: u32, results: u32): u32 {
  statusCount(status);
  fold(status);
  fold(decision());
  if (status < FAILURES) {
    for (let i: u32 = 0; i < results; i++) fold(result(i));
  }
  return status;
}

export function result(index: u32): u64 {
  return load<u64>(context + RESULTS + (index << 3));
}

/** Take so many bytes of the transfer area, in whole words. */
export function foldTransfer(bytes: u32): void {
  for (let at: u32 = 0; at + 8 <= bytes; at += 8) fold(load<u64>(context + TRANSFER + at));
}

/** Whether the last access has not been made. */
export function failed(): bool {
  return load<u32>(context) != 0;
}

/** Whether an access that the core asks something for is to be made again. */
export function accessAsks(): bool {
  if (load<u32>(context) != OUTCOME_ASKS) return false;
  outcomeCount(OUTCOME_ASKS);
  serve();
  outcomeClear(context);
  return true;
}

/**
 * Dispatch the exception of an access that failed. Whether the guest goes on with it: behind a
 * guard page, after a change of code, and where the handler has committed the page.
 */
export function handled(): bool {
  const outcome = load<u32>(context);
  outcomeCount(outcome);
  fold(outcome);
  fold(decision());
  fold(load<u64>(context, 8));
  const address = load<u64>(context, 16);
  fold(address);
  fold(load<u32>(context, 24));
  outcomeClear(context);
  if (outcome == OUTCOME_GUARD || outcome == OUTCOME_CODE_WRITTEN) return true;
  if (outcome == OUTCOME_STACK_OVERFLOW && oneIn(2)) fold(stackRearm(context, NONE));
  if (outcome != OUTCOME_VIOLATION || !oneIn(2)) return false;
  let status: u32 = 0;
  do {
    const own = currentSpace();
    status = allocate(context, own, NONE, address, 0, NONE, 1, MEM_COMMIT, PAGE_READWRITE);
  } while (asks(status));
  return answered(status, 2) == 0;
}

function decision(): u32 {
  return load<u32>(context, 4);
}
