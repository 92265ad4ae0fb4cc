import {
  STATUS_COMMITMENT_LIMIT,
  STATUS_INSUFFICIENT_RESOURCES,
  STATUS_PROCESS_IS_TERMINATING,
  STATUS_SUCCESS,
} from "../base/status";
import { chargeFits } from "../phys/charge";
import { Context, resultSet } from "../virt/context";
import { forkCharge, spaceFork } from "../virt/fork";
import { FEATURE_SLOTS, featureIs } from "../virt/machine";
import { SPACE_RUNNING, Space, spaceFreeNumber } from "../virt/space";
import { SLOTS } from "./resident";

/**
 * A second process that is what the first one is now, as RtlCloneUserProcess makes it. Result 0:
 * the number of its space. After any other status nothing has changed.
 */
export function fork(context: Context, space: Space, kind: u32): u32 {
  if (space.state != SPACE_RUNNING) return STATUS_PROCESS_IS_TERMINATING;
  if (!chargeFits(forkCharge(space))) return STATUS_COMMITMENT_LIMIT;
  const number = spaceFreeNumber();
  if (featureIs(FEATURE_SLOTS) && number >= SLOTS) return STATUS_INSUFFICIENT_RESOURCES;
  const made = spaceFork(space, kind, number);
  if (made === null) return STATUS_INSUFFICIENT_RESOURCES;
  resultSet(context, 0, made.number);
  return STATUS_SUCCESS;
}
