import type { Range, Who } from "./program.ts";
import type { Random } from "./random.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;
export const MEM_COMMIT = 0x1000;
export const MEM_RESERVE = 0x2000;
export const MEM_DECOMMIT = 0x4000;
export const MEM_RELEASE = 0x8000;
export const MEM_FREE = 0x10000;
export const MEM_RESET = 0x80000;
export const MEM_TOP_DOWN = 0x100000;
export const MEM_WRITE_WATCH = 0x200000;
export const MEM_PHYSICAL = 0x400000;
export const MEM_RESET_UNDO = 0x1000000;
export const MEM_LARGE_PAGES = 0x20000000;
export const GUARD = 0x100;

const SHARED_DATA = 0x7ffe0000;

/** The arena: what a NULL base gets first, so that calls with and without a base meet. */
export const ARENA_BASE = GRANULE;
export const ARENA_GRANULES = 4;

export const BASES = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] as const;
const PRIVATE_BASES = [0x01, 0x02, 0x04, 0x10, 0x20, 0x40] as const;
const SMALL = [0, 0, 0, 1, 2, 7, 8, 0x10, 0x800, 0xff8, 0xffe, 0xfff] as const;
const SPAN_PAGES = [1, 1, 1, 2, 3, 4, 8, 15, 16, 17] as const;

/** The eight type bits of the table of 2.5. */
const TYPE_BITS = [
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  MEM_PHYSICAL,
  MEM_RESET_UNDO,
  MEM_LARGE_PAGES,
] as const;

/** A run of equal pages, as VirtualQuery tells of it. */
export interface PickedRun {
  readonly BaseAddress: number;
  readonly RegionSize: number;
  readonly AllocationBase: number;
  readonly State: number;
  readonly Type: number;
}

/** What arguments are picked by: the memory of each process as it is now. */
export interface PickedMemory {
  readonly layout: {
    /** First address of the arena: what a NULL base gets first. */
    readonly lowest: number;
    readonly highestUser: number;
    readonly highestVad: number;
    readonly pointerLimit: number;
  };
  /** Every run, free ones too; null when the process has ended. */
  runs(who: Who): readonly PickedRun[] | null;
}

/** Random arguments, near what is there and near the edges of the rules. */
export class MemoryPicks {
  readonly random: Random;
  private readonly memory: PickedMemory;

  constructor(random: Random, memory: PickedMemory) {
    this.random = random;
    this.memory = memory;
  }

  get layout() {
    return this.memory.layout;
  }

  /** Runs of a process that are not free. */
  private usedRuns(who: Who): PickedRun[] {
    const runs = this.memory.runs(who);
    if (runs === null) return [];
    const shared = this.random.oneIn(16);
    return runs.filter((run) => run.Type !== 0 && (shared || run.AllocationBase !== SHARED_DATA));
  }

  address(who: Who): number {
    const kind = this.random.weighted({ used: 14, arena: 8, edge: 1 });
    const used = kind === "used" ? this.usedRuns(who) : [];
    if (used.length > 0) return this.near(this.random.pick(used));
    if (kind === "edge") return this.edge();
    const granule = this.layout.lowest + this.random.below(ARENA_GRANULES) * GRANULE;
    const page = this.random.below(this.random.pick([2, 4, GRANULE / PAGE]));
    return granule + page * PAGE + this.random.pick(SMALL);
  }

  private committedRuns(who: Who) {
    return this.usedRuns(who).filter((run) => run.State === MEM_COMMIT);
  }

  /** A run of reserved pages, whole. */
  reservedRun(who: Who): Range {
    const runs = this.usedRuns(who).filter((run) => run.State === MEM_RESERVE);
    if (runs.length === 0) return this.range(who);
    const { BaseAddress, RegionSize } = this.random.pick(runs);
    return { base: BaseAddress, size: RegionSize };
  }

  /** A base and a size: most often pages of one region. */
  range(who: Who): Range {
    return this.rangeIn(who, this.random.oneIn(3) ? [] : this.usedRuns(who));
  }

  /** A base and a size: most often pages of one region that are committed. */
  committedRange(who: Who): Range {
    return this.random.oneIn(4) ? this.range(who) : this.rangeIn(who, this.committedRuns(who));
  }

  private rangeIn(who: Who, runs: readonly PickedRun[]): Range {
    if (runs.length === 0) return { base: this.address(who), size: this.size(who) };
    const { BaseAddress, RegionSize } = this.random.pick(runs);
    const pages = Math.min(RegionSize / PAGE, 64);
    const first = this.random.below(pages);
    const count = 1 + this.random.below(Math.min(pages - first, 6));
    const ragged = this.random.oneIn(3);
    const base = BaseAddress + first * PAGE + (ragged ? this.random.pick(SMALL) : 0);
    return { base, size: BaseAddress + (first + count) * PAGE - base };
  }

  private near({ BaseAddress, RegionSize }: PickedRun): number {
    const pages = Math.min(RegionSize / PAGE, 64);
    const page = BaseAddress + this.random.below(pages) * PAGE;
    const end = BaseAddress + RegionSize;
    return this.random.weighted({ page: 3, inside: 3, start: 3, last: 2, end: 1 }) === "page"
      ? page
      : this.random.pick([
          page + this.random.pick(SMALL),
          page + this.random.pick(SMALL),
          BaseAddress,
          BaseAddress + this.random.pick(SMALL),
          end - PAGE,
          end - this.random.pick([1, 2, 4, 7]),
          end,
        ]);
  }

  /** Start of a region, for calls that want the base. */
  regionBase(who: Who): number {
    const used = this.usedRuns(who);
    return used.length === 0 ? this.address(who) : this.random.pick(used).AllocationBase;
  }

