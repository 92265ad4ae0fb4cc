import { ModelProcess } from "../../src/model/model.ts";
import type { Requirements } from "../../src/model/placeholder.ts";
import type { Region } from "../../src/model/region.ts";
import type { Limits } from "../../src/model/reserve.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;

const cutting: Mutant[] = [
  mutant(
    "a placeholder split off by a page",
    class extends ModelProcess {
      protected override splitPlaceholder(region: Region, start: number, end: number): void {
        const more = end < region.base + region.size ? PAGE : 0;
        super.splitPlaceholder(region, start, end + more);
      }
    },
  ),
  mutant(
    "a split keeps the head alone",
    class extends ModelProcess {
      protected override splitPlaceholder(region: Region, start: number, end: number): void {
        super.splitPlaceholder(region, start, end);
        const tail = this.regionAt(end);
        if (tail !== null && tail.base + tail.size === region.base + region.size) {
          this.takeOut(tail);
        }
      }
    },
  ),
  mutant(
    "one placeholder coalesces with itself",
    class extends ModelProcess {
      protected override partsOfPlaceholder(start: number, end: number): Region[] | null {
        const one = this.placeholderAt(start, end - start);
        return one === null ? super.partsOfPlaceholder(start, end) : [one];
      }
    },
  ),
  mutant(
    "a part of a placeholder coalesces",
    class extends ModelProcess {
      protected override partsOfPlaceholder(start: number, end: number): Region[] | null {
        const last = this.regionAt(end - 1);
        const whole = last === null ? end : last.base + last.size;
        return super.partsOfPlaceholder(start, whole);
      }
    },
  ),
];

const replacing: Mutant[] = [
  mutant(
    "a placeholder is replaced whatever the size",
    class extends ModelProcess {
      protected override placeholderAt(base: number, size: number): Region | null {
        const region = this.regionAt(base);
        if (region?.kind !== "placeholder" || region.base !== base) return null;
        return size <= region.size ? region : null;
      }
    },
  ),
  mutant(
    "what replaced a placeholder forgets it",
    class extends ModelProcess {
      protected override insert(region: Region): void {
        region.replaced = false;
        super.insert(region);
      }
    },
  ),
  mutant(
    "every region may become a placeholder",
    class extends ModelProcess {
      protected override insert(region: Region): void {
        if (region.kind !== "placeholder") region.replaced = true;
        super.insert(region);
      }
    },
  ),
  mutant(
    "a view leaves no placeholder behind",
    class extends ModelProcess {
      protected override detachView(region: Region): void {
        super.detachView(region);
        if (region.replaced) region.size = 0;
      }
    },
  ),
  mutant(
    "what was written survives in the placeholder",
    class extends ModelProcess {
      protected override forgetContents(region: Region, first: number, last: number): void {
        if (!region.replaced) super.forgetContents(region, first, last);
      }

      protected override releasePages(region: Region, start: number, end: number): void {
        const kept = region.replaced ? new Map(this.facts) : null;
        super.releasePages(region, start, end);
        for (const [page, facts] of kept ?? []) this.facts.set(page, facts);
      }
    },
  ),
  mutant(
    "the charge of what replaced a placeholder stays",
    class extends ModelProcess {
      protected override releasePages(region: Region, start: number, end: number): void {
        const before = this.charge;
        super.releasePages(region, start, end);
        if (region.replaced) this.addCharge(before - this.charge);
      }
    },
  ),
];

const placing: Mutant[] = [
  mutant(
    "the lowest address is ignored",
    class extends ModelProcess {
      protected override limitsFor(required: Requirements): Limits {
        return super.limitsFor({ ...required, lowest: 0 });
      }
    },
  ),
  mutant(
    "the highest address is ignored",
    class extends ModelProcess {
      protected override limitsFor(required: Requirements): Limits {
        return super.limitsFor({ ...required, highest: 0 });
      }
    },
  ),
  mutant(
    "the alignment is ignored",
    class extends ModelProcess {
      protected override limitsFor(required: Requirements): Limits {
        return super.limitsFor({ ...required, alignment: GRANULE });
      }
    },
  ),
  mutant(
    "all requirements are legal",
    class extends ModelProcess {
      protected override areLegal(): boolean {
        return true;
      }
    },
  ),
];

export const placeholderMutants: readonly Mutant[] = [...cutting, ...replacing, ...placing];
