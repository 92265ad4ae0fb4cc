import { ACCESS, GRANTED, LINEAR_END, PAGE_BYTES, WINDOW } from "../base/layout";
import { addressOf, pageOf, smaller, toPageEnd } from "../base/range";
import { worldStop } from "../base/threads";
import { Context, TRANSLATIONS } from "./context";
import { machine } from "./machine";
import { SPACE_WINDOWED, Space, TAG_SHIFT } from "./space";

/**
 * The derived maps: what an access may do at once, without asking. Both may be emptied at any time.
 * Where other agents may be on their way by a right that goes, they are stopped first.
 *
 * The access map has one byte for each page of the window:
 *
 *       7   6   5    4    3    2   1   0
 *     +---+---+----+----+----+---+---+---+
 *     | 0 | 0 | XS | WS | RS | X | W | R |    R, W, X: this page
 *     +---+---+----+----+----+---+---+---+    RS, WS, XS: this page and the next
 *
 * GRANTED has one bit for each 1,024 of these bytes: some of them may be set. A clear of 1 GB
 * looks at 256 bits.
 *
 * A context's translations serve spaces without a window, and pages of the windowed space whose
 * bytes are elsewhere; one entry for each page number modulo 1,024. A tag is space << 52 | page, or
 * 0 for none; addend + (u32)address is the linear address:
 *
 *     0            8            16           24       28      32
 *     +------------+------------+------------+--------+-------+
 *     | readTag    | writeTag   | fetchTag   | addend |       |
 *     +------------+------------+------------+--------+-------+
 */
export const ACCESS_READ: u32 = 1;
export const ACCESS_WRITE: u32 = 2;
export const ACCESS_EXECUTE: u32 = 4;
const ACCESS_ONE: u32 = 7;
export const SPAN_SHIFT: u32 = 3;
export const ACCESS_READ_SPAN: u32 = 8;
export const ACCESS_WRITE_SPAN: u32 = 16;

const ENTRIES: u32 = 1024;
const ENTRY_SHIFT: u32 = 5;
export const TRANSLATION_WRITE: usize = 8;
export const TRANSLATION_FETCH: usize = 16;
export const TRANSLATION_ADDEND: usize = 24;

/** A class because only methods can carry `@inline` for both compilers (virt/access). */
export class Translation {
  /** The entry that a page's translation would be in. */
  @inline
  static entryOf(context: u32, page: u64): u32 {
    return context + TRANSLATIONS + ((<u32>page & (ENTRIES - 1)) << ENTRY_SHIFT);
  }
}

/** Whether the page has a slot in the window. */
export function windowHas(space: Space, page: u64): bool {
  return space.kind == SPACE_WINDOWED && page < machine().windowBytes >> 12;
}

/**
 * Linear address of a byte that accesses of one kind (ACCESS_READ, ACCESS_WRITE or ACCESS_EXECUTE)
 * may reach at once; 0 where they have to ask. Requires: the context is in a space.
 */
export function mapsPlace(context: Context, address: u64, right: u32): u32 {
  const space = changetype<Space>(context.space);
  const page = pageOf(address);
  if (windowHas(space, page) && (accessByte(<u32>page) & right) != 0) return WINDOW + <u32>address;
  const entry = Translation.entryOf(changetype<u32>(context), page);
  // READ, WRITE and EXECUTE are 1, 2 and 4, and their tags follow each other.
  const tag = load<u64>(entry + ((right >>> 1) << 3));
  return tag == (space.tag | page) ? load<u32>(entry, TRANSLATION_ADDEND) + <u32>address : 0;
}

/**
 * How many of `length` bytes lie together from `address` on, at `place` and behind, and may be
 * reached at once. Requires: `place` is the address's.
 */
export function mapsTogether(
  context: Context,
  address: u64,
  place: u32,
  length: u64,
  right: u32,
): u64 {
  let bytes = toPageEnd(address);
  const space = changetype<Space>(context.space);
  if (windowHas(space, pageOf(address)) && place == WINDOW + <u32>address) {
    bytes += addressOf(grantedPages(<u32>pageOf(address + bytes), pageOf(length), right));
  }
  while (
    bytes < length &&
    bytes < LINEAR_END - place &&
    mapsPlace(context, address + bytes, right) == place + <u32>bytes
  ) {
    bytes += PAGE_BYTES;
  }
  return smaller(bytes, length);
}

/** How many pages of the window from `page` on have the right, by eights, up to `most`. */
function grantedPages(page: u32, most: u64, right: u32): u64 {
  const wanted = <u64>right * 0x0101010101010101;
  const last = pageOf(machine().windowBytes);
  let pages: u64 = 0;
  while (
    pages + 8 <= most &&
    page + pages + 8 <= last &&
    (load<u64>(page + <u32>pages, ACCESS) & wanted) == wanted
  ) {
    pages += 8;
  }
  return pages;
}

