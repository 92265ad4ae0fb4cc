import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_DECOMMIT,
  PAGE_NOACCESS,
  WRITE_WATCH_FLAG_RESET,
} from "../../src/constants.ts";
import { ON_WIN9X, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const SIZE = 8 * PAGE;
const OTHER = BASE + 4 * GRANULARITY;
const UNTOUCHED = 0xabad1dea;
const on = ON_WIN9X;

interface Call {
  flags?: number;
  base?: number;
  size?: number;
  capacity?: number;
}

/** Every result of GetWriteWatch, with pages counted from BASE. */
function get(scene: Scene, { flags = 0, base = BASE, size = SIZE, capacity = 64 }: Call = {}) {
  const { GetWriteWatch, SetLastError, GetLastError } = scene.kernel32;
  const addresses: { value: number[] } = { value: [] };
  const [count, granularity] = [{ value: capacity }, { value: 0 }];
  SetLastError(UNTOUCHED);
  const answer = GetWriteWatch(flags, base, size, addresses, count, granularity);
  expect(GetLastError()).toBe(UNTOUCHED);
  return {
    answer,
    pages: addresses.value.map((address) => (address - BASE) / PAGE),
    count: count.value,
    granularity: granularity.value,
  };
}

function lay(scene: Scene, pages: readonly number[]): void {
  scene.watched(BASE, SIZE);
  for (const page of pages) scene.memory.setUint8(BASE + page * PAGE, 1);
}

const found = (pages: number[]) => ({ answer: 0, pages, count: pages.length, granularity: PAGE });

rule(
  "5.3#9",
  "a count of 0, even without an array, and other flags",
  (scene) => {
    lay(scene, [1, 4]);
    expect(get(scene, { capacity: 0 })).toEqual(found([]));
    expect(scene.machine.decision).toBe("5.3#9");
    const { GetWriteWatch } = scene.kernel32;
    const [count, granularity] = [{ value: 0 }, { value: 0 }];
    expect(GetWriteWatch(0, BASE, SIZE, null, count, granularity)).toBe(0);
    expect([count.value, granularity.value]).toEqual([0, PAGE]);
    expect(get(scene, { flags: 0xfffffffe })).toEqual(found([1, 4]));
    expect(get(scene, { flags: 0x80000001 })).toEqual(found([1, 4]));
    expect(get(scene)).toEqual(found([]));
  },
  { on },
);

rule(
  "5.3#9",
  "what is not watched, no size, and what is no memory at all",
  (scene) => {
    lay(scene, [1]);
    scene.take(OTHER, SIZE);
    for (const call of [
      { base: OTHER },
      { base: OTHER + GRANULARITY },
      { size: 2 * SIZE },
      { size: 0 },
      { base: 0 },
      { base: 0xc000_0000 },
      { base: 0xb000_0000, size: 0xf000_0000 },
    ]) {
      expectUnchanged(scene, () => {
        expect([get(scene, call), scene.machine.decision]).toEqual([found([]), "5.3#9"]);
      });
      const { base = BASE, size = SIZE } = call;
      expect(scene.kernel32.ResetWriteWatch(base, size)).toBe(0);
      expect(scene.machine.decision).toBe("5.3#9");
    }
    expect(get(scene)).toEqual(found([1]));
  },
  { on },
);

rule(
  "5.3#9",
  "through guest memory",
  (scene) => {
    const { memory } = scene;
    lay(scene, [3, 2]);
    scene.take(OTHER, PAGE);
    const [array, count, granularity] = [OTHER, OTHER + 0x100, OTHER + 0x110];
    const { GetWriteWatch } = scene.kernel32;
    memory.setUint32(count, 2);
    expect(GetWriteWatch(0, BASE, SIZE, array, count, granularity)).toBe(0);
    expect([memory.getUint32(array), memory.getUint32(array + 4)]).toEqual([
      BASE + 2 * PAGE,
      BASE + 3 * PAGE,
    ]);
    memory.setUint32(granularity, 0);
    expect(GetWriteWatch(0, OTHER, PAGE, array, count, granularity)).toBe(0);
    expect([memory.getUint32(count), memory.getUint32(granularity)]).toEqual([0, PAGE]);
  },
  { on },
);

rule(
  "5.3#9",
  "the pages that are decommitted and no others",
  (scene) => {
    lay(scene, [0, 1, 2, 5]);
    scene.free(BASE + PAGE, PAGE, MEM_DECOMMIT);
    expect(get(scene)).toEqual(found([0, 2, 5]));
    scene.commit(BASE + PAGE, PAGE);
    expect(get(scene)).toEqual(found([0, 2, 5]));
    scene.memory.setUint8(BASE + PAGE, 1);
    expect(get(scene)).toEqual(found([0, 1, 2, 5]));
    scene.free(BASE, 0, MEM_DECOMMIT);
    expect(get(scene)).toEqual(found([]));
  },
  { on },
);

rule(
  "14.1#18",
  "87 for no array, 998 for places that cannot be written",
  (scene) => {
    lay(scene, [1]);
    scene.take(OTHER, PAGE, PAGE_NOACCESS);
    const { GetWriteWatch, SetLastError, GetLastError } = scene.kernel32;
    const place = () => ({ value: 4 });
    const array = () => ({ value: [] });
    SetLastError(UNTOUCHED);
    for (const [error, call] of [
      [ERROR_INVALID_PARAMETER, () => GetWriteWatch(0, BASE, SIZE, null, place(), place())],
      [ERROR_INVALID_PARAMETER, () => GetWriteWatch(0, BASE, SIZE, 0, place(), place())],
      [ERROR_NOACCESS, () => GetWriteWatch(0, BASE, SIZE, OTHER, place(), place())],
      [ERROR_NOACCESS, () => GetWriteWatch(0, BASE, SIZE, array(), null, place())],
      [ERROR_NOACCESS, () => GetWriteWatch(0, BASE, SIZE, array(), OTHER, place())],
      [ERROR_NOACCESS, () => GetWriteWatch(0, BASE, SIZE, array(), place(), undefined)],
    ] as const) {
      expectUnchanged(scene, () => expect(call()).toBe(error));
      expect(GetLastError()).toBe(UNTOUCHED);
    }
    expect(get(scene, { flags: WRITE_WATCH_FLAG_RESET })).toEqual(found([1]));
  },
  { on },
);
