import { hashAdd, hashBegin, hashValue } from "../../base/hash";
import { sectionOf } from "../../object/section";
import { loadBegin, loadEnd, loadRecords } from "../../state/load";
import { rankAdd, ranksEnd } from "../../state/rank";
import { saveBegin, savedBytes, savedTotal, saveMore, wantedSlot } from "../../state/save";
import { Context, TRANSFER, TRANSFER_BYTES } from "../../virt/context";

/** The state of a machine, as records (docs/snapshots.md): saved, loaded, and its hash. */

/** Begin to save. `keeps`: whether records are wanted, or their hash alone: 1 or 0. */
export function stateSave(context: u32, keeps: u32): void {
  saveBegin(changetype<Context>(context), keeps != 0);
}

/** A section that the host has handles to, in the order in which they are to be numbered. */
export function stateRoot(section: u32): void {
  const found = sectionOf(section);
  if (found !== null) rankAdd(found);
}

/** All sections that the host has handles to were named. */
export function stateRoots(): void {
  ranksEnd();
}

/** The number of a section in the saved state, or 0: there is none. Requires: `stateRoots`. */
export function stateRank(section: u32): u32 {
  const found = sectionOf(section);
  return found === null ? 0 : found.rank;
}

/**
 * Save the next records into the transfer area. 1: `stateBytes` of them, and there may be more; 2:
 * the same, and the page in slot `stateSlot` of the page store is to be brought into the staging
 * area before the next call; 0: that was all.
 */
export function stateMore(): u32 {
  return saveMore();
}

export function stateBytes(): u32 {
  return savedBytes();
}

/** Bytes of all records that were saved so far, whether they were wanted or not. */
export function stateTotal(): u64 {
  return savedTotal();
}

/** The slot that saving asks for, or that loading has to fill. */
export function stateSlot(): u32 {
  return wantedSlot() - 1;
}

/** Forget what was hashed. */
export function stateHashBegin(): void {
  hashBegin();
}

/** Bytes of the transfer area that count for the hash too. */
export function stateHashAdd(context: u32, bytes: u32): void {
  hashAdd(context + TRANSFER, min<u32>(bytes, TRANSFER_BYTES));
}

/** The hash of all records so far, and of what the host has added. */
export function stateHash(): u64 {
  return hashValue();
}

/** One half of it, the lower one for 0. */
export function stateHashHalf(half: u32): u32 {
  return <u32>(half == 0 ? hashValue() : hashValue() >> 32);
}

/** Begin to load into a fresh machine; `window` is the number of the space that gets it, or 0. */
export function stateLoad(context: u32, window: u32): void {
  loadBegin(changetype<Context>(context), window);
}

/**
 * Load the records in the first bytes of the transfer area, of which `stateBytes` are done then. 0;
 * 1: the host has to fill slot `stateSlot` of the page store with the page of the last one; from 2
 * on, why the next one is refused (state/field).
 */
export function stateRecords(context: u32, bytes: u32): u32 {
  return loadRecords(changetype<Context>(context), min<u32>(bytes, TRANSFER_BYTES));
}

/** All records were loaded: 0, or why not. */
export function stateLoaded(): u32 {
  return loadEnd();
}