/** Let accesses of these kinds go straight to the page's bytes at `location`. */
export function mapsGrant(context: Context, page: u64, location: u32, access: u32): void {
  const space = changetype<Space>(context.space);
  if (windowHas(space, page) && location == WINDOW + ((<u32>page) << 12)) {
    grantInWindow(<u32>page, access);
    return;
  }
  space.translates = 1;
  const tag = space.tag | page;
  const entry = Translation.entryOf(changetype<u32>(context), page);
  store<u64>(entry, (access & ACCESS_READ) != 0 ? tag : 0);
  store<u64>(entry, (access & ACCESS_WRITE) != 0 ? tag : 0, TRANSLATION_WRITE);
  store<u64>(entry, (access & ACCESS_EXECUTE) != 0 ? tag : 0, TRANSLATION_FETCH);
  store<u32>(entry, location - ((<u32>page) << 12), TRANSLATION_ADDEND);
}

/** Every access to pages [first, end) has to ask again. */
export function mapsClear(space: Space, first: u64, end: u64): void {
  if (space.kind == SPACE_WINDOWED) clearWindow(first, smaller(end, machine().windowBytes >> 12));
  if (space.translates != 0) clearTranslations(space, first, end);
}

/**
 * The next writes to pages of 64 have to ask; reads need not. Bit i of `bits` stands for page
 * `first` + i, and `first` is a multiple of 64.
 */
export function mapsForbidWrites(space: Space, first: u64, bits: u64): void {
  if (ASC_FEATURE_THREADS) worldStop();
  if (windowHas(space, first)) {
    if ((bits & 1) != 0) {
      const before = <u32>first - 1;
      store<u8>(before, load<u8>(before, ACCESS) & ~(<u8>ACCESS_WRITE_SPAN), ACCESS);
    }
    for (let i: u32 = 0; i < 64; i += 8) {
      const pages = bytesOf(bits >> <u64>i);
      const before = bytesOf(bits >> <u64>(i + 1));
      const at = <u32>first + i;
      const taken = (pages * (ACCESS_WRITE | ACCESS_WRITE_SPAN)) | (before * ACCESS_WRITE_SPAN);
      if (taken != 0) store<u64>(at, load<u64>(at, ACCESS) & ~taken, ACCESS);
    }
  }
  if (space.translates == 0) return;
  for (; bits != 0; bits &= bits - 1) forbidTranslated(space, first + ctz<u64>(bits));
}

/** The next write to every page of the space has to ask; reads need not. */
export function mapsForbidAllWrites(space: Space): void {
  if (ASC_FEATURE_THREADS) worldStop();
  if (space.kind == SPACE_WINDOWED) forbidInWindow();
  for (let context = machine().firstContext; context != 0; ) {
    for (let i: u32 = 0; i < ENTRIES; i++) {
      const tag = context + TRANSLATIONS + (i << ENTRY_SHIFT) + <u32>TRANSLATION_WRITE;
      if (load<u64>(tag) >> TAG_SHIFT == space.number) store<u64>(tag, 0);
    }
    context = changetype<Context>(context).next;
  }
}

/** The next write to every page of every space has to ask; reads need not. */
export function mapsForbidEveryWrite(): void {
  forbidInWindow();
  for (let context = machine().firstContext; context != 0; ) {
    for (let i: u32 = 0; i < ENTRIES; i++) {
      store<u64>(context + TRANSLATIONS + (i << ENTRY_SHIFT), 0, TRANSLATION_WRITE);
    }
    context = changetype<Context>(context).next;
  }
}

function forbidInWindow(): void {
  const kept = ~(<u64>(ACCESS_WRITE | ACCESS_WRITE_SPAN) * 0x0101010101010101);
  for (let page: u32 = 0; page < <u32>pageOf(machine().windowBytes); page += 8) {
    if ((page & 1023) == 0 && !mayBeGranted(page >>> 10)) {
      page += 1024 - 8;
      continue;
    }
    const bytes = load<u64>(page, ACCESS);
    if (bytes != 0) store<u64>(page, bytes & kept, ACCESS);
  }
}

/** Whether there may be rights in the access map for these 1,024 pages. */
function mayBeGranted(chunk: u32): bool {
  return (load<u8>(GRANTED + (chunk >>> 3)) & ((<u8>1) << u8(chunk & 7))) != 0;
}

