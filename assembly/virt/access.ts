import { ACCESS, WINDOW } from "../base/layout";
import { addressOf, pageOf } from "../base/range";
import { READ, WRITE } from "./access-kind";
import { linearOf } from "./backing";
import { Context, TAG_OFFSET } from "./context";
import { ask, RESOLVED } from "./fault";
import {
  ACCESS_READ,
  ACCESS_READ_SPAN,
  ACCESS_WRITE,
  ACCESS_WRITE_SPAN,
  TRANSLATION_ADDEND,
  TRANSLATION_WRITE,
  Translation,
} from "./maps";
import { Space } from "./space";

/**
 * Guest loads and stores. Each checks the derived map inline and does the access; what the map does
 * not allow goes to `loadSlow` or `storeSlow`, which complete the access, or leave an outcome in
 * the context and do nothing.
 */

/**
 * Linear address of [address, address + size) within one page, ready for the access; 0 after any
 * other outcome.
 */
export function probe(context: Context, address: u64, size: u32, access: u32): u32 {
  if (ask(context, address, size, access) != RESOLVED) return 0;
  return linearOf(changetype<Space>(context.space), address);
}

/** Any load of 1, 2, 4 or 8 bytes, over a page boundary as well. */
export function loadSlow(context: Context, address: u64, size: u32): u64 {
  if (ask(context, address, size, READ) != RESOLVED) return 0;
  const space = changetype<Space>(context.space);
  const linear = linearOf(space, address);
  const inFirst: u32 = 0x1000 - (<u32>address & 0xfff);
  if (size <= inFirst) return loadBytes(linear, size);
  const next = linearOf(space, addressOf(pageOf(address) + 1));
  const low = loadPart(linear, inFirst);
  return low | (loadPart(next, size - inFirst) << ((<u64>inFirst) << 3));
}

/** Any store of 1, 2, 4 or 8 bytes. */
export function storeSlow(context: Context, address: u64, size: u32, value: u64): void {
  if (ask(context, address, size, WRITE) != RESOLVED) return;
  const space = changetype<Space>(context.space);
  const linear = linearOf(space, address);
  const inFirst: u32 = 0x1000 - (<u32>address & 0xfff);
  if (size <= inFirst) {
    storeBytes(linear, size, value);
    return;
  }
  const next = linearOf(space, addressOf(pageOf(address) + 1));
  storePart(linear, inFirst, value);
  storePart(next, size - inFirst, value >> ((<u64>inFirst) << 3));
}

/**
 * The checks that stand in line. Static methods, because only methods can carry `@inline` for both
 * compilers: left to its own devices, asc calls a check that two exports share (measured: a call
 * before each fast path).
 */
export class Accessor {
  /** A load through the translations. */
  @inline
  static translatedLoad<T>(context: u32, address: u64): T {
    const entry = Translation.entryOf(context, address >> 12);
    const wanted = load<u64>(context, TAG_OFFSET) | ((address + (sizeof<T>() - 1)) >> 12);
    if (load<u64>(entry) == wanted) {
      return load<T>(load<u32>(entry, TRANSLATION_ADDEND) + <u32>address);
    }
    return fromBits<T>(loadSlow(changetype<Context>(context), address, sizeof<T>()));
  }

  /** A store through the translations. */
  @inline
  static translatedStore<T>(context: u32, address: u64, value: T): void {
    const entry = Translation.entryOf(context, address >> 12);
    const wanted = load<u64>(context, TAG_OFFSET) | ((address + (sizeof<T>() - 1)) >> 12);
    if (load<u64>(entry, TRANSLATION_WRITE) == wanted) {
      store<T>(load<u32>(entry, TRANSLATION_ADDEND) + <u32>address, value);
      return;
    }
    storeSlow(changetype<Context>(context), address, sizeof<T>(), toBits<T>(value));
  }

  /** A load of the windowed space. */
  @inline
  static windowedLoad<T>(context: u32, address: u32): T {
    const page = address >>> 12;
    const byte = <u32>load<u8>(page, ACCESS);
    if ((byte & ACCESS_READ_SPAN) != 0) return load<T>(address, WINDOW);
    const last = <u32>load<u8>((address + (sizeof<T>() - 1)) >>> 12, ACCESS);
    if ((byte & last & ACCESS_READ) != 0) return load<T>(address, WINDOW);
    return fromBits<T>(loadSlow(changetype<Context>(context), address, sizeof<T>()));
  }

  /** A store of the windowed space. */
  @inline
  static windowedStore<T>(context: u32, address: u32, value: T): void {
    const page = address >>> 12;
    const byte = <u32>load<u8>(page, ACCESS);
    if ((byte & ACCESS_WRITE_SPAN) != 0) {
      store<T>(address, value, WINDOW);
      return;
    }
    const last = <u32>load<u8>((address + (sizeof<T>() - 1)) >>> 12, ACCESS);
    if ((byte & last & ACCESS_WRITE) != 0) {
      store<T>(address, value, WINDOW);
      return;
    }
    storeSlow(changetype<Context>(context), address, sizeof<T>(), toBits<T>(value));
  }
}

export function fromBits<T>(bits: u64): T {
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return <T>reinterpret<f32>(<u32>bits);
    return <T>reinterpret<f64>(bits);
  }
  return <T>bits;
}

export function toBits<T>(value: T): u64 {
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return <u64>reinterpret<u32>(<f32>value);
    return reinterpret<u64>(<f64>value);
  }
  return <u64>value;
}

function loadBytes(linear: u32, size: u32): u64 {
  if (size == 1) return load<u8>(linear);
  if (size == 2) return load<u16>(linear);
  return size == 4 ? load<u32>(linear) : load<u64>(linear);
}

function storeBytes(linear: u32, size: u32, value: u64): void {
  if (size == 1) store<u8>(linear, <u8>value);
  else if (size == 2) store<u16>(linear, <u16>value);
  else if (size == 4) store<u32>(linear, <u32>value);
  else store<u64>(linear, value);
}

function loadPart(linear: u32, bytes: u32): u64 {
  let value: u64 = 0;
  for (let i: u32 = 0; i < bytes; i++) value |= (<u64>load<u8>(linear + i)) << ((<u64>i) << 3);
  return value;
}

function storePart(linear: u32, bytes: u32, value: u64): void {
  for (let i: u32 = 0; i < bytes; i++) store<u8>(linear + i, <u8>(value >> ((<u64>i) << 3)));
}
