import { expect } from "vitest";
import {
  MEM_DECOMMIT,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_READWRITE,
  WRITE_WATCH_FLAG_RESET,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SIZE = 16 * PAGE;

function lay(scene: Scene, pages: readonly number[]): void {
  scene.watched(BASE, SIZE);
  for (const page of pages) scene.memory.setUint8(BASE + page * PAGE + 0x10, 1);
}

interface Watched {
  pages: number[];
  count: number;
  granularity: number;
}

function get(
  scene: Scene,
  flags: number,
  capacity: number,
  base: number = BASE,
  size: number = SIZE,
): Watched {
  const addresses: { value: number[] } = { value: [] };
  const count = { value: capacity };
  const granularity = { value: 0 };
  const { GetWriteWatch } = scene.kernel32;
  expect(GetWriteWatch(flags, base, size, addresses, count, granularity)).toBe(0);
  expect(scene.machine.decision).toBe("5.3");
  return {
    pages: addresses.value.map((address) => (address - BASE) / PAGE),
    count: count.value,
    granularity: granularity.value,
  };
}

rule("5.3#1", "written in another order", (scene) => {
  lay(scene, [9, 2, 15, 0, 7]);
  expect(get(scene, 0, 16).pages).toEqual([0, 2, 7, 9, 15]);
});

rule("5.3#1", "as an array in guest memory, of pointers", (scene) => {
  lay(scene, [3, 1]);
  const array = BASE + GRANULARITY;
  scene.take(array, 2 * PAGE);
  const { memory, wide } = scene;
  memory.fill(array, 0xcc, 2 * PAGE);
  const width = wide ? 8 : 4;
  const [count, granularity] = [array + 0x800, array + 0x810];
  if (wide) memory.setBigUint64(count, 4n);
  else memory.setUint32(count, 4);
  for (const at of [array, array + PAGE - width]) {
    expect(scene.kernel32.GetWriteWatch(0, BASE, SIZE, at, count, granularity)).toBe(0);
    const pointer = (address: number) =>
      wide ? Number(memory.getBigUint64(address)) : memory.getUint32(address);
    expect([pointer(at), pointer(at + width)]).toEqual([BASE + PAGE, BASE + 3 * PAGE]);
    expect(memory.getUint8(at + 2 * width)).toBe(0xcc);
    expect([pointer(count), memory.getUint32(granularity)]).toEqual([2, PAGE]);
    if (wide) memory.setBigUint64(count, 4n);
    else memory.setUint32(count, 4);
  }
});

rule("5.3#2", "a small array", (scene) => {
  lay(scene, [1, 2, 3, 4]);
  expect(get(scene, 0, 2)).toEqual({ pages: [1, 2], count: 2, granularity: PAGE });
  expect(get(scene, 0, 100)).toEqual({ pages: [1, 2, 3, 4], count: 4, granularity: PAGE });
});

rule("5.3#2", "more marks than one answer of the core holds", (scene) => {
  const pages = 5000;
  scene.watched(BASE, pages * PAGE);
  scene.memory.fill(BASE, 1, pages * PAGE);
  const all = get(scene, 0, pages, BASE, pages * PAGE);
  expect(all).toMatchObject({ count: pages, granularity: PAGE });
  expect(all.pages).toEqual(Array.from({ length: pages }, (_, page) => page));
});

rule("5.3#3", "two bytes over a boundary", (scene) => {
  lay(scene, [1, 2, 3, 4]);
  expect(get(scene, 0, 16, BASE + 0x2fff, 2).pages).toEqual([2, 3]);
});

rule("5.3#4", "the array fills up", (scene) => {
  lay(scene, [1, 3, 5, 7]);
  expect(get(scene, WRITE_WATCH_FLAG_RESET, 2).pages).toEqual([1, 3]);
  expect(get(scene, 0, 16).pages).toEqual([5, 7]);
  expect(get(scene, WRITE_WATCH_FLAG_RESET, 16).pages).toEqual([5, 7]);
  expect(get(scene, 0, 16)).toEqual({ pages: [], count: 0, granularity: PAGE });
});

rule("5.3#4", "without the flag marks stay", (scene) => {
  lay(scene, [1]);
  expect([get(scene, 0, 1).pages, get(scene, 0, 1).pages]).toEqual([[1], [1]]);
});

rule("5.3#4", "only inside the range", (scene) => {
  lay(scene, [1, 5]);
  expect(get(scene, WRITE_WATCH_FLAG_RESET, 16, BASE, 4 * PAGE).pages).toEqual([1]);
  expect(get(scene, 0, 16).pages).toEqual([5]);
});

rule("5.3#5", "reserved only", (scene) => {
  scene.allocate(BASE, SIZE, MEM_RESERVE | MEM_WRITE_WATCH, PAGE_READWRITE);
  expect(get(scene, 0, 16)).toEqual({ pages: [], count: 0, granularity: PAGE });
});

rule("5.3#6", "before and after the next commit", (scene) => {
  lay(scene, [2, 4]);
  scene.free(BASE, 3 * PAGE, MEM_DECOMMIT);
  expect(get(scene, 0, 16).pages).toEqual([2, 4]);
  scene.commit(BASE, 3 * PAGE);
  expect(get(scene, WRITE_WATCH_FLAG_RESET, 16).pages).toEqual([2, 4]);
  expect(get(scene, 0, 16).pages).toEqual([]);
});

rule("5.3#7", "every page touched, and no other", (scene) => {
  lay(scene, [0, 1, 2, 3]);
  expect(scene.kernel32.ResetWriteWatch(BASE + 0x1fff, 2)).toBe(0);
  expect(get(scene, 0, 16).pages).toEqual([0, 3]);
  expect(scene.ntdll.NtResetWriteWatch(SELF, BASE, SIZE)).toBe(0);
  expect(get(scene, 0, 16).pages).toEqual([]);
});

rule("5.3#8", "a marked page does not split the run", (scene) => {
  lay(scene, [2, 4]);
  expect(scene.run(BASE)).toMatchObject({ size: SIZE, protect: PAGE_READWRITE });
  const plain = BASE + GRANULARITY;
  scene.take(plain, SIZE);
  const same = { base: 0, allocationBase: 0 };
  expect({ ...scene.run(BASE), ...same }).toEqual({ ...scene.run(plain), ...same });
});
