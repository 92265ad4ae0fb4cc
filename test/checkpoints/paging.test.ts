import { expect, test } from "vitest";
import { MemoryPageStore, type PageStore } from "../../src/index.ts";
import {
  adoptBallast,
  BALLAST_BASE,
  BALLAST_BYTES,
  BALLAST_PAGES,
  BALLAST_VALUE,
  crowdedProgram,
} from "../setup/ballast.ts";
import { createMachine } from "../setup/machine.ts";
import { play } from "./player.ts";

const PROGRAM_STEPS = 120;
const PROGRAMS = 12;

test("17.14#1 pages in the page store come back too", async () => {
  let rewinds = 0;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const { program, subject } = await crowdedProgram(seed, { length: PROGRAM_STEPS, forks: 3 });
    rewinds += play(program, subject, seed).rewinds;
  }
  expect(rewinds).toBeGreaterThan(PROGRAMS);
});

test("a slot of the page store that a checkpoint knows is not written again", async () => {
  const store = new MemoryPageStore();
  const machine = await createMachine({ profile: "win64", physicalPages: 8, pageStore: store });
  const guest = machine.createProcess();
  adoptBallast(guest);
  const hash = machine.hash();
  const first = machine.checkpoint();
  const used = store.usedPages;
  for (const value of [1, 2, 3]) {
    guest.memory.fill(BALLAST_BASE, value, BALLAST_BYTES);
    machine.rewind(first);
    expect(machine.hash()).toBe(hash);
  }
  const most = store.usedPages;
  expect(most).toBeGreaterThan(used);
  // What is rewound gives its slots back.
  guest.memory.fill(BALLAST_BASE, 4, BALLAST_BYTES);
  machine.rewind(first);
  expect(store.usedPages).toBe(most);
  // And so do checkpoints that are dropped.
  for (const value of [5, 6, 7]) {
    guest.memory.fill(BALLAST_BASE, value, BALLAST_BYTES);
    machine.dropCheckpoints();
    machine.checkpoint();
  }
  expect(store.usedPages).toBeLessThanOrEqual(2 * BALLAST_PAGES);
});

test("a request of before a rewind is not awaited any more, however late its answer", async () => {
  const pages = new MemoryPageStore();
  let release = () => {};
  let waits = false;
  const store: PageStore = {
    write: (slot, bytes) => pages.write(slot, bytes),
    read: (slot, target) => {
      pages.read(slot, target);
      if (!waits) return undefined;
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    },
  };
  const machine = await createMachine({ profile: "win64", physicalPages: 8, pageStore: store });
  const guest = machine.createProcess();
  adoptBallast(guest);
  const hash = machine.hash();
  const first = machine.checkpoint();
  waits = true;
  const read = guest.memory.getUint8Async(BALLAST_BASE);
  machine.rewind(first);
  waits = false;
  release();
  expect(await read).toBe(BALLAST_VALUE);
  machine.rewind(first);
  expect(machine.hash()).toBe(hash);
  guest.verifySpace();
});
