/** What the page of VirtualAlloc says of MEM_RESET and MEM_RESET_UNDO: docs/pages/kernel32.md. */
import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { MemoryPageStore, type PageStore } from "../../src/index.ts";
import { fileMapping } from "../conformance/support/file-sections.ts";
import { CODE, imageView } from "../conformance/support/images.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { mapping, view } from "../conformance/support/sections.ts";
import { allocateError } from "./support/allocate-error.ts";
import { statement } from "./support/statement.ts";

const FRAMES = 24;

/** A paging file that counts pages as they go out and come back. */
class CountingStore implements PageStore {
  readonly #pages = new MemoryPageStore();
  writes = 0;
  reads = 0;

  write(slot: number, bytes: Uint8Array): void {
    this.writes++;
    this.#pages.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void {
    this.reads++;
    this.#pages.read(slot, target);
  }

  /** What an action costs. */
  during(action: () => void): { writes: number; reads: number } {
    const { writes, reads } = this;
    action();
    return { writes: this.writes - writes, reads: this.reads - reads };
  }
}

const store = new CountingStore();
/** Little memory: what is in use leaves as soon as other pages are touched. */
const SMALL = { machine: { physicalPages: FRAMES, pageStore: store } };
/** Where bytes are lost at once, to see what depends on that. */
const LOSING = { machine: { resetEffect: "zero" } } as const;

function reset(scene: Scene, base: number, size: number, protect = PAGE_NOACCESS): number {
  return scene.allocate(base, size, MEM_RESET, protect);
}

function undo(scene: Scene, base: number, size: number, protect = PAGE_NOACCESS): number {
  return scene.allocate(base, size, MEM_RESET_UNDO, protect);
}

/** Committed pages with their number in them. */
function numbered(scene: Scene, pages: number): void {
  scene.take(BASE, pages * PAGE);
  for (let page = 0; page < pages; page++) scene.memory.setUint32(BASE + page * PAGE, page + 1);
}

function numbers(scene: Scene, pages: number): number[] {
  return Array.from({ length: pages }, (_, page) => scene.memory.getUint32(BASE + page * PAGE));
}

/** Uses as many other pages as there are frames, so that none of before is in memory. */
function crowdOut(scene: Scene, base: number): void {
  for (let page = 0; page < FRAMES; page++) scene.memory.getUint8(base + page * PAGE);
}

statement(
  35,
  "nobody keeps the bytes once their room is needed",
  (scene) => {
    numbered(scene, 4);
    const others = scene.take(0, FRAMES * PAGE);
    reset(scene, BASE, 2 * PAGE);
    crowdOut(scene, others);
    expect(numbers(scene, 4)).toEqual([0, 0, 3, 4]);
  },
  SMALL,
);

statement(
  36,
  "no page goes out, none comes back",
  (scene) => {
    numbered(scene, 8);
    const others = scene.take(0, FRAMES * PAGE);
    reset(scene, BASE, 8 * PAGE);
    expect(store.during(() => crowdOut(scene, others))).toEqual({ writes: 0, reads: 0 });
    const touched = store.during(() => expect(numbers(scene, 8)).toEqual(new Array(8).fill(0)));
    expect(touched).toEqual({ writes: 0, reads: 0 });
    // A page that is out already is not read again either; one that is written counts again.
    for (let page = 0; page < 4; page++) scene.memory.setUint32(BASE + page * PAGE, 7);
    expect(store.during(() => crowdOut(scene, others)).writes).toBe(4);
    reset(scene, BASE, 4 * PAGE);
    scene.memory.setUint32(BASE, 8);
    const again = store.during(() => expect(numbers(scene, 4)).toEqual([8, 0, 0, 0]));
    expect(again).toEqual({ writes: 0, reads: 0 });
    expect(store.during(() => crowdOut(scene, others))).toEqual({ writes: 1, reads: 0 });
  },
  SMALL,
);

statement(37, "state, protection and charge are as before", (scene) => {
  numbered(scene, 4);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const before = scene.state();
  reset(scene, BASE, 4 * PAGE);
  expect(scene.state()).toEqual(before);
  scene.memory.setUint32(BASE, 99);
  expect(scene.memory.getUint32(BASE)).toBe(99);
});

