import { describe, expect, test } from "vitest";
import {
  MEM_AUTO_COMMIT,
  MEM_COMMIT,
  MEM_RESERVE,
  PAGE_NOACCESS,
  PAGE_PHYSICAL,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { coredll } from "../../src/coredll.ts";
import { MemoryPageStore, type Process } from "../../src/index.ts";
import { createMachine } from "../setup/machine.ts";

const PAGE = 0x1000;
const SLOT = 0x200_0000;
const FRAMES = 16;
const PAGES = 24;
const BOTH = MEM_RESERVE | MEM_COMMIT;

/** Where a process finds pages that it may write, and what they are. */
interface Memory {
  readonly what: string;
  readonly process: Process;
  readonly base: number;
}

/** Writes all, then reads all, so that most pages leave in between. */
function useAll(memories: readonly Memory[], round: number): void {
  const content = (memory: number, page: number) => round * 0x10000 + memory * 0x100 + page;
  for (const [index, { process, base }] of memories.entries()) {
    for (let page = 0; page < PAGES; page++) {
      process.memory.setUint32(base + page * PAGE + 8, content(index, page));
      expect(process.machine.counters.frames).toBeLessThanOrEqual(FRAMES);
    }
    process.verifySpace();
  }
  for (const [index, { what, process, base }] of memories.entries()) {
    for (let page = 0; page < PAGES; page++) {
      const value = process.memory.getUint32(base + page * PAGE + 8);
      expect(value, `${what}, page ${page}`).toBe(content(index, page));
    }
    process.verifySpace();
  }
}

type Space = "windowed" | "translated";

async function prepared(profile: "ce5" | "ce6", space: Space) {
  const pageStore = new MemoryPageStore();
  const machine = await createMachine({ profile, physicalPages: FRAMES, pageStore });
  const process = machine.createProcess({ space, trusted: true });
  const other = machine.createProcess({ space: "translated", trusted: true });
  return { machine, process, other };
}

const reserve = (process: Process) =>
  coredll(process).VirtualAlloc(0, PAGES * PAGE, MEM_RESERVE, PAGE_NOACCESS);
const take = (process: Process, type = BOTH) =>
  coredll(process).VirtualAlloc(0, PAGES * PAGE, type, PAGE_READWRITE);

function copied(process: Process, source: number, protect = PAGE_READWRITE): number {
  const place = reserve(process);
  expect(coredll(process).VirtualCopy(place, source, PAGES * PAGE, protect)).toBe(1);
  return place;
}

describe.each([
  ["ce5", "windowed"],
  ["ce5", "translated"],
  ["ce6", "windowed"],
  ["ce6", "translated"],
] as const)("physical memory that does not suffice, %s %s", (profile, space) => {
  test("pages of every kind leave and come back with their bytes (14.3#20, 14.3#23)", async () => {
    const { machine, process, other } = await prepared(profile, space);
    const physical = PAGE_READWRITE | PAGE_PHYSICAL;
    const memories: Memory[] = [
      { what: "own", process, base: take(process) },
      { what: "copied", process, base: copied(process, take(process)) },
      { what: "physical", process, base: copied(process, 0x1000_0000 / 256, physical) },
      { what: "touched", process, base: take(process, MEM_RESERVE | MEM_AUTO_COMMIT) },
      {
        what: "shared",
        process: other,
        base: coredll(other).CeVirtualSharedAlloc(0, PAGES * PAGE, BOTH),
      },
      { what: "of another process", process: other, base: take(other) },
    ];
    for (let round = 1; round <= 2; round++) useAll(memories, round);
    const shared = memories[4]?.base ?? 0;
    expect(process.memory.getUint32(shared + 8)).toBe(0x20400);
    process.exit();
    other.verifySpace();
    useAll(memories.slice(4), 3);
    const again = copied(other, 0x1000_0000 / 256, physical);
    expect(other.memory.getUint32(again + 8)).toBe(0x20200);
    other.exit();
    expect(machine.counters.commitCharge).toBe(0);
  });
});

test.each(["windowed", "translated"] as const)(
  "physical memory that does not suffice, by slots and in the large area, %s (17.19#11)",
  async (space) => {
    const { process, other } = await prepared("ce5", space);
    const { VirtualAlloc } = coredll(process);
    const large = VirtualAlloc(0, 0x20_0000, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc(large, PAGES * PAGE, MEM_COMMIT, PAGE_READWRITE);
    const theirs = take(other);
    const slot = other.spaceNumber * SLOT;
    const memories: Memory[] = [
      { what: "large area", process, base: large },
      { what: "slot", process, base: slot + theirs },
      { what: "copied from a slot", process, base: copied(process, slot + take(other)) },
      { what: "own slot", process: other, base: slot + take(other) },
    ];
    useAll(memories, 1);
    expect(other.memory.getUint32(theirs + 8)).toBe(0x10100);
    expect(other.memory.getUint32(large + 8)).toBe(0x10000);
    other.exit();
    process.verifySpace();
    useAll(memories.slice(0, 1), 2);
    process.exit();
  },
);
