// @ts-nocheck: a function with a decorator, which TypeScript does not know
import { ACCESS, WINDOW } from "./base/layout";
import { TAG_OFFSET } from "./virt/context";
import {
  ACCESS_READ,
  ACCESS_READ_SPAN,
  ACCESS_WRITE,
  ACCESS_WRITE_SPAN,
  TRANSLATION_ADDEND,
  TRANSLATION_WRITE,
  Translation,
} from "./virt/maps";

/**
 * Guest loads and stores for other modules that share the memory of a core. They have the names and
 * signatures of its exports and stand in line where they are called: the check, the access, and the
 * one call of `loadSlow` or `storeSlow`, which the module imports.
 *
 * What was measured, to an unchecked loop (sequential, random in 1 MB): with an exit for each way
 * out, as here, 1.7 and 1.1; with ways that meet before the access, at an address that `probe` gave
 * or at a place where the slow path has left the bytes, 2.8 and 1.2.
 */

/** Any load of 1, 2, 4 or 8 bytes: `loadSlow` of the core, or what a host puts in its place. */
@external("guardpage", "loadSlow")
export declare function loadSlow(context: u32, address: u64, size: u32): u64;

/** Any store of 1, 2, 4 or 8 bytes. */
@external("guardpage", "storeSlow")
export declare function storeSlow(context: u32, address: u64, size: u32, value: u64): void;

/**
 * Outcome of the last access that failed, 0 if none has. The core itself lets a program go on with
 * whatever the load gave; it is for the program to look, at the end of a block, say.
 */
@inline
export function outcomeOf(context: u32): u32 {
  return load<u32>(context);
}

@inline
export function loadU8(context: u32, address: u64): u8 {
  return translatedLoad<u8>(context, address);
}

@inline
export function loadI8(context: u32, address: u64): i8 {
  return translatedLoad<i8>(context, address);
}

@inline
export function loadU16(context: u32, address: u64): u16 {
  return translatedLoad<u16>(context, address);
}

@inline
export function loadI16(context: u32, address: u64): i16 {
  return translatedLoad<i16>(context, address);
}

@inline
export function loadU32(context: u32, address: u64): u32 {
  return translatedLoad<u32>(context, address);
}

@inline
export function loadI32(context: u32, address: u64): i32 {
  return translatedLoad<i32>(context, address);
}

@inline
export function loadU64(context: u32, address: u64): u64 {
  return translatedLoad<u64>(context, address);
}

@inline
export function loadF32(context: u32, address: u64): f32 {
  return translatedLoad<f32>(context, address);
}

@inline
export function loadF64(context: u32, address: u64): f64 {
  return translatedLoad<f64>(context, address);
}

@inline
export function storeU8(context: u32, address: u64, value: u8): void {
  translatedStore<u8>(context, address, value);
}

@inline
export function storeU16(context: u32, address: u64, value: u16): void {
  translatedStore<u16>(context, address, value);
}

@inline
export function storeU32(context: u32, address: u64, value: u32): void {
  translatedStore<u32>(context, address, value);
}

@inline
export function storeU64(context: u32, address: u64, value: u64): void {
  translatedStore<u64>(context, address, value);
}

@inline
export function storeF32(context: u32, address: u64, value: f32): void {
  translatedStore<f32>(context, address, value);
}

@inline
export function storeF64(context: u32, address: u64, value: f64): void {
  translatedStore<f64>(context, address, value);
}

@inline
export function windowedLoadU8(context: u32, address: u32): u8 {
  return windowedLoad<u8>(context, address);
}

@inline
export function windowedLoadI8(context: u32, address: u32): i8 {
  return windowedLoad<i8>(context, address);
}

@inline
export function windowedLoadU16(context: u32, address: u32): u16 {
  return windowedLoad<u16>(context, address);
}

@inline
export function windowedLoadI16(context: u32, address: u32): i16 {
  return windowedLoad<i16>(context, address);
}

@inline
export function windowedLoadU32(context: u32, address: u32): u32 {
  return windowedLoad<u32>(context, address);
}

