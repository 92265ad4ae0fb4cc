import { Commits } from "./commit.ts";
import {
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
} from "./constants.ts";
import { wellFormed } from "./protection.ts";
import type { RangeAnswer } from "./range.ts";
import type { Request } from "./reserve.ts";
import type { Answer, CallOptions } from "./space.ts";
import {
  ACCESS_VIOLATION,
  INVALID_PAGE_PROTECTION,
  PRIVILEGE_NOT_HELD,
  SUCCESS,
} from "./status.ts";

const KNOWN_TYPES =
  MEM_COMMIT |
  MEM_RESERVE |
  MEM_RESET |
  MEM_RESET_UNDO |
  MEM_TOP_DOWN |
  MEM_WRITE_WATCH |
  MEM_PHYSICAL |
  MEM_LARGE_PAGES;

function has(request: Request, bits: number): boolean {
  return (request.type & bits) !== 0;
}

/** Section 2.1. */
export class Allocations extends Commits {
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
    return this.perform(request);
  }

  /** 2.1#16. */
  protected perform(request: Request): RangeAnswer {
    const anywhere = request.base === 0 && request.type !== MEM_RESET_UNDO;
    return anywhere || has(request, MEM_RESERVE) ? this.reserve(request) : this.commit(request);
  }

  /** 2.1#1 to #9: what is wrong whatever the address space looks like. */
  protected refuseFlags(request: Request): Answer | null {
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
  protected refuseRange(request: Request, options: CallOptions): Answer | null {
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

  protected zeroBitsInRange(zeroBits: number): boolean {
    return zeroBits <= 21 || (zeroBits >= 32 && this.layout.masks);
  }
}
