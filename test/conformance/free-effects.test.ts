import { expect } from "vitest";
import {
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { READ, touch, violation } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import {
  BASE,
  expectUnchanged,
  GRANULARITY,
  PAGE,
  type Run,
  type Scene,
  SELF,
} from "./support/scene.ts";

const SHARED_DATA = 0x7ffe0000;

/** NtFreeVirtualMemory that has to succeed: base and size as they come back, and the row. */
function free(scene: Scene, base: number, size: number, type: number) {
  const at = { value: base };
  const bytes = { value: size };
  expect(scene.ntdll.NtFreeVirtualMemory(SELF, at, bytes, type)).toBe(0);
  const { decision } = scene.machine;
  return { base: Number(at.value), size: Number(bytes.value), decision };
}

/** The runs from BASE on, as [offset, size, state, offset of the allocation]. */
function shape(scene: Scene, end: number) {
  return scene
    .runs()
    .filter((run: Run) => run.base >= BASE && run.base < end && run.state !== MEM_FREE)
    .map((run) => [run.base - BASE, run.size, run.state, run.allocationBase - BASE]);
}

for (const offset of [0, 1, 0xfff]) {
  rule("3.2#1", `an address at +${offset.toString(16)}`, (scene) => {
    scene.reserve(BASE, GRANULARITY);
    scene.commit(BASE + PAGE, PAGE);
    scene.commit(BASE + 2 * PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
    scene.memory.setUint8(BASE + PAGE, 1);
    expect(free(scene, BASE + offset, 0, MEM_RELEASE)).toEqual({
      base: BASE,
      size: GRANULARITY,
      decision: "3.2#1",
    });
    expect(scene.stateAt(BASE)).toBe(MEM_FREE);
    expect(touch(scene, READ, BASE + PAGE)).toEqual(violation(READ, BASE + PAGE));
    expect(scene.take(BASE, PAGE)).toBe(BASE);
    expect(scene.memory.getUint8(BASE)).toBe(0);
  });
}

rule("3.2#1", "VirtualFree says 1", (scene) => {
  scene.take(BASE, GRANULARITY);
  scene.free(BASE + 0xfff, 0, MEM_RELEASE);
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
});

rule("3.2#2", "a size that covers the region", (scene) => {
  scene.take(BASE, 3 * PAGE);
  expect(free(scene, BASE + 1, 3 * PAGE - 1, MEM_RELEASE)).toEqual({
    base: BASE,
    size: 3 * PAGE,
    decision: "3.2#2",
  });
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
});

rule("3.2#3", "the head: the rest begins at its own first page", (scene) => {
  scene.take(BASE, 8 * PAGE);
  scene.memory.setUint8(BASE + 2 * PAGE, 0x21);
  expect(free(scene, BASE + 0x10, PAGE, MEM_RELEASE)).toEqual({
    base: BASE,
    size: 2 * PAGE,
    decision: "3.2#3",
  });
  expect(shape(scene, BASE + GRANULARITY)).toEqual([[0x2000, 0x6000, MEM_COMMIT, 0x2000]]);
  expect(scene.memory.getUint8(BASE + 2 * PAGE)).toBe(0x21);
  scene.free(BASE + 2 * PAGE, 0, MEM_RELEASE);
});

rule("3.2#3", "the tail: the rest keeps its base", (scene) => {
  scene.take(BASE, 8 * PAGE);
  free(scene, BASE + 6 * PAGE, 2 * PAGE, MEM_RELEASE);
  expect(shape(scene, BASE + GRANULARITY)).toEqual([[0, 0x6000, MEM_COMMIT, 0]]);
});

rule("3.2#3", "the middle: two regions", (scene) => {
  scene.reserve(BASE, 8 * PAGE, PAGE_EXECUTE_READ);
  scene.commit(BASE, 3 * PAGE);
  scene.commit(BASE + 5 * PAGE, PAGE);
  scene.memory.setUint8(BASE + 5 * PAGE, 0x42);
  free(scene, BASE + 2 * PAGE, 3 * PAGE, MEM_RELEASE);
  expect(shape(scene, BASE + GRANULARITY)).toEqual([
    [0, 0x2000, MEM_COMMIT, 0],
    [0x5000, 0x1000, MEM_COMMIT, 0x5000],
    [0x6000, 0x2000, MEM_RESERVE, 0x5000],
  ]);
  expect(scene.memory.getUint8(BASE + 5 * PAGE)).toBe(0x42);
  expect(scene.run(BASE + 5 * PAGE).allocationProtect).toBe(PAGE_EXECUTE_READ);
  expect(scene.process.counters.commitCharge).toBe(
    scene.another().process.counters.commitCharge + 3,
  );
  scene.free(BASE, 0, MEM_RELEASE);
  scene.free(BASE + 5 * PAGE, 0, MEM_RELEASE);
});

rule("3.2#3", "a watch goes with both parts", (scene) => {
  scene.watched(BASE, 8 * PAGE);
  for (const page of [1, 6]) scene.memory.setUint8(BASE + page * PAGE, 1);
  free(scene, BASE + 3 * PAGE, PAGE, MEM_RELEASE);
  expect(scene.marks(BASE, 3 * PAGE)).toEqual([BASE + PAGE]);
  expect(scene.marks(BASE + 4 * PAGE, 4 * PAGE)).toEqual([BASE + 6 * PAGE]);
});

for (const offset of [0, 0xfff]) {
  rule("3.2#4", `an address at +${offset.toString(16)}`, (scene) => {
    scene.take(BASE, GRANULARITY);
    expect(free(scene, BASE + offset, 0, MEM_DECOMMIT)).toEqual({
      base: BASE,
      size: 0,
      decision: "3.2#4",
    });
    expect(shape(scene, BASE + GRANULARITY)).toEqual([[0, GRANULARITY, MEM_RESERVE, 0]]);
  });
}

rule("3.2#5", "two bytes over a boundary", (scene) => {
  scene.take(BASE, 8 * PAGE);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  expect(free(scene, BASE + 0x1fff, 2, MEM_DECOMMIT)).toEqual({
    base: BASE + PAGE,
    size: 2 * PAGE,
    decision: "3.2#5",
  });
  expect(shape(scene, BASE + GRANULARITY)).toEqual([
    [0, 0x1000, MEM_COMMIT, 0],
    [0x1000, 0x2000, MEM_RESERVE, 0],
    [0x3000, 0x5000, MEM_COMMIT, 0],
  ]);
  scene.commit(BASE, 8 * PAGE);
  expect(scene.run(BASE).size).toBe(8 * PAGE);
});

rule("3.2#6", "reserved pages, and a mix of both", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  expectUnchanged(scene, () => scene.free(BASE + PAGE, 2 * PAGE, MEM_DECOMMIT));
  expectUnchanged(scene, () => scene.free(BASE, 0, MEM_DECOMMIT));
  scene.commit(BASE + PAGE, PAGE);
  scene.free(BASE, 4 * PAGE, MEM_DECOMMIT);
  expect(shape(scene, BASE + GRANULARITY)).toEqual([[0, GRANULARITY, MEM_RESERVE, 0]]);
});

rule("3.2#7", "locked pages are counted no more", (scene) => {
  scene.take(BASE, 4 * PAGE);
  expect(scene.kernel32.VirtualLock(BASE, 2 * PAGE)).toBe(1);
  expect(scene.process.counters.lockedPages).toBe(2);
  scene.free(BASE, 0, MEM_RELEASE);
  expect(scene.process.counters.lockedPages).toBe(0);
});

rule("3.2#8", "a region at the same place is not watched", (scene) => {
  scene.watched(BASE, PAGE);
  scene.memory.setUint8(BASE, 1);
  scene.free(BASE, 0, MEM_RELEASE);
  scene.take(BASE, PAGE);
  expect(scene.kernel32.ResetWriteWatch(BASE, PAGE)).toBe(0xffffffff);
  scene.free(BASE, 0, MEM_RELEASE);
  scene.watched(BASE, PAGE);
  expect(scene.marks(BASE, PAGE)).toEqual([]);
});

rule("3.2#9", "the window is free memory afterwards", (scene) => {
  scene.awe(BASE, GRANULARITY);
  scene.free(BASE, 0, MEM_RELEASE);
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  expect(scene.take(BASE, PAGE)).toBe(BASE);
});

rule("3.2#10", "decommit and release", (scene) => {
  const { VirtualFree, GetLastError } = scene.kernel32;
  for (const type of [MEM_RELEASE, MEM_DECOMMIT]) {
    expectUnchanged(scene, () => {
      expect(VirtualFree(SHARED_DATA, 0, type)).toBe(0);
      expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
    });
  }
  expect(scene.protectionAt(SHARED_DATA)).toBe(PAGE_READONLY);
});

rule("3.2#11", "marks outlive the pages", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  scene.memory.setUint8(BASE + PAGE, 1);
  scene.free(BASE, 4 * PAGE, MEM_DECOMMIT);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE + PAGE]);
});

rule("3.2#12", "the next commit gives its own", (scene) => {
  scene.take(BASE, PAGE, PAGE_EXECUTE_READ);
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  expect(scene.run(BASE)).toMatchObject({ protect: 0, allocationProtect: PAGE_EXECUTE_READ });
  scene.commit(BASE, PAGE, PAGE_READONLY);
  expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
});
