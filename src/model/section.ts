import { PAGE, PAGE_GUARD, PAGE_NOACCESS, PAGE_NOCACHE, PAGE_WRITECOMBINE } from "./constants.ts";
import { wellFormed } from "./protection.ts";
import { roundUp } from "./range.ts";
import { committedPages, makeRegion, pageOf, type Region, setRun } from "./region.ts";
import { isWide } from "./settings.ts";
import type { Answer, Shared, Space } from "./space.ts";
import {
  COMMITMENT_LIMIT,
  INVALID_FILE_FOR_SECTION,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  INVALID_PARAMETER_1,
  PRIVILEGE_NOT_HELD,
  SECTION_TOO_BIG,
  SUCCESS,
} from "./status.ts";

export const SEC_NO_CHANGE = 0x00400000;
export const SEC_IMAGE = 0x01000000;
export const SEC_RESERVE = 0x04000000;
export const SEC_COMMIT = 0x08000000;
export const SEC_NOCACHE = 0x10000000;
export const SEC_WRITECOMBINE = 0x40000000;
export const SEC_LARGE_PAGES = 0x80000000;

const KNOWN =
  SEC_NO_CHANGE |
  SEC_IMAGE |
  SEC_RESERVE |
  SEC_COMMIT |
  SEC_NOCACHE |
  SEC_WRITECOMBINE |
  SEC_LARGE_PAGES;
const CACHING = SEC_NOCACHE | SEC_WRITECOMBINE;
const REFUSED_MODIFIERS = PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE;
const NEGATIVE = 2 ** 63;

export interface View {
  space: Space;
  region: Region;
}

/** Memory that the paging file backs, and that views show. */
export interface Section {
  sizePages: number;
  protect: number;
  attributes: number;
  /** Its pages from number 0 on; a protection that is not 0 says committed, and no more. */
  memory: Region;
  /** By page of the section; a page never touched has none. */
  frames: Map<number, Uint8Array>;
  views: View[];
  /** Handles that are open. */
  handles: number;
}

/** What a region that is a view of a section knows besides. */
export interface Mapping {
  section: Section;
  /** The page of the section that the first page of the region shows. */
  firstPage: number;
  noChange: boolean;
  /** Pages charged for what is the process's own in it (13). */
  charged: number;
}

/** NtCreateSection without a file: 7.1#4 to #8, #14 and #15. */
export function createSection(
  shared: Shared,
  sizeBytes: number,
  protect: number,
  attributes: number,
): Answer & { section?: Section } {
  const sizePages = pageOf(roundUp(sizeBytes, PAGE));
  const refusal =
    refuseArguments(shared, sizeBytes, protect, attributes) ??
    refuseSize(shared, sizePages, attributes);
  if (refusal !== null) return refusal;
  const committed = (attributes & SEC_COMMIT) !== 0;
  const memory = makeRegion(0, sizePages * PAGE, "private", 0, committed ? 1 : 0);
  const section: Section = {
    sizePages,
    protect,
    attributes,
    memory,
    frames: new Map(),
    views: [],
    handles: 1,
  };
  shared.sections.push(section);
  shared.charge += committedPages(memory);
  return { status: SUCCESS, rule: "7.1", section };
}

function refuseArguments(
  { settings }: Shared,
  sizeBytes: number,
  protect: number,
  attributes: number,
): Answer | null {
  const numbered = (n: number) =>
    settings.statusStyle === "plain" ? INVALID_PARAMETER : INVALID_PARAMETER_1 + n - 1;
  if (!attributesAllowed(attributes)) return { status: numbered(6), rule: "7.1#4" };
  const modified = (protect & REFUSED_MODIFIERS) !== 0;
  if (!wellFormed(protect) || modified || protect === PAGE_NOACCESS) {
    return { status: INVALID_PAGE_PROTECTION, rule: "7.1#5" };
  }
  if (sizeBytes === 0 || sizeBytes >= NEGATIVE) return { status: numbered(4), rule: "7.1#6" };
  if ((attributes & SEC_IMAGE) !== 0) return { status: INVALID_FILE_FOR_SECTION, rule: "7.1#7" };
  return null;
}

