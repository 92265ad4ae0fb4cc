import { PAGE, PAGE_READONLY, SHARED_DATA } from "./constants.ts";
import { copiesOnWrite } from "./protection.ts";
import type { XorShift } from "./random.ts";
import {
  committedIn,
  endOf,
  isView,
  makeRegion,
  type PageFacts,
  pageOf,
  type Region,
  runAt,
  runsIn,
  setRun,
} from "./region.ts";
import { frameIn, removeView, type Section, sectionPage } from "./section.ts";
import type { Layout, ModelSettings } from "./settings.ts";
import {
  COMMITMENT_LIMIT,
  failed,
  INVALID_PARAMETER,
  INVALID_PARAMETER_1,
  PAGEFILE_QUOTA_EXCEEDED,
  SUCCESS,
} from "./status.ts";

/** What the processes of one machine share. */
export interface Shared {
  settings: ModelSettings;
  layout: Layout;
  /** Pages charged to all processes, and to sections. */
  charge: number;
  /** Those with a handle or a view. */
  sections: Section[];
  /** Those that have not exited. */
  spaces: Space[];
  placement: XorShift | null;
  reset: XorShift | null;
  /** The process whose current thread makes the call or access; null: it comes from outside. */
  caller: Space | null;
}

export interface ProcessOptions {
  /** Pages. */
  commitQuota?: number;
}

export interface CallOptions {
  /** The NTSTATUS that looking up the caller's handle gave. */
  handle?: number;
  /** Probes the caller's pointers; false: not accessible. */
  probe?: () => boolean;
}

/** The answer of every call; `rule` names the row that gave it. */
export interface Answer {
  status: number;
  rule: string;
}

/** One address space: its regions, and what is true of each page. */
export class Space {
  readonly shared: Shared;
  readonly settings: ModelSettings;
  readonly layout: Layout;
  readonly quota: number;
  exited = false;
  /** Pages charged to this process. */
  charge = 0;
  protected regions: Region[] = [];
  protected facts = new Map<number, PageFacts>();

  constructor(shared: Shared, options: ProcessOptions) {
    this.shared = shared;
    this.settings = shared.settings;
    this.layout = shared.layout;
    this.quota = options.commitQuota ?? Number.POSITIVE_INFINITY;
    const size = this.layout.sharedDataEnd - SHARED_DATA;
    const resident = makeRegion(SHARED_DATA, size, "shared-data", PAGE_READONLY, 0);
    setRun(resident, pageOf(SHARED_DATA), pageOf(SHARED_DATA), PAGE_READONLY);
    this.regions.push(resident);
    shared.spaces.push(this);
  }

  get counters() {
    let regionBytes = 0;
    for (const region of this.regions) regionBytes += region.size;
    let residentPages = 0;
    let lockedPages = 0;
    for (const facts of this.facts.values()) {
      if (facts.resident) residentPages += 1;
      if (facts.locked) lockedPages += 1;
    }
    return {
      commitCharge: this.charge,
      regionBytes,
      regions: this.regions.length,
      lockedPages,
      residentPages,
    };
  }

  /** Pages that have a frame, in the working set or not. */
  get frames(): number {
    return [...this.facts.values()].filter(({ bytes }) => bytes !== null).length;
  }

  /** Those of them that the other process does not have. */
  framesBeside(other: Space): number {
    const isCommon = (page: number) => this.isSameFrame(other, page);
    return this.frames - [...this.facts.keys()].filter(isCommon).length;
  }

  private isSameFrame(other: Space, page: number): boolean {
    const bytes = this.facts.get(page)?.bytes ?? null;
    return bytes !== null && other.facts.get(page)?.bytes === bytes;
  }

  /** A write is about to reach the page: bytes that a fork has too are copied. */
  protected makeSole(page: number): void {
    const facts = this.facts.get(page);
    const isSame = (other: Space) => other !== this && this.isSameFrame(other, page);
    if (facts && this.shared.spaces.some(isSame)) facts.bytes = facts.bytes?.slice() ?? null;
  }

  exit(): void {
    this.shared.spaces = this.shared.spaces.filter((other) => other !== this);
    this.addCharge(-this.charge);
    this.regions = [];
    this.facts.clear();
    this.exited = true;
  }

  /** `_n`, or the plain status under the other style. */
  protected numbered(n: number): number {
    return this.settings.statusStyle === "plain" ? INVALID_PARAMETER : INVALID_PARAMETER_1 + n - 1;
  }

  protected regionAt(address: number): Region | null {
    for (const region of this.regions) {
      if (address >= region.base && address < endOf(region)) return region;
    }
    return null;
  }

  /** The first region with a byte in [start, end). */
  protected regionIn(start: number, end: number): Region | null {
    for (const region of this.regions) {
      if (region.base < end && endOf(region) > start) return region;
    }
    return null;
  }

  protected insert(region: Region): void {
    this.regions.push(region);
    this.regions.sort((left, right) => left.base - right.base);
  }

  /** 0: reserved; null: in no region. */
  protected protectAt(page: number): number | null {
    const region = this.regionAt(page * PAGE);
    return region === null ? null : runAt(region, page).protect;
  }

  protected factsAt(page: number): PageFacts {
    let facts = this.facts.get(page);
    if (facts === undefined) {
      facts = {
        bytes: null,
        resident: false,
        written: false,
        lost: false,
        locked: false,
        copied: false,
        offered: false,
      };
      this.facts.set(page, facts);
    }
    return facts;
  }

