import { expect, test } from "vitest";
import { MEM_COMMIT, MEM_PRIVATE, PAGE_READWRITE } from "../../src/constants.ts";
import { MemoryPageStore, type PageStore, type Process } from "../../src/index.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { drawSettings } from "../model/draw-settings.ts";
import { generate } from "../model/generator.ts";
import { Random } from "../model/random.ts";
import { createMachine } from "../setup/machine.ts";
import { play } from "./player.ts";

const PROGRAM_STEPS = 120;
const PROGRAMS = 12;
const PAGE = 0x1000;
/** Enough for any one call. */
const PHYSICAL_PAGES = 24;
const BALLAST_PAGES = 48;
const BALLAST = 0x60000000;

/** Pages that the programs know nothing of, and that have to leave for theirs. */
function adoptBallast(process: Process): void {
  const size = BALLAST_PAGES * PAGE;
  process.adoptRegion({
    base: BALLAST,
    size,
    type: MEM_PRIVATE,
    allocationProtect: PAGE_READWRITE,
    runs: [{ size, state: MEM_COMMIT, protect: PAGE_READWRITE }],
  });
  process.memory.fill(BALLAST, 0xb5, size);
}

test("17.14#1 pages in the page store come back too", async () => {
  let rewinds = 0;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const settings = drawSettings(new Random(seed), seed % 2 === 0 ? "win32" : "win64");
    if (settings.commitLimit !== undefined) settings.commitLimit += 2 * BALLAST_PAGES;
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings,
      spaces: [seed % 2 === 0 ? "windowed" : "translated", "translated"],
      sections: 8,
      forks: 3,
    });
    const machine = await createMachine({
      ...program.settings,
      version: "win10",
      physicalPages: PHYSICAL_PAGES,
      pageStore: new MemoryPageStore(),
    });
    const subject = CoreSubject.on(machine, program);
    adoptBallast(machine.processes[0] as Process);
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
    guest.memory.fill(BALLAST, value, BALLAST_PAGES * PAGE);
    machine.rewind(first);
    expect(machine.hash()).toBe(hash);
  }
  const most = store.usedPages;
  expect(most).toBeGreaterThan(used);
  // What is rewound gives its slots back.
  guest.memory.fill(BALLAST, 4, BALLAST_PAGES * PAGE);
  machine.rewind(first);
  expect(store.usedPages).toBe(most);
  // And so do checkpoints that are dropped.
  for (const value of [5, 6, 7]) {
    guest.memory.fill(BALLAST, value, BALLAST_PAGES * PAGE);
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
  const read = guest.memory.getUint8Async(BALLAST);
  machine.rewind(first);
  waits = false;
  release();
  expect(await read).toBe(0xb5);
  machine.rewind(first);
  expect(machine.hash()).toBe(hash);
  guest.verifySpace();
});