function refuseSize(shared: Shared, sizePages: number, attributes: number): Answer | null {
  const { settings } = shared;
  if ((attributes & SEC_LARGE_PAGES) !== 0 && !settings.lockMemoryPrivilege) {
    return { status: PRIVILEGE_NOT_HELD, rule: "7.1#8" };
  }
  const pagesMost = isWide(settings.profile) ? 2 ** 40 : 2 ** 20;
  if (sizePages > pagesMost) return { status: SECTION_TOO_BIG, rule: "7.1#15" };
  const committed = (attributes & SEC_COMMIT) !== 0;
  if (committed && shared.charge + sizePages > settings.commitLimit) {
    return { status: COMMITMENT_LIMIT, rule: "7.1#14" };
  }
  return null;
}

/** 7.1#4 and the first column of the table of attributes. */
function attributesAllowed(attributes: number): boolean {
  if ((attributes & ~KNOWN) !== 0) return false;
  if ((attributes & SEC_IMAGE) !== 0) return (attributes & ~(SEC_IMAGE | SEC_NOCACHE)) === 0;
  const commits = (attributes & SEC_COMMIT) !== 0;
  const reserves = (attributes & SEC_RESERVE) !== 0;
  if (commits === reserves || (attributes & CACHING) === CACHING) return false;
  return commits || (attributes & SEC_LARGE_PAGES) === 0;
}

/** The handle goes; the memory stays for the views (7.1). */
export function closeSection(shared: Shared, section: Section): void {
  section.handles -= 1;
  endUnused(shared, section);
}

export function removeView(shared: Shared, section: Section, region: Region): void {
  section.views = section.views.filter((view) => view.region !== region);
  endUnused(shared, section);
}

function endUnused(shared: Shared, section: Section): void {
  if (section.handles > 0 || section.views.length > 0 || !shared.sections.includes(section)) return;
  shared.charge -= committedPages(section.memory);
  shared.sections = shared.sections.filter((other) => other !== section);
}

/** The bytes of a page: it has a frame from now on. */
export function frameIn(section: Section, page: number): Uint8Array {
  let frame = section.frames.get(page);
  if (frame === undefined) {
    frame = new Uint8Array(PAGE);
    section.frames.set(page, frame);
  }
  return frame;
}

/** The page of the section that a page of the view shows. */
export function sectionPage(region: Region, mapping: Mapping, page: number): number {
  return page - pageOf(region.base) + mapping.firstPage;
}

/** Pages [first, last] of the section that have no memory yet. */
export function uncommittedIn(section: Section, first: number, last: number): number[] {
  const pages: number[] = [];
  for (const run of section.memory.runs) {
    const to = Math.min(run.last, last);
    for (let page = Math.max(run.first, first); page <= to; page += 1) {
      if (run.protect === 0) pages.push(page);
    }
  }
  return pages;
}

/** Pages that become committed show in every view as it was mapped (7.8). */
export function commitPages(shared: Shared, section: Section, pages: readonly number[]): void {
  shared.charge += pages.length;
  for (const page of pages) {
    setRun(section.memory, page, page, 1);
    for (const { region } of section.views) {
      const shown = pageShowing(region, page);
      if (shown !== null) setRun(region, shown, shown, region.allocationProtect);
    }
  }
}

/** The page of a view that shows a page of its section, or null. */
export function pageShowing(region: Region, page: number): number | null {
  const { mapping } = region;
  if (mapping === undefined || page < mapping.firstPage) return null;
  const shown = page - mapping.firstPage + pageOf(region.base);
  return shown < pageOf(region.base + region.size) ? shown : null;
}
