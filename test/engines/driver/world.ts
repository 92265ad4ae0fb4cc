import { STATUS_INVALID_HANDLE } from "../../../assembly/base/status";
import {
  contextCreate,
  contextEnter,
  contextThread,
  machineCounter,
  machineCreate,
  spaceCreate,
} from "./guardpage";
import { filesBegin, STORED_PAGES } from "./host";
import { below, oneIn, randomBits } from "./random";

/** The machine of a program, its processes, and the addresses at which things happen. */

export const PAGE: u64 = 0x1000;
export const GRANULE: u64 = 0x10000;
/** No pointer: the value is in the arguments, the answer in the results. */
export const NONE: u64 = u64.MAX_VALUE;

const WIN32: u32 = 0;
const WIN64: u32 = 3;
const WIN9X: u32 = 5;
const CE6: u32 = 7;
const WINXP: u32 = 2;
const WIN10: u32 = 7;
const WIN98: u32 = 1;

const SWITCH_LOCK_MEMORY_PRIVILEGE: u32 = 0x100;
const SWITCH_WINDOW: u32 = 0x1000;
const SWITCH_PAGE_STORE: u32 = 0x2000;

/**
 * Profile and version of two programs each: an even one with enough memory, and an odd one with too
 * little of it and a page store.
 */
const SYSTEMS: StaticArray<u32> = [WIN32, WIN10, WIN64, WIN10, WIN32, WINXP, WIN9X, WIN98, CE6, 0];
const MUCH_CHARGE: u64 = 900;
const MUCH_MEMORY: u64 = 4000;
const LITTLE_MEMORY: u64 = 40;

const spaces: StaticArray<u32> = [0, 0, 0];
let current: u32 = 0;
let firstKind: u32 = 0;

/** The context that every call is made in. */
export let context: u32 = 0;
/** Whether the current process has its memory in the window. */
export let isWindowed: bool = false;

const ARENA_GRANULES: u32 = 10;
const ARENA_NEAR: u64 = 0x100000;
/** Above what 32 bits reach. */
const ARENA_FAR: u64 = 0x123_4560_0000;
let arena: u64 = 0;

/** Where each process got memory lately, wherever it was put: eight places for each. */
const recent: StaticArray<u64> = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];
const RECENT: u32 = 8;
let recentNext: u32 = 0;

const OFFSETS: StaticArray<u32> = [0, 8, 0x7fc, 0xfff, 0xffe, 0xffc, 0xff9, 0xff8];

/** `kind`: 1 where the first process is to have a window, if the system has one; 0 where not. */
export function worldBegin(program: u32, kind: u32, seed: u32): bool {
  const system = (program >> 1) << 1;
  const profile = SYSTEMS[system];
  const pages = (program & 1) != 0;
  firstKind = profile == WIN64 ? 0 : kind;
  let switches = SWITCH_LOCK_MEMORY_PRIVILEGE;
  if (firstKind == 1) switches |= SWITCH_WINDOW;
  if (pages) switches |= SWITCH_PAGE_STORE;
  const charge = pages ? <u64>STORED_PAGES : MUCH_CHARGE;
  const memory = pages ? LITTLE_MEMORY : MUCH_MEMORY;
  const version = SYSTEMS[system + 1];
  if (machineCreate(profile, version, switches, charge, memory, seed, seed) == 0) return false;
  filesBegin();
  context = contextCreate();
  arena = profile == WIN64 ? ARENA_FAR : machineCounter(9) + ARENA_NEAR;
  for (let i: u32 = 0; i < spaceCount(); i++) spaceBegin(i);
  for (let i: u32 = 0; i < <u32>recent.length; i++) recent[i] = arena;
  enter(0);
  return true;
}

/** A process in the place of one that has ended, or of none. */
export function spaceBegin(place: u32): void {
  spaces[place] = spaceCreate(place == 0 ? firstKind : 0, 20, 120);
  if (spaces[place] == 0) unreachable();
}

export function enter(place: u32): void {
  current = place;
  isWindowed = place == 0 && firstKind == 1;
  contextEnter(context, spaces[place]);
  contextThread(context, 1);
}

export function spaceAt(place: u32): u32 {
  return spaces[place];
}

export function currentPlace(): u32 {
  return current;
}

export function currentSpace(): u32 {
  return spaces[current];
}

export function spaceCount(): u32 {
  return spaces.length;
}

/** Mostly the current process; else another, or a handle that leads nowhere. */
export function target(): u32 {
  if (!oneIn(8)) return spaces[current];
  return oneIn(8) ? STATUS_INVALID_HANDLE : spaces[below(spaces.length)];
}

/** A base that Windows would give: mostly in the arena, so that steps meet. */
export function base(): u64 {
  return oneIn(2) ? recentPlace() : arena + <u64>below(ARENA_GRANULES) * GRANULE;
}

/** The first pages of a region are where most things happen. */
export function page(): u64 {
  return base() + <u64>(oneIn(4) ? below(16) : below(4)) * PAGE;
}

/** Mostly away from the end of a page, else at one of the places around it. */
export function address(): u64 {
  const offset = oneIn(2) ? <u32>randomBits() & 0xff8 : OFFSETS[below(OFFSETS.length)];
  return (oneIn(4) ? page() : recentPlace() + <u64>below(2) * PAGE) + <u64>offset;
}

/** One to 16 pages, now and then not a whole number of them. */
export function size(): u64 {
  const bytes = <u64>(oneIn(4) ? 1 + below(16) : 1 + below(4)) * PAGE;
  return oneIn(6) ? bytes - <u64>below(0x1000) : bytes;
}

function recentPlace(): u64 {
  return recent[current * RECENT + below(RECENT)];
}

/** The current process got memory there. */
export function placed(at: u64): void {
  recent[current * RECENT + recentNext] = at;
  recentNext = (recentNext + 1) % RECENT;
}

export function arenaStart(): u64 {
  return arena;
}

export function arenaEnd(): u64 {
  return arena + <u64>ARENA_GRANULES * GRANULE;
}
