import type { Fault, PagePart } from "../../src/model/access.ts";
import { ModelProcess } from "../../src/model/model.ts";
import type { Stack } from "../../src/model/stack.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;

const growth: Mutant[] = [
  mutant(
    "a stack never grows",
    class extends ModelProcess {
      protected override stackAround(): Stack | null {
        return null;
      }
    },
  ),
  mutant(
    "growth forgets the charge",
    class extends ModelProcess {
      protected override extend(first: number, end: number, modifier: number): boolean {
        const { charge } = this;
        const done = super.extend(first, end, modifier);
        this.addCharge(charge - this.charge);
        return done;
      }
    },
  ),
  mutant(
    "growth does not ask for charge",
    class extends ModelProcess {
      protected override hasCharge(): boolean {
        return true;
      }
    },
  ),
  mutant(
    "the guard is not set again",
    class extends ModelProcess {
      protected override extend(first: number, end: number): boolean {
        return super.extend(first, end, 0);
      }
    },
  ),
  mutant(
    "the limit does not follow the guard",
    class extends ModelProcess {
      protected override grow(stack: Stack, page: number): boolean {
        const { limit } = stack;
        const done = super.grow(stack, page);
        stack.limit = limit;
        return done;
      }
    },
  ),
  mutant(
    "a stack without room overflows without giving what is left",
    class extends ModelProcess {
      protected override extend(first: number, end: number, modifier: number): boolean {
        return modifier !== 0 && super.extend(first, end, modifier);
      }
    },
  ),
  mutant(
    "the permission comes before the stack",
    class extends ModelProcess {
      protected override faultOn(part: PagePart, access: 0 | 1 | 8): Fault | null {
        const protect = this.protectAt(part.page) ?? 0;
        const { caller } = this.shared;
        if (access !== 8 && !this.permits(protect, access)) this.shared.caller = null;
        const fault = super.faultOn(part, access);
        this.shared.caller = caller;
        return fault;
      }
    },
  ),
  mutant(
    "the lowest page is for growth too",
    class extends ModelProcess {
      protected override grow(stack: Stack, page: number): boolean {
        return super.grow({ ...stack, deallocation: stack.deallocation - PAGE }, page);
      }
    },
  ),
];

const owners: Mutant[] = [
  mutant(
    "the guard of any thread's stack makes that stack grow",
    class extends ModelProcess {
      protected override stackAround(page: number): Stack | null {
        for (const stack of this.stacks.values()) {
          const inside = page * PAGE > stack.deallocation && page * PAGE < stack.base;
          if (inside && stack.deallocation !== 0) return stack;
        }
        return null;
      }
    },
  ),
  mutant(
    "GUARD set in the own stack leaves the limit alone",
    class extends ModelProcess {
      protected override guardSet(): void {}
    },
  ),
];

const guards: Mutant[] = [
  mutant(
    "a guard is one page everywhere",
    class extends ModelProcess {
      protected override guardPages(guarantee: number): number {
        return guarantee === 0 ? 1 : super.guardPages(guarantee);
      }
    },
  ),
  mutant(
    "a guarantee does not widen the guard",
    class extends ModelProcess {
      protected override guardPages(): number {
        return super.guardPages(0);
      }
    },
  ),
  mutant(
    "a guarantee may shrink",
    class extends ModelProcess {
      override guaranteeStack(size: number) {
        const stack = this.callersStack;
        const before = stack?.guarantee ?? 0;
        if (stack !== null) stack.guarantee = 0;
        const answer = super.guaranteeStack(size);
        if (stack !== null && (size === 0 || answer.status !== 0)) stack.guarantee = before;
        return { ...answer, previous: before };
      }
    },
  ),
];

export const stackMutants: readonly Mutant[] = [...growth, ...owners, ...guards];
