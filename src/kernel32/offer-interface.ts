import type { Address } from "../door.ts";

/**
 * Memory whose content is not needed for now. These functions answer with an error code, 0 for
 * success, and never write the last error. Address and size are whole pages. Where the machine's
 * Windows has none, the answer is 120.
 */
export interface OfferFunctions {
  /**
   * Put private memory out of reach; its content may be dropped. Windows page:
   * "OfferVirtualMemory".
   *
   * @param size bytes
   * @param priority VmOfferPriority*, 1 to 4
   * @returns 0, 87 or 487
   */
  OfferVirtualMemory(address: Address | null, size: Address, priority: number): number;
  /**
   * Get it back. Windows page: "ReclaimVirtualMemory".
   *
   * @returns 0; 170 (ERROR_BUSY) where content was dropped, which is zeros now; 87 or 487
   */
  ReclaimVirtualMemory(address: Address | null, size: Address): number;
  /**
   * Drop the content of memory, which stays committed. Windows page: "DiscardVirtualMemory".
   *
   * @returns 0, 87 or 487
   */
  DiscardVirtualMemory(address: Address | null, size: Address): number;
}
