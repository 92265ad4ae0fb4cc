import { Accessor } from "../virt/access";

/** Accessors of the windowed space: the access map, and the bytes at WINDOW + address. */

export function windowedLoadU8(context: u32, address: u32): u8 {
  return Accessor.windowedLoad<u8>(context, address);
}

export function windowedLoadI8(context: u32, address: u32): i8 {
  return Accessor.windowedLoad<i8>(context, address);
}

export function windowedLoadU16(context: u32, address: u32): u16 {
  return Accessor.windowedLoad<u16>(context, address);
}

export function windowedLoadI16(context: u32, address: u32): i16 {
  return Accessor.windowedLoad<i16>(context, address);
}

export function windowedLoadU32(context: u32, address: u32): u32 {
  return Accessor.windowedLoad<u32>(context, address);
}

export function windowedLoadI32(context: u32, address: u32): i32 {
  return Accessor.windowedLoad<i32>(context, address);
}

export function windowedLoadU64(context: u32, address: u32): u64 {
  return Accessor.windowedLoad<u64>(context, address);
}

export function windowedLoadF32(context: u32, address: u32): f32 {
  return Accessor.windowedLoad<f32>(context, address);
}

export function windowedLoadF64(context: u32, address: u32): f64 {
  return Accessor.windowedLoad<f64>(context, address);
}

export function windowedStoreU8(context: u32, address: u32, value: u8): void {
  Accessor.windowedStore<u8>(context, address, value);
}

export function windowedStoreU16(context: u32, address: u32, value: u16): void {
  Accessor.windowedStore<u16>(context, address, value);
}

export function windowedStoreU32(context: u32, address: u32, value: u32): void {
  Accessor.windowedStore<u32>(context, address, value);
}

export function windowedStoreU64(context: u32, address: u32, value: u64): void {
  Accessor.windowedStore<u64>(context, address, value);
}

export function windowedStoreF32(context: u32, address: u32, value: f32): void {
  Accessor.windowedStore<f32>(context, address, value);
}

export function windowedStoreF64(context: u32, address: u32, value: f64): void {
  Accessor.windowedStore<f64>(context, address, value);
}
