import { LIST_PAIR_BYTES } from "./awe-exports.ts";
import type { ContextView } from "./context.ts";
import { TRANSFER_BYTES } from "./exports.ts";
import type { Link } from "./link.ts";

const PAIRS_MAXIMUM = Math.floor(TRANSFER_BYTES / LIST_PAIR_BYTES);
const FAILED = 0x8000_0000;

/** What the core offers for Address Windowing Extensions and for offered memory. */
export class AweServices {
  readonly #link: Link;
  readonly #view: ContextView;

  constructor(link: Link) {
    this.#link = link;
    this.#view = link.view;
  }

  allocate(target: number, countAt: number, count: number, arrayAt: number): number {
    return this.#link.service(
      (core, context) => core.userPagesAllocateF64(context, target, countAt, count, arrayAt) >>> 0,
    );
  }

  free(target: number, countAt: number, count: number, arrayAt: number): number {
    return this.#link.service(
      (core, context) => core.userPagesFreeF64(context, target, countAt, count, arrayAt) >>> 0,
    );
  }

  /** Addresses and frames for the next call, either of which may be missing (0). */
  list(count: number, addresses: readonly number[], frames: readonly number[]): number {
    let status = 0;
    let listed = 0;
    do {
      const pairs = Math.min(count - listed, PAIRS_MAXIMUM);
      const area = this.#view.transferView;
      for (let i = 0; i < pairs; i++) {
        const at = i * LIST_PAIR_BYTES;
        area.setBigUint64(at, BigInt(addresses[listed + i] ?? 0), true);
        area.setBigUint64(at + 8, BigInt(frames[listed + i] ?? 0), true);
      }
      const behind = listed;
      status = this.#link.service(
        (core, context) => core.userPagesList(context, behind, pairs) >>> 0,
      );
      listed += pairs;
    } while (listed < count && status < FAILED);
    return status;
  }

  map(address: number, count: number, arrayAt: number): number {
    return this.#link.service(
      (core, context) => core.userPagesMapF64(context, address, count, arrayAt) >>> 0,
    );
  }

  scatter(addressesAt: number, count: number, arrayAt: number): number {
    return this.#link.service(
      (core, context) => core.userPagesScatterF64(context, addressesAt, count, arrayAt) >>> 0,
    );
  }

  offer(address: number, size: number, priority: number): number {
    return this.#link.service(
      (core, context) => core.offerPagesF64(context, address, size, priority) >>> 0,
    );
  }

  reclaim(address: number, size: number): number {
    return this.#link.service(
      (core, context) => core.reclaimPagesF64(context, address, size) >>> 0,
    );
  }

  discard(address: number, size: number): number {
    return this.#link.service(
      (core, context) => core.discardPagesF64(context, address, size) >>> 0,
    );
  }
}
