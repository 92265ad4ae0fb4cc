import { PAGE } from "./constants.ts";
import { Locks } from "./lock.ts";
import { roundDown } from "./range.ts";
import { endOf, pageOf } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import { ACCESS_VIOLATION, INVALID_PARAMETER, PROCESS_IS_TERMINATING, SUCCESS } from "./status.ts";

export interface WatchOptions extends CallOptions {
  /** The pointer that the caller leaves NULL. */
  missing?: "count" | "granularity" | "array";
}

/** Section 5. */
export class Watches extends Locks {
  getWriteWatch(
    flags: number,
    base: number,
    size: number,
    capacity: number,
    options: WatchOptions = {},
  ): Answer & { pages: number[] } {
    const wrong =
      this.refuseWatchCall(flags, options) ?? this.refuseWatchRange(base, size, capacity, options);
    if (wrong !== null) return { ...wrong, pages: [] };
    const written = this.knownPages(pageOf(base), pageOf(base + size - 1)).filter(
      (page) => this.factsAt(page).written,
    );
    const reported = written.slice(0, this.entriesReported(capacity));
    if (flags === 1) {
      for (const page of this.pagesToReset(reported, written)) this.factsAt(page).written = false;
    }
    return { status: SUCCESS, rule: "5.3", pages: reported.map((page) => page * PAGE) };
  }

  resetWriteWatch(base: number, size: number, options: CallOptions = {}): Answer {
    const wrong = this.refuseWatchRange(base, size, 1, options);
    if (wrong !== null) return wrong;
    for (const page of this.knownPages(pageOf(base), pageOf(base + size - 1))) {
      this.factsAt(page).written = false;
    }
    return { status: SUCCESS, rule: "5.3" };
  }

  /** Whether writes to the region at this address are tracked: no call tells. */
  isWatched(address: number): boolean {
    return this.regionAt(address)?.watched === true;
  }

  protected entriesReported(capacity: number): number {
    return capacity;
  }

  /** Pages that did not fit keep their marks (5.3). */
  protected pagesToReset(reported: number[], _written: number[]): number[] {
    return reported;
  }

  private refuseWatchCall(flags: number, { missing }: WatchOptions): Answer | null {
    if (missing === "count" || missing === "granularity") {
      return { status: ACCESS_VIOLATION, rule: "5.2#1" };
    }
    return flags > 1 ? { status: this.numbered(2), rule: "5.2#2" } : null;
  }

  private refuseWatchRange(
    base: number,
    size: number,
    capacity: number,
    options: WatchOptions,
  ): Answer | null {
    const { highestUser } = this.layout;
    if (base > highestUser) return { status: this.numbered(3), rule: "5.2#3" };
    if (size > highestUser + 1 - base) return { status: this.numbered(4), rule: "5.2#3" };
    if (capacity === 0) return { status: this.numbered(5), rule: "5.2#4" };
    if (size === 0) return { status: INVALID_PARAMETER, rule: "5.2#5" };
    if (options.missing === "array") return { status: ACCESS_VIOLATION, rule: "5.2#6" };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: "5.2#6a" };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule: "5.2#6a" };
    const region = this.regionAt(roundDown(base, PAGE));
    if (region === null || !region.watched || base + size > endOf(region)) {
      return { status: INVALID_PARAMETER, rule: "5.2#7" };
    }
    return null;
  }
}
