/** What may be added to a type, protections, and what is returned: docs/pages/kernel32.md. */
import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_ENOUGH_MEMORY,
  MEM_COMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  WRITE_WATCH_FLAG_RESET,
} from "../../src/constants.ts";
import { AWE, framesOf, show } from "../conformance/support/awe.ts";
import { EXECUTE, READ, touch, violation, WRITE } from "../conformance/support/fault.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { attributesAt } from "../conformance/support/working-set.ts";
import { allocateError } from "./support/allocate-error.ts";
import { statement } from "./support/statement.ts";

const LARGE = 0x200000;
const LARGE_TYPE = MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES;
const AWE_TYPE = MEM_RESERVE | MEM_PHYSICAL;
/** PAGE_GRAPHICS_NOACCESS to PAGE_GRAPHICS_NOCACHE. */
const GRAPHICS = [0x800, 0x1000, 0x2000, 0x4000, 0x8000, 0x10000, 0x20000, 0x40000];
const LOCKING = { machine: { lockMemoryPrivilege: true } };

/** Pages of a watched region that were written, and with WRITE_WATCH_FLAG_RESET no more after. */
function written(scene: Scene, base: number, pages: number, flags = 0): number[] {
  const addresses: { value: number[] } = { value: [] };
  const count = { value: pages };
  const { GetWriteWatch } = scene.kernel32;
  expect(GetWriteWatch(flags, base, pages * PAGE, addresses, count, { value: 0 })).toBe(0);
  return addresses.value.map((address) => (address - base) / PAGE);
}

statement(
  54,
  "whole large pages, resident at once",
  (scene) => {
    expect(scene.allocate(BASE, 2 * LARGE, LARGE_TYPE, PAGE_READWRITE)).toBe(BASE);
    expect(scene.run(BASE)).toMatchObject({ size: 2 * LARGE, state: MEM_COMMIT });
    expect(attributesAt(scene, BASE + LARGE + PAGE)).toMatchObject({ valid: true, large: true });
    scene.take(BASE + 2 * LARGE, PAGE);
    expect(attributesAt(scene, BASE + 2 * LARGE)).toMatchObject({ valid: false, large: false });
  },
  LOCKING,
);

