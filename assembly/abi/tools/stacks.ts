import { stackGuarantee as ntStackGuarantee, stackRearm as ntStackRearm } from "../../nt/stack";
import { Context } from "../../virt/context";

/** What programs ask of stacks when they have overflowed, or may. */

export function stackGuarantee(context: u32, sizeAt: u64, size: u64): u32 {
  return ntStackGuarantee(changetype<Context>(context), sizeAt, size);
}

/** All ones: the stack pointer is not known. 1, or 0 where there is too little room. */
export function stackRearm(context: u32, stackPointer: u64): u32 {
  return ntStackRearm(changetype<Context>(context), stackPointer) ? 1 : 0;
}
