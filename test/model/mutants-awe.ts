import { Model, ModelProcess } from "../../src/model/model.ts";
import type { Region } from "../../src/model/region.ts";
import type { FrameEntry } from "../../src/model/user-pages.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;

const windows: Mutant[] = [
  mutant(
    "a frame forgets its bytes when it is unmapped",
    class extends ModelProcess {
      protected override showNothing(page: number): void {
        for (const frame of this.owned) if (frame.page === page) frame.bytes = new Uint8Array(PAGE);
        super.showNothing(page);
      }
    },
  ),
  mutant(
    "a frame may be mapped at two addresses",
    class extends ModelProcess {
      protected override canShow(entries: readonly FrameEntry[], i: number): boolean {
        const frame = this.ownedFrame(entries[i]);
        return frame !== null && entries.indexOf(frame) === i;
      }
    },
  ),
  mutant(
    "a frame may be listed twice",
    class extends ModelProcess {
      protected override canShow(entries: readonly FrameEntry[], i: number, page: number): boolean {
        const frame = this.ownedFrame(entries[i]);
        return frame !== null && (frame.page === null || frame.page === page);
      }
    },
  ),
  mutant(
    "frames of a window that is released go",
    class extends ModelProcess {
      protected override releasePages(region: Region, start: number, end: number): void {
        const shown = this.owned.filter(({ page }) => {
          return page !== null && page * PAGE >= start && page * PAGE < end;
        });
        super.releasePages(region, start, end);
        if (region.kind !== "awe") return;
        this.owned = this.owned.filter((frame) => !shown.includes(frame));
      }
    },
  ),
  mutant(
    "windows are charged for what they show",
    class extends ModelProcess {
      protected override show(page: number, entry: FrameEntry): void {
        super.show(page, entry);
        this.addCharge(1);
      }
    },
  ),
  mutant(
    "what a window shows is in the working set",
    class extends ModelProcess {
      protected override touch(page: number): Uint8Array {
        const bytes = super.touch(page);
        this.factsAt(page).resident = true;
        return bytes;
      }
    },
  ),
];

const offers: Mutant[] = [
  mutant(
    "offered pages are within reach",
    class extends ModelProcess {
      protected override anyOffered(): boolean {
        return false;
      }
    },
  ),
  mutant(
    "a reclaim never finds anything lost",
    class extends ModelProcess {
      override reclaim(address: number, size: number) {
        const answer = super.reclaim(address, size);
        return answer.status === 0x80000011 ? { ...answer, status: 0 } : answer;
      }
    },
  ),
  mutant(
    "a discard keeps the content",
    class extends ModelProcess {
      protected override dropContent(): void {}
    },
  ),
  mutant(
    "an offer keeps locks",
    class extends ModelProcess {
      override offer(address: number, size: number, priority: number) {
        const locked = this.knownPages(address / PAGE, (address + size) / PAGE).filter(
          (page) => this.factsAt(page).locked,
        );
        const answer = super.offer(address, size, priority);
        for (const page of locked) this.factsAt(page).locked = true;
        return answer;
      }
    },
  ),
];

/** Nobody's frame is ever refused. */
class Generous extends Model {
  override createProcess(options = {}): ModelProcess {
    const process = super.createProcess(options);
    const free = process.freeUserPages.bind(process);
    process.freeUserPages = (entries, call) => {
      const known = entries.filter((entry) => typeof entry !== "string");
      return { ...free(known, call), freed: entries.length };
    };
    return process;
  }
}

export const aweMutants: readonly Mutant[] = [
  ...windows,
  ...offers,
  {
    name: "freeing goes on behind a frame that is not owned",
    make: (given) => new Generous(given),
  },
];
