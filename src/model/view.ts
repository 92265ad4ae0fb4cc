import {
  GRANULARITY,
  MEM_LARGE_PAGES,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE,
  PAGE_EXECUTE_READWRITE,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "./constants.ts";
import { copiesOnWrite, viewAllows, wellFormed } from "./protection.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { endOf, isView, makeRegion, pageOf, type Region, runsIn, setRun } from "./region.ts";
import type { Limits } from "./reserve.ts";
import {
  commitPages,
  SEC_NO_CHANGE,
  SEC_NOCACHE,
  SEC_WRITECOMBINE,
  type Section,
  uncommittedIn,
} from "./section.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_DENIED,
  CONFLICTING_ADDRESSES,
  INVALID_HANDLE,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  INVALID_VIEW_SIZE,
  MAPPED_ALIGNMENT,
  NO_MEMORY,
  NOT_MAPPED_DATA,
  NOT_MAPPED_VIEW,
  PROCESS_IS_TERMINATING,
  SECTION_PROTECTION,
  SUCCESS,
} from "./status.ts";
import { Transfers } from "./transfer.ts";

export const MAP_WRITE = 0x02;
export const MAP_READ = 0x04;
export const MAP_EXECUTE = 0x08;
/** FILE_MAP_EXECUTE: as good as MAP_EXECUTE (17.12). */
const MAP_EXECUTE_EXPLICIT = 0x20;

/** Legal in a 32-bit process on a 32-bit system only (7.2#3a). */
export const MEM_DOS_LIM = 0x40000000;
export const VIEW_TYPES = MEM_TOP_DOWN | MEM_LARGE_PAGES | SEC_NO_CHANGE | MEM_RESERVE;

/** The arguments of NtMapViewOfSection; what is left out is 0, and the disposition ViewShare. */
export interface ViewRequest {
  base: number;
  offset: number;
  size: number;
  protect: number;
  zeroBits?: number;
  commitSize?: number;
  type?: number;
  inherit?: number;
  /** Default: what the zero bits allow. */
  limits?: Pick<Limits, "lowest" | "highest">;
}

export type CompleteView = Required<Omit<ViewRequest, "limits">> & Pick<ViewRequest, "limits">;

/** Sections 7.2, 7.5 and 7.11. */
export class Views extends Transfers {
  mapView(
    section: Section | undefined,
    rights: number,
    given: ViewRequest,
    options: CallOptions = {},
  ): RangeAnswer {
    const request = { zeroBits: 0, commitSize: 0, type: 0, inherit: 1, ...given };
    const { base, size } = request;
    const refusal =
      this.refuseViewArguments(request) ??
      this.refuseViewHandles(section, rights, request, options);
    if (refusal !== null || section === undefined) {
      return { status: INVALID_HANDLE, rule: "7.2#7", ...refusal, base, size };
    }
    return this.mapChecked(section, request);
  }

  /** From 7.2#8 on. */
  protected mapChecked(section: Section, request: CompleteView): RangeAnswer {
    const { base, size } = request;
    const left = section.sizePages * PAGE - request.offset;
    const bytes = size === 0 ? left : roundUp(size, PAGE);
    const wrong = this.refuseOfSection(section, request) ?? this.refuseReplaced(request, bytes);
    if (wrong !== null) return { ...wrong, base, size };
    return this.makeView(section, request, bytes);
  }

  unmapView(address: number, options: CallOptions = {}, flags = 0): Answer {
    const rule = "7.5";
    if (flags > MEM_PRESERVE_PLACEHOLDER) return { status: INVALID_PARAMETER, rule };
    if (address > this.layout.highestUser) return { status: NOT_MAPPED_VIEW, rule };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    const region = this.regionAt(address);
    if (region === null || !isView(region)) return { status: NOT_MAPPED_VIEW, rule };
    const keeps = flags === MEM_PRESERVE_PLACEHOLDER;
    if (keeps && !region.replaced) return { status: CONFLICTING_ADDRESSES, rule };
    this.releaseViewCharge(region);
    this.releasePages(region, region.base, endOf(region));
    this.detachView(region);
    if (keeps) this.hold(region.base, endOf(region));
    return { status: SUCCESS, rule: keeps ? "8.3" : rule };
  }

