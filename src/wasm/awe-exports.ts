/**
 * Address Windowing Extensions, and offers of memory. All return an NTSTATUS. Numbers of frames
 * that no guest array holds come in by a list, and go out in the transfer area, 8 bytes each.
 */
export interface AweExports {
  /** R0 = how many frames there are, perhaps fewer than asked; their numbers are in the array. */
  userPagesAllocateF64(
    context: number,
    target: number,
    countAt: number,
    count: number,
    arrayAt: number,
  ): number;
  /** R0 = what the count is to say afterwards, on failure too. */
  userPagesFreeF64(
    context: number,
    target: number,
    countAt: number,
    count: number,
    arrayAt: number,
  ): number;
  /**
   * Append `count` pairs { address u64, frame u64 } of the transfer area to the list of the current
   * space, behind the `listed` that it has; 0 begins anew.
   */
  userPagesList(context: number, listed: number, count: number): number;
  /** `arrayAt` 0: show nothing; -1: the frames of the list. */
  userPagesMapF64(context: number, address: number, count: number, arrayAt: number): number;
  /** `addressesAt` -1: the addresses of the list. */
  userPagesScatterF64(context: number, addressesAt: number, count: number, arrayAt: number): number;

  offerPagesF64(context: number, address: number, size: number, priority: number): number;
  /** STATUS_DEVICE_BUSY: usable, and some content is lost. */
  reclaimPagesF64(context: number, address: number, size: number): number;
  discardPagesF64(context: number, address: number, size: number): number;
}

export const LIST_PAIR_BYTES = 16;
