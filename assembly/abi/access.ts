import {
  Accessor,
  probe as probePage,
  loadSlow as slowLoad,
  storeSlow as slowStore,
} from "../virt/access";
import {
  compareBytes,
  copyBytes,
  fetchBytes,
  fillBytes,
  probeRange as probePages,
} from "../virt/bulk";
import { Context, transferOf } from "../virt/context";
import { ask as askPages, RESOLVED } from "../virt/fault";
import { operationBegin } from "../virt/request";

/**
 * Accesses of the context's space. One that fails leaves an outcome in the context and does
 * nothing. Accessors take the translations, in a windowed space for the pages that are not at home
 * in the window; `windowed.ts` has the fast ones for those that are.
 */

/** The most bytes of one instruction. */
const ACCESS_MOST: u32 = 15;

export function probe(context: u32, address: u64, size: u32, access: u32): u32 {
  return probePage(changetype<Context>(context), address, size, access);
}

export function probeRange(context: u32, address: u64, length: u64, access: u32): u32 {
  return probePages(changetype<Context>(context), address, length, access);
}

/** Sizes above 15 are cut: an access touches two pages at most. */
export function ask(context: u32, address: u64, size: u32, access: u32): u32 {
  return askPages(changetype<Context>(context), address, min<u32>(size, ACCESS_MOST), access);
}

export function loadSlow(context: u32, address: u64, size: u32): u64 {
  return slowLoad(changetype<Context>(context), address, size);
}

export function storeSlow(context: u32, address: u64, size: u32, value: u64): void {
  slowStore(changetype<Context>(context), address, size, value);
}

export function fetch(context: u32, address: u64, size: u32): u32 {
  const c = changetype<Context>(context);
  return fetchBytes(c, address, min<u32>(size, ACCESS_MOST), transferOf(c));
}

export function copy(context: u32, target: u64, source: u64, length: u64): u32 {
  return copyBytes(changetype<Context>(context), target, source, length);
}

export function fill(context: u32, address: u64, value: u32, length: u64): u32 {
  return fillBytes(changetype<Context>(context), address, value, length);
}

export function compare(context: u32, left: u64, right: u64, length: u64): u32 {
  return compareBytes(changetype<Context>(context), left, right, length);
}

/** The caller has taken note of the outcome, and of what the core asks for. */
export function outcomeClear(context: u32): void {
  changetype<Context>(context).outcome = RESOLVED;
  operationBegin();
}

export function loadU8(context: u32, address: u64): u8 {
  return Accessor.translatedLoad<u8>(context, address);
}

export function loadI8(context: u32, address: u64): i8 {
  return Accessor.translatedLoad<i8>(context, address);
}

export function loadU16(context: u32, address: u64): u16 {
  return Accessor.translatedLoad<u16>(context, address);
}

export function loadI16(context: u32, address: u64): i16 {
  return Accessor.translatedLoad<i16>(context, address);
}

export function loadU32(context: u32, address: u64): u32 {
  return Accessor.translatedLoad<u32>(context, address);
}

export function loadI32(context: u32, address: u64): i32 {
  return Accessor.translatedLoad<i32>(context, address);
}

export function loadU64(context: u32, address: u64): u64 {
  return Accessor.translatedLoad<u64>(context, address);
}

export function loadF32(context: u32, address: u64): f32 {
  return Accessor.translatedLoad<f32>(context, address);
}

export function loadF64(context: u32, address: u64): f64 {
  return Accessor.translatedLoad<f64>(context, address);
}

export function storeU8(context: u32, address: u64, value: u8): void {
  Accessor.translatedStore<u8>(context, address, value);
}

export function storeU16(context: u32, address: u64, value: u16): void {
  Accessor.translatedStore<u16>(context, address, value);
}

export function storeU32(context: u32, address: u64, value: u32): void {
  Accessor.translatedStore<u32>(context, address, value);
}

export function storeU64(context: u32, address: u64, value: u64): void {
  Accessor.translatedStore<u64>(context, address, value);
}

export function storeF32(context: u32, address: u64, value: f32): void {
  Accessor.translatedStore<f32>(context, address, value);
}

export function storeF64(context: u32, address: u64, value: f64): void {
  Accessor.translatedStore<f64>(context, address, value);
}
