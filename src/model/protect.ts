import { CACHE_BITS, PAGE } from "./constants.ts";
import { Releases } from "./free.ts";
import { asInImage, copiesOnWrite, viewAllows } from "./protection.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { committedIn, endOf, isView, pageOf, type Region, runAt } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  CONFLICTING_ADDRESSES,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  NOT_COMMITTED,
  PROCESS_IS_TERMINATING,
  SECTION_PROTECTION,
  SUCCESS,
} from "./status.ts";

/** Sections 3.3 and 3.4. */
export class Protections extends Releases {
  protect(
    base: number,
    size: number,
    protect: number,
    options: CallOptions = {},
  ): RangeAnswer & { old: number } {
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    const region = this.regionAt(start);
    const refusal =
      this.refuseProtectArguments(base, size, protect, options) ??
      this.refuseProtectOf(region, start, end, protect);
    if (refusal !== null || region === null) {
      return { status: CONFLICTING_ADDRESSES, rule: "3.3#6", ...refusal, base, size, old: 0 };
    }
    const old = runAt(region, pageOf(start)).protect;
    this.guardSet(start, end, protect);
    this.setProtection(region, pageOf(start), pageOf(end) - 1, protect);
    if (region.mapping !== undefined) this.chargeViews(region.mapping.section);
    return { status: SUCCESS, rule: "3.4", base: start, size: end - start, old };
  }

  private refuseProtectArguments(
    base: number,
    size: number,
    protect: number,
    options: CallOptions,
  ): Answer | null {
    if (!this.wellFormed(protect)) return { status: INVALID_PAGE_PROTECTION, rule: "3.3#1" };
    if (options.probe !== undefined && !options.probe()) {
      return { status: ACCESS_VIOLATION, rule: "3.3#2" };
    }
    const { highestVad } = this.layout;
    if (base > highestVad) return { status: this.numbered(2), rule: "3.3#3" };
    if (size === 0 || highestVad + 1 - base < size) {
      return { status: this.numbered(3), rule: "3.3#4" };
    }
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: "3.3#5" };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule: "3.3#5" };
    return null;
  }

  /** 3.3#6 and #7: one region, of a kind whose pages have protections of their own. */
  private refuseProtectSpan(region: Region | null, end: number): Answer | null {
    const conflict = { status: CONFLICTING_ADDRESSES };
    if (region === null || end > endOf(region)) return { ...conflict, rule: "3.3#6" };
    if (["awe", "large", "placeholder"].includes(region.kind)) {
      return { ...conflict, rule: "3.3#7" };
    }
    if (region.kind === "shared-data") return { status: INVALID_PARAMETER, rule: "1.2" };
    return null;
  }

  private refuseProtectOf(
    region: Region | null,
    start: number,
    end: number,
    protect: number,
  ): Answer | null {
    const refusal = this.refuseProtectSpan(region, end);
    if (refusal !== null || region === null) return refusal;
    if (region.mapping?.noChange) return { status: INVALID_PAGE_PROTECTION, rule: "3.3#8" };
    const view = isView(region);
    if (view && (protect & CACHE_BITS) !== 0) return { status: this.numbered(4), rule: "3.3#9" };
    if (!view && copiesOnWrite(protect)) return { status: this.numbered(4), rule: "3.3#10" };
    const [first, last] = [pageOf(start), pageOf(end) - 1];
    if (committedIn(region, first, last) !== last - first + 1) {
      return { status: NOT_COMMITTED, rule: "3.3#11" };
    }
    if (this.anyOffered(first, last)) return { status: CONFLICTING_ADDRESSES, rule: "17.16#2" };
    const asked = region.kind === "image" ? asInImage(protect) : protect;
    if (view && !viewAllows(region.allocationProtect, asked)) {
      return { status: SECTION_PROTECTION, rule: "3.3#12" };
    }
    if (region.mapping === undefined || !copiesOnWrite(protect)) return null;
    const more = last - first + 1 - this.ownPages(region, first, last);
    return this.overViewCharge(0, more, "13");
  }
}
