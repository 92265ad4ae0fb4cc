import { describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { Random } from "../model/random.ts";
import { CountingMachine, GUARD_MET, PAGE, type Place, UNIT } from "./counting-machine.ts";
import { breaches } from "./growth.ts";
import { Population, SHAPES, type Shape } from "./population.ts";

const seed = Number(process.env.SEED ?? 1);

const LEAST = 16;
const OPERATIONS = 200;
/** More than any hole has. */
const BEHIND_ALL = 0x400000;

const WORK = [
  "free",
  "allocate at an address",
  "allocate in a hole",
  "allocate behind all",
  "allocate from the top",
  "query",
  "query what is free",
  "protect",
  "first touch",
  "meet a guard",
  "touch after a guard",
] as const;
type Work = (typeof WORK)[number];

/** So many regions fit below 2 GB. */
const BELOW_2_GB = { "side by side": 16384, "sizes and holes": 2048, "pages apart": 8192 };
const EVERYWHERE = {
  "side by side": 65536,
  "in any order": 65536,
  "sizes and holes": 65536,
  "pages apart": 65536,
};
const MOST: Record<Place, Partial<Record<Shape, number>>> = {
  win64: EVERYWHERE,
  win32: BELOW_2_GB,
  "windowed win32": BELOW_2_GB,
};
const PLACES = Object.keys(MOST) as Place[];

/** Average steps of each kind of work, at random places of the population. */
function measure(machine: CountingMachine, population: Population, random: Random) {
  const sums = new Map<Work, number>(WORK.map((work) => [work, 0]));
  const add = (work: Work, steps: number) => sums.set(work, (sums.get(work) ?? 0) + steps);
  const counted = (work: Work, action: () => unknown) => add(work, machine.steps(action));
  const placed = (work: Work, size: number, type: number) => {
    let base = 0;
    counted(work, () => {
      base = machine.allocate(0, size, MEM_RESERVE | type, PAGE_READWRITE);
    });
    machine.free(base, 0, MEM_RELEASE);
  };
  for (let operation = 0; operation < OPERATIONS; operation++) {
    const region = random.pick(population.regions);
    add("free", population.release(region));
    counted("query what is free", () => machine.query(region.base));
    placed("allocate in a hole", UNIT, 0);
    placed("allocate behind all", BEHIND_ALL, 0);
    placed("allocate from the top", UNIT, MEM_TOP_DOWN);
    add("allocate at an address", population.make(region));
    const page = region.base + random.pick(region.pages) * PAGE;
    counted("query", () => machine.query(page));
    counted("protect", () => machine.protect(page, PAGE, PAGE_READONLY));
    counted("first touch", () => expect(machine.read(page)).toBe(0));
    machine.protect(page, PAGE, PAGE_READWRITE | PAGE_GUARD);
    counted("meet a guard", () => expect(machine.read(page)).toBe(GUARD_MET));
    counted("touch after a guard", () => expect(machine.read(page)).toBe(0));
    machine.free(page, PAGE, MEM_DECOMMIT);
    machine.allocate(page, PAGE, MEM_COMMIT, PAGE_READWRITE);
  }
  return (work: Work) => (sums.get(work) ?? 0) / OPERATIONS;
}

/** At each size the average steps of each kind of work. */
function series(place: Place, shape: Shape): Map<Work, number[]> {
  const machine = new CountingMachine(place);
  const random = new Random(seed);
  const population = new Population(machine, shape, random);
  const all = new Map<Work, number[]>(WORK.map((work) => [work, []]));
  // The first frames are fresh memory, later ones were given back and are zeroed: begin with these.
  population.growTo(LEAST);
  measure(machine, population, random);
  for (let count = LEAST; count <= (MOST[place][shape] ?? 0); count *= 2) {
    population.growTo(count);
    const average = measure(machine, population, random);
    for (const [work, steps] of all) steps.push(average(work));
  }
  return all;
}

describe.each(PLACES)("in %s", (place) => {
  describe.each(SHAPES.filter((shape) => shape in MOST[place]))("with regions %s", (shape) => {
    let all = new Map<Work, number[]>();

    test(`${MOST[place][shape]} of them can be there`, () => {
      all = series(place, shape);
    });

    test.each(WORK)("each doubling adds at most two steps to: %s", (work) => {
      const steps = all.get(work) ?? [];
      expect(breaches(steps), steps.map((count) => count.toFixed(1)).join(" ")).toEqual([]);
    });
  });
});
