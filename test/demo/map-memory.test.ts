import { Machine } from "guardpage";
import { MEM_COMMIT, MEM_FREE, MEM_RESERVE, PAGE_READWRITE } from "guardpage/constants";
import { kernel32 } from "guardpage/kernel32";
import { expect, test } from "vitest";
import { memoryOf, regionOf } from "../../demo/map/memory.ts";
import { wholeSpace } from "../../demo/session/session.ts";

async function begin() {
  const machine = await Machine.create({ profile: "win32" });
  const process = machine.createProcess();
  const { VirtualAlloc } = kernel32(process);
  const base = VirtualAlloc(0, 0x20000, MEM_RESERVE, PAGE_READWRITE);
  VirtualAlloc(base + 0x4000, 0x3000, MEM_COMMIT, PAGE_READWRITE);
  process.memory.setUint8(base + 0x5000, 1);
  return { machine, process, base };
}

test("looking changes nothing, above the memory of programs neither", async () => {
  const { machine, process, base } = await begin();
  const before = machine.hash();
  const memory = memoryOf(process);
  const { end } = wholeSpace(machine);
  for (const address of [0, base, base + 0x4000, end - 0x1000, end, 2 ** 40]) {
    memory.query(address);
    regionOf(process, address);
    memory.touchedBytes({ start: address, end: address + 0x10000 });
  }
  expect(machine.hash()).toBe(before);
  expect(kernel32(process).GetLastError()).toBe(0);
});

test("tells of runs, of the whole region and of what is touched", async () => {
  const { process, base } = await begin();
  const memory = memoryOf(process);
  const run = memory.query(base + 0x5123);
  expect(run.start).toBe(base + 0x5000);
  expect(run.end).toBe(base + 0x7000);
  expect(memory.touchedBytes({ start: base, end: base + 0x20000 })).toBe(0x1000);
  expect(regionOf(process, base + 0x5123)).toEqual({
    start: base,
    end: base + 0x20000,
    chargedBytes: 0x3000,
  });
  expect(regionOf(process, base + 0x20000)).toBeUndefined();
});

test("a process that has ended has free memory only", async () => {
  const { machine, process, base } = await begin();
  const memory = memoryOf(process);
  process.exit();
  const run = memory.query(base);
  expect(run.state).toBe(MEM_FREE);
  expect(run.end).toBe(wholeSpace(machine).end);
  expect(memory.touchedBytes({ start: 0, end: 0x100000 })).toBe(0);
  expect(regionOf(process, base)).toBeUndefined();
});
