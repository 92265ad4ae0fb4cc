import {
  STATUS_COMMITMENT_LIMIT,
  STATUS_PAGEFILE_QUOTA_EXCEEDED,
  STATUS_SUCCESS,
} from "../base/status";
import { chargeFits } from "../phys/charge";
import { chargeFitsQuota } from "../virt/change";
import { Space } from "../virt/space";

/**
 * Whether a process may be charged so many pages more: the machine's limit, then its quota (13).
 */
export function chargeStatus(space: Space, pages: u64): u32 {
  if (!chargeFits(pages)) return STATUS_COMMITMENT_LIMIT;
  return chargeFitsQuota(space, pages) ? STATUS_SUCCESS : STATUS_PAGEFILE_QUOTA_EXCEEDED;
}
