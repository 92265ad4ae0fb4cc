import * as inline from "../../../assembly/accessors";
import { accessAsks, failed, handled } from "./answers";
import * as core from "./guardpage";
import { below, randomBits } from "./random";
import { fold, outcomeCount } from "./tally";
import { context, isWindowed } from "./world";

/** Single accesses, by the functions of the core and by those that stand in line. */

/** A guest goes on with an access so often, if its handlers always say so. */
const ROUNDS: u32 = 4;
const LOADS: u32 = 9;
const STORES: u32 = 6;

/** Bits that a float has only as long as nobody takes them for a number. */
const SINGLES: StaticArray<u32> = [
  0x7fa00001, 0xffa12345, 0x7fc00000, 0xffc54321, 0x80000000, 0x00000001, 0x7f800000, 0x3dcccccd,
];
const DOUBLES: StaticArray<u64> = [
  0x7ff4000000000001, 0xfff4123456789abc, 0x7ff8000000000000, 0xfff8abcdef012345,
  0x8000000000000000, 0x0000000000000001, 0xfff0000000000000, 0x3fd5555555555555,
];

export function loadAny(address: u64): void {
  const type = below(LOADS);
  const isInline = below(2) == 0;
  for (let round: u32 = 0; round < ROUNDS; round++) {
    let value: u64 = 0;
    do value = isInline ? loadInline(type, address) : loadCalled(type, address);
    while (accessAsks());
    if (!failed()) {
      outcomeCount(0);
      fold(value);
      return;
    }
    if (!handled()) return;
  }
}

export function storeAny(address: u64): void {
  storeBits(below(STORES), below(2) == 0, address, randomBits());
}

/** Store the bits of a float, and look at them as an integer and as a float again. */
export function floatAny(address: u64): void {
  const isInline = below(2) == 0;
  if (below(2) == 0) {
    storeBits(4, isInline, address, SINGLES[below(SINGLES.length)]);
    fold(load(4, !isInline, address));
    fold(load(7, isInline, address));
  } else {
    storeBits(5, isInline, address, DOUBLES[below(DOUBLES.length)]);
    fold(load(6, !isInline, address));
    fold(load(8, isInline, address));
  }
}

/** What a load of 4 bytes sees, or all ones where it sees nothing. */
export function wordSeen(address: u64): u64 {
  return load(4, false, address);
}

function load(type: u32, isInline: bool, address: u64): u64 {
  let value: u64 = 0;
  do value = isInline ? loadInline(type, address) : loadCalled(type, address);
  while (accessAsks());
  if (!failed()) return value;
  handled();
  return u64.MAX_VALUE;
}

function storeBits(type: u32, isInline: bool, address: u64, bits: u64): void {
  for (let round: u32 = 0; round < ROUNDS; round++) {
    do {
      if (isInline) storeInline(type, address, bits);
      else storeCalled(type, address, bits);
    } while (accessAsks());
    if (!failed()) {
      outcomeCount(0);
      return;
    }
    if (!handled()) return;
  }
}

/** The function of a window takes addresses of 32 bits, which are all that its process has. */
function loadCalled(type: u32, address: u64): u64 {
  const near = <u32>address;
  const c = context;
  if (isWindowed && address == near) {
    switch (type) {
      case 0:
        return core.windowedLoadU8(c, near);
      case 1:
        return <u64>core.windowedLoadI8(c, near);
      case 2:
        return core.windowedLoadU16(c, near);
      case 3:
        return <u64>core.windowedLoadI16(c, near);
      case 4:
        return core.windowedLoadU32(c, near);
      case 5:
        return <u64>core.windowedLoadI32(c, near);
      case 6:
        return core.windowedLoadU64(c, near);
      case 7:
        return reinterpret<u32>(core.windowedLoadF32(c, near));
      default:
        return reinterpret<u64>(core.windowedLoadF64(c, near));
    }
  }
  switch (type) {
    case 0:
      return core.loadU8(c, address);
    case 1:
      return <u64>core.loadI8(c, address);
    case 2:
      return core.loadU16(c, address);
    case 3:
      return <u64>core.loadI16(c, address);
    case 4:
      return core.loadU32(c, address);
    case 5:
      return <u64>core.loadI32(c, address);
    case 6:
      return core.loadU64(c, address);
    case 7:
      return reinterpret<u32>(core.loadF32(c, address));
    default:
      return reinterpret<u64>(core.loadF64(c, address));
  }
}

