import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import type { Random } from "../model/random.ts";
import { type CountingMachine, PAGE, UNIT } from "./counting-machine.ts";

interface Placed {
  readonly base: number;
  readonly size: number;
  /** Pages of it that are committed. */
  readonly pages: readonly number[];
}

export const SHAPES = ["side by side", "in any order", "sizes and holes", "pages apart"] as const;
export type Shape = (typeof SHAPES)[number];

/** Where every 32-bit and 64-bit process has KUSER_SHARED_DATA. */
const SHARED_DATA = 0x7ffe0000;
const SHARED_DATA_END = 0x80000000;
const PAGES_APART = 4;
/** Odd, so that each place below 2^16 comes once, and neighbours long after each other. */
const SCATTER = 40503;
const PLACES = 0x10000;
const SCATTERED = 0x100000000;

const range = (count: number, step = 1) => Array.from({ length: count }, (_, i) => i * step);

/** Regions of one process, from the lowest address on upwards. */
export class Population {
  readonly regions: Placed[] = [];
  private end = UNIT;
  private readonly machine: CountingMachine;
  private readonly shape: Shape;
  private readonly random: Random;

  constructor(machine: CountingMachine, shape: Shape, random: Random) {
    this.machine = machine;
    this.shape = shape;
    this.random = random;
  }

  growTo(count: number): void {
    while (this.regions.length < count) {
      const region = this.next();
      this.make(region);
      this.regions.push(region);
    }
  }

  /** Reserve and commit a region of the population; what is counted is the first call. */
  make({ base, size, pages }: Placed): number {
    const { machine } = this;
    if (this.shape !== "pages apart") {
      return machine.steps(() =>
        machine.allocate(base, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE),
      );
    }
    const steps = machine.steps(() => machine.allocate(base, size, MEM_RESERVE, PAGE_READWRITE));
    for (const [index, page] of pages.entries()) {
      const protection = index % 2 === 0 ? PAGE_READWRITE : PAGE_READONLY;
      machine.allocate(base + page * PAGE, PAGE, MEM_COMMIT, protection);
    }
    return steps;
  }

  release({ base }: Placed): number {
    return this.machine.steps(() => this.machine.free(base, 0, MEM_RELEASE));
  }

  /** 1 to 64 pages. Any 16 regions in a row are as large together as any other 16. */
  private size(): number {
    const sixteenth = (this.regions.length * 7) % 16;
    return 1 + 4 * sixteenth + this.random.below(4);
  }

  private next(): Placed {
    const { shape, random } = this;
    if (shape === "in any order") {
      const place = (this.regions.length * SCATTER) % PLACES;
      return { base: SCATTERED + place * UNIT, size: UNIT, pages: range(UNIT / PAGE) };
    }
    const isEven = shape !== "sizes and holes";
    const count = isEven ? UNIT / PAGE : this.size();
    const hole = shape === "side by side" ? 0 : isEven ? UNIT : random.below(8) * UNIT;
    const size = count * PAGE;
    if (this.end < SHARED_DATA_END && this.end + size > SHARED_DATA) this.end = SHARED_DATA_END;
    const base = this.end;
    this.end += Math.ceil(size / UNIT) * UNIT + hole;
    const pages = shape === "pages apart" ? range(count / PAGES_APART, PAGES_APART) : range(count);
    return { base, size, pages };
  }
}
