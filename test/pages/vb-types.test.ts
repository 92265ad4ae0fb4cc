/** What the page of VirtualAlloc in the API-Guide says of types: docs/pages/vb.md. */
import { expect } from "vitest";
import {
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "../../src/constants.ts";
import { MemoryPageStore, type PageStore } from "../../src/index.ts";
import { vb } from "../../src/vb.ts";
import { READ, touch, violation, WRITE } from "../conformance/support/fault.ts";
import { fileMapping } from "../conformance/support/file-sections.ts";
import { ON_WIN32 } from "../conformance/support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { mapping, view } from "../conformance/support/sections.ts";
import { statement } from "./support/statement.ts";
import { allocate, EACH, is9x, onEach, onNt, refusal } from "./support/vb.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const FRAMES = 24;

/** A paging file that counts pages as they go out and come back. */
class CountingStore implements PageStore {
  readonly #pages = new MemoryPageStore();
  moves = 0;

  write(slot: number, bytes: Uint8Array): void {
    this.moves++;
    this.#pages.write(slot, bytes);
  }

  read(slot: number, target: Uint8Array): void {
    this.moves++;
    this.#pages.read(slot, target);
  }
}

const store = new CountingStore();

/** Pages of Visual Basic that are committed, with their number in them. */
function numbered(scene: Scene, pages: number): void {
  allocate(scene, BASE, pages * PAGE, BOTH);
  for (let page = 0; page < pages; page++) scene.memory.setUint32(BASE + page * PAGE, page + 1);
}

function numbers(scene: Scene, pages: number): number[] {
  return Array.from({ length: pages }, (_, page) => scene.memory.getUint32(BASE + page * PAGE));
}

/** The pages at BASE that were written, counted from there. */
function written(scene: Scene, flags: number, pages: number): number[] {
  const { GetWriteWatch } = vb(scene.process);
  const addresses: { value: number[] } = { value: [] };
  const [count, granularity] = [{ value: pages }, { value: 0 }];
  const size = pages * PAGE;
  expect(GetWriteWatch(flags, BASE, size, addresses, count, granularity)).toBe(0);
  expect([count.value, granularity.value]).toEqual([addresses.value.length, PAGE]);
  return addresses.value.map((address) => (address - BASE) / PAGE);
}

statement(
  27,
  "a window shows it once it is mapped there",
  (scene) => {
    const { AllocateUserPhysicalPages, MapUserPhysicalPages, FreeUserPhysicalPages } =
      scene.kernel32;
    const base = allocate(scene, BASE, PAGE, MEM_RESERVE | MEM_PHYSICAL);
    const frames: { value: number[] } = { value: [] };
    const count = { value: 1 };
    expect(AllocateUserPhysicalPages(-1, count, frames)).toBe(1);
    expect(MapUserPhysicalPages(base, 1, frames.value)).toBe(1);
    expect([touch(scene, WRITE, base), touch(scene, READ, base)]).toEqual([null, null]);
    expect(FreeUserPhysicalPages(-1, count, frames.value)).toBe(1);
  },
  { on: ON_WIN32, machine: { lockMemoryPrivilege: true } },
);

statement(
  28,
  "it is not committed; Windows 9x, without them, does not know it",
  (scene) => {
    if (is9x(scene)) {
      expect(refusal(scene, BASE, MEM_RESERVE | MEM_PHYSICAL)).toBe(87);
      return;
    }
    const base = allocate(scene, BASE, PAGE, MEM_RESERVE | MEM_PHYSICAL);
    expect(refusal(scene, base, MEM_COMMIT)).not.toBe(0);
    expect(touch(scene, READ, base)).toEqual(violation(READ, base));
  },
  onEach,
);

statement(
  29,
  "17.3#2: TOP_DOWN is let through",
  (scene) => {
    const type = MEM_RESERVE | MEM_PHYSICAL;
    expect(refusal(scene, BASE, MEM_PHYSICAL)).toBe(87);
    for (const other of [MEM_COMMIT, MEM_RESET, MEM_WRITE_WATCH]) {
      expect(refusal(scene, BASE, type | other)).toBe(87);
    }
    allocate(scene, 0, PAGE, type | MEM_TOP_DOWN);
  },
  onNt,
);

statement(
  30,
  "no page, no charge, no frame",
  (scene) => {
    const { commitCharge, frames } = scene.machine.counters;
    allocate(scene, 0, 0x1000_0000, MEM_RESERVE);
    expect(scene.machine.counters).toMatchObject({ commitCharge, frames });
  },
  onEach,
);

statement(
  31,
  "VirtualAlloc, a view and a stack",
  (scene) => {
    const { VirtualFree } = vb(scene.process);
    const base = allocate(scene, 0, 4 * GRANULARITY, MEM_RESERVE);
    const handle = mapping(scene, 1);
    const own = view(scene, handle, FILE_MAP_WRITE);
    const stack = scene.process.createThread({ stackReserve: GRANULARITY }).stack;
    const others = [allocate(scene, 0, PAGE, BOTH), own, stack?.deallocationStack ?? 0];
    for (const other of others) {
      expect(other >= base && other < base + 4 * GRANULARITY).toBe(false);
    }
    expect(refusal(scene, base + GRANULARITY, MEM_RESERVE)).toBe(487);
    expect(VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
    expect(allocate(scene, base, PAGE, MEM_RESERVE)).toBe(base);
    expect(scene.kernel32.UnmapViewOfFile(own)).toBe(1);
  },
  onEach,
);

statement(
  32,
  "one after the other",
  (scene) => {
    allocate(scene, BASE, 4 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
    for (let page = 0; page < 4; page++) {
      expect(touch(scene, WRITE, BASE + page * PAGE)).toEqual(violation(WRITE, BASE + page * PAGE));
      allocate(scene, BASE + page * PAGE, PAGE, MEM_COMMIT);
      expect(touch(scene, WRITE, BASE + page * PAGE)).toBe(null);
    }
  },
  onEach,
);

statement(
  33,
  "and Windows 9x does not know it",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH);
    if (is9x(scene)) {
      expect(refusal(scene, BASE, MEM_RESET)).toBe(87);
      return;
    }
    scene.memory.setUint32(BASE, 1);
    expect(allocate(scene, BASE, PAGE, MEM_RESET)).toBe(BASE);
    expect(scene.memory.getUint32(BASE)).toBe(0);
  },
  { on: EACH, machine: { resetEffect: "zero" } },
);

statement(
  34,
  "where there is little memory",
  (scene) => {
    numbered(scene, 8);
    const others = allocate(scene, 0, FRAMES * PAGE, BOTH);
    allocate(scene, BASE, 8 * PAGE, MEM_RESET, PAGE_NOACCESS);
    const { moves } = store;
    for (let page = 0; page < FRAMES; page++) scene.memory.getUint8(others + page * PAGE);
    expect(numbers(scene, 8)).toEqual(new Array(8).fill(0));
    expect(store.moves).toBe(moves);
  },
  { on: ON_WIN32, machine: { physicalPages: FRAMES, pageStore: store } },
);

statement(
  35,
  "and charged",
  (scene) => {
    numbered(scene, 2);
    const before = scene.state();
    allocate(scene, BASE, 2 * PAGE, MEM_RESET, PAGE_NOACCESS);
    expect(scene.state()).toEqual(before);
    expect(touch(scene, WRITE, BASE)).toBe(null);
  },
  onNt,
);

statement(
  36,
  "COMMIT, RESERVE, TOP_DOWN, WRITE_WATCH",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH);
    for (const other of [MEM_COMMIT, MEM_RESERVE, MEM_TOP_DOWN, MEM_WRITE_WATCH]) {
      expect(refusal(scene, BASE, MEM_RESET | other)).toBe(87);
    }
  },
  onNt,
);

