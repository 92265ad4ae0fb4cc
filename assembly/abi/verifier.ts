/**
 * The entry of the verifier, a module of its own that works on the memory of a core: nobody needs
 * it to run a guest, and it is as long as all accessors together
 * (docs/decisions/007-verifier-beside-the-core.md).
 */
import "../base/panic";
import { Context } from "../virt/context";
import { spaceOf } from "../virt/space";
import { verify } from "../virt/verify";

/** The number of a rule between the maps that is broken, its page in result 0; or 0. */
export function verifySpace(context: u32, space: u32): u32 {
  const found = spaceOf(space);
  return found === null ? 0 : verify(changetype<Context>(context), found);
}