statement(
  55,
  "neither may be off by a page",
  (scene) => {
    for (const [base, size] of [
      [BASE + PAGE, LARGE],
      [BASE + GRANULARITY, LARGE],
      [BASE, LARGE + PAGE],
      [0, LARGE - PAGE],
    ] as const) {
      const error = allocateError(scene, base, size, LARGE_TYPE, PAGE_READWRITE);
      expect(error).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(scene.allocate(0, LARGE, LARGE_TYPE, PAGE_READWRITE) % LARGE).toBe(0);
  },
  LOCKING,
);

statement(
  56,
  "2 MB, and no less works",
  (scene) => {
    const minimum = scene.kernel32.GetLargePageMinimum();
    expect(minimum).toBe(LARGE);
    expect(scene.allocate(BASE, minimum, LARGE_TYPE, PAGE_READWRITE)).toBe(BASE);
    const half = allocateError(scene, BASE + LARGE, minimum / 2, LARGE_TYPE, PAGE_READWRITE);
    expect(half).toBe(ERROR_INVALID_PARAMETER);
  },
  LOCKING,
);

statement(
  57,
  "neither may be missing",
  (scene) => {
    for (const type of [MEM_RESERVE, MEM_COMMIT, 0]) {
      const error = allocateError(scene, BASE, LARGE, type | MEM_LARGE_PAGES, PAGE_READWRITE);
      expect(error).toBe(ERROR_INVALID_PARAMETER);
    }
  },
  LOCKING,
);

statement(
  58,
  "a page of frames is in the range, and the range has nothing else",
  (scene) => {
    expect(scene.allocate(BASE, GRANULARITY, AWE_TYPE, PAGE_READWRITE)).toBe(BASE);
    expect(scene.run(BASE)).toMatchObject({ size: GRANULARITY, state: MEM_RESERVE });
    show(scene, BASE + PAGE, framesOf(scene, 1));
    expect(touch(scene, WRITE, BASE + PAGE)).toBe(null);
    expect(touch(scene, READ, BASE)).toEqual(violation(READ, BASE));
    const error = allocateError(scene, BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
  },
  AWE,
);

statement(59, "17.3#2: TOP_DOWN is let through, and nothing else", (scene) => {
  const others = [MEM_COMMIT, MEM_RESET, MEM_RESET_UNDO, MEM_WRITE_WATCH, MEM_LARGE_PAGES];
  for (const type of [MEM_PHYSICAL, ...others.map((other) => AWE_TYPE | other)]) {
    const error = allocateError(scene, BASE, GRANULARITY, type, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  const high = scene.allocate(0, GRANULARITY, AWE_TYPE | MEM_TOP_DOWN, PAGE_READWRITE);
  expect(high).toBeGreaterThan(BASE);
});

statement(60, "the last 64 KB, then those below", (scene) => {
  const { highestRegionAddress } = scene;
  for (let index = 1; index < 4; index++) {
    const base = scene.allocate(0, 1, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE);
    expect(base).toBe(highestRegionAddress + 1 - index * GRANULARITY);
  }
  expect(scene.reserve(0, PAGE)).toBeLessThan(BASE);
});

statement(62, "written pages, and no others", (scene) => {
  scene.watched(BASE, 8 * PAGE);
  scene.memory.getUint8(BASE + PAGE);
  scene.memory.setUint8(BASE + 2 * PAGE, 0);
  scene.memory.setUint16(BASE + 5 * PAGE - 1, 1);
  expect(written(scene, BASE, 8)).toEqual([2, 4, 5]);
});

statement(63, "with MEM_COMMIT alone it is refused", (scene) => {
  scene.reserve(BASE, PAGE);
  for (const base of [0, BASE]) {
    const type = MEM_COMMIT | MEM_WRITE_WATCH;
    expect(allocateError(scene, base, PAGE, type, PAGE_READWRITE)).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(scene.watched(0, PAGE)).not.toBe(0);
});

statement(64, "since the allocation, and since the reset", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  expect(written(scene, BASE, 4)).toEqual([]);
  scene.memory.setUint8(BASE + PAGE, 1);
  scene.memory.setUint8(BASE + 3 * PAGE, 1);
  expect(written(scene, BASE, 4)).toEqual([1, 3]);
  expect(scene.kernel32.ResetWriteWatch(BASE, 4 * PAGE)).toBe(0);
  scene.memory.setUint8(BASE + 3 * PAGE, 2);
  expect(written(scene, BASE, 4)).toEqual([3]);
});

statement(65, "each of both, and GetWriteWatch only when it is asked to", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  scene.memory.fill(BASE, 1, 4 * PAGE);
  expect(written(scene, BASE, 4)).toEqual([0, 1, 2, 3]);
  expect(written(scene, BASE, 2, WRITE_WATCH_FLAG_RESET)).toEqual([0, 1]);
  expect(written(scene, BASE, 4)).toEqual([2, 3]);
  expect(scene.kernel32.ResetWriteWatch(BASE + 3 * PAGE, PAGE)).toBe(0);
  expect(written(scene, BASE, 4)).toEqual([2]);
});

statement(66, "through commits, protections and resets, until the release", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  for (let time = 0; time < 3; time++) {
    scene.protect(BASE, PAGE, PAGE_READONLY);
    scene.commit(BASE, 4 * PAGE);
    scene.allocate(BASE, PAGE, MEM_RESET, PAGE_READWRITE);
    scene.memory.setUint8(BASE + time * PAGE, 1);
    expect(written(scene, BASE, 4, WRITE_WATCH_FLAG_RESET)).toEqual([time]);
  }
  scene.free(BASE, 0, MEM_RELEASE);
  scene.take(BASE, 4 * PAGE);
  const { GetWriteWatch } = scene.kernel32;
  const failed = GetWriteWatch(0, BASE, PAGE, { value: [] }, { value: 1 }, { value: 0 });
  expect(failed).toBe(0xffffffff);
});

statement(67, "of all of them, and what it forbids faults", (scene) => {
  for (const [protect, read, write, execute] of [
    [PAGE_NOACCESS, false, false, false],
    [PAGE_READONLY, true, false, false],
    [PAGE_READWRITE, true, true, false],
    [PAGE_EXECUTE_READWRITE, true, true, true],
  ] as const) {
    const base = scene.take(0, 3 * PAGE, protect);
    expect(scene.run(base)).toMatchObject({ size: 3 * PAGE, protect });
    const seen = [READ, WRITE, EXECUTE].map((access) => touch(scene, access, base + PAGE) === null);
    expect(seen).toEqual([read, write, execute]);
  }
});

statement(68, "17.3#1: those of private memory, with their modifiers", (scene) => {
  scene.reserve(BASE, 8 * PAGE);
  const valid = [
    PAGE_NOACCESS,
    PAGE_READONLY,
    PAGE_READWRITE,
    PAGE_EXECUTE,
    PAGE_EXECUTE_READ,
    PAGE_EXECUTE_READWRITE,
    PAGE_READONLY | PAGE_GUARD,
  ];
  for (const [page, protect] of valid.entries()) {
    scene.commit(BASE + page * PAGE, PAGE, protect);
    expect(scene.protectionAt(BASE + page * PAGE)).toBe(protect);
  }
  for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, ...GRAPHICS]) {
    const error = allocateError(scene, BASE + 7 * PAGE, PAGE, MEM_COMMIT, protect);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(71, "of the region, or of the page where a region is there already", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  expect(VirtualAlloc(BASE + 0x5678, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(BASE);
  for (const type of [MEM_COMMIT, MEM_RESET, MEM_RESET_UNDO]) {
    expect(VirtualAlloc(BASE + 0x5678, 8, type, PAGE_READWRITE)).toBe(BASE + 0x5000);
  }
});

statement(72, "0", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  scene.reserve(BASE, PAGE);
  expect(VirtualAlloc(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
  expect(VirtualAlloc(BASE, 0, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
});

statement(73, "a code for each reason, and no code for success", (scene) => {
  const { highestUserAddress } = scene.machine;
  const { SetLastError, GetLastError } = scene.kernel32;
  SetLastError(5555);
  scene.reserve(BASE, PAGE);
  expect(GetLastError()).toBe(5555);
  for (const [base, size, type, error] of [
    [BASE, PAGE, MEM_RESERVE, ERROR_INVALID_ADDRESS],
    [BASE, PAGE, 0, ERROR_INVALID_PARAMETER],
    [0, highestUserAddress - 2 * GRANULARITY, MEM_RESERVE, ERROR_NOT_ENOUGH_MEMORY],
  ] as const) {
    expect(allocateError(scene, base, size, type, PAGE_READWRITE)).toBe(error);
  }
});
