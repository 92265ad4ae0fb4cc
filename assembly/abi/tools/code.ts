import { codeForget as forget, codeMark as mark, codeNext as next } from "../../nt/code";
import { Context } from "../../virt/context";
import { SPACE_RUNNING, spaceOf } from "../../virt/space";

/** Pages that generated code was made from. */

/** NTSTATUS. */
export function codeMark(context: u32, address: u64, length: u64): u32 {
  return mark(changetype<Context>(context), address, length);
}

export function codeForget(context: u32, address: u64, length: u64): void {
  forget(changetype<Context>(context), address, length);
}

/** First page of [address, end) with a mark, in the space of this number; or `end`. */
export function codeNext(space: u32, address: u64, end: u64): u64 {
  const found = spaceOf(space);
  return found === null || found.state != SPACE_RUNNING ? end : next(found, address, end);
}
