import { readFileSync } from "node:fs";
import binaryen from "binaryen";
import { describe, expect, test } from "vitest";
import { counted } from "../../scripts/counted.mjs";
import { MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE } from "../../src/constants.ts";
import { CountingMachine, PAGE, type Place } from "./counting-machine.ts";

const GB = 2 ** 30;
const CHUNKS = GB / PAGE / 1024;
/** Facts of a chunk of 4 MB, 1 KB, are compared by 64 bytes. */
const STEPS_PER_CHUNK = 16;
/** Rights of the access map by words, the bits of what is kept, low tables, translations. */
const STEPS_ONCE = 90_000;
/** A page of bytes is copied, a page of frame records, and their places are noted. */
const STEPS_OF_A_WRITE = 400;
/** The slow path of an accessor that is not for this kind of space. */
const STEPS_OF_THE_NEXT = 64;

const tools = binaryen.readBinary(readFileSync(new URL("../../build/tools.wasm", import.meta.url)));
const module = new WebAssembly.Module(counted(tools.emitText()) as BufferSource);

interface Tools {
  readonly steps: WebAssembly.Global;
  checkpointMake(): number;
  checkpointRewind(mark: number): void;
}

/** The tools on the memory of a counting machine. */
function toolsOf({ core }: CountingMachine): Tools {
  const { exports } = new WebAssembly.Instance(module, { env: { memory: core.memory } });
  return exports as unknown as Tools;
}

describe.each(["windowed win32", "win32", "win64"] as const)("1 GB touched, %s", (place: Place) => {
  const machine = new CountingMachine(place);
  const base = machine.allocate(0, GB, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  for (let page = base; page < base + GB; page += PAGE) machine.write(page);
  const exports = toolsOf(machine);
  const first = exports.checkpointMake();

  /** Steps of a checkpoint, after which the machine goes on in its process. */
  function checkpointSteps(): number {
    const before: number = exports.steps.value;
    expect(exports.checkpointMake()).not.toBe(0);
    machine.enter(1);
    return (exports.steps.value - before) >>> 0;
  }

  test("a checkpoint takes steps for chunks of 4 MB, not for pages", () => {
    expect(first).not.toBe(0);
    expect(checkpointSteps()).toBeLessThan(STEPS_ONCE + CHUNKS * STEPS_PER_CHUNK);
    machine.write(base + 5 * PAGE);
    expect(checkpointSteps()).toBeLessThan(STEPS_ONCE + CHUNKS * STEPS_PER_CHUNK);
  });

  test("the first write after it copies the page, and the next one asks for nothing", () => {
    checkpointSteps();
    expect(machine.steps(() => machine.write(base + 7 * PAGE))).toBeLessThan(STEPS_OF_A_WRITE);
    expect(machine.steps(() => machine.write(base + 7 * PAGE))).toBeLessThan(STEPS_OF_THE_NEXT);
  });

  test("a rewind takes steps for chunks, and for the pages that were written", () => {
    const before: number = exports.steps.value;
    exports.checkpointRewind(first);
    expect((exports.steps.value - before) >>> 0).toBeLessThan(
      STEPS_ONCE + 2 * CHUNKS * STEPS_PER_CHUNK,
    );
  });
});
