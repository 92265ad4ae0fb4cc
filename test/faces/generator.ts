import type { Process } from "../../src/index.ts";
import {
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  MemoryPicks,
} from "../model/memory-picks.ts";
import { Random } from "../model/random.ts";
import type { Step } from "./calls.ts";
import { runsOf } from "./shown.ts";

const PAGE = 0x1000;
const GRANULE = 0x10000;
const PAGE_READWRITE = 0x04;
const CAPACITIES = [0, 1, 2, 64, 64, 64] as const;
const WIDTHS = [1, 2, 4] as const;
/** Every process has picks for itself alone. */
const OWN = 0;

/** How often each kind of step comes. */
const WEIGHTS = { alloc: 16, free: 6, protect: 10, query: 4, read: 12, write: 18 };

/**
 * Draws the steps of one program, near the memory of a process as it is when a step is drawn, so
 * that calls succeed about as often as they fail.
 */
export class Generator {
  readonly #random: Random;
  readonly #picks: MemoryPicks;
  readonly #weights: typeof WEIGHTS & { getWriteWatch: number };
  readonly #first: Step[];

  /** @param process what the steps are for; only looked at */
  constructor(seed: number, process: Process, hasWriteWatch: boolean) {
    const { highestUserAddress, lowestUserAddress, pointerBytes } = process.machine;
    this.#random = new Random(seed);
    this.#picks = new MemoryPicks(this.#random, {
      layout: {
        lowest: lowestUserAddress,
        highestUser: highestUserAddress,
        highestVad: highestUserAddress - GRANULE,
        pointerLimit: pointerBytes === 8 ? 2 ** 64 : 2 ** 32,
      },
      runs: () => runsOf(process),
    });
    this.#weights = { ...WEIGHTS, getWriteWatch: hasWriteWatch ? 5 : 0 };
    this.#first = [0, 1].map((index) => this.#fresh(index * (hasWriteWatch ? MEM_WRITE_WATCH : 0)));
  }

  next(): Step {
    return this.#first.shift() ?? this.#draw(this.#random.weighted(this.#weights));
  }

  /** Some pages anywhere, ready for use. */
  #fresh(type: number): Step {
    const size = (4 + this.#random.below(8)) * PAGE;
    const both = MEM_RESERVE + MEM_COMMIT;
    return { op: "alloc", base: 0, size, type: both + type, protect: PAGE_READWRITE };
  }

  #draw(op: Step["op"]): Step {
    const picks = this.#picks;
    const random = this.#random;
    switch (op) {
      case "alloc":
        return this.#allocation();
      case "free":
        return random.oneIn(3)
          ? { op, base: picks.regionBase(OWN), size: 0, type: MEM_RELEASE }
          : { op, ...picks.range(OWN), type: picks.freeType() };
      case "protect":
        return { op, ...picks.committedRange(OWN), protect: picks.protection() };
      case "query":
        return { op, address: picks.address(OWN) };
      case "getWriteWatch": {
        const flags = random.pick([0, 1, 1, random.oneIn(6) ? 2 : 0]);
        return { op, flags, ...picks.committedRange(OWN), capacity: random.pick(CAPACITIES) };
      }
      case "read":
        return { op, address: picks.accessAddress(OWN), bytes: random.pick(WIDTHS) };
      case "write": {
        const address = picks.accessAddress(OWN);
        return { op, address, bytes: random.pick(WIDTHS), value: random.bits() };
      }
    }
  }

  #allocation(): Step {
    const picks = this.#picks;
    const random = this.#random;
    const protect = random.oneIn(2) ? PAGE_READWRITE : picks.protection();
    const op = "alloc";
    if (random.oneIn(8)) {
      return this.#fresh(this.#weights.getWriteWatch > 0 ? MEM_WRITE_WATCH : 0);
    }
    if (random.oneIn(4)) return { op, ...picks.range(OWN), type: MEM_COMMIT, protect };
    if (random.oneIn(4)) return { op, ...picks.reservedRun(OWN), type: MEM_COMMIT, protect };
    const range = random.oneIn(2)
      ? { base: picks.address(OWN), size: picks.size(OWN) }
      : picks.range(OWN);
    if (random.oneIn(4)) range.base = 0;
    return { op, ...range, type: picks.allocationType(), protect };
  }
}
