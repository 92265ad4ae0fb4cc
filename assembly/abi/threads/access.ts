import { ACCESS, WINDOW } from "../../base/layout";
import { agentPark, agentRuns, agentTry } from "../../base/threads";
import { fromBits, toBits } from "../../virt/access";
import { Context, contextSpace } from "../../virt/context";
import {
  ACCESS_READ,
  ACCESS_WRITE,
  SPAN_SHIFT,
  TRANSLATION_ADDEND,
  Translation,
  windowHas,
} from "../../virt/maps";
import { loadSlow, storeSlow } from "./locked.generated";

/**
 * Single accesses where memory is shared. Each is good for itself: an agent that is parked runs
 * while it looks at the maps and makes the access, and is parked again. What the maps do not allow
 * takes the lock.
 */

/**
 * Linear address of an access that may be made at once, or 0. The access map is read by atomic
 * loads: who sees a right there sees the bytes that were there when it was given.
 */
function placeOf(context: Context, address: u64, size: u64, right: u32): u32 {
  const space = contextSpace(context);
  if (space === null) return 0;
  const page = address >> 12;
  const last = (address + (size - 1)) >> 12;
  if (windowHas(space, page)) {
    const rights = <u32>atomic.load<u8>(<u32>page, ACCESS);
    if ((rights & (right << SPAN_SHIFT)) != 0) return WINDOW + <u32>address;
    if (windowHas(space, last)) {
      const both = rights & <u32>atomic.load<u8>(<u32>last, ACCESS);
      if ((both & right) != 0) return WINDOW + <u32>address;
    }
  }
  const entry = Translation.entryOf(changetype<u32>(context), page);
  const tag = load<u64>(entry + ((right >>> 1) << 3));
  return tag == (context.tag | last) ? load<u32>(entry, TRANSLATION_ADDEND) + <u32>address : 0;
}

function loadOne<T>(context: u32, address: u64): T {
  const ran = agentRuns();
  if (ran || agentTry()) {
    const place = placeOf(changetype<Context>(context), address, sizeof<T>(), ACCESS_READ);
    const value: T = place == 0 ? <T>0 : load<T>(place);
    if (!ran) agentPark();
    if (place != 0) return value;
  }
  return fromBits<T>(loadSlow(context, address, sizeof<T>()));
}

function storeOne<T>(context: u32, address: u64, value: T): void {
  const ran = agentRuns();
  if (ran || agentTry()) {
    const place = placeOf(changetype<Context>(context), address, sizeof<T>(), ACCESS_WRITE);
    if (place != 0) store<T>(place, value);
    if (!ran) agentPark();
    if (place != 0) return;
  }
  storeSlow(context, address, sizeof<T>(), toBits<T>(value));
}

export function loadU8(context: u32, address: u64): u8 {
  return loadOne<u8>(context, address);
}

export function loadI8(context: u32, address: u64): i8 {
  return loadOne<i8>(context, address);
}

export function loadU16(context: u32, address: u64): u16 {
  return loadOne<u16>(context, address);
}

export function loadI16(context: u32, address: u64): i16 {
  return loadOne<i16>(context, address);
}

export function loadU32(context: u32, address: u64): u32 {
  return loadOne<u32>(context, address);
}

export function loadI32(context: u32, address: u64): i32 {
  return loadOne<i32>(context, address);
}

export function loadU64(context: u32, address: u64): u64 {
  return loadOne<u64>(context, address);
}

export function loadF32(context: u32, address: u64): f32 {
  return loadOne<f32>(context, address);
}

export function loadF64(context: u32, address: u64): f64 {
  return loadOne<f64>(context, address);
}

export function storeU8(context: u32, address: u64, value: u8): void {
  storeOne<u8>(context, address, value);
}

export function storeU16(context: u32, address: u64, value: u16): void {
  storeOne<u16>(context, address, value);
}

export function storeU32(context: u32, address: u64, value: u32): void {
  storeOne<u32>(context, address, value);
}

export function storeU64(context: u32, address: u64, value: u64): void {
  storeOne<u64>(context, address, value);
}

export function storeF32(context: u32, address: u64, value: f32): void {
  storeOne<f32>(context, address, value);
}

export function storeF64(context: u32, address: u64, value: f64): void {
  storeOne<f64>(context, address, value);
}

export function windowedLoadU8(context: u32, address: u32): u8 {
  return loadOne<u8>(context, address);
}

export function windowedLoadI8(context: u32, address: u32): i8 {
  return loadOne<i8>(context, address);
}

export function windowedLoadU16(context: u32, address: u32): u16 {
  return loadOne<u16>(context, address);
}

export function windowedLoadI16(context: u32, address: u32): i16 {
  return loadOne<i16>(context, address);
}

export function windowedLoadU32(context: u32, address: u32): u32 {
  return loadOne<u32>(context, address);
}

export function windowedLoadI32(context: u32, address: u32): i32 {
  return loadOne<i32>(context, address);
}

export function windowedLoadU64(context: u32, address: u32): u64 {
  return loadOne<u64>(context, address);
}

export function windowedLoadF32(context: u32, address: u32): f32 {
  return loadOne<f32>(context, address);
}

export function windowedLoadF64(context: u32, address: u32): f64 {
  return loadOne<f64>(context, address);
}

export function windowedStoreU8(context: u32, address: u32, value: u8): void {
  storeOne<u8>(context, address, value);
}

export function windowedStoreU16(context: u32, address: u32, value: u16): void {
  storeOne<u16>(context, address, value);
}

export function windowedStoreU32(context: u32, address: u32, value: u32): void {
  storeOne<u32>(context, address, value);
}

export function windowedStoreU64(context: u32, address: u32, value: u64): void {
  storeOne<u64>(context, address, value);
}

export function windowedStoreF32(context: u32, address: u32, value: f32): void {
  storeOne<f32>(context, address, value);
}

export function windowedStoreF64(context: u32, address: u32, value: f64): void {
  storeOne<f64>(context, address, value);
}