statement(
  37,
  "17.3#7: here they keep their bytes",
  (scene) => {
    numbered(scene, 3);
    allocate(scene, BASE, 3 * PAGE, MEM_RESET, PAGE_NOACCESS);
    expect(numbers(scene, 3)).toEqual([1, 2, 3]);
  },
  onNt,
);

statement(
  38,
  "one page of three",
  (scene) => {
    const { VirtualFree } = vb(scene.process);
    numbered(scene, 3);
    allocate(scene, BASE, 3 * PAGE, MEM_RESET, PAGE_NOACCESS);
    expect(VirtualFree(BASE + PAGE, PAGE, MEM_DECOMMIT)).toBe(1);
    allocate(scene, BASE + PAGE, PAGE, MEM_COMMIT);
    expect(numbers(scene, 3)).toEqual([1, 0, 3]);
  },
  onNt,
);

statement(
  39,
  "the pages keep theirs",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH);
    for (const protect of [PAGE_NOACCESS, PAGE_READONLY, PAGE_READONLY | PAGE_GUARD]) {
      allocate(scene, BASE, PAGE, MEM_RESET, protect);
      expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
    }
  },
  onNt,
);

statement(
  40,
  "none, two of them, GUARD with NOACCESS",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH);
    for (const protect of [0, PAGE_READONLY | PAGE_READWRITE, PAGE_NOACCESS | PAGE_GUARD]) {
      expect(refusal(scene, BASE, MEM_RESET, protect)).toBe(87);
    }
    expect(allocate(scene, BASE, PAGE, MEM_RESET, PAGE_NOACCESS)).toBe(BASE);
  },
  onNt,
);

