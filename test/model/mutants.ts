import type { PagePart } from "../../src/model/access.ts";
import { ModelProcess } from "../../src/model/model.ts";
import type { Region } from "../../src/model/region.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;

const straddling: Mutant[] = [
  mutant(
    "a fault on the first page names the start of the page",
    class extends ModelProcess {
      protected override *partsOf(address: number, size: number): Generator<PagePart> {
        for (const { page, address: at } of super.partsOf(address, size)) {
          yield { page, address: size > 1 ? page * PAGE : at };
        }
      }
    },
  ),
  mutant(
    "a fault on the second page names the address of the access",
    class extends ModelProcess {
      protected override *partsOf(address: number, size: number): Generator<PagePart> {
        for (const { page } of super.partsOf(address, size)) yield { page, address };
      }
    },
  ),
  mutant(
    "the second page is not checked",
    class extends ModelProcess {
      protected override *partsOf(address: number, size: number): Generator<PagePart> {
        for (const part of super.partsOf(address, size)) {
          if (part.address === address) yield part;
        }
      }
    },
  ),
];

const guards: Mutant[] = [
  mutant(
    "guard and permission change places",
    class extends ModelProcess {
      protected override guardComesFirst(reported: 0 | 1 | 8): boolean {
        return reported === 8 || !super.guardComesFirst(reported);
      }
    },
  ),
  mutant(
    "a fetch asks for permission first",
    class extends ModelProcess {
      protected override guardComesFirst(reported: 0 | 1 | 8): boolean {
        return reported !== 8 && super.guardComesFirst(reported);
      }
    },
  ),
];

const watches: Mutant[] = [
  mutant(
    "decommit clears the marks of the write watch",
    class extends ModelProcess {
      protected override marksSurvive(): boolean {
        return false;
      }
    },
  ),
  mutant(
    "the reset flag clears pages that were not reported",
    class extends ModelProcess {
      protected override pagesToReset(_reported: number[], written: number[]): number[] {
        return written;
      }
    },
  ),
  mutant(
    "the reset flag clears nothing",
    class extends ModelProcess {
      protected override pagesToReset(): number[] {
        return [];
      }
    },
  ),
  mutant(
    "the array holds more than its capacity",
    class extends ModelProcess {
      protected override entriesReported(capacity: number): number {
        return capacity + 1;
      }
    },
  ),
];

const types: Mutant[] = [
  mutant(
    "WRITE_WATCH does not need RESERVE",
    class extends ModelProcess {
      protected override watchAllowed(): boolean {
        return true;
      }
    },
  ),
  mutant(
    "RESET goes with other types",
    class extends ModelProcess {
      protected override resetAlone(): boolean {
        return true;
      }
    },
  ),
  mutant(
    "the caching bits are those of the last call",
    class extends ModelProcess {
      protected override withCacheBits(protect: number): number {
        return protect;
      }
    },
  ),
];

const placements: Mutant[] = [
  mutant(
    "a NULL base gets the highest gap",
    class extends ModelProcess {
      protected override place(bytes: number, unit: number, limit: number): number {
        return this.highestGap(bytes, unit, limit);
      }
    },
  ),
  mutant(
    "a gap begins where the region before it ends",
    class extends ModelProcess {
      protected override place(bytes: number, unit: number, limit: number, type: number): number {
        const start = super.place(bytes, unit, limit, type);
        const before = start - GRANULE;
        return this.regionIn(before + PAGE, start + bytes) === null &&
          this.regionIn(before, start) !== null
          ? before + PAGE
          : start;
      }
    },
  ),
  mutant(
    "TOP_DOWN is ignored",
    class extends ModelProcess {
      protected override place(bytes: number, unit: number, limit: number): number {
        return super.place(bytes, unit, limit, 0);
      }
    },
  ),
  mutant(
    "TOP_DOWN takes the user address space for that of regions",
    class extends ModelProcess {
      protected override highestGap(bytes: number, unit: number, limit: number): number {
        return super.highestGap(bytes, unit, limit + GRANULE);
      }
    },
  ),
];

const releases: Mutant[] = [
  mutant(
    "a partial release frees the whole region",
    class extends ModelProcess {
      protected override releasePages(region: Region): void {
        super.releasePages(region, region.base, region.base + region.size);
      }
    },
  ),
  mutant(
    "the part behind a hole is lost",
    class extends ModelProcess {
      protected override insertPart(region: Region, start: number, end: number): void {
        if (start === region.base) super.insertPart(region, start, end);
      }
    },
  ),
];

/** Rows of the table of 2.4; the last stands for all values with more than one base. */
const BASES = [0, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x03];

function rowOf(protect: number): number {
  const base = protect & 0xff;
  return BASES.includes(base) ? base : 0x03;
}

/** Each cell of the table the other way round. */
const modifiers: Mutant[] = BASES.flatMap((row) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
    const name = (row + bits * 0x100).toString(16).padStart(3, "0");
    return mutant(
      `the protection ${name} is judged the other way`,
      class extends ModelProcess {
        protected override wellFormed(protect: number): boolean {
          const meant = protect < 0x800 && rowOf(protect) === row && protect >> 8 === bits;
          return meant !== super.wellFormed(protect);
        }
      },
    );
  }),
);

export const mutants: readonly Mutant[] = [
  ...straddling,
  ...guards,
  ...watches,
  ...types,
  ...placements,
  ...releases,
  ...modifiers,
];