function loadInline(type: u32, address: u64): u64 {
  const near = <u32>address;
  const c = context;
  if (isWindowed && address == near) {
    switch (type) {
      case 0:
        return inline.windowedLoadU8(c, near);
      case 1:
        return <u64>inline.windowedLoadI8(c, near);
      case 2:
        return inline.windowedLoadU16(c, near);
      case 3:
        return <u64>inline.windowedLoadI16(c, near);
      case 4:
        return inline.windowedLoadU32(c, near);
      case 5:
        return <u64>inline.windowedLoadI32(c, near);
      case 6:
        return inline.windowedLoadU64(c, near);
      case 7:
        return reinterpret<u32>(inline.windowedLoadF32(c, near));
      default:
        return reinterpret<u64>(inline.windowedLoadF64(c, near));
    }
  }
  switch (type) {
    case 0:
      return inline.loadU8(c, address);
    case 1:
      return <u64>inline.loadI8(c, address);
    case 2:
      return inline.loadU16(c, address);
    case 3:
      return <u64>inline.loadI16(c, address);
    case 4:
      return inline.loadU32(c, address);
    case 5:
      return <u64>inline.loadI32(c, address);
    case 6:
      return inline.loadU64(c, address);
    case 7:
      return reinterpret<u32>(inline.loadF32(c, address));
    default:
      return reinterpret<u64>(inline.loadF64(c, address));
  }
}

function storeCalled(type: u32, address: u64, bits: u64): void {
  const near = <u32>address;
  const c = context;
  const isNear = isWindowed && address == near;
  switch (type) {
    case 0:
      if (isNear) core.windowedStoreU8(c, near, <u8>bits);
      else core.storeU8(c, address, <u8>bits);
      break;
    case 1:
      if (isNear) core.windowedStoreU16(c, near, <u16>bits);
      else core.storeU16(c, address, <u16>bits);
      break;
    case 2:
      if (isNear) core.windowedStoreU32(c, near, <u32>bits);
      else core.storeU32(c, address, <u32>bits);
      break;
    case 3:
      if (isNear) core.windowedStoreU64(c, near, bits);
      else core.storeU64(c, address, bits);
      break;
    case 4:
      if (isNear) core.windowedStoreF32(c, near, reinterpret<f32>(<u32>bits));
      else core.storeF32(c, address, reinterpret<f32>(<u32>bits));
      break;
    default:
      if (isNear) core.windowedStoreF64(c, near, reinterpret<f64>(bits));
      else core.storeF64(c, address, reinterpret<f64>(bits));
  }
}

function storeInline(type: u32, address: u64, bits: u64): void {
  const near = <u32>address;
  const c = context;
  const isNear = isWindowed && address == near;
  switch (type) {
    case 0:
      if (isNear) inline.windowedStoreU8(c, near, <u8>bits);
      else inline.storeU8(c, address, <u8>bits);
      break;
    case 1:
      if (isNear) inline.windowedStoreU16(c, near, <u16>bits);
      else inline.storeU16(c, address, <u16>bits);
      break;
    case 2:
      if (isNear) inline.windowedStoreU32(c, near, <u32>bits);
      else inline.storeU32(c, address, <u32>bits);
      break;
    case 3:
      if (isNear) inline.windowedStoreU64(c, near, bits);
      else inline.storeU64(c, address, bits);
      break;
    case 4:
      if (isNear) inline.windowedStoreF32(c, near, reinterpret<f32>(<u32>bits));
      else inline.storeF32(c, address, reinterpret<f32>(<u32>bits));
      break;
    default:
      if (isNear) inline.windowedStoreF64(c, near, reinterpret<f64>(bits));
      else inline.storeF64(c, address, reinterpret<f64>(bits));
  }
}