@inline
export function windowedLoadI32(context: u32, address: u32): i32 {
  return windowedLoad<i32>(context, address);
}

@inline
export function windowedLoadU64(context: u32, address: u32): u64 {
  return windowedLoad<u64>(context, address);
}

@inline
export function windowedLoadF32(context: u32, address: u32): f32 {
  return windowedLoad<f32>(context, address);
}

@inline
export function windowedLoadF64(context: u32, address: u32): f64 {
  return windowedLoad<f64>(context, address);
}

@inline
export function windowedStoreU8(context: u32, address: u32, value: u8): void {
  windowedStore<u8>(context, address, value);
}

@inline
export function windowedStoreU16(context: u32, address: u32, value: u16): void {
  windowedStore<u16>(context, address, value);
}

@inline
export function windowedStoreU32(context: u32, address: u32, value: u32): void {
  windowedStore<u32>(context, address, value);
}

@inline
export function windowedStoreU64(context: u32, address: u32, value: u64): void {
  windowedStore<u64>(context, address, value);
}

@inline
export function windowedStoreF32(context: u32, address: u32, value: f32): void {
  windowedStore<f32>(context, address, value);
}

@inline
export function windowedStoreF64(context: u32, address: u32, value: f64): void {
  windowedStore<f64>(context, address, value);
}

@inline
function translatedLoad<T>(context: u32, address: u64): T {
  const entry = entryOf(context, address);
  if (load<u64>(entry) == tagOf<T>(context, address)) {
    return load<T>(load<u32>(entry, TRANSLATION_ADDEND) + <u32>address);
  }
  return fromBits<T>(loadSlow(context, address, sizeof<T>()));
}

@inline
function translatedStore<T>(context: u32, address: u64, value: T): void {
  const entry = entryOf(context, address);
  if (load<u64>(entry, TRANSLATION_WRITE) == tagOf<T>(context, address)) {
    store<T>(load<u32>(entry, TRANSLATION_ADDEND) + <u32>address, value);
    return;
  }
  storeSlow(context, address, sizeof<T>(), toBits<T>(value));
}

@inline
function windowedLoad<T>(context: u32, address: u32): T {
  const byte = <u32>load<u8>(address >>> 12, ACCESS);
  if ((byte & ACCESS_READ_SPAN) != 0) return load<T>(address, WINDOW);
  if ((byte & lastByte<T>(address) & ACCESS_READ) != 0) return load<T>(address, WINDOW);
  return fromBits<T>(loadSlow(context, address, sizeof<T>()));
}

@inline
function windowedStore<T>(context: u32, address: u32, value: T): void {
  const byte = <u32>load<u8>(address >>> 12, ACCESS);
  if ((byte & ACCESS_WRITE_SPAN) != 0) {
    store<T>(address, value, WINDOW);
    return;
  }
  if ((byte & lastByte<T>(address) & ACCESS_WRITE) != 0) {
    store<T>(address, value, WINDOW);
    return;
  }
  storeSlow(context, address, sizeof<T>(), toBits<T>(value));
}

@inline
function entryOf(context: u32, address: u64): u32 {
  return Translation.entryOf(context, address >> 12);
}

/** What the tag has to be for the access to be one within a page of the current space. */
@inline
function tagOf<T>(context: u32, address: u64): u64 {
  return load<u64>(context, TAG_OFFSET) | ((address + (sizeof<T>() - 1)) >> 12);
}

/** The byte of the access map for the page of the last byte. */
@inline
function lastByte<T>(address: u32): u32 {
  return <u32>load<u8>((address + (sizeof<T>() - 1)) >>> 12, ACCESS);
}

@inline
function fromBits<T>(bits: u64): T {
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return <T>reinterpret<f32>(<u32>bits);
    return <T>reinterpret<f64>(bits);
  }
  return <T>bits;
}

@inline
function toBits<T>(value: T): u64 {
  if (isFloat<T>()) {
    if (sizeof<T>() == 4) return <u64>reinterpret<u32>(<f32>value);
    return reinterpret<u64>(<f64>value);
  }
  return <u64>value;
}
