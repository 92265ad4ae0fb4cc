import { expect } from "vitest";
import {
  EXCEPTION_IN_PAGE_ERROR,
  MEM_RESET,
  PAGE_READWRITE,
  STATUS_IO_DEVICE_ERROR,
  STATUS_NO_MEMORY,
} from "../../src/constants.ts";
import { MemoryPageStore, PageFault, type PageStore } from "../../src/index.ts";
import { rule } from "./support/rule.ts";
import { BASE, PAGE, type Scene } from "./support/scene.ts";

const FRAMES = 24;

/** A store that counts, and fails when it is told to. */
class Store implements PageStore {
  readonly #pages = new MemoryPageStore();
  /** First words of the pages that were written. */
  written: number[] = [];
  reads = 0;
  fails = false;

  write(slot: number, bytes: Uint8Array): void {
    if (this.fails) throw new Error("the store is broken");
    this.written.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
    this.#pages.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void {
    if (this.fails) throw new Error("the store is broken");
    this.reads++;
    this.#pages.read(slot, target);
  }

  begin(): void {
    this.written = [];
    this.reads = 0;
    this.fails = false;
  }
}

const store = new Store();
const machine = { physicalPages: FRAMES, pageStore: store };

/** Write its number into each page. */
function number(scene: Scene, base: number, first: number, end: number): void {
  for (let page = first; page < end; page++) scene.memory.setUint32(base + page * PAGE, page);
}

function inPageError(access: () => unknown): PageFault {
  try {
    access();
  } catch (error) {
    if (error instanceof PageFault && error.code === EXCEPTION_IN_PAGE_ERROR) return error;
    throw error;
  }
  throw new Error("the access succeeded");
}

rule(
  "17.14#9",
  "what leaves, and in which order",
  (scene) => {
    store.begin();
    const base = scene.take(BASE, 4 * FRAMES * PAGE);
    number(scene, base, 1, FRAMES + 1);
    expect(store.written).toEqual([]);
    number(scene, base, FRAMES + 1, FRAMES + 2);
    expect(store.written).toEqual([1]);
    expect(scene.kernel32.VirtualLock(base + 3 * PAGE, PAGE)).toBe(1);
    scene.memory.getUint8(base + 2 * PAGE);
    number(scene, base, FRAMES + 2, FRAMES + 5);
    // Locking and reading were uses too, so these were not used for longest.
    expect(store.written).toEqual([1, 4, 5, 6]);
    number(scene, base, FRAMES + 5, 4 * FRAMES);
    expect(store.written).not.toContain(3);
    const writes = store.written.length;
    for (let round = 0; round < 2; round++) {
      for (let page = 3; page < 4 * FRAMES; page++) {
        expect(scene.memory.getUint32(base + page * PAGE)).toBe(page);
      }
    }
    // Each of the pages that were in memory was written once more, and never again.
    expect(store.written.length).toBeLessThan(writes + FRAMES);
    expect(scene.machine.counters.frames).toBeLessThanOrEqual(FRAMES);
  },
  { machine },
);

rule(
  "17.14#10",
  "reset pages",
  (scene) => {
    store.begin();
    const base = scene.take(BASE, 2 * FRAMES * PAGE);
    number(scene, base, 0, 8);
    const { VirtualAlloc } = scene.kernel32;
    expect(VirtualAlloc(base, 8 * PAGE, MEM_RESET, PAGE_READWRITE)).toBe(base);
    scene.memory.setUint32(base + PAGE, 99);
    for (let page = 8; page < FRAMES + 7; page++) scene.memory.getUint8(base + page * PAGE);
    // Page 1 was written since, and counts.
    expect([store.written, store.reads]).toEqual([[99], 0]);
    expect(scene.memory.getUint32(base + 2 * PAGE)).toBe(0);
    expect(store.reads).toBe(0);
    expect(scene.memory.getUint32(base + PAGE)).toBe(99);
  },
  { machine },
);

rule(
  "17.2#3",
  "pages that were out before they were reset",
  (scene) => {
    store.begin();
    const base = scene.take(BASE, 3 * FRAMES * PAGE);
    number(scene, base, 0, 2 * FRAMES);
    expect(store.written).toContain(3);
    store.begin();
    scene.allocate(base, 8 * PAGE, MEM_RESET, PAGE_READWRITE);
    for (let page = 0; page < 4; page++) {
      expect(scene.memory.getUint32(base + page * PAGE)).toBe(0);
    }
    scene.memory.setUint32(base + PAGE, 99);
    expect(store.reads).toBe(0);
    number(scene, base, 2 * FRAMES, 3 * FRAMES);
    expect(store.written).toContain(99);
    expect(store.written).not.toContain(0);
    expect(scene.memory.getUint32(base + PAGE)).toBe(99);
  },
  { machine },
);

rule(
  "17.14#11",
  "a page that cannot be read",
  (scene) => {
    store.begin();
    const base = scene.take(BASE, 4 * FRAMES * PAGE);
    number(scene, base, 0, 2 * FRAMES);
    // Clean pages leave without a write, so a failing store fails reads alone.
    for (let page = FRAMES; page < 2 * FRAMES; page++) scene.memory.getUint8(base + page * PAGE);
    for (let page = 0; page < FRAMES; page++) scene.memory.getUint8(base + page * PAGE);
    store.fails = true;
    for (let time = 0; time < 2; time++) {
      const at = base + (2 * FRAMES - 1) * PAGE + 4;
      const { record } = inPageError(() => scene.memory.getUint32(at));
      expect(record.ExceptionInformation).toEqual([0, at, STATUS_IO_DEVICE_ERROR]);
    }
    store.fails = false;
    expect(scene.memory.getUint32(base + (2 * FRAMES - 1) * PAGE)).toBe(2 * FRAMES - 1);
  },
  { machine },
);

rule(
  "17.14#12",
  "pages that cannot be stored",
  (scene) => {
    store.begin();
    const base = scene.take(BASE, 4 * FRAMES * PAGE);
    number(scene, base, 0, FRAMES);
    store.fails = true;
    const at = base + FRAMES * PAGE + 4;
    const { record } = inPageError(() => scene.memory.setUint32(at, 1));
    expect(record.ExceptionInformation).toEqual([1, at, STATUS_NO_MEMORY]);
    for (let page = 0; page < FRAMES; page++) {
      expect(scene.memory.getUint32(base + page * PAGE)).toBe(page);
    }
    store.fails = false;
    scene.memory.setUint32(at, 1);
    expect(scene.memory.getUint32(base)).toBe(0);
  },
  { machine },
);
