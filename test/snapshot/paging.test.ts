import { expect, test } from "vitest";
import { Machine, MemoryPageStore, type PageStore } from "../../src/index.ts";
import { AsyncPageStore } from "../backing/async-page-store.ts";
import { programText } from "../model/program.ts";
import { committed, crowdedProgram } from "../setup/ballast.ts";
import { coreModule, createMachine } from "../setup/machine.ts";

const PROGRAM_STEPS = 120;
const PROGRAMS = 12;
const PAGE = 0x1000;

test("17.14#1 pages in the page store are saved, and go into another one", async () => {
  let stored = 0;
  for (let seed = 1; seed <= PROGRAMS; seed += 1) {
    const { program, subject } = await crowdedProgram(seed, { length: PROGRAM_STEPS });
    const { machine } = subject;
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
  const machine = await crowded(new AsyncPageStore(new MemoryPageStore()));
  expect(() => machine.hash()).toThrow("use the ...Async form");
  expect(() => machine.snapshot()).toThrow("use the ...Async form");
  const hash = await machine.hashAsync();
  const same = await crowded(new MemoryPageStore());
  expect(same.hash()).toBe(hash);
  const snapshot = await machine.snapshotAsync();
  expect(snapshot).toEqual(same.snapshot());
  const attach = { pageStore: new AsyncPageStore(new MemoryPageStore()) };
  const restored = await Machine.restore(snapshot, { attach, module: coreModule() });
  expect(await restored.hashAsync()).toBe(hash);
  const [process] = restored.processes;
  for (let page = 0; page < 0x20; page++) {
    expect(await process?.memory.getUint32Async(0x10000 + page * PAGE)).toBe(page + 1);
  }
});
