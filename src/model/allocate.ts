import { BulkAccesses } from "./bulk.ts";
import {
  CACHE_BITS,
  GRANULARITY,
  LARGE_PAGE,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE,
  PAGE_GUARD,
  PAGE_READWRITE,
  PAGE_TARGETS_INVALID,
} from "./constants.ts";
import { asInImage, copied, copiesOnWrite, viewAllows, wellFormed } from "./protection.ts";
import { committedIn, endOf, isView, makeRegion, pageOf, type Region, setRun } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  ALREADY_COMMITTED,
  COMMITMENT_LIMIT,
  CONFLICTING_ADDRESSES,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  NO_MEMORY,
  PAGEFILE_QUOTA_EXCEEDED,
  PRIVILEGE_NOT_HELD,
  PROCESS_IS_TERMINATING,
  SECTION_PROTECTION,
  SUCCESS,
} from "./status.ts";

export interface RangeAnswer extends Answer {
  base: number;
  size: number;
}

const KNOWN_TYPES =
  MEM_COMMIT |
  MEM_RESERVE |
  MEM_RESET |
  MEM_RESET_UNDO |
  MEM_TOP_DOWN |
  MEM_WRITE_WATCH |
  MEM_PHYSICAL |
  MEM_LARGE_PAGES;

export function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

interface Request {
  base: number;
  size: number;
  type: number;
  protect: number;
  zeroBits: number;
}

function has(request: Request, bits: number): boolean {
  return (request.type & bits) !== 0;
}

/** Section 2. */
export class Allocations extends BulkAccesses {
  allocate(
    base: number,
    size: number,
    type: number,
    protect: number,
    zeroBits = 0,
    options: CallOptions = {},
  ): RangeAnswer {
    const request = { base, size, type, protect, zeroBits };
    const refusal =
      this.refuseFlags(request) ??
      (options.probe === undefined || options.probe()
        ? null
        : { status: ACCESS_VIOLATION, rule: "2.1#10" }) ??
      this.refuseRange(request, options);
    if (refusal !== null) return { ...refusal, base, size };
    const anywhere = base === 0 && type !== MEM_RESET_UNDO;
    return anywhere || has(request, MEM_RESERVE) ? this.reserve(request) : this.commit(request);
  }

  /** 2.1#1 to #9: what is wrong whatever the address space looks like. */
  private refuseFlags(request: Request): Answer | null {
    const { type, protect } = request;
    if (!this.zeroBitsInRange(request.zeroBits)) return { status: this.numbered(3), rule: "2.1#1" };
    const typeWrong = { status: this.numbered(5) };
    if ((type & ~KNOWN_TYPES) !== 0) return { ...typeWrong, rule: "2.1#2" };
    if (!has(request, MEM_COMMIT | MEM_RESERVE | MEM_RESET | MEM_RESET_UNDO)) {
      return { ...typeWrong, rule: "2.1#3" };
    }
    if (has(request, MEM_RESET | MEM_RESET_UNDO) && !this.resetAlone(type)) {
      return { ...typeWrong, rule: "2.1#4" };
    }
    if (has(request, MEM_LARGE_PAGES)) {
      const needed = MEM_RESERVE | MEM_COMMIT;
      const rest = MEM_PHYSICAL | MEM_RESET | MEM_WRITE_WATCH;
      if ((type & needed) !== needed || (type & rest) !== 0) return { ...typeWrong, rule: "2.1#5" };
    }
    if (has(request, MEM_WRITE_WATCH) && !this.watchAllowed(type)) {
      return { ...typeWrong, rule: "2.1#6" };
    }
    if (has(request, MEM_PHYSICAL)) {
      const beside = this.settings.strictPhysical ? 0 : MEM_TOP_DOWN;
      if ((type & ~beside) !== (MEM_RESERVE | MEM_PHYSICAL)) return { ...typeWrong, rule: "2.1#7" };
      if (protect !== PAGE_READWRITE) return { status: this.numbered(6), rule: "2.1#8" };
    }
    if (!this.wellFormed(protect)) return { status: INVALID_PAGE_PROTECTION, rule: "2.1#9" };
    return null;
  }

