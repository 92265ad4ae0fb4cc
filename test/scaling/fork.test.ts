import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { counted } from "../../scripts/counted.mjs";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { MachineCounter, SpaceKind } from "../../src/wasm/exports.ts";
import { CountingMachine, PAGE, type Place } from "./counting-machine.ts";

const GB = 2 ** 30;
const CHUNK_PAGES = 1024;
const CHUNKS = GB / PAGE / CHUNK_PAGES;
/** Of a chunk of 4 MB: its facts are copied, 1 KB, and its column of frames gets an owner more. */
const STEPS_PER_CHUNK = 48;
/** Nodes of both trees, rights of the access map by words, translations. */
const STEPS_ONCE = 70_000;
/** The column of a chunk, once for 1,024 pages, and one page of bytes. */
const STEPS_OF_A_WRITE = 2_000;
/** The slow path of an accessor that is not for this kind of space. */
const STEPS_OF_THE_NEXT = 64;

const tools = binaryen.readBinary(readFileSync(new URL("../../build/tools.wasm", import.meta.url)));
const module = new WebAssembly.Module(counted(tools.emitText()) as BufferSource);

/** The tools on the memory of a counting machine. */
function toolsOf({ core }: CountingMachine) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory: core.memory } });
  return exports as unknown as {
    readonly steps: WebAssembly.Global;
    spaceFork(context: number, space: number, kind: number): number;
  };
}

describe.each(["windowed win32", "win32", "win64"] as const)("1 GB touched, %s", (place: Place) => {
  const machine = new CountingMachine(place);
  const { core } = machine;
  const { spaceFork, steps } = toolsOf(machine);
  const base = machine.allocate(0, GB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  for (let page = base; page < base + GB; page += PAGE) machine.write(page);
  const frames = () => core.machineCounterF64(MachineCounter.Frames);

  test("a fork takes steps for chunks of 4 MB, not for pages, and no frame", () => {
    expect(frames()).toBe(GB / PAGE);
    const before: number = steps.value;
    expect(spaceFork(machine.contextAddress, machine.current, SpaceKind.Translated)).toBe(0);
    const taken = (steps.value - before) >>> 0;
    expect(taken).toBeLessThan(STEPS_ONCE + CHUNKS * STEPS_PER_CHUNK);
    expect(frames()).toBe(GB / PAGE);
  });

  test("a first write takes one frame, and the next one to the page nothing", () => {
    const first = machine.steps(() => machine.write(base + 5 * PAGE));
    expect(first).toBeLessThan(STEPS_OF_A_WRITE);
    expect(frames()).toBe(GB / PAGE + 1);
    expect(machine.steps(() => machine.write(base + 5 * PAGE))).toBeLessThan(STEPS_OF_THE_NEXT);
    expect(frames()).toBe(GB / PAGE + 1);
  });
});
