import { PAGE_MASK, PAGE_SHIFT } from "./layout";

/** Unit to which the base of a new region is aligned, on every profile. */
export const GRANULARITY: u64 = 0x10000;

export function pageOf(address: u64): u64 {
  return address >> PAGE_SHIFT;
}

export function addressOf(page: u64): u64 {
  return page << PAGE_SHIFT;
}

export function pageDown(address: u64): u64 {
  return address & ~PAGE_MASK;
}

/** Requires: address is at most 2^64 - 4096. */
export function pageUp(address: u64): u64 {
  return (address + PAGE_MASK) & ~PAGE_MASK;
}

/** Bytes from `address` to the end of its page. */
export function toPageEnd(address: u64): u64 {
  return 0x1000 - (address & 0xfff);
}

export function alignDown(address: u64, alignment: u64): u64 {
  return address & ~(alignment - 1);
}

export function alignUp(address: u64, alignment: u64): u64 {
  return (address + (alignment - 1)) & ~(alignment - 1);
}

export function smaller(a: u64, b: u64): u64 {
  return a < b ? a : b;
}

export function larger(a: u64, b: u64): u64 {
  return a > b ? a : b;
}