statement(
  41,
  "487, and the file's bytes stay",
  (scene) => {
    const base = view(scene, fileMapping(scene, 1), FILE_MAP_WRITE);
    scene.memory.setUint32(base, 5);
    expect(refusal(scene, base, MEM_RESET)).toBe(487);
    expect(scene.memory.getUint32(base)).toBe(5);
  },
  onNt,
);

statement(
  42,
  "with a section that has no file",
  (scene) => {
    const base = view(scene, mapping(scene, 1), FILE_MAP_WRITE);
    expect(allocate(scene, base, PAGE, MEM_RESET, PAGE_NOACCESS)).toBe(base);
  },
  onNt,
);

statement(
  43,
  "and in Windows 9x the lowest",
  (scene) => {
    const low = allocate(scene, 0, PAGE, MEM_RESERVE);
    const next = allocate(scene, 0, PAGE, MEM_RESERVE | MEM_TOP_DOWN);
    const highest = scene.highestRegionAddress + 1 - GRANULARITY;
    expect(next).toBe(is9x(scene) ? low + GRANULARITY : highest);
  },
  onEach,
);

statement(
  44,
  "17.3#6: in Windows 98, and in NT as well",
  (scene) => {
    allocate(scene, BASE, 4 * PAGE, BOTH | MEM_WRITE_WATCH);
    for (const page of [3, 1]) scene.memory.setUint8(BASE + page * PAGE, 1);
    scene.memory.getUint8(BASE);
    expect(written(scene, 0, 4)).toEqual([1, 3]);
  },
  onEach,
);

statement(
  45,
  "alone or with COMMIT it is wrong",
  (scene) => {
    for (const type of [MEM_WRITE_WATCH, MEM_COMMIT | MEM_WRITE_WATCH]) {
      expect(refusal(scene, BASE, type)).toBe(87);
    }
    allocate(scene, BASE, PAGE, MEM_RESERVE | MEM_WRITE_WATCH);
  },
  onEach,
);

statement(
  46,
  "pages that are committed later, too",
  (scene) => {
    allocate(scene, BASE, 8 * PAGE, MEM_RESERVE | MEM_WRITE_WATCH);
    allocate(scene, BASE, 6 * PAGE, MEM_COMMIT);
    scene.memory.setUint8(BASE + PAGE, 1);
    scene.memory.setUint32(BASE + 4 * PAGE - 2, 1);
    expect(written(scene, WRITE_WATCH_FLAG_RESET, 8)).toEqual([1, 3, 4]);
    scene.memory.setUint8(BASE + 5 * PAGE, 1);
    expect(written(scene, 0, 8)).toEqual([5]);
  },
  onEach,
);

statement(
  47,
  "for what was told, and for a range",
  (scene) => {
    const { ResetWriteWatch } = vb(scene.process);
    allocate(scene, BASE, 4 * PAGE, BOTH | MEM_WRITE_WATCH);
    scene.memory.fill(BASE, 1, 4 * PAGE);
    expect(written(scene, WRITE_WATCH_FLAG_RESET, 2)).toEqual([0, 1]);
    expect(written(scene, 0, 4)).toEqual([2, 3]);
    expect(ResetWriteWatch(BASE + 2 * PAGE, PAGE)).toBe(0);
    expect(written(scene, 0, 4)).toEqual([3]);
  },
  onEach,
);

statement(
  48,
  "after every reset, and not a moment longer",
  (scene) => {
    const { VirtualFree } = vb(scene.process);
    allocate(scene, BASE, PAGE, BOTH | MEM_WRITE_WATCH);
    for (const _ of [1, 2, 3]) {
      scene.memory.setUint8(BASE, 1);
      expect(written(scene, WRITE_WATCH_FLAG_RESET, 1)).toEqual([0]);
    }
    scene.memory.setUint8(BASE, 1);
    expect(VirtualFree(BASE, 0, MEM_RELEASE)).toBe(1);
    allocate(scene, BASE, PAGE, BOTH | MEM_WRITE_WATCH);
    expect(written(scene, 0, 1)).toEqual([]);
  },
  onEach,
);
