import { MEM_PHYSICAL, MEM_RESERVE, PAGE_READWRITE } from "../../../assembly/nt/types";
import { answered, asks, result } from "./answers";
import { TRANSFER } from "./context";
import { allocate } from "./guardpage";
import { below, oneIn } from "./random";
import { userPagesAllocate, userPagesFree, userPagesList, userPagesMap } from "./tools";
import { context, currentSpace, GRANULE, NONE, PAGE, placed, target } from "./world";

/** Address Windowing Extensions: frames, and windows that show them. */

const frames: StaticArray<u64> = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const windows: StaticArray<u64> = [0, 0, 0, 0];
const PAIR_BYTES: u32 = 16;
const MAPPED_MOST: u32 = 3;

export function aweAllocateAny(): void {
  const count = 1 + below(3);
  const to = target();
  let status: u32 = 0;
  do status = userPagesAllocate(context, to, NONE, count, NONE);
  while (asks(status));
  if (answered(status, 1) != 0) return;
  const delivered = <u32>result(0);
  for (let i: u32 = 0; i < delivered; i++) {
    frames[below(frames.length)] = load<u64>(context + TRANSFER + (i << 3));
  }
}

export function aweWindowAny(): void {
  const type = MEM_RESERVE | MEM_PHYSICAL;
  const own = currentSpace();
  const status = allocate(context, own, NONE, 0, 0, NONE, GRANULE, type, PAGE_READWRITE);
  if (answered(status, 2) != 0) return;
  windows[below(windows.length)] = result(0);
  placed(result(0));
}

/** Frames for the next call, and the window's pages that they are for. */
function list(count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const pair = context + TRANSFER + i * PAIR_BYTES;
    store<u64>(pair, 0);
    store<u64>(pair, frames[below(frames.length)], 8);
  }
  return answered(userPagesList(context, 0, count), 0) == 0;
}

export function aweMapAny(): void {
  const at = windows[below(windows.length)] + PAGE * <u64>below(4);
  const count = 1 + below(MAPPED_MOST);
  const isShown = !oneIn(4);
  if (isShown && !list(count)) return;
  let status: u32 = 0;
  do status = userPagesMap(context, at, count, isShown ? NONE : 0);
  while (asks(status));
  answered(status, 0);
}

export function aweFreeAny(): void {
  const from = target();
  const count = 1 + below(2);
  if (!list(count)) return;
  let status: u32 = 0;
  do status = userPagesFree(context, from, NONE, count, NONE);
  while (asks(status));
  answered(status, 1);
}