  /** 2.1#11 to #15. */
  private refuseRange(request: Request, options: CallOptions): Answer | null {
    const { base, size } = request;
    const { highestVad } = this.layout;
    if (base > highestVad) return { status: this.numbered(2), rule: "2.1#11" };
    if (highestVad + 1 - base < size) return { status: this.numbered(4), rule: "2.1#12" };
    if (size === 0) return { status: this.numbered(4), rule: "2.1#13" };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: "2.1#14" };
    if (has(request, MEM_LARGE_PAGES) && !this.settings.lockMemoryPrivilege) {
      return { status: PRIVILEGE_NOT_HELD, rule: "2.1#15" };
    }
    return null;
  }

  protected resetAlone(type: number): boolean {
    return type === MEM_RESET || type === MEM_RESET_UNDO;
  }

  protected watchAllowed(type: number): boolean {
    return (type & MEM_RESERVE) !== 0;
  }

  protected wellFormed(protect: number): boolean {
    return wellFormed(protect);
  }

  private zeroBitsInRange(zeroBits: number): boolean {
    return zeroBits <= 21 || (zeroBits >= 32 && this.layout.masks);
  }

  /** The highest address the last byte may have (2.9). */
  private highestAllowed(zeroBits: number): number {
    if (zeroBits === 0) return this.layout.highestVad;
    if (zeroBits === 21) return 0;
    if (zeroBits < 21) return Math.min(2 ** (32 - zeroBits) - 1, this.layout.highestVad);
    let above = 1;
    while (above <= zeroBits) above *= 2;
    return Math.min(above - 1, this.layout.highestVad);
  }

  /** Section 2.2. */
  private reserve(request: Request): RangeAnswer {
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
    const unit = large ? LARGE_PAGE : GRANULARITY;
    let start = roundDown(base, GRANULARITY);
    const bytes = roundUp(base + size, PAGE) - start;
    if (base === 0) {
      const limit = this.highestAllowed(request.zeroBits);
      if (this.lowestGap(this.layout.lowest, bytes, unit, limit) === null) {
        return refused(NO_MEMORY, 6);
      }
      const short = this.chargeRefusal(type, bytes / PAGE);
      if (short !== null) return { ...short, base, size };
      start = this.place(bytes, unit, limit, type);
    } else {
      if (this.regionIn(start, start + bytes) !== null) return refused(CONFLICTING_ADDRESSES, 5);
      const short = this.chargeRefusal(type, bytes / PAGE);
      if (short !== null) return { ...short, base, size };
    }
    this.makePrivate(start, bytes, type, protect);
    return { status: SUCCESS, rule: base === 0 ? "2.2#R3" : "2.2#R2", base: start, size: bytes };
  }

  private makePrivate(start: number, bytes: number, type: number, protect: number): void {
    const commit = (type & MEM_COMMIT) !== 0;
    const kind =
      (type & MEM_PHYSICAL) !== 0 ? "awe" : (type & MEM_LARGE_PAGES) !== 0 ? "large" : "private";
    const shown = protect & ~PAGE_TARGETS_INVALID;
    const region = makeRegion(start, bytes, kind, protect, commit ? shown : 0);
    region.watched = (type & MEM_WRITE_WATCH) !== 0;
    this.insert(region);
    if (commit) this.addCharge(bytes / PAGE);
  }

  /** 2.2#R7 and #R8, where the call commits. */
  private chargeRefusal(type: number, pages: number): Answer | null {
    return (type & MEM_COMMIT) === 0 ? null : this.overCharge(pages, "2.2#R7", "2.2#R8");
  }

  private overCharge(pages: number, limitRule: string, quotaRule: string): Answer | null {
    if (this.shared.charge + pages > this.settings.commitLimit) {
      return { status: COMMITMENT_LIMIT, rule: limitRule };
    }
    if (this.charge + pages > this.quota) {
      return { status: PAGEFILE_QUOTA_EXCEEDED, rule: quotaRule };
    }
    return null;
  }

  /** Section 2.8. There is a gap. */
  protected place(bytes: number, unit: number, limit: number, type: number): number {
    const { lowest } = this.layout;
    if ((type & MEM_TOP_DOWN) !== 0) return this.highestGap(bytes, unit, limit);
    let from = lowest;
    if (this.shared.placement !== null) {
      const units = Math.floor((limit + 1 - lowest) / GRANULARITY);
      from += (this.shared.placement.next() % units) * GRANULARITY;
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

  /** Section 2.3. */
  private commit(request: Request): RangeAnswer {
    const { base, size, type, protect } = request;
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    const region = this.regionAt(start);
    const resets = (type & MEM_COMMIT) === 0;
    if (this.exited) {
      return { status: PROCESS_IS_TERMINATING, rule: resets ? "2.6" : "2.3#C1", base, size };
    }
    if (region === null && !resets && this.settings.autoReserveOnCommit) {
      return this.reserveAndCommit(request);
    }
    const refusal =
      this.refuseSpan(region, end) ??
      (region === null
        ? null
        : resets
          ? this.refuseReset(region, start, end, type)
          : this.refuseCommit(region, start, end, protect));
    if (refusal !== null || region === null) {
      const answer = { status: CONFLICTING_ADDRESSES, rule: "2.3#C2", ...refusal, base, size };
      return resets ? { ...answer, rule: "2.6" } : answer;
    }
    if (type === MEM_RESET) this.reset(base, size);
    else if (type !== MEM_RESET_UNDO) {
      const fresh = pageOf(end - start) - committedIn(region, pageOf(start), pageOf(end) - 1);
      if (!isView(region)) this.addCharge(fresh);
      this.setProtection(region, pageOf(start), pageOf(end) - 1, protect);
    }
    return { status: SUCCESS, rule: resets ? "2.6" : "2.3", base: start, size: end - start };
  }

  private refuseSpan(region: Region | null, end: number): Answer | null {
    const status = CONFLICTING_ADDRESSES;
    if (region === null) return { status, rule: "2.3#C2" };
    if (end > endOf(region)) return { status, rule: "2.3#C3" };
    if (["awe", "large", "shared-data"].includes(region.kind)) return { status, rule: "2.3#C4" };
    return null;
  }

  private refuseCommit(region: Region, start: number, end: number, protect: number): Answer | null {
    if (region.kind === "file view" || region.kind === "image") {
      return { status: ALREADY_COMMITTED, rule: "2.3#C5" };
    }
    if (region.kind === "pagefile view") {
      if ((protect & CACHE_BITS) !== 0) return { status: INVALID_PAGE_PROTECTION, rule: "2.3#C6" };
      if (!viewAllows(region.allocationProtect, protect)) {
        return { status: SECTION_PROTECTION, rule: "2.3#C7" };
      }
      return null;
    }
    if (copiesOnWrite(protect)) return { status: INVALID_PAGE_PROTECTION, rule: "2.3#C8" };
    const fresh = pageOf(end - start) - committedIn(region, pageOf(start), pageOf(end) - 1);
    return fresh === 0 ? null : this.overCharge(fresh, "2.3#C9", "2.3#C9");
  }

  /** Sections 2.6 and 17.2. */
  private refuseReset(region: Region, start: number, end: number, type: number): Answer | null {
    const refused = { status: CONFLICTING_ADDRESSES, rule: "2.6" };
    if (region.kind === "file view" || region.kind === "image") return refused;
    const [first, last] = [pageOf(start), pageOf(end) - 1];
    if (committedIn(region, first, last) !== last - first + 1) return refused;
    if (type === MEM_RESET) return null;
    return this.knownPages(first, last).some((page) => this.factsAt(page).lost) ? refused : null;
  }

  /** Only pages wholly inside count as discarded (2.6). */
  private reset(base: number, size: number): void {
    const first = pageOf(roundUp(base, PAGE));
    const last = pageOf(base + size) - 1;
    for (const page of this.knownPages(first, last)) {
      const facts = this.factsAt(page);
      if (facts.bytes === null || facts.locked) continue;
      const goes =
        this.shared.reset !== null
          ? this.shared.reset.next() % 2 === 1
          : this.settings.resetEffect === "zero";
      if (!goes) continue;
      facts.bytes = null;
      facts.resident = false;
      facts.lost = true;
    }
  }

  /** 17.19, first table: the granule is reserved, the pages of the range are committed. */
  private reserveAndCommit(request: Request): RangeAnswer {
    const { base, size, protect } = request;
    const granule = roundDown(base, GRANULARITY);
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    if (granule === 0 || this.regionIn(granule, end) !== null) {
      return { status: CONFLICTING_ADDRESSES, rule: "17.19", base, size };
    }
    if (copiesOnWrite(protect)) {
      return { status: INVALID_PAGE_PROTECTION, rule: "2.3#C8", base, size };
    }
    const short = this.overCharge(pageOf(end - start), "2.3#C9", "2.3#C9");
    if (short !== null) return { ...short, base, size };
    this.makePrivate(granule, end - granule, MEM_RESERVE, protect);
    const region = this.regionAt(granule);
    if (region !== null) this.setProtection(region, pageOf(start), pageOf(end) - 1, protect);
    this.addCharge(pageOf(end - start));
    return { status: SUCCESS, rule: "17.19", base: start, size: end - start };
  }

  /** Pages [first, last] become committed, if they were not, with this protection. */
  protected setProtection(region: Region, first: number, last: number, protect: number): void {
    setRun(region, first, last, this.storedProtect(region, protect));
    for (const page of this.knownPages(first, last)) {
      if (this.factsAt(page).copied) {
        setRun(region, page, page, copied(this.storedProtect(region, protect)));
      }
    }
  }

  /** The caching bits are the region's (2.4); in an image, writing always copies (3.4). */
  protected storedProtect(region: Region, protect: number): number {
    const stored = this.withCacheBits(protect & ~PAGE_TARGETS_INVALID, region.allocationProtect);
    return region.kind === "image" ? asInImage(stored) : stored;
  }

  protected withCacheBits(protect: number, allocationProtect: number): number {
    return (protect & ~CACHE_BITS) | (allocationProtect & CACHE_BITS);
  }
}
