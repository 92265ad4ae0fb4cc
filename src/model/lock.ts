import { PAGE, PAGE_GUARD, READ, WRITE } from "./constants.ts";
import { Queries } from "./query.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { endOf, pageOf } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  INCOMPATIBLE_FILE_MAP,
  INVALID_PARAMETER,
  NOT_LOCKED,
  PRIVILEGE_NOT_HELD,
  PROCESS_IS_TERMINATING,
  SUCCESS,
  WAS_LOCKED,
  WORKING_SET_QUOTA,
} from "./status.ts";

/** Pages of the minimum working set that cannot be locked. */
const OVERHEAD_PAGES = 8;

/** Section 17.10. */
export class Locks extends Queries {
  lock(base: number, size: number, mapType = 1, options: CallOptions = {}): RangeAnswer {
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    const refusal =
      this.refuseLockArguments(base, size, mapType, options) ??
      this.refuseLockRegions(start, end) ??
      this.refuseLockQuota(start, end) ??
      this.readPages(start, end);
    if (refusal !== null) return { ...refusal, base, size };
    let already = false;
    for (let page = pageOf(start); page < pageOf(end); page += 1) {
      const facts = this.factsAt(page);
      if (facts.locked) already = true;
      facts.locked = true;
      const protect = this.protectAt(page) ?? 0;
      const guarded = (protect & PAGE_GUARD) !== 0;
      if (!guarded && this.permits(protect, WRITE)) this.markWritten(page);
    }
    return {
      status: already ? WAS_LOCKED : SUCCESS,
      rule: "17.10#11",
      base: start,
      size: end - start,
    };
  }

  unlock(base: number, size: number, mapType = 1, options: CallOptions = {}): RangeAnswer {
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    const refusal = this.refuseLockArguments(base, size, mapType, options);
    if (refusal !== null) return { ...refusal, base, size };
    for (let at = start; at < end; ) {
      const region = this.regionAt(at);
      if (region === null) return { status: NOT_LOCKED, rule: "17.10#5", base, size };
      at = endOf(region);
    }
    for (let page = pageOf(start); page < pageOf(end); page += 1) {
      if (this.isLocked(page)) continue;
      this.trim(page, pageOf(end) - 1);
      return { status: NOT_LOCKED, rule: "17.10#10", base, size };
    }
    for (let page = pageOf(start); page < pageOf(end); page += 1) {
      this.factsAt(page).locked = false;
    }
    return { status: SUCCESS, rule: "17.10#11", base: start, size: end - start };
  }

  private refuseLockArguments(
    base: number,
    size: number,
    mapType: number,
    options: CallOptions,
  ): Answer | null {
    if (![1, 2, 3].includes(mapType)) return { status: INVALID_PARAMETER, rule: "17.10#1" };
    const { highestUser } = this.layout;
    if (base > highestUser || size === 0 || size > highestUser + 1 - base) {
      return { status: INVALID_PARAMETER, rule: "17.10#2" };
    }
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: "17.10#3" };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule: "17.10#3" };
    if (mapType !== 1 && !this.settings.lockMemoryPrivilege) {
      return { status: PRIVILEGE_NOT_HELD, rule: "17.10#4" };
    }
    return null;
  }

  /** 17.10#5 to #7, walking up from region to region. */
  private refuseLockRegions(start: number, end: number): Answer | null {
    for (let at = start; at < end; ) {
      const region = this.regionAt(at);
      if (region === null) return { status: ACCESS_VIOLATION, rule: "17.10#5" };
      if (region.kind === "awe" || region.kind === "large") {
        return { status: INCOMPATIBLE_FILE_MAP, rule: "17.10#6" };
      }
      at = endOf(region);
    }
    return null;
  }

  private refuseLockQuota(start: number, end: number): Answer | null {
    let pages = this.counters.lockedPages + pageOf(end - start);
    for (const page of this.knownPages(pageOf(start), pageOf(end) - 1)) {
      if (this.isLocked(page)) pages -= 1;
    }
    if (pages <= this.settings.workingSetMin - OVERHEAD_PAGES) return null;
    return { status: WORKING_SET_QUOTA, rule: "17.10#8" };
  }

  /** 17.10#9. Pages before the failing one keep their frames. */
  private readPages(start: number, end: number): Answer | null {
    for (let page = pageOf(start); page < pageOf(end); page += 1) {
      const fault = this.faultOn({ page, address: page * PAGE }, READ);
      if (fault !== null) return { status: fault.code, rule: "17.10#9" };
      this.touch(page);
    }
    return null;
  }

  /** Pages without a lock leave the working set; those before the first such one have locks. */
  private trim(first: number, last: number): void {
    for (const page of this.knownPages(first, last)) {
      if (!this.isLocked(page)) this.factsAt(page).resident = false;
    }
  }

  private isLocked(page: number): boolean {
    return this.facts.get(page)?.locked === true;
  }
}
