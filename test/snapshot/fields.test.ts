import { beforeAll, describe, expect, test } from "vitest";
import {
  MEM_COMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_READWRITE,
  SECTION_ALL_ACCESS,
} from "../../src/constants.ts";
import type { Machine, Process } from "../../src/index.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { createMachine } from "../setup/machine.ts";

/** Where records of the core lie, as the drawings above them say. */
const MACHINE = 0x700;
const PHYSICAL = 0x600;
const SPACES = 0x1000;
const SECTIONS = 0x40000;
const CONTEXT = 0x10000;
const STALE = 0x20000;
const ACCESS = 0x100000;
const GRANTED = 0x201000;

const PAGE = 0x1000;
const BASE = 0x400000;
const WATCHED = 0x500000;
const VIEW = 0x600000;
const RESET = 0x700000;

let machine: Machine;
let process: Process;

/** A machine of which every kind of record has something to say. */
beforeAll(async () => {
  machine = await createMachine({ profile: "win32", placement: { seed: 5 } });
  process = machine.createProcess();
  const win32 = kernel32(process);
  win32.VirtualAlloc(BASE, 8 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  for (let page = 0; page < 4; page++) process.memory.setUint32(BASE + page * PAGE, page + 1);
  win32.VirtualProtect(BASE + 5 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, { value: 0 });
  win32.VirtualLock(BASE, PAGE);
  const types = MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH;
  win32.VirtualAlloc(WATCHED, 2 * PAGE, types, PAGE_READWRITE);
  process.memory.setUint32(WATCHED, 1);
  win32.VirtualAlloc(RESET, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  process.memory.setUint32(RESET, 1);
  win32.VirtualAlloc(RESET, PAGE, MEM_RESET, PAGE_READWRITE);
  const section = win32.CreateFileMappingW(-1, null, PAGE_READWRITE, 0, 4 * PAGE, "name");
  win32.MapViewOfFileEx(section, SECTION_ALL_ACCESS & 0xf, 0, 0, 0, VIEW);
  process.memory.setUint32(VIEW, 1);
  process.mainThread.createStack();
});

const words = () => new Uint32Array(machine.core.memory.buffer);
const word = (address: number) => words()[address / 4] as number;
const space = () => word(SPACES + process.spaceNumber * 4);
const section = () => word(SECTIONS + 4);

/** The region that begins there: the index is one leaf. */
function region(base: number): number {
  const leaf = word(space() + 28);
  for (let entry = leaf; entry < leaf + word(leaf) * 20; entry += 20) {
    if (word(entry + 20) !== 0 && word(word(entry + 20)) === base) return word(entry + 20);
  }
  throw new Error("no such region");
}

/** Word of a plane with the page's bit, in a chunk that the entry for its 4 MB names. */
function planeWord(root: number, page: number, plane: number): number {
  const chunk = word(root + (page >>> 10) * 4);
  return chunk + plane * 128 + ((page & 1023) >>> 5) * 4;
}

const attribute = (plane: number) => () =>
  planeWord(word(space() + 4), (BASE + 5 * PAGE) / PAGE, plane);
const fact = (plane: number) => () => planeWord(word(space() + 8), BASE / PAGE, plane);
const factBit = (BASE / PAGE) & 31;
const attributeBit = ((BASE + 5 * PAGE) / PAGE) & 31;
const thread = () => word(space() + 36);
/** The frame of the page at BASE. */
const frame = () => {
  const chunk = word(word(space() + 8) + ((BASE / PAGE) >>> 10) * 4);
  return word(word(chunk + 896) + ((BASE / PAGE) & 1023) * 4);
};

/** What is part of the state: name, address of a word, number of a bit. */
const STATE: readonly [string, () => number, number][] = [
  ["switches", () => MACHINE + 32, 0],
  ["state of the placement", () => MACHINE + 52, 3],
  ["state of resets", () => MACHINE + 56, 3],
  ["nodes of memory", () => MACHINE + 60, 1],
  ["types of enclaves", () => MACHINE + 104, 0],
  ["features", () => MACHINE + 124, 1],
  ["commit charge", () => PHYSICAL, 4],
  ["commit limit", () => PHYSICAL + 8, 4],
  ["physical pages", () => PHYSICAL + 24, 4],
  ["quota of a space", () => space() + 56, 2],
  ["minimum of its working set", () => space() + 88, 0],
  ["maximum of its working set", () => space() + 92, 0],
  ["faults", () => space() + 104, 0],
  ["peak of the working set", () => space() + 112, 0],
  ["peak of the charge", () => space() + 120, 0],
  ["hard limits", () => space() + 136, 0],
  ["end of a region", () => region(RESET) + 8, 12],
  ["offset of a view", () => region(VIEW) + 32, 0],
  ["kind of a region", () => region(BASE) + 40, 1],
  ["attributes of a view", () => region(VIEW) + 40, 16],
  ["protection of a region", () => region(BASE) + 44, 1],
  ["flags of a region", () => region(BASE) + 48, 5],
  ["size of a section", () => section() + 64, 3],
  ["protection of a section", () => section() + 24, 1],
  ["attributes of a section", () => section() + 20, 1],
  ["handles of a section", () => section() + 28, 2],
  ["base of a stack", () => thread(), 12],
  ["limit of a stack", () => thread() + 8, 12],
  ["where a stack begins", () => thread() + 16, 12],
  ["guarantee of a stack", () => thread() + 24, 12],
  ["number of a thread", () => thread() + 28, 4],
  ...["committed", "readable", "writable", "executable", "copied", "guarded", "no-cache", "wc"].map(
    (name, plane): [string, () => number, number] => [name, attribute(plane), attributeBit],
  ),
  ...["valid", "marked", "locked", "reset", "lost", "copied", "offered"].map(
    (name, plane): [string, () => number, number] => [name, fact(plane), factBit],
  ),
  ["a byte of a page", () => word(frame()), 0],
];

/** What is derived, or nobody's business: where things lie, and what may be done at once. */
const DERIVED: readonly [string, () => number, number][] = [
  ["access map", () => ACCESS + (BASE / PAGE / 4) * 4, 0],
  ["what of it is not empty", () => GRANTED, 0],
  ["slots with old bytes", () => STALE + 4, 0],
  ["translations", () => CONTEXT + 0x8000, 1],
  ["addends of translations", () => CONTEXT + 0x8018, 1],
  ["results", () => CONTEXT + 0x40, 1],
  ["outcome", () => CONTEXT, 1],
  ["poll", () => CONTEXT + 0x30, 1],
  ["spaces that were ever made", () => MACHINE + 128, 1],
  ["the space with the window", () => MACHINE + 48, 1],
  ["slots of the page store", () => PHYSICAL + 48, 1],
  ["tickets of requests", () => 0x904, 1],
  ["whether a frame was written", () => frame() + 24, 1],
];

function flip(address: number, bit: number): void {
  const at = address / 4;
  words()[at] = ((word(address) ^ (1 << bit)) >>> 0) as number;
}

describe("the hash", () => {
  test.each(STATE)("changes with: %s", (_name, address, bit) => {
    const hash = machine.hash();
    const at = address();
    flip(at, bit);
    expect(machine.hash()).not.toBe(hash);
    flip(at, bit);
    expect(machine.hash()).toBe(hash);
  });

  test.each(DERIVED)("does not change with: %s", (_name, address, bit) => {
    const hash = machine.hash();
    const at = address();
    flip(at, bit);
    expect(machine.hash()).toBe(hash);
    flip(at, bit);
  });

  test("changes with what the host knows", () => {
    const changes: readonly [() => void, () => void][] = [
      [() => (process.mainThread.lastError = 5), () => (process.mainThread.lastError = 0)],
      [() => (process.instructionPointer = 5), () => (process.instructionPointer = 0)],
    ];
    for (const [change, undo] of changes) {
      const hash = machine.hash();
      change();
      expect(machine.hash()).not.toBe(hash);
      undo();
      expect(machine.hash()).toBe(hash);
    }
  });

  test("changes with a thread, a handle, a name, a handler's handle", () => {
    const win32 = kernel32(process);
    const seen = new Set([machine.hash()]);
    process.createThread();
    seen.add(machine.hash());
    const handle = win32.OpenProcess(0x400, 0, process.id);
    seen.add(machine.hash());
    win32.CloseHandle(handle);
    win32.OpenProcess(0x410, 0, process.id);
    seen.add(machine.hash());
    win32.CreateFileMappingW(-1, null, PAGE_READWRITE, 0, PAGE, "another");
    seen.add(machine.hash());
    process.removeVectoredExceptionHandler(process.addVectoredExceptionHandler(true, () => 0));
    seen.add(machine.hash());
    expect(seen.size).toBe(6);
  });
});
