import { GRANULARITY, MEM_RESERVE, PAGE, PAGE_GUARD, PAGE_READWRITE } from "./constants.ts";
import { roundUp } from "./range.ts";
import { pageOf, setRun } from "./region.ts";
import type { Answer } from "./space.ts";
import type { Stack } from "./stack.ts";
import { INVALID_PARAMETER, NO_MEMORY, PROCESS_IS_TERMINATING, SUCCESS } from "./status.ts";
import { ViewsEx } from "./view-ex.ts";

const IMAGE_RESERVE = 0x100000;
const IMAGE_COMMIT = 0x2000;
const RESERVE_UNIT = 0x100000;
const COMMIT_LEAST = 0x2000;
const DWORD_LIMIT = 2 ** 32;

export interface StackAnswer extends Answer {
  stack?: Stack;
}

/** Rounding by masking, which differs from rounding where the unit is no power of two. */
function masked(value: number, unit: number): number {
  const mask = BigInt.asUintN(64, ~(BigInt(unit) - 1n));
  return Number((BigInt(value) + BigInt(unit) - 1n) & mask);
}

/** Section 17.13. */
export class StackCalls extends ViewsEx {
  /** RtlCreateUserStack. */
  createStack(
    commit: number,
    reserve: number,
    zeroBits: number,
    commitAlign: number,
    reserveAlign: number,
  ): StackAnswer {
    const rule = "17.13#1";
    if (commitAlign === 0 || reserveAlign === 0) return { status: INVALID_PARAMETER, rule };
    if (zeroBits > 12) return { status: INVALID_PARAMETER, rule };
    if (zeroBits === 12) return { status: NO_MEMORY, rule };
    const limit = this.highestAllowed(zeroBits);
    const committed = masked(commit || IMAGE_COMMIT, commitAlign);
    const reserved = this.reservation(committed, masked(reserve || IMAGE_RESERVE, reserveAlign));
    return this.makeStack(committed, reserved, limit);
  }

  /** What a thread is made with; its guard is part of the commit. */
  createThreadStack(thread: number, reserve: number, commit: number): StackAnswer {
    const asked = commit || IMAGE_COMMIT;
    const reserved = this.reservation(asked, reserve || IMAGE_RESERVE);
    const guard = this.guardPages(0) * PAGE;
    const shown = Math.max(roundUp(asked, PAGE), COMMIT_LEAST) - guard;
    const answer = this.makeStack(Math.max(shown, PAGE), reserved, this.layout.highestVad);
    if (answer.stack === undefined) return answer;
    const { guarantee } = this.stackOf(thread) ?? answer.stack;
    this.stacks.set(thread, { ...answer.stack, guarantee });
    return { ...answer, rule: "17.13#5" };
  }

  private reservation(commit: number, reserve: number): number {
    return roundUp(commit < reserve ? reserve : roundUp(commit, RESERVE_UNIT), GRANULARITY);
  }

  private makeStack(commit: number, reserve: number, limit: number): StackAnswer {
    const rule = "17.13#1";
    if (this.exited) return { status: PROCESS_IS_TERMINATING, rule };
    const from = this.layout.lowest;
    if (this.lowestGap(from, reserve, GRANULARITY, limit) === null) {
      return { status: NO_MEMORY, rule };
    }
    const used = roundUp(commit, PAGE);
    const guard = Math.min(this.guardPages(0) * PAGE, reserve - used);
    const short = this.overCharge(pageOf(used + guard), rule, rule);
    if (short !== null) return short;
    const start = this.place(reserve, GRANULARITY, limit, MEM_RESERVE);
    this.makePrivate(start, reserve, MEM_RESERVE, PAGE_READWRITE);
    const end = start + reserve;
    const stack = { base: end, limit: end - used, deallocation: start, guarantee: 0 };
    this.commitStack(stack, guard);
    return { status: SUCCESS, rule: "17.13#2", stack };
  }

  private commitStack({ base, limit }: Stack, guard: number): void {
    const region = this.regionAt(base - 1);
    if (region === null) return;
    this.addCharge(pageOf(base - limit + guard));
    if (limit < base) setRun(region, pageOf(limit), pageOf(base) - 1, PAGE_READWRITE);
    if (guard === 0) return;
    setRun(region, pageOf(limit - guard), pageOf(limit) - 1, PAGE_READWRITE + PAGE_GUARD);
  }

  /** The fields of the TEB, as a program sets them. All zero: no stack. */
  setStack(thread: number, base: number, limit: number, deallocation: number): void {
    if (base === 0 && limit === 0 && deallocation === 0) this.stacks.delete(thread);
    else {
      const guarantee = this.stackOf(thread)?.guarantee ?? 0;
      this.stacks.set(thread, { base, limit, deallocation, guarantee });
    }
  }

  /** SetThreadStackGuarantee. */
  guaranteeStack(size: number): Answer & { previous: number } {
    const stack = this.callersStack;
    const previous = stack?.guarantee ?? 0;
    if (size === 0) return { status: SUCCESS, rule: "4.9#10", previous };
    const bytes = Math.max(roundUp(size, PAGE), this.guardPages(0) * PAGE);
    const room = stack === null ? 0 : stack.base - stack.deallocation;
    if (stack === null || bytes >= DWORD_LIMIT || bytes >= room) {
      return { status: INVALID_PARAMETER, rule: "17.13#6", previous };
    }
    stack.guarantee = Math.max(previous, bytes);
    return { status: SUCCESS, rule: "4.9#10", previous };
  }

  /** _resetstkoflw; without a stack pointer the lowest place that there is. */
  rearmStack(stackPointer: number | null): boolean {
    const stack = this.callersStack;
    if (stack === null || stack.deallocation === 0) return false;
    const guards = this.guardPages(stack.guarantee);
    const lowest = pageOf(stack.deallocation) + 1 + guards;
    const page =
      stackPointer === null ? Math.max(pageOf(stack.limit), lowest) : pageOf(stackPointer);
    if (page < lowest || page * PAGE >= stack.base) return false;
    if (!this.extend(page - guards, page, PAGE_GUARD)) return false;
    stack.limit = page * PAGE;
    return true;
  }
}
