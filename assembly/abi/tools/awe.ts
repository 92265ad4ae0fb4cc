import { running } from "../../nt/answer";
import {
  userPagesAllocate as ntAllocate,
  userPagesFree as ntFree,
  userPagesList as ntList,
  userPagesMap as ntMap,
  userPagesScatter as ntScatter,
} from "../../nt/awe";
import {
  discardPages as ntDiscard,
  offerPages as ntOffer,
  reclaimPages as ntReclaim,
} from "../../nt/offer";
import { Context } from "../../virt/context";

/** Address Windowing Extensions; offers of memory. */

export function userPagesAllocate(
  context: u32,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  return ntAllocate(changetype<Context>(context), running(target), countAt, count, arrayAt);
}

export function userPagesFree(
  context: u32,
  target: u32,
  countAt: u64,
  count: u64,
  arrayAt: u64,
): u32 {
  return ntFree(changetype<Context>(context), running(target), countAt, count, arrayAt);
}

export function userPagesList(context: u32, listed: u32, count: u32): u32 {
  return ntList(changetype<Context>(context), listed, count);
}

export function userPagesMap(context: u32, address: u64, count: u64, arrayAt: u64): u32 {
  return ntMap(changetype<Context>(context), address, count, arrayAt);
}

export function userPagesScatter(context: u32, addressesAt: u64, count: u64, arrayAt: u64): u32 {
  return ntScatter(changetype<Context>(context), addressesAt, count, arrayAt);
}

export function offerPages(context: u32, address: u64, size: u64, priority: u32): u32 {
  return ntOffer(changetype<Context>(context), address, size, priority);
}

export function reclaimPages(context: u32, address: u64, size: u64): u32 {
  return ntReclaim(changetype<Context>(context), address, size);
}

export function discardPages(context: u32, address: u64, size: u64): u32 {
  return ntDiscard(changetype<Context>(context), address, size);
}