  /** Where something begins or ends in every space of the profile. */
  edge(): number {
    const { highestUser, highestVad, pointerLimit } = this.layout;
    const edges = [
      0,
      1,
      0xfff,
      0x8000,
      0xffff,
      0x7ffdf000,
      0x7ffe0000,
      0x7ffe0800,
      0x7ffe1000,
      0x7ffef000,
      0x7fff0000,
      highestVad - 0xffff,
      highestVad - PAGE + 1,
      highestVad,
      highestVad + 1,
      highestUser - PAGE + 1,
      highestUser,
      highestUser + 1,
      pointerLimit - PAGE,
      pointerLimit - GRANULE,
    ];
    if (pointerLimit > 2 ** 32) edges.push(2 ** 47 + PAGE, 2 ** 47 - PAGE, 2 ** 63, 2 ** 32);
    return this.random.pick(edges);
  }

  size(who: Who): number {
    const kind = this.random.weighted({ span: 20, bytes: 8, region: 3, zero: 1, huge: 1 });
    if (kind === "zero") return 0;
    if (kind === "bytes") {
      return this.random.pick([1, 2, 4, 0xfff, 0x1001, 0x1800, 0x2001, 0xffff]);
    }
    if (kind === "huge") return this.hugeSize();
    const used = kind === "region" ? this.usedRuns(who) : [];
    if (used.length > 0) return this.random.pick(used).RegionSize;
    return this.random.pick(SPAN_PAGES) * PAGE;
  }

  private hugeSize(): number {
    const { highestVad, highestUser, pointerLimit } = this.layout;
    return this.random.pick([
      0x200000,
      0x400000,
      0x10000000,
      0x7ff00000,
      highestVad - 0xffff,
      highestVad - 0x1ffff,
      highestVad + 1,
      highestUser,
      highestUser + 1,
      pointerLimit - PAGE,
      pointerLimit - GRANULE,
    ]);
  }

  allocationType(): number {
    const kind = this.random.weighted({ usual: 18, bits: 2, odd: 1 });
    if (kind === "bits") {
      return TYPE_BITS.reduce((type, bit) => type + (this.random.oneIn(3) ? bit : 0), 0);
    }
    if (kind === "odd") {
      const odd = this.random.pick([1, 0x3f, 0x40, MEM_DECOMMIT, MEM_RELEASE, 0x40000000, 2 ** 31]);
      return odd + this.random.pick([0, MEM_COMMIT, MEM_RESERVE]);
    }
    const both = MEM_RESERVE + MEM_COMMIT;
    return this.random.pick([
      MEM_COMMIT,
      MEM_COMMIT,
      MEM_COMMIT,
      MEM_RESERVE,
      MEM_RESERVE,
      both,
      both,
      both,
      both + MEM_WRITE_WATCH,
      MEM_RESERVE + MEM_WRITE_WATCH,
      MEM_RESERVE + MEM_TOP_DOWN,
      both + MEM_TOP_DOWN,
      MEM_COMMIT + MEM_TOP_DOWN,
      MEM_RESET,
      MEM_RESET_UNDO,
      MEM_RESERVE + MEM_PHYSICAL,
      both + MEM_LARGE_PAGES,
    ]);
  }

  protection(): number {
    const kind = this.random.weighted({ plain: 10, guard: 4, cache: 2, view: 1, any: 2, odd: 1 });
    const base = this.random.pick(PRIVATE_BASES);
    if (kind === "plain") return this.random.oneIn(3) ? base : 0x04;
    if (kind === "guard") return base === 0x01 ? 0x104 : base + GUARD;
    if (kind === "cache") return base + this.random.pick([0x200, 0x400]);
    if (kind === "view") return this.random.pick([0x08, 0x80, 0x108, 0x180]);
    if (kind === "any") return this.cell();
    return this.random.pick([0, 0x03, 0xff, 0x800, 0x804, 0x40000004, 0x40000010, 0x40000140]);
  }

  /** A cell of the table of 2.4: no base, one, or two; none of the modifiers up to all three. */
  private cell(): number {
    return this.cells(1)[0] ?? 0;
  }

  /** Cells that stand together, so that few draws see the whole table. */
  cells(count: number): number[] {
    const bases = [0, ...BASES, this.random.pick([0x03, 0x06, 0x0c, 0x81, 0xff])];
    const table = bases.flatMap((base) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => base + bits * GUARD),
    );
    const start = this.random.below(table.length);
    return [...table, ...table].slice(start, start + count);
  }

  zeroBits(): number {
    if (!this.random.oneIn(8)) return 0;
    const masks = [0x20, 0x1aaaaaaa, 0x7fffffff, 0xffffffff, 0x1ffff];
    return this.random.pick([1, 2, 11, 12, 13, 14, 15, 16, 20, 21, 22, 31, ...masks]);
  }

  freeType(): number {
    return this.random.oneIn(12)
      ? this.random.pick([0, MEM_RELEASE + MEM_DECOMMIT, MEM_FREE, MEM_COMMIT, 0x8004])
      : this.random.pick([MEM_RELEASE, MEM_DECOMMIT]);
  }

  /** Length of one access. */
  width(): number {
    return this.random.pick([1, 2, 4, 4, 8]);
  }

  /** Address of an access: often one that straddles. */
  accessAddress(who: Who): number {
    const committed = this.random.oneIn(4) ? [] : this.committedRuns(who);
    const address =
      committed.length === 0 ? this.address(who) : this.near(this.random.pick(committed));
    if (!this.random.oneIn(3)) return address;
    const end = Math.floor(address / PAGE) * PAGE + PAGE;
    return Math.min(end, this.layout.highestUser + 1) - this.random.pick([1, 2, 3, 4, 7]);
  }
}