  /** Whether OfferVirtualMemory has put any of these pages out of reach (17.16). */
  protected anyOffered(first: number, last: number): boolean {
    return this.knownPages(first, last).some((page) => this.factsAt(page).offered);
  }

  /** Pages in [first, last] that have facts, ascending. */
  protected knownPages(first: number, last: number): number[] {
    const pages: number[] = [];
    if (last - first < this.facts.size) {
      for (let page = first; page <= last; page += 1) {
        if (this.facts.has(page)) pages.push(page);
      }
      return pages;
    }
    for (const page of this.facts.keys()) {
      if (page >= first && page <= last) pages.push(page);
    }
    return pages.sort((left, right) => left - right);
  }

  /** The content of a page that an access reaches: it has a frame from now on (17.2). */
  protected touch(page: number): Uint8Array {
    this.factsAt(page).resident = true;
    return this.frameOf(page);
  }

  protected frameOf(page: number): Uint8Array {
    const shared = this.sharedFrame(page);
    if (shared !== null) return shared;
    const facts = this.factsAt(page);
    facts.bytes ??= new Uint8Array(PAGE);
    return facts.bytes;
  }

  /** The frame of a section that the page shows; null where its bytes are the process's own. */
  protected sharedFrame(page: number): Uint8Array | null {
    const region = this.regionAt(page * PAGE);
    if (region?.mapping === undefined || this.facts.get(page)?.bytes) return null;
    return frameIn(region.mapping.section, sectionPage(region, region.mapping, page));
  }

  /** What a page holds, without giving it a frame: null reads as zeros. */
  protected contentOf(page: number): Uint8Array | null {
    const own = this.facts.get(page)?.bytes;
    const region = own ? null : this.regionAt(page * PAGE);
    if (!region?.mapping) return own ?? null;
    const { section } = region.mapping;
    return section.frames.get(sectionPage(region, region.mapping, page)) ?? null;
  }

  /** Pages of a view that are the process's own: copied on write, or copied (7.7, 13). */
  protected ownPages(
    region: Region,
    first = pageOf(region.base),
    last = pageOf(endOf(region)) - 1,
  ) {
    let pages = 0;
    for (const run of runsIn(region, first, last)) {
      if (copiesOnWrite(run.protect)) pages += run.last - run.first + 1;
    }
    for (const page of this.knownPages(first, last)) {
      if (this.factsAt(page).copied && !copiesOnWrite(runAt(region, page).protect)) pages += 1;
    }
    return pages;
  }

  /** Brings the charges of all views of a section up to date. */
  protected chargeViews(section: Section): void {
    for (const { region, space } of section.views) space.chargeView(region);
  }

  private chargeView(region: Region): void {
    if (region.mapping === undefined) return;
    const pages = this.ownPages(region);
    this.addCharge(pages - region.mapping.charged);
    region.mapping.charged = pages;
  }

  protected releaseViewCharge(region: Region): void {
    if (region.mapping !== undefined) this.addCharge(-region.mapping.charged);
  }

  protected detachView(region: Region): void {
    if (region.mapping !== undefined) removeView(this.shared, region.mapping.section, region);
  }

  /** What a section gets is the machine's charge alone, what a process gets its own too (13). */
  protected overViewCharge(sectionPages: number, own: number, rule: string): Answer | null {
    if (this.shared.charge + sectionPages + own > this.settings.commitLimit) {
      return { status: COMMITMENT_LIMIT, rule };
    }
    if (this.charge + own > this.quota) return { status: PAGEFILE_QUOTA_EXCEEDED, rule };
    return null;
  }

  protected addCharge(pages: number): void {
    this.charge += pages;
    this.shared.charge += pages;
  }

  /**
   * Pages [first, last] lose content, locks and marks, but not the mark of a watched page (3.2).
   */
  protected forgetContents(region: Region, first: number, last: number): void {
    for (const page of this.knownPages(first, last)) {
      const written = this.factsAt(page).written && this.marksSurvive(region);
      this.facts.delete(page);
      if (written) this.factsAt(page).written = true;
    }
  }

  protected marksSurvive(region: Region): boolean {
    return region.watched;
  }

  protected decommitPages(region: Region, first: number, last: number): void {
    if (!isView(region)) this.addCharge(-committedIn(region, first, last));
    this.forgetContents(region, first, last);
    setRun(region, first, last, 0);
  }

  /** [start, end) becomes free: the region goes, shrinks or splits (3.2). */
  protected releasePages(region: Region, start: number, end: number): void {
    const first = pageOf(start);
    const last = pageOf(end) - 1;
    this.decommitPages(region, first, last);
    for (const page of this.knownPages(first, last)) this.facts.delete(page);
    this.regions = this.regions.filter((other) => other !== region);
    this.insertPart(region, region.base, start);
    this.insertPart(region, end, endOf(region));
  }

  protected insertPart(region: Region, start: number, end: number): void {
    if (start >= end) return;
    const runs = runsIn(region, pageOf(start), pageOf(end) - 1);
    this.insert({ ...region, base: start, size: end - start, runs });
  }

  protected handleFailure(options: CallOptions): number {
    const status = options.handle ?? SUCCESS;
    return failed(status) ? status : SUCCESS;
  }
}
