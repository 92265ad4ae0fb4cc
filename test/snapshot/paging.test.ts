import { expect, test } from "vitest";
import { MEM_COMMIT, MEM_PRIVATE, PAGE_READWRITE } from "../../src/constants.ts";
import {
  Machine,
  MemoryPageStore,
  type PageStore,
  type Process,
  type RegionDescription,
} from "../../src/index.ts";
import { CoreSubject } from "../model/core-subject.ts";
import { drawSettings } from "../model/draw-settings.ts";
import { generate } from "../model/generator.ts";
import { programText } from "../model/program.ts";
import { Random } from "../model/random.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

const PROGRAM_STEPS = 120;
const PROGRAMS = 12;
const PAGE = 0x1000;
/** Enough for any one call. */
const PHYSICAL_PAGES = 24;

/** A store that answers later. */
function later(store: PageStore): PageStore {
  return {
    write: async (slot, bytes) => store.write(slot, bytes),
    read: async (slot, target) => store.read(slot, target),
  };
}

test("17.14#1 pages in the page store are saved, and go into another one", async () => {
  let stored = 0;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const settings = drawSettings(new Random(seed), seed % 2 === 0 ? "win32" : "win64");
    if (settings.commitLimit !== undefined) settings.commitLimit += 4 * PHYSICAL_PAGES;
    const program = generate(seed, {
      length: PROGRAM_STEPS,
      settings,
      spaces: [seed % 2 === 0 ? "windowed" : "translated", "translated"],
      sections: 8,
    });
    const machine = await createMachine({
      ...program.settings,
      version: "win10",
      physicalPages: PHYSICAL_PAGES,
      pageStore: new MemoryPageStore(),
    });
    const subject = CoreSubject.on(machine, program);
    fillBallast(machine.processes[0] as Process);
    const cut = PROGRAM_STEPS / 2;
    for (const step of program.steps.slice(0, cut)) subject.apply(step);
    const pageStore = new MemoryPageStore();
    const restored = await Machine.restore(machine.snapshot(), {
      module: coreModule(),
      attach: { pageStore },
    });
    stored += pageStore.usedPages;
    const story = () => `seed ${seed}\n${programText(program)}`;
    expect(restored.hash(), story()).toBe(machine.hash());
    const other = subject.restoredOn(restored);
    for (const step of program.steps.slice(cut)) {
      const { answer } = subject.apply(step);
      expect(other.apply(step).answer, `${JSON.stringify(step)} of ${story()}`).toBe(answer);
    }
    expect(restored.hash(), story()).toBe(machine.hash());
  }
  expect(stored).toBeGreaterThan(PROGRAMS);
});

/** Pages that the programs know nothing of, and that have to leave for theirs. */
function fillBallast(process: Process): void {
  process.adoptRegion(committed(0x60000000, 2 * PHYSICAL_PAGES * PAGE));
  process.memory.fill(0x60000000, 0xb5, 2 * PHYSICAL_PAGES * PAGE);
}

function committed(base: number, size: number): RegionDescription {
  const runs = [{ size, state: MEM_COMMIT, protect: PAGE_READWRITE }];
  return { base, size, type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE, runs };
}

async function crowded(pageStore: PageStore): Promise<Machine> {
  const machine = await createMachine({ profile: "win64", physicalPages: 8, pageStore });
  const { memory } = machine.createProcess({
    residents: [committed(0x10000, 0x20000)],
  });
  for (let page = 0; page < 0x20; page++) {
    await memory.setUint32Async(0x10000 + page * PAGE, page + 1);
  }
  return machine;
}

test("a store that answers later is waited for by the forms that can wait", async () => {
  const machine = await crowded(later(new MemoryPageStore()));
  expect(() => machine.hash()).toThrow("use the ...Async form");
  expect(() => machine.snapshot()).toThrow("use the ...Async form");
  const hash = await machine.hashAsync();
  const same = await crowded(new MemoryPageStore());
  expect(same.hash()).toBe(hash);
  const snapshot = await machine.snapshotAsync();
  expect(snapshot).toEqual(same.snapshot());
  const attach = { pageStore: later(new MemoryPageStore()) };
  const restored = await Machine.restore(snapshot, { attach, module: coreModule() });
  expect(await restored.hashAsync()).toBe(hash);
  const [process] = restored.processes;
  for (let page = 0; page < 0x20; page++) {
    expect(await process?.memory.getUint32Async(0x10000 + page * PAGE)).toBe(page + 1);
  }
});