/** Byte i of the answer is bit i of the lowest eight. */
function bytesOf(bits: u64): u64 {
  const spread = ((bits & 0xff) * 0x0101010101010101) & 0x8040201008040201;
  return ((spread + 0x00406070787c7e7f) >> 7) & 0x0101010101010101;
}

function forbidTranslated(space: Space, page: u64): void {
  let context = machine().firstContext;
  while (context != 0) {
    const entry = Translation.entryOf(context, page);
    const tag = load<u64>(entry, TRANSLATION_WRITE);
    if (tag == (space.tag | page)) store<u64>(entry, 0, TRANSLATION_WRITE);
    context = changetype<Context>(context).next;
  }
}

/** Every access, of any space, has to ask again. */
export function mapsEmpty(): void {
  if (ASC_FEATURE_THREADS) worldStop();
  clearWindow(0, machine().windowBytes >> 12);
  let context = machine().firstContext;
  while (context != 0) {
    memory.fill(context + TRANSLATIONS, 0, ENTRIES << ENTRY_SHIFT);
    context = changetype<Context>(context).next;
  }
}

/** The byte of the access map, for checking. */
export function accessByte(page: u32): u32 {
  return load<u8>(page, ACCESS);
}

function grantInWindow(page: u32, access: u32): void {
  const own = access & ACCESS_ONE;
  const next = <u32>load<u8>(page, ACCESS + 1);
  store<u8>(page, own | ((own & next & ACCESS_ONE) << SPAN_SHIFT), ACCESS);
  const granted = page >>> 10;
  const bits = GRANTED + (granted >>> 3);
  store<u8>(bits, load<u8>(bits) | ((<u8>1) << u8(granted & 7)));
  if (page == 0) return;
  const before = <u32>load<u8>(page, ACCESS - 1) & ACCESS_ONE;
  store<u8>(page, before | ((before & own) << SPAN_SHIFT), ACCESS - 1);
}

function clearWindow(first: u64, end: u64): void {
  if (first >= end) return;
  for (let from = <u32>first; from < <u32>end; ) {
    const chunk = from >>> 10;
    const to = min<u32>((chunk + 1) << 10, <u32>end);
    const bits = GRANTED + (chunk >>> 3);
    const bit = (<u8>1) << u8(chunk & 7);
    if ((load<u8>(bits) & bit) != 0) {
      if (ASC_FEATURE_THREADS && isGranted(from, to)) worldStop();
      clearBytes(from, to);
      if (to - from == 1024) store<u8>(bits, load<u8>(bits) & ~bit);
    } else if ((chunk & 7) == 0 && load<u8>(bits) == 0) {
      from = min<u32>((chunk + 8) << 10, <u32>end);
      continue;
    }
    from = to;
  }
  if (first > 0) {
    const before = <u32>first - 1;
    store<u8>(before, load<u8>(before, ACCESS) & ACCESS_ONE, ACCESS);
  }
}

/** Whether an access may reach one of the pages [from, to) without asking, by the access map. */
function isGranted(from: u32, to: u32): bool {
  for (; from < to; from++) {
    if (load<u8>(from, ACCESS) != 0) return true;
  }
  return false;
}

/** A call of `memory.fill` costs as much as some 40 bytes (base/words). */
function clearBytes(from: u32, to: u32): void {
  if (to - from > 40) memory.fill(ACCESS + from, 0, to - from);
  else for (; from < to; from++) store<u8>(from, 0, ACCESS);
}

function clearTranslations(space: Space, first: u64, end: u64): void {
  let context = machine().firstContext;
  while (context != 0) {
    if (end - first < ENTRIES) {
      for (let page = first; page < end; page++) {
        const entry = Translation.entryOf(context, page);
        if (ownerPage(entry) == (space.tag | page)) forget(entry);
      }
    } else {
      for (let i: u32 = 0; i < ENTRIES; i++) {
        const entry = context + TRANSLATIONS + (i << ENTRY_SHIFT);
        const tag = ownerPage(entry);
        if (tag >= (space.tag | first) && tag < (space.tag | end)) forget(entry);
      }
    }
    context = changetype<Context>(context).next;
  }
}

/** The tag of the page that the entry speaks of, whichever rights it gives; 0 for none. */
function ownerPage(entry: u32): u64 {
  return (
    load<u64>(entry) | load<u64>(entry, TRANSLATION_WRITE) | load<u64>(entry, TRANSLATION_FETCH)
  );
}

function forget(entry: u32): void {
  if (ASC_FEATURE_THREADS) worldStop();
  store<u64>(entry, 0);
  store<u64>(entry, 0, TRANSLATION_WRITE);
  store<u64>(entry, 0, TRANSLATION_FETCH);
}
