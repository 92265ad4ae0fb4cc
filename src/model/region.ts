import { MEM_IMAGE, MEM_MAPPED, MEM_PRIVATE, PAGE } from "./constants.ts";
import type { Mapping } from "./section.ts";

export type RegionKind =
  | "private"
  | "awe"
  | "large"
  | "placeholder"
  | "shared-data"
  | "file view"
  | "pagefile view"
  | "image";

/** Pages of equal protection, by page number; 0: reserved. */
export interface Run {
  first: number;
  last: number;
  protect: number;
}

export interface Region {
  base: number;
  size: number;
  kind: RegionKind;
  allocationProtect: number;
  watched: boolean;
  /** Took the place of a placeholder (8.3). */
  replaced: boolean;
  /** Ascending, without gaps, together the whole region. */
  runs: Run[];
  /** Of a view that was mapped, not adopted. */
  mapping?: Mapping;
}

/** What one page has besides its protection; a page never touched has no such record. */
export interface PageFacts {
  /** Null: no frame, reads as zeros. */
  bytes: Uint8Array | null;
  /** In the working set: only pages with a frame are. */
  resident: boolean;
  written: boolean;
  /** Reset, and the content went. */
  lost: boolean;
  locked: boolean;
  /** A private copy of a page of a view. */
  copied: boolean;
  /** Out of reach until it is reclaimed. */
  offered: boolean;
}

export function pageOf(address: number): number {
  return Math.floor(address / PAGE);
}

export function endOf(region: Region): number {
  return region.base + region.size;
}

export function isView(region: Region): boolean {
  return ["file view", "pagefile view", "image"].includes(region.kind);
}

export function typeOf(region: Region): number {
  if (region.kind === "image") return MEM_IMAGE;
  return isView(region) ? MEM_MAPPED : MEM_PRIVATE;
}

export function makeRegion(
  base: number,
  size: number,
  kind: RegionKind,
  allocationProtect: number,
  pageProtect: number,
): Region {
  const run = { first: pageOf(base), last: pageOf(base + size) - 1, protect: pageProtect };
  return { base, size, kind, allocationProtect, watched: false, replaced: false, runs: [run] };
}

export function runAt(region: Region, page: number): Run {
  for (const run of region.runs) {
    if (page >= run.first && page <= run.last) return run;
  }
  throw new Error(`page ${page.toString(16)} is not in its region`);
}

/** The parts of a region's runs that lie in [first, last]. */
export function runsIn(region: Region, first: number, last: number): Run[] {
  const parts: Run[] = [];
  for (const run of region.runs) {
    const from = Math.max(run.first, first);
    const to = Math.min(run.last, last);
    if (from <= to) parts.push({ first: from, last: to, protect: run.protect });
  }
  return parts;
}

export function setRun(region: Region, first: number, last: number, protect: number): void {
  const before = runsIn(region, Number.NEGATIVE_INFINITY, first - 1);
  const after = runsIn(region, last + 1, Number.POSITIVE_INFINITY);
  region.runs = merged([...before, { first, last, protect }, ...after]);
}

function merged(runs: Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const previous = result[result.length - 1];
    if (previous !== undefined && previous.protect === run.protect) previous.last = run.last;
    else result.push({ ...run });
  }
  return result;
}

/** Committed pages in [first, last]. */
export function committedIn(region: Region, first: number, last: number): number {
  let pages = 0;
  for (const run of runsIn(region, first, last)) {
    if (run.protect !== 0) pages += run.last - run.first + 1;
  }
  return pages;
}

export function committedPages(region: Region): number {
  return committedIn(region, pageOf(region.base), pageOf(endOf(region)) - 1);
}
