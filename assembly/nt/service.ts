import { pageOf } from "../base/range";
import { rule } from "../base/rule";
import {
  STATUS_ACCESS_VIOLATION,
  STATUS_INVALID_USER_BUFFER,
  STATUS_SUCCESS,
} from "../base/status";
import { WRITE } from "../virt/access-kind";
import { Context, contextSpace } from "../virt/context";
import { complete, prepare } from "../virt/fault";
import { isUnrecorded } from "../virt/written";
import { answer } from "./answer";
import { isReady } from "./pointer";

/**
 * A system service is about to read or write a buffer of its caller (4.8): all of it is looked at
 * before anything happens, and the fault stays inside the service. A buffer that will be written is
 * marked as written whole, however little arrives (5.1).
 */
export function serviceAsk(context: Context, address: u64, length: u64, access: u32): u32 {
  const writes = access == WRITE;
  if (!isReady(context, address, length, access)) {
    const status = writes ? STATUS_ACCESS_VIOLATION : STATUS_INVALID_USER_BUFFER;
    return answer(context, rule(4, 8, writes ? 1 : 3), status);
  }
  const space = contextSpace(context);
  if (writes && length != 0 && space !== null) {
    const last = pageOf(address + length - 1);
    for (let page = pageOf(address); page <= last; page++) {
      if (!isUnrecorded(space, page)) continue;
      // A buffer of more pages than memory has frames: this one may have left again.
      if (!prepare(space, page, WRITE)) {
        return answer(context, rule(4, 8, 1), STATUS_ACCESS_VIOLATION);
      }
      complete(context, space, page, WRITE);
    }
  }
  return answer(context, rule(4, 8, 0), STATUS_SUCCESS);
}
