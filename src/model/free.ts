import {
  MEM_COALESCE_PLACEHOLDERS,
  MEM_DECOMMIT,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE,
  PAGE,
} from "./constants.ts";
import { Placeholders } from "./placeholder.ts";
import { type RangeAnswer, roundDown, roundUp } from "./range.ts";
import { endOf, isView, pageOf, type Region } from "./region.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  FREE_VM_NOT_AT_BASE,
  INVALID_PARAMETER,
  MEMORY_NOT_ALLOCATED,
  PROCESS_IS_TERMINATING,
  SUCCESS,
  UNABLE_TO_DELETE_SECTION,
  UNABLE_TO_FREE_VM,
} from "./status.ts";

const PLACEHOLDER_RELEASES = [
  MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER,
  MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS,
];

/** Sections 3.1 and 3.2. */
export class Releases extends Placeholders {
  free(base: number, size: number, type: number, options: CallOptions = {}): RangeAnswer {
    const start = roundDown(base, PAGE);
    const region = this.regionAt(start);
    const refusal =
      this.refuseFreeArguments(base, size, type, options) ??
      this.refuseFreeOf(region, base, size, type);
    if (refusal !== null || region === null) {
      return { status: MEMORY_NOT_ALLOCATED, rule: "3.1#7", ...refusal, base, size };
    }
    if (PLACEHOLDER_RELEASES.includes(type)) return this.releaseKeeping(region, base, size, type);
    if (type === MEM_DECOMMIT) {
      const end = size === 0 ? endOf(region) : roundUp(base + size, PAGE);
      this.decommitPages(region, pageOf(start), pageOf(end) - 1);
      return { status: SUCCESS, rule: "3.2", base: start, size: size === 0 ? 0 : end - start };
    }
    const end = size === 0 ? endOf(region) : roundUp(base + size, PAGE);
    this.releasePages(region, start, end);
    return { status: SUCCESS, rule: "3.2", base: start, size: end - start };
  }

  private refuseFreeArguments(
    base: number,
    size: number,
    type: number,
    options: CallOptions,
  ): Answer | null {
    const { highestUser } = this.layout;
    const placeholder = PLACEHOLDER_RELEASES.includes(type);
    if (type !== MEM_DECOMMIT && type !== MEM_RELEASE && !placeholder) {
      return { status: this.numbered(4), rule: "3.1#2" };
    }
    if (options.probe !== undefined && !options.probe()) {
      return { status: ACCESS_VIOLATION, rule: "3.1#3" };
    }
    if (base > highestUser) return { status: this.numbered(2), rule: "3.1#4" };
    if (highestUser - base < size) return { status: this.numbered(3), rule: "3.1#5" };
    const handle = this.handleFailure(options);
    if (handle !== SUCCESS) return { status: handle, rule: "3.1#6" };
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule: "3.1#6" };
    if (placeholder && size === 0) return { status: this.numbered(3), rule: "8.3" };
    return null;
  }

  private refuseFreeOf(
    region: Region | null,
    base: number,
    size: number,
    type: number,
  ): Answer | null {
    if (region === null) return { status: MEMORY_NOT_ALLOCATED, rule: "3.1#7" };
    if (region.kind === "shared-data") return { status: INVALID_PARAMETER, rule: "3.2#10" };
    const spans = (type & MEM_COALESCE_PLACEHOLDERS) !== 0;
    if (size !== 0 && !spans && roundUp(base + size, PAGE) > endOf(region)) {
      return { status: UNABLE_TO_FREE_VM, rule: "3.1#8" };
    }
    if (isView(region)) return { status: UNABLE_TO_DELETE_SECTION, rule: "3.1#9" };
    if (PLACEHOLDER_RELEASES.includes(type)) return null;
    if (size === 0 && roundDown(base, PAGE) !== region.base) {
      const rule = type === MEM_RELEASE ? "3.1#10" : "3.1#11";
      return { status: FREE_VM_NOT_AT_BASE, rule };
    }
    if (region.kind === "awe" || region.kind === "large") {
      if (type === MEM_DECOMMIT) return { status: MEMORY_NOT_ALLOCATED, rule: "3.1#13" };
      const bytes = roundUp(base + size, PAGE) - roundDown(base, PAGE);
      if (size !== 0 && bytes !== region.size) {
        return { status: FREE_VM_NOT_AT_BASE, rule: "3.1#12" };
      }
    }
    return null;
  }
}
