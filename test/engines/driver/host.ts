import { EMBEDDER, PAGE_BYTES, STAGING, WINDOW } from "../../../assembly/base/layout";
import { requestAnswer, requestField } from "./guardpage";
import { oneIn } from "./random";
import { fold, requestCount } from "./tally";

/**
 * The host of a core that has none: files and a page store, in the memory that the core leaves to
 * others.
 *
 *     EMBEDDER  static data of the driver
 *     FILES     FILE_COUNT files of FILE_PAGES pages
 *     SLOTS     the page store, up to WINDOW
 */
const STATIC_BYTES: u32 = 0x4000;
const FILES: u32 = EMBEDDER + STATIC_BYTES;
export const FILE_COUNT: u32 = 2;
export const FILE_PAGES: u32 = 12;
const SLOTS: u32 = FILES + FILE_COUNT * FILE_PAGES * PAGE_BYTES;
const SLOT_COUNT: u32 = (WINDOW - SLOTS) / PAGE_BYTES;

const REQUEST_STORE: u32 = 1;
const REQUEST_LOAD: u32 = 2;
const REQUEST_WRITE: u32 = 3;

const STATUS_IO_DEVICE_ERROR: u32 = 0xc0000185;
const STATUS_DISK_FULL: u32 = 0xc000007f;
/** One request in so many fails, as disks do. */
const FAILURE: u32 = 40;

/** Pages that may be charged so that the page store has room for each of them. */
export const STORED_PAGES: u32 = SLOT_COUNT;

export function filesBegin(): void {
  for (let at = FILES; at < SLOTS; at += 8) store<u64>(at, <u64>at * 0x9e3779b97f4a7c15);
}

/** Do what the core asks for, and say so. */
export function serve(): void {
  requestCount();
  const kind = <u32>requestField(0);
  const linear = <u32>requestField(4);
  const place = placeOf(kind);
  fold(((<u64>kind) << 32) | place);
  let status: u32 = 0;
  if (place == 0) status = STATUS_DISK_FULL;
  else if (oneIn(FAILURE)) status = STATUS_IO_DEVICE_ERROR;
  else if (kind == REQUEST_STORE || kind == REQUEST_WRITE) memory.copy(place, linear, PAGE_BYTES);
  else memory.copy(linear, place, PAGE_BYTES);
  if (requestAnswer(<u32>requestField(1), status) == 0) unreachable();
}

/** What is in a slot of the page store is wanted for saving the state. */
export function slotBring(slot: u32): void {
  memory.copy(STAGING, SLOTS + slot * PAGE_BYTES, PAGE_BYTES);
}

/** Where the host has the page, or 0 where it has no room for it. */
function placeOf(kind: u32): u32 {
  const number = <u32>requestField(2);
  if (kind == REQUEST_STORE || kind == REQUEST_LOAD) {
    return number < SLOT_COUNT ? SLOTS + number * PAGE_BYTES : 0;
  }
  const page = <u32>requestField(3);
  if (number > FILE_COUNT || page >= FILE_PAGES) return 0;
  return FILES + ((number - 1) * FILE_PAGES + page) * PAGE_BYTES;
}
