import { translatedLoad, translatedStore, windowedLoad, windowedStore } from "../virt/access";
import { Context } from "../virt/context";
import { RESOLVED } from "../virt/fault";

/**
 * The accessors for callers that want no outcome: where the access fails, they trap. The record is
 * in the context, and the machine is as it was before the access, so such a trap does not poison
 * it.
 */

function check(context: u32): void {
  if (changetype<Context>(context).outcome != RESOLVED) unreachable();
}

export function loadU8OrTrap(context: u32, address: u64): u8 {
  const value = translatedLoad<u8>(context, address);
  check(context);
  return value;
}

export function loadI8OrTrap(context: u32, address: u64): i8 {
  const value = translatedLoad<i8>(context, address);
  check(context);
  return value;
}

export function loadU16OrTrap(context: u32, address: u64): u16 {
  const value = translatedLoad<u16>(context, address);
  check(context);
  return value;
}

export function loadI16OrTrap(context: u32, address: u64): i16 {
  const value = translatedLoad<i16>(context, address);
  check(context);
  return value;
}

export function loadU32OrTrap(context: u32, address: u64): u32 {
  const value = translatedLoad<u32>(context, address);
  check(context);
  return value;
}

export function loadI32OrTrap(context: u32, address: u64): i32 {
  const value = translatedLoad<i32>(context, address);
  check(context);
  return value;
}

export function loadU64OrTrap(context: u32, address: u64): u64 {
  const value = translatedLoad<u64>(context, address);
  check(context);
  return value;
}

export function loadF32OrTrap(context: u32, address: u64): f32 {
  const value = translatedLoad<f32>(context, address);
  check(context);
  return value;
}

export function loadF64OrTrap(context: u32, address: u64): f64 {
  const value = translatedLoad<f64>(context, address);
  check(context);
  return value;
}

export function storeU8OrTrap(context: u32, address: u64, value: u8): void {
  translatedStore<u8>(context, address, value);
  check(context);
}

export function storeU16OrTrap(context: u32, address: u64, value: u16): void {
  translatedStore<u16>(context, address, value);
  check(context);
}

export function storeU32OrTrap(context: u32, address: u64, value: u32): void {
  translatedStore<u32>(context, address, value);
  check(context);
}

export function storeU64OrTrap(context: u32, address: u64, value: u64): void {
  translatedStore<u64>(context, address, value);
  check(context);
}

export function storeF32OrTrap(context: u32, address: u64, value: f32): void {
  translatedStore<f32>(context, address, value);
  check(context);
}

export function storeF64OrTrap(context: u32, address: u64, value: f64): void {
  translatedStore<f64>(context, address, value);
  check(context);
}

export function windowedLoadU8OrTrap(context: u32, address: u32): u8 {
  const value = windowedLoad<u8>(context, address);
  check(context);
  return value;
}

export function windowedLoadI8OrTrap(context: u32, address: u32): i8 {
  const value = windowedLoad<i8>(context, address);
  check(context);
  return value;
}

export function windowedLoadU16OrTrap(context: u32, address: u32): u16 {
  const value = windowedLoad<u16>(context, address);
  check(context);
  return value;
}

export function windowedLoadI16OrTrap(context: u32, address: u32): i16 {
  const value = windowedLoad<i16>(context, address);
  check(context);
  return value;
}

export function windowedLoadU32OrTrap(context: u32, address: u32): u32 {
  const value = windowedLoad<u32>(context, address);
  check(context);
  return value;
}

export function windowedLoadI32OrTrap(context: u32, address: u32): i32 {
  const value = windowedLoad<i32>(context, address);
  check(context);
  return value;
}

export function windowedLoadU64OrTrap(context: u32, address: u32): u64 {
  const value = windowedLoad<u64>(context, address);
  check(context);
  return value;
}

export function windowedLoadF32OrTrap(context: u32, address: u32): f32 {
  const value = windowedLoad<f32>(context, address);
  check(context);
  return value;
}

export function windowedLoadF64OrTrap(context: u32, address: u32): f64 {
  const value = windowedLoad<f64>(context, address);
  check(context);
  return value;
}

export function windowedStoreU8OrTrap(context: u32, address: u32, value: u8): void {
  windowedStore<u8>(context, address, value);
  check(context);
}

export function windowedStoreU16OrTrap(context: u32, address: u32, value: u16): void {
  windowedStore<u16>(context, address, value);
  check(context);
}

export function windowedStoreU32OrTrap(context: u32, address: u32, value: u32): void {
  windowedStore<u32>(context, address, value);
  check(context);
}

export function windowedStoreU64OrTrap(context: u32, address: u32, value: u64): void {
  windowedStore<u64>(context, address, value);
  check(context);
}

export function windowedStoreF32OrTrap(context: u32, address: u32, value: f32): void {
  windowedStore<f32>(context, address, value);
  check(context);
}

export function windowedStoreF64OrTrap(context: u32, address: u32, value: f64): void {
  windowedStore<f64>(context, address, value);
  check(context);
}