  flushView(address: number, size: number, options: CallOptions = {}): Answer {
    const rule = "7.11";
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    const region = this.regionAt(address);
    if (region === null) return { status: NOT_MAPPED_VIEW, rule };
    if (!isView(region)) return { status: NOT_MAPPED_DATA, rule };
    if (size > endOf(region) - address) return { status: NOT_MAPPED_VIEW, rule };
    return { status: SUCCESS, rule };
  }

  /** 7.2#1 to #6, as far as they need no handle. */
  private refuseViewArguments(request: CompleteView): Answer | null {
    const { base, inherit, protect, size, type, zeroBits } = request;
    if (inherit !== 1 && inherit !== 2) return { status: this.numbered(8), rule: "7.2#1" };
    if ((type & ~VIEW_TYPES & ~MEM_DOS_LIM) !== 0) {
      return { status: this.numbered(9), rule: "7.2#2" };
    }
    const wrong = this.refuseViewRange({ base, protect, size, type });
    if (wrong !== null) return wrong;
    const fits = this.zeroBitsInRange(zeroBits) && base <= this.highestAllowed(zeroBits);
    return fits ? null : { status: this.numbered(4), rule: "7.2#6" };
  }

  /** 7.2#3a to #5. */
  protected refuseViewRange({
    base,
    protect,
    size,
    type,
  }: Pick<CompleteView, "base" | "protect" | "size" | "type">): Answer | null {
    if ((type & MEM_DOS_LIM) !== 0 && this.layout.masks) {
      return { status: this.numbered(9), rule: "7.2" };
    }
    if (protect > 0xff || !wellFormed(protect)) {
      return { status: INVALID_PAGE_PROTECTION, rule: "7.2#4" };
    }
    const { highestVad } = this.layout;
    if (base > highestVad || highestVad + 1 - base < size) {
      return { status: this.numbered(3), rule: "7.2#5" };
    }
    return null;
  }

  /** 7.10#6. */
  private refuseReplaced({ base, size, type }: CompleteView, bytes: number): Answer | null {
    if ((type & MEM_REPLACE_PLACEHOLDER) === 0) return null;
    const placeholder = this.placeholderAt(base, size === 0 ? bytes : size);
    return placeholder === null ? { status: CONFLICTING_ADDRESSES, rule: "7.10#6" } : null;
  }

  protected refuseViewHandles(
    section: Section | undefined,
    rights: number,
    { protect }: CompleteView,
    options: CallOptions,
  ): Answer | null {
    const rule = "7.2#7";
    if (section === undefined) return { status: INVALID_HANDLE, rule };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    const explicit = (rights & MAP_EXECUTE_EXPLICIT) !== 0;
    const has = explicit ? rights | MAP_EXECUTE : rights;
    return (rightsNeeded(protect) & ~has) === 0 ? null : { status: ACCESS_DENIED, rule };
  }

  /** 7.2#8, #3, and #9 to #11. */
  private refuseOfSection(section: Section, request: CompleteView): Answer | null {
    const { base, offset, protect, size, type } = request;
    const replaces = (type & MEM_REPLACE_PLACEHOLDER) !== 0;
    const unit = (type & MEM_DOS_LIM) === 0 && !replaces ? GRANULARITY : PAGE;
    const start = (type & MEM_DOS_LIM) === 0 ? base : roundDown(base, PAGE);
    if (start % unit !== 0 || offset % (replaces ? PAGE : GRANULARITY) !== 0) {
      return { status: MAPPED_ALIGNMENT, rule: "7.2#8" };
    }
    if ((type & MEM_RESERVE) !== 0) return { status: this.numbered(9), rule: "7.2#3" };
    if (!viewAllows(section.protect, protect)) {
      return { status: SECTION_PROTECTION, rule: "7.2#9" };
    }
    const sectionBytes = section.sizePages * PAGE;
    if (size === 0 && offset >= sectionBytes) return { status: INVALID_PARAMETER, rule: "7.2#10" };
    if (roundUp(size, PAGE) > sectionBytes - offset) {
      return { status: INVALID_VIEW_SIZE, rule: "7.2#11" };
    }
    return null;
  }

