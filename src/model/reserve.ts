import { BulkAccesses } from "./bulk.ts";
import {
  CACHE_BITS,
  GRANULARITY,
  LARGE_PAGE,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE_PLACEHOLDER,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE,
  PAGE_GUARD,
  PAGE_TARGETS_INVALID,
} from "./constants.ts";
import { copiesOnWrite } from "./protection.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { endOf, makeRegion, type RegionKind } from "./region.ts";
import type { Answer } from "./space.ts";
import {
  COMMITMENT_LIMIT,
  CONFLICTING_ADDRESSES,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  NO_MEMORY,
  PAGEFILE_QUOTA_EXCEEDED,
  PROCESS_IS_TERMINATING,
  SUCCESS,
} from "./status.ts";

/** The arguments of an allocation. */
export interface Request {
  base: number;
  size: number;
  type: number;
  protect: number;
  zeroBits: number;
  limits?: Limits;
}

/** Where a region without a base may lie, its last byte included (8.2). */
export interface Limits {
  lowest: number;
  highest: number;
  alignment: number;
}

/** Sections 2.2, 2.8 and 2.9. */
export class Reservations extends BulkAccesses {
  /** Section 2.2. */
  protected reserve(request: Request): RangeAnswer {
    const { base, size, type, protect } = request;
    const refused = (status: number, row: number) => ({
      status,
      rule: `2.2#R${row}`,
      base,
      size,
    });
    if (copiesOnWrite(protect)) return refused(INVALID_PAGE_PROTECTION, 1);
    const large = (type & MEM_LARGE_PAGES) !== 0;
    if (large && (size % LARGE_PAGE !== 0 || base % LARGE_PAGE !== 0)) {
      return { status: INVALID_PARAMETER, rule: "11", base, size };
    }
    if (large && (protect & (PAGE_GUARD | CACHE_BITS)) !== 0) {
      return { status: INVALID_PAGE_PROTECTION, rule: "11", base, size };
    }
    if (base !== 0 && base < this.layout.lowest) return refused(this.numbered(2), 4);
    if (this.exited) return refused(PROCESS_IS_TERMINATING, 9);
    const limits = request.limits ?? this.limitsOf(request.zeroBits);
    const unit = large ? Math.max(limits.alignment, LARGE_PAGE) : limits.alignment;
    let start = roundDown(base, GRANULARITY);
    const bytes = roundUp(base + size, PAGE) - start;
    if (base === 0) {
      const { highest, lowest } = limits;
      if (this.lowestGap(lowest, bytes, unit, highest) === null) return refused(NO_MEMORY, 6);
      const short = this.chargeRefusal(type, bytes / PAGE);
      if (short !== null) return { ...short, base, size };
      start = this.place(bytes, unit, highest, type, lowest);
    } else {
      if (this.regionIn(start, start + bytes) !== null) return refused(CONFLICTING_ADDRESSES, 5);
      const short = this.chargeRefusal(type, bytes / PAGE);
      if (short !== null) return { ...short, base, size };
    }
    this.makePrivate(start, bytes, type, protect);
    return { status: SUCCESS, rule: base === 0 ? "2.2#R3" : "2.2#R2", base: start, size: bytes };
  }

  protected makePrivate(start: number, bytes: number, type: number, protect: number): void {
    const commit = (type & MEM_COMMIT) !== 0;
    const shown = protect & ~PAGE_TARGETS_INVALID;
    const kind = kindOf(type);
    const region = makeRegion(start, bytes, kind, protect, commit ? shown : 0);
    region.watched = kind !== "placeholder" && (type & MEM_WRITE_WATCH) !== 0;
    region.replaced = (type & MEM_REPLACE_PLACEHOLDER) !== 0;
    this.insert(region);
    if (commit) this.addCharge(bytes / PAGE);
  }

  /** 2.2#R7 and #R8, where the call commits. */
  protected chargeRefusal(type: number, pages: number): Answer | null {
    return (type & MEM_COMMIT) === 0 ? null : this.overCharge(pages, "2.2#R7", "2.2#R8");
  }

  protected overCharge(pages: number, limitRule: string, quotaRule: string): Answer | null {
    if (this.shared.charge + pages > this.settings.commitLimit) {
      return { status: COMMITMENT_LIMIT, rule: limitRule };
    }
    if (this.charge + pages > this.quota) {
      return { status: PAGEFILE_QUOTA_EXCEEDED, rule: quotaRule };
    }
    return null;
  }

  /** Section 2.8. There is a gap. */
  protected place(
    bytes: number,
    unit: number,
    limit: number,
    type: number,
    lowest = this.layout.lowest,
  ): number {
    if ((type & MEM_TOP_DOWN) !== 0) return this.highestGap(bytes, unit, limit);
    let from = lowest;
    if (this.shared.placement !== null) {
      const units = Math.floor((limit + 1 - lowest) / GRANULARITY);
      const drawn = this.shared.placement.next();
      if (units > 0) from += (drawn % units) * GRANULARITY;
    }
    const found =
      this.lowestGap(from, bytes, unit, limit) ?? this.lowestGap(lowest, bytes, unit, limit);
    return found ?? 0;
  }

  protected lowestGap(from: number, bytes: number, unit: number, limit: number): number | null {
    let start = roundUp(from, unit);
    for (const region of this.regions) {
      if (endOf(region) <= start) continue;
      if (region.base >= start + bytes) break;
      start = roundUp(endOf(region), unit);
    }
    return start + bytes - 1 <= limit ? start : null;
  }

  protected highestGap(bytes: number, unit: number, limit: number): number {
    let start = roundDown(limit + 1 - bytes, unit);
    for (const region of [...this.regions].reverse()) {
      if (region.base >= start + bytes) continue;
      if (endOf(region) <= start) break;
      start = roundDown(region.base - bytes, unit);
    }
    return start;
  }

  private limitsOf(zeroBits: number): Limits {
    const { lowest } = this.layout;
    return { lowest, highest: this.highestAllowed(zeroBits), alignment: GRANULARITY };
  }

  /** The highest address the last byte may have (2.9). */
  protected highestAllowed(zeroBits: number): number {
    if (zeroBits === 0) return this.layout.highestVad;
    if (zeroBits === 21) return 0;
    if (zeroBits < 21) return Math.min(2 ** (32 - zeroBits) - 1, this.layout.highestVad);
    let above = 1;
    while (above <= zeroBits) above *= 2;
    return Math.min(above - 1, this.layout.highestVad);
  }
}

function kindOf(type: number): RegionKind {
  if ((type & MEM_PHYSICAL) !== 0) return "awe";
  if ((type & MEM_LARGE_PAGES) !== 0) return "large";
  return (type & MEM_RESERVE_PLACEHOLDER) !== 0 ? "placeholder" : "private";
}
