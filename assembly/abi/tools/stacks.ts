import {
  stackCreate as ntStackCreate,
  stackGuarantee as ntStackGuarantee,
  stackRearm as ntStackRearm,
  threadStackMake as ntThreadStackMake,
} from "../../nt/stack";
import { Context } from "../../virt/context";

/** Stacks are made, guaranteed and mended. */

export function threadStackMake(context: u32, thread: u32, reserve: u64, commit: u64): u32 {
  return ntThreadStackMake(changetype<Context>(context), thread, reserve, commit);
}

export function stackCreate(
  context: u32,
  commit: u64,
  reserve: u64,
  zeroBits: u64,
  commitAlign: u64,
  reserveAlign: u64,
): u32 {
  const c = changetype<Context>(context);
  return ntStackCreate(c, commit, reserve, zeroBits, commitAlign, reserveAlign);
}

export function stackGuarantee(context: u32, sizeAt: u64, size: u64): u32 {
  return ntStackGuarantee(changetype<Context>(context), sizeAt, size);
}

/** All ones: the stack pointer is not known. 1, or 0 where there is too little room. */
export function stackRearm(context: u32, stackPointer: u64): u32 {
  return ntStackRearm(changetype<Context>(context), stackPointer) ? 1 : 0;
}