  /** 7.2#12 to #14, and the view. */
  private makeView(section: Section, request: CompleteView, bytes: number): RangeAnswer {
    const { base, size, type, zeroBits } = request;
    const refused = (status: number, row: number) => {
      return { status, rule: `7.2#${row}`, base, size };
    };
    const { highestVad } = this.layout;
    const { lowest, highest: limit } = request.limits ?? {
      lowest: this.layout.lowest,
      highest: this.highestAllowed(zeroBits),
    };
    const replaced =
      (type & MEM_REPLACE_PLACEHOLDER) === 0 ? null : this.placeholderAt(base, bytes);
    let start = roundDown(base, PAGE);
    if (base === 0) {
      if (this.lowestGap(lowest, bytes, GRANULARITY, limit) === null) return refused(NO_MEMORY, 13);
    } else if (replaced === null) {
      const outside = start < this.layout.lowest || start + bytes > highestVad + 1;
      if (outside || this.regionIn(start, start + bytes) !== null) {
        return refused(CONFLICTING_ADDRESSES, 12);
      }
    }
    const short = this.refuseViewCharge(section, request, bytes);
    if (short !== null) return { ...short, base, size };
    if (base === 0) start = this.place(bytes, GRANULARITY, limit, type, lowest);
    if (replaced !== null) this.takeOut(replaced);
    this.insertView(section, start, bytes, request);
    const rule = replaced === null ? "7.2" : "8.3";
    return { status: SUCCESS, rule, base: start, size: bytes };
  }

  /** A view that copies on write is charged whole (#14); so are the pages of CommitSize. */
  private refuseViewCharge(section: Section, request: CompleteView, bytes: number): Answer | null {
    const own = copiesOnWrite(request.protect) ? pageOf(bytes) : 0;
    const head = this.headPages(section, request, bytes);
    return this.overViewCharge(head.length, own, "7.2#14");
  }

  /** Pages of the section that CommitSize commits (7.8). */
  private headPages(section: Section, request: CompleteView, bytes: number): number[] {
    const { commitSize, offset } = request;
    const committed = Math.min(roundUp(commitSize, PAGE), bytes);
    return uncommittedIn(section, pageOf(offset), pageOf(offset + committed) - 1);
  }

  private insertView(section: Section, start: number, bytes: number, request: CompleteView): void {
    const { offset, protect, type } = request;
    const shown = protect | cachingOf(section);
    const region = makeRegion(start, bytes, "pagefile view", shown, 0);
    region.replaced = (type & MEM_REPLACE_PLACEHOLDER) !== 0;
    const noChange = ((type | section.attributes) & SEC_NO_CHANGE) !== 0;
    const firstPage = pageOf(offset);
    region.mapping = { section, firstPage, noChange, charged: 0 };
    for (const run of runsIn(section.memory, firstPage, firstPage + pageOf(bytes) - 1)) {
      const at = pageOf(start) - firstPage;
      if (run.protect !== 0) setRun(region, run.first + at, run.last + at, shown);
    }
    this.insert(region);
    section.views.push({ space: this, region });
    commitPages(this.shared, section, this.headPages(section, request, bytes));
    this.chargeViews(section);
  }

  /** The address space ends: its views go (7.5). */
  override exit(): void {
    const views = this.regions.filter((region: Region) => region.mapping !== undefined);
    super.exit();
    for (const region of views) this.detachView(region);
  }
}

function cachingOf({ attributes }: Section): number {
  if ((attributes & SEC_NOCACHE) !== 0) return PAGE_NOCACHE;
  return (attributes & SEC_WRITECOMBINE) !== 0 ? PAGE_WRITECOMBINE : 0;
}

/** 7.3, below the tables. */
function rightsNeeded(protect: number): number {
  if (protect === PAGE_READWRITE) return MAP_WRITE;
  if (protect === PAGE_EXECUTE_READWRITE) return MAP_WRITE | MAP_EXECUTE;
  const data = [PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY].includes(protect);
  return data ? MAP_READ : MAP_READ | MAP_EXECUTE;
}
