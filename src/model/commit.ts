import {
  CACHE_BITS,
  GRANULARITY,
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  PAGE,
  PAGE_TARGETS_INVALID,
} from "./constants.ts";
import { asInImage, copied, copiesOnWrite, viewAllows } from "./protection.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { committedIn, endOf, isView, pageOf, type Region, setRun } from "./region.ts";
import { type Request, Reservations } from "./reserve.ts";
import { commitPages, type Mapping, pageShowing, sectionPage, uncommittedIn } from "./section.ts";
import type { Answer } from "./space.ts";
import {
  ALREADY_COMMITTED,
  CONFLICTING_ADDRESSES,
  INVALID_PAGE_PROTECTION,
  PROCESS_IS_TERMINATING,
  SECTION_PROTECTION,
  SUCCESS,
} from "./status.ts";

/** Sections 2.3 and 2.6. */
export class Commits extends Reservations {
  protected commit(request: Request): RangeAnswer {
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
    if (region.mapping !== undefined) {
      if (!resets) this.commitInView(region, region.mapping, start, end, protect);
    } else if (type === MEM_RESET) this.reset(base, size);
    else if (type !== MEM_RESET_UNDO) {
      const fresh = pageOf(end - start) - committedIn(region, pageOf(start), pageOf(end) - 1);
      if (!isView(region)) this.addCharge(fresh);
      this.setProtection(region, pageOf(start), pageOf(end) - 1, protect);
    }
    if (!resets) this.guardSet(start, end, protect);
    return { status: SUCCESS, rule: resets ? "2.6" : "2.3", base: start, size: end - start };
  }

  private refuseSpan(region: Region | null, end: number): Answer | null {
    const status = CONFLICTING_ADDRESSES;
    if (region === null) return { status, rule: "2.3#C2" };
    if (end > endOf(region)) return { status, rule: "2.3#C3" };
    if (["awe", "large", "placeholder", "shared-data"].includes(region.kind)) {
      return { status, rule: "2.3#C4" };
    }
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
      if (region.mapping === undefined) return null;
      return this.refuseCommitInView(region, region.mapping, start, end, protect);
    }
    if (copiesOnWrite(protect)) return { status: INVALID_PAGE_PROTECTION, rule: "2.3#C8" };
    if (this.anyOffered(pageOf(start), pageOf(end) - 1)) {
      return { status: CONFLICTING_ADDRESSES, rule: "17.16#2" };
    }
    const fresh = pageOf(end - start) - committedIn(region, pageOf(start), pageOf(end) - 1);
    return fresh === 0 ? null : this.overCharge(fresh, "2.3#C9", "2.3#C9");
  }

  /** 17.12, SEC_NO_CHANGE; and 2.3#C9 for what the section gets and what all its views copy. */
  private refuseCommitInView(
    region: Region,
    mapping: Mapping,
    start: number,
    end: number,
    protect: number,
  ): Answer | null {
    if (mapping.noChange) return { status: INVALID_PAGE_PROTECTION, rule: "17.12#13" };
    const [first, last] = [pageOf(start), pageOf(end) - 1];
    const fresh = this.uncommittedOf(region, mapping, start, end);
    let own = 0;
    if (copiesOnWrite(protect)) own = last - first + 1 - this.ownPages(region, first, last);
    let others = 0;
    for (const view of mapping.section.views) {
      if (view.region === region || !copiesOnWrite(view.region.allocationProtect)) continue;
      others += fresh.filter((page) => pageShowing(view.region, page) !== null).length;
    }
    return this.overViewCharge(fresh.length + others, own, "2.3#C9");
  }

  private uncommittedOf(region: Region, mapping: Mapping, start: number, end: number): number[] {
    const first = sectionPage(region, mapping, pageOf(start));
    return uncommittedIn(mapping.section, first, first + pageOf(end - start) - 1);
  }

  /** 7.8: new pages are the section's; the protection is this view's. */
  private commitInView(
    region: Region,
    mapping: Mapping,
    start: number,
    end: number,
    protect: number,
  ): void {
    const { section } = mapping;
    commitPages(this.shared, section, this.uncommittedOf(region, mapping, start, end));
    this.setProtection(region, pageOf(start), pageOf(end) - 1, protect);
    this.chargeViews(section);
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
