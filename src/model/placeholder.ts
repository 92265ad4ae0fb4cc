import { Allocations } from "./allocate.ts";
import {
  GRANULARITY,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_RESERVE_PLACEHOLDER,
  PAGE,
  PAGE_NOACCESS,
} from "./constants.ts";
import { copiesOnWrite } from "./protection.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { endOf, makeRegion, pageOf, type Region } from "./region.ts";
import type { Limits, Request } from "./reserve.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  CONFLICTING_ADDRESSES,
  INVALID_PAGE_PROTECTION,
  INVALID_PARAMETER,
  PROCESS_IS_TERMINATING,
  SUCCESS,
} from "./status.ts";

const PLACEHOLDER_TYPES = MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER;
const NOT_HELD = MEM_COMMIT | MEM_PHYSICAL | MEM_LARGE_PAGES | MEM_REPLACE_PLACEHOLDER;

/** MEM_ADDRESS_REQUIREMENTS; 0 says nothing. */
export interface Requirements {
  lowest: number;
  highest: number;
  alignment: number;
}

/** Section 8. */
export class Placeholders extends Allocations {
  allocateEx(
    base: number,
    size: number,
    type: number,
    protect: number,
    requirements: Requirements,
    options: CallOptions = {},
  ): RangeAnswer {
    const request: Request = { base, size, type, protect, zeroBits: 0 };
    const plain = { ...request, type: type & ~PLACEHOLDER_TYPES };
    const refusal =
      this.refuseFlags(plain) ??
      this.refusePlaceholder(type, protect) ??
      this.refuseRequirements(request, requirements, options) ??
      this.refuseRange(request, options);
    if (refusal !== null) return { ...refusal, base, size };
    if ((type & MEM_REPLACE_PLACEHOLDER) !== 0) return this.replace(request);
    return this.perform({ ...request, limits: this.limitsFor(requirements) });
  }

  /** 8.1#5 and #6. */
  private refusePlaceholder(type: number, protect: number): Answer | null {
    const reserves = (type & MEM_RESERVE) !== 0;
    if ((type & MEM_RESERVE_PLACEHOLDER) !== 0) {
      const good = reserves && (type & NOT_HELD) === 0 && protect === PAGE_NOACCESS;
      return good ? null : { status: INVALID_PARAMETER, rule: "8.1#5" };
    }
    if ((type & MEM_REPLACE_PLACEHOLDER) === 0) return null;
    const good = reserves && (type & (MEM_PHYSICAL | MEM_LARGE_PAGES)) === 0;
    return good ? null : { status: INVALID_PARAMETER, rule: "8.1#6" };
  }

  /** 8.1#3, 2.1#10, 8.1#4. */
  private refuseRequirements(
    { base, type }: Request,
    requirements: Requirements,
    options: CallOptions,
  ): Answer | null {
    if (!this.areLegal(requirements)) return { status: INVALID_PARAMETER, rule: "8.1#3" };
    if (options.probe !== undefined && !options.probe()) {
      return { status: ACCESS_VIOLATION, rule: "2.1#10" };
    }
    const some = Object.values(requirements).some((value) => value !== 0);
    if (some && (base !== 0 || (type & MEM_RESERVE) === 0)) {
      return { status: INVALID_PARAMETER, rule: "8.1#4" };
    }
    return null;
  }

  /** 8.2. */
  protected areLegal({ alignment, highest, lowest }: Requirements): boolean {
    if (lowest % GRANULARITY !== 0) return false;
    if (highest !== 0) {
      const { highestUser } = this.layout;
      if ((highest + 1) % PAGE !== 0 || highest > highestUser || highest <= lowest) return false;
    }
    let power = GRANULARITY;
    while (power < alignment) power *= 2;
    return alignment === 0 || alignment === power;
  }

  protected limitsFor({ alignment, highest, lowest }: Requirements): Limits {
    const { highestVad, lowest: first } = this.layout;
    return {
      lowest: Math.max(lowest, first),
      highest: highest === 0 ? highestVad : Math.min(highest, highestVad),
      alignment: alignment === 0 ? GRANULARITY : alignment,
    };
  }

  /** The placeholder that has exactly this range. */
  protected placeholderAt(base: number, size: number): Region | null {
    const region = this.regionAt(base);
    if (region?.kind !== "placeholder") return null;
    return region.base === base && region.size === size ? region : null;
  }

  private replace({ base, protect, size, type }: Request): RangeAnswer {
    const refused = (status: number) => ({ status, rule: "8.3", base, size });
    if (copiesOnWrite(protect)) return refused(INVALID_PAGE_PROTECTION);
    if (this.exited) return refused(PROCESS_IS_TERMINATING);
    const placeholder = this.placeholderAt(base, size);
    if (placeholder === null) return refused(CONFLICTING_ADDRESSES);
    const short = this.chargeRefusal(type, pageOf(size));
    if (short !== null) return { ...short, base, size };
    this.takeOut(placeholder);
    this.makePrivate(base, size, type, protect);
    return { status: SUCCESS, rule: "8.3", base, size };
  }

  /** RELEASE of private memory with a modifier: the region from whose first pages on. */
  protected releaseKeeping(region: Region, base: number, size: number, type: number): RangeAnswer {
    const start = roundDown(base, PAGE);
    const end = roundUp(base + size, PAGE);
    const refused = { status: CONFLICTING_ADDRESSES, rule: "8.3", base, size };
    const whole = start === region.base && end === endOf(region);
    if ((type & MEM_PRESERVE_PLACEHOLDER) === 0) {
      const parts = this.partsOfPlaceholder(start, end);
      if (parts === null) return refused;
      for (const part of parts) this.takeOut(part);
      this.hold(start, end);
    } else if (region.replaced) {
      if (!whole) return refused;
      this.releasePages(region, start, end);
      this.hold(start, end);
    } else {
      if (region.kind !== "placeholder" || whole) return refused;
      this.splitPlaceholder(region, start, end);
    }
    return { status: SUCCESS, rule: "8.3", base: start, size: end - start };
  }

  /** [start, end) becomes a placeholder of its own. */
  protected splitPlaceholder(region: Region, start: number, end: number): void {
    this.takeOut(region);
    for (const [from, to] of [
      [region.base, start],
      [start, end],
      [end, endOf(region)],
    ] as const) {
      this.hold(from, to);
    }
  }

  /** Two or more whole placeholders, side by side from `start` to `end`. */
  protected partsOfPlaceholder(start: number, end: number): Region[] | null {
    const parts: Region[] = [];
    for (let at = start; at < end; ) {
      const region = this.regionAt(at);
      if (region?.kind !== "placeholder" || region.base !== at || endOf(region) > end) return null;
      parts.push(region);
      at = endOf(region);
    }
    return parts.length < 2 ? null : parts;
  }

  protected hold(start: number, end: number): void {
    if (start >= end) return;
    this.insert(makeRegion(start, end - start, "placeholder", PAGE_NOACCESS, 0));
  }

  protected takeOut(region: Region): void {
    this.regions = this.regions.filter((other) => other !== region);
  }
}
