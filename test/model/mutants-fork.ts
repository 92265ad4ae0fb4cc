import type { Forks } from "../../src/model/fork.ts";
import { ModelProcess } from "../../src/model/model.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;

/** The model with one rule of forks broken (docs/fork.md). */
export const forkMutants: readonly Mutant[] = [
  mutant(
    "a write reaches the bytes of both",
    class extends ModelProcess {
      protected override makeSole(): void {}
    },
  ),
  mutant(
    "all pages are copied at once",
    class extends ModelProcess {
      protected override takeFacts(from: Forks): void {
        super.takeFacts(from);
        for (const facts of this.facts.values()) facts.bytes = facts.bytes?.slice() ?? null;
      }
    },
  ),
  mutant(
    "a write copies zeros",
    class extends ModelProcess {
      protected override makeSole(page: number): void {
        const before = this.facts.get(page)?.bytes;
        super.makeSole(page);
        const facts = this.factsAt(page);
        if (facts.bytes !== before) facts.bytes = new Uint8Array(PAGE);
      }
    },
  ),
  mutant(
    "a fork begins with an empty working set",
    class extends ModelProcess {
      protected override takeFacts(from: Forks): void {
        super.takeFacts(from);
        for (const facts of this.facts.values()) facts.resident = false;
      }
    },
  ),
  mutant(
    "locks are inherited",
    class extends ModelProcess {
      protected override takeFacts(from: Forks): void {
        super.takeFacts(from);
        for (const page of from.lockedPages) this.factsAt(page).locked = true;
      }
    },
  ),
  mutant(
    "marks of the write watch stay behind",
    class extends ModelProcess {
      protected override takeFacts(from: Forks): void {
        super.takeFacts(from);
        for (const facts of this.facts.values()) facts.written = false;
      }
    },
  ),
  mutant(
    "views are not inherited",
    class extends ModelProcess {
      protected override takeRegions(from: Forks): void {
        super.takeRegions(from);
        this.regions = this.regions.filter(({ mapping }) => mapping === undefined);
      }
    },
  ),
  mutant(
    "a fork is charged for nothing",
    class extends ModelProcess {
      protected override take(from: Forks): void {
        super.take(from);
        this.addCharge(-this.charge);
      }
    },
  ),
  mutant(
    "stacks stay behind",
    class extends ModelProcess {
      protected override take(from: Forks): void {
        super.take(from);
        this.stacks.clear();
      }
    },
  ),
  mutant(
    "the commit limit does not stand against a fork",
    class extends ModelProcess {
      protected override refusesFork(): boolean {
        return false;
      }
    },
  ),
];