statement(38, "any other bit is refused", (scene) => {
  scene.take(BASE, PAGE);
  for (const other of [MEM_COMMIT, MEM_RESERVE, MEM_TOP_DOWN, MEM_RESET_UNDO]) {
    const error = allocateError(scene, BASE, PAGE, MEM_RESET | other, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(39, "17.3#7: the bytes are there after a reset, and after a commit", (scene) => {
  numbered(scene, 2);
  reset(scene, BASE, 2 * PAGE);
  expect(numbers(scene, 2)).toEqual([1, 2]);
  reset(scene, BASE, 2 * PAGE);
  scene.commit(BASE, 2 * PAGE);
  expect(numbers(scene, 2)).toEqual([1, 2]);
});

statement(40, "after that they are zero", (scene) => {
  numbered(scene, 2);
  reset(scene, BASE, 2 * PAGE);
  scene.free(BASE, 2 * PAGE, MEM_DECOMMIT);
  scene.commit(BASE, 2 * PAGE);
  expect(numbers(scene, 2)).toEqual([0, 0]);
});

statement(41, "whichever it is, the pages keep theirs", (scene) => {
  numbered(scene, 1);
  for (const protect of [PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE | PAGE_GUARD]) {
    expect(reset(scene, BASE, PAGE, protect)).toBe(BASE);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  }
  scene.memory.setUint32(BASE, 2);
});

/** No protection, two of them, and a guard where nothing is allowed. */
const INVALID = [0, PAGE_READONLY | PAGE_READWRITE, PAGE_NOACCESS | PAGE_GUARD];

statement(42, "PAGE_NOACCESS is, these are not", (scene) => {
  numbered(scene, 1);
  expect(reset(scene, BASE, PAGE, PAGE_NOACCESS)).toBe(BASE);
  for (const protect of INVALID) {
    const error = allocateError(scene, BASE, PAGE, MEM_RESET, protect);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(43, "a view of a file, and an image", (scene) => {
  const ofFile = view(scene, fileMapping(scene, 2));
  const image = imageView(scene, { sections: [CODE] });
  for (const base of [ofFile, image]) {
    const error = allocateError(scene, base, PAGE, MEM_RESET, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
  }
});

statement(44, "a view of the paging file", (scene) => {
  const base = view(scene, mapping(scene, 2));
  expect(reset(scene, base, 2 * PAGE)).toBe(base);
  expect(undo(scene, base, 2 * PAGE)).toBe(base);
});

statement(45, "the same range, and parts of it", (scene) => {
  numbered(scene, 4);
  reset(scene, BASE, 4 * PAGE);
  expect(undo(scene, BASE + PAGE, PAGE)).toBe(BASE + PAGE);
  expect(undo(scene, BASE, 4 * PAGE)).toBe(BASE);
  for (const at of [BASE + GRANULARITY, BASE - GRANULARITY]) {
    const error = allocateError(scene, at, PAGE, MEM_RESET_UNDO, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
  }
});

statement(
  46,
  "pages go to the paging file again, instead of being lost",
  (scene) => {
    numbered(scene, 4);
    const others = scene.take(0, FRAMES * PAGE);
    reset(scene, BASE, 4 * PAGE);
    undo(scene, BASE, 4 * PAGE);
    expect(store.during(() => crowdOut(scene, others)).writes).toBe(4);
    expect(numbers(scene, 4)).toEqual([1, 2, 3, 4]);
  },
  SMALL,
);

statement(
  47,
  "every byte, however short memory was between the two",
  (scene) => {
    numbered(scene, 8);
    const others = scene.take(0, FRAMES * PAGE);
    let succeeded = 0;
    for (let pressure = 0; pressure <= FRAMES; pressure += 4) {
      for (let page = 0; page < 8; page++) scene.memory.setUint32(BASE + page * PAGE, page + 1);
      reset(scene, BASE, 8 * PAGE);
      for (let page = 0; page < pressure; page++) scene.memory.getUint8(others + page * PAGE);
      const { VirtualAlloc } = scene.kernel32;
      const isUndone = VirtualAlloc(BASE, 8 * PAGE, MEM_RESET_UNDO, PAGE_NOACCESS) === BASE;
      const isIntact = numbers(scene, 8).every((number, page) => number === page + 1);
      expect([pressure, isUndone]).toEqual([pressure, isIntact]);
      succeeded += isUndone ? 1 : 0;
    }
    expect(succeeded).toBeGreaterThan(0);
    expect(succeeded).toBeLessThan(1 + FRAMES / 4);
  },
  SMALL,
);

statement(
  48,
  "a page that was lost, and nothing else changes",
  (scene) => {
    numbered(scene, 4);
    const others = scene.take(0, FRAMES * PAGE);
    reset(scene, BASE, 2 * PAGE);
    crowdOut(scene, others);
    const error = allocateError(scene, BASE, 4 * PAGE, MEM_RESET_UNDO, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
    expect(numbers(scene, 4)).toEqual([0, 0, 3, 4]);
    expect(undo(scene, BASE + 2 * PAGE, 2 * PAGE)).toBe(BASE + 2 * PAGE);
  },
  SMALL,
);

statement(49, "any other bit is refused", (scene) => {
  scene.take(BASE, PAGE);
  for (const other of [MEM_COMMIT, MEM_RESERVE, MEM_TOP_DOWN, MEM_RESET]) {
    const error = allocateError(scene, BASE, PAGE, MEM_RESET_UNDO | other, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(
  50,
  "success, and no change",
  (scene) => {
    numbered(scene, 2);
    const before = scene.state();
    expect(undo(scene, BASE, 2 * PAGE)).toBe(BASE);
    expect(scene.state()).toEqual(before);
    expect(numbers(scene, 2)).toEqual([1, 2]);
  },
  LOSING,
);

statement(51, "whichever it is, the pages keep theirs", (scene) => {
  numbered(scene, 1);
  for (const protect of [PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE | PAGE_GUARD]) {
    reset(scene, BASE, PAGE);
    expect(undo(scene, BASE, PAGE, protect)).toBe(BASE);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  }
});

statement(52, "PAGE_NOACCESS is, these are not", (scene) => {
  numbered(scene, 1);
  reset(scene, BASE, PAGE);
  for (const protect of INVALID) {
    const error = allocateError(scene, BASE, PAGE, MEM_RESET_UNDO, protect);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(undo(scene, BASE, PAGE, PAGE_NOACCESS)).toBe(BASE);
});

statement(
  53,
  "Windows 7 resets, and knows no undo",
  (scene) => {
    scene.take(BASE, PAGE);
    expect(reset(scene, BASE, PAGE)).toBe(BASE);
    const error = allocateError(scene, BASE, PAGE, MEM_RESET_UNDO, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  },
  { machine: { version: "win7" } },
);
