import { CACHE_BITS, PAGE, PAGE_GUARD, PAGE_READWRITE } from "./constants.ts";
import { committedIn, endOf, pageOf, runAt, setRun } from "./region.ts";
import { isWide } from "./settings.ts";
import { Space } from "./space.ts";

/** What the TEB of a thread says of its stack. */
export interface Stack {
  base: number;
  limit: number;
  deallocation: number;
  /** Bytes, whole pages. */
  guarantee: number;
}

/** Section 4.9: what happens to the stack of the thread that makes an access. */
export class Stacks extends Space {
  /** By thread; those without a stack are missing. */
  protected stacks = new Map<number, Stack>();
  /** The thread that makes this process's calls and accesses. */
  currentThread = 0;

  stackOf(thread: number): Stack | null {
    return this.stacks.get(thread) ?? null;
  }

  override exit(): void {
    super.exit();
    this.stacks.clear();
  }

  /** The stack of the thread that makes this very call; null: it has none, or is not of here. */
  protected get callersStack(): Stack | null {
    return this.shared.caller === this ? this.stackOf(this.currentThread) : null;
  }

  /** The stack that would grow if the thread met a guard on this page. */
  protected stackAround(page: number): Stack | null {
    const stack = this.callersStack;
    if (stack === null || stack.deallocation === 0) return null;
    const inside = page > pageOf(stack.deallocation) && page * PAGE < stack.base;
    return inside ? stack : null;
  }

  /** One page on x86, two on x64; one more than what is guaranteed. */
  protected guardPages(guarantee: number): number {
    const least = isWide(this.settings.profile) ? 2 : 1;
    return guarantee === 0 ? least : Math.max(least, guarantee / PAGE + 1);
  }

  /** A guard was touched. False: the stack overflows. */
  protected grow(stack: Stack, page: number): boolean {
    this.disarm(page);
    stack.limit = page * PAGE;
    const lowest = pageOf(stack.deallocation) + 1;
    const guards = this.guardPages(stack.guarantee);
    if (page - guards >= lowest) return this.extend(page - guards, page, PAGE_GUARD);
    if (this.extend(lowest, page, 0)) stack.limit = lowest * PAGE;
    return false;
  }

  private disarm(page: number): void {
    const region = this.regionAt(page * PAGE);
    if (region === null) return;
    setRun(region, page, page, runAt(region, page).protect & ~PAGE_GUARD);
  }

  /** Pages [first, end) become stack; false where region or charge are too small. */
  protected extend(first: number, end: number, modifier: number): boolean {
    const region = this.regionAt(end * PAGE);
    if (region?.kind !== "private" || first * PAGE < region.base) return false;
    if (end * PAGE >= endOf(region)) return false;
    const fresh = end - first - committedIn(region, first, end - 1);
    if (!this.hasCharge(fresh)) return false;
    this.addCharge(fresh);
    const caching = region.allocationProtect & CACHE_BITS;
    if (first < end) setRun(region, first, end - 1, PAGE_READWRITE + modifier + caching);
    return true;
  }

  protected hasCharge(pages: number): boolean {
    return (
      this.shared.charge + pages <= this.settings.commitLimit && this.charge + pages <= this.quota
    );
  }

  /** GUARD that the thread sets inside its own stack ends the stack for now. */
  protected guardSet(start: number, end: number, protect: number): void {
    const stack = this.callersStack;
    if (stack === null || (protect & PAGE_GUARD) === 0) return;
    if (start < stack.base && end > stack.limit) stack.limit = Math.min(end, stack.base);
  }
}
