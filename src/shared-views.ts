import { STATUS_NOT_MAPPED_VIEW, STATUS_SUCCESS } from "./constants/status.ts";
import { packDecision } from "./decision.ts";
import type { ProfileName } from "./profile.ts";
import { runAt } from "./run.ts";
import { LOWEST_SHARED } from "./slots.ts";
import { succeeded } from "./status.ts";
import type { Core } from "./wasm/core.ts";

const SHARED_VIEW = packDecision("17.19#6");
/** Flags of unmapping that any view may be unmapped with. */
const FLAGS_MAXIMUM = 1;

/**
 * The views in memory that all processes share: each is there once, at the address that every
 * process got for it (17.19), until it was unmapped as often as it was mapped. Only a process that
 * has mapped a view can unmap it, and one that ends unmaps what it has left.
 */
export class SharedViews {
  readonly #core: Core;
  readonly #lowest: number;
  /** By the base of a view: how often each space has mapped it. */
  readonly #views = new Map<number, Map<number, number>>();

  constructor(core: Core, profile: ProfileName) {
    this.#core = core;
    this.#lowest = LOWEST_SHARED[profile] ?? Number.POSITIVE_INFINITY;
  }

  /** A view was mapped for this space, or was there and was asked for again. */
  mapped(space: number, base: number): void {
    if (base < this.#lowest) return;
    const counts = this.#views.get(base) ?? new Map<number, number>();
    this.#views.set(base, counts);
    counts.set(space, (counts.get(space) ?? 0) + 1);
  }

  /**
   * Unmap the view at any address in it, or one of the times that it was mapped.
   *
   * @param target the number of a space, or the NTSTATUS of looking up its handle
   * @param flags those of NtUnmapViewOfSectionEx
   * @returns an NTSTATUS
   */
  unmap(target: number, address: number, flags = 0): number {
    const { views } = this.#core;
    const base = this.#regionAt(target, address);
    const counts = this.#views.get(base);
    if (counts === undefined || flags > FLAGS_MAXIMUM) return views.unmap(target, address, flags);
    const count = counts.get(target);
    if (count === undefined) return this.#answer(STATUS_NOT_MAPPED_VIEW);
    if (count === 1 && counts.size === 1) {
      const status = views.unmap(target, address, flags);
      if (succeeded(status)) this.#views.delete(base);
      return status;
    }
    if (count === 1) counts.delete(target);
    else counts.set(target, count - 1);
    return this.#answer(STATUS_SUCCESS);
  }

  /** A fork has mapped what the other space has, as often. */
  fork(space: number, fork: number): void {
    for (const counts of this.#views.values()) {
      const count = counts.get(space);
      if (count !== undefined) counts.set(fork, count);
    }
  }

  /** The space is about to go. A view that cannot be unmapped now waits for who maps it again. */
  end(space: number): void {
    for (const [base, counts] of this.#views) {
      if (!counts.delete(space) || counts.size > 0) continue;
      if (succeeded(this.#core.views.unmap(space, base, 0))) this.#views.delete(base);
    }
  }

  /** What is mapped, lowest first. */
  state(): { base: number; counts: [number, number][] }[] {
    return [...this.#views]
      .sort(([one], [other]) => one - other)
      .map(([base, counts]) => ({ base, counts: [...counts].sort(([a], [b]) => a - b) }));
  }

  /** As `state` has said. */
  restore(base: number, counts: readonly (readonly [number, number])[]): void {
    this.#views.set(base, new Map(counts));
  }

  /** What makes the views those that there are now. */
  keep(): () => void {
    const views = this.state();
    return () => {
      this.#views.clear();
      for (const { base, counts } of views) this.restore(base, counts);
    };
  }

  /** The base of the region that the target sees at a shared address, or 0. */
  #regionAt(target: number, address: number): number {
    if (address < this.#lowest) return 0;
    return runAt(this.#core, target, address)?.allocationBase ?? 0;
  }

  #answer(status: number): number {
    this.#core.view.decision = SHARED_VIEW;
    return status;
  }
}
