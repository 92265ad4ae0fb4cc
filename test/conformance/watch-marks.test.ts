import { expect } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESET,
  MEM_RESET_UNDO,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
} from "../../src/constants.ts";
import { faultOf, guarded, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SIZE = 8 * PAGE;

/** Numbers of the marked pages. */
function marked(scene: Scene): number[] {
  return scene.marks(BASE, SIZE).map((address) => (address - BASE) / PAGE);
}

rule("5.1#1", "each width, and one that straddles", (scene) => {
  scene.watched(BASE, SIZE);
  const { memory } = scene;
  memory.setUint8(BASE, 0);
  memory.setUint16(BASE + 2 * PAGE, 0);
  memory.setBigUint64(BASE + 5 * PAGE - 4, 0n);
  expect(marked(scene)).toEqual([0, 2, 4, 5]);
});

rule("5.1#1", "bulk writes", (scene) => {
  scene.watched(BASE, SIZE);
  scene.memory.fill(BASE + PAGE - 1, 0, 2);
  scene.memory.copy(BASE + 5 * PAGE, BASE + 3 * PAGE, PAGE + 1);
  expect(marked(scene)).toEqual([0, 1, 5, 6]);
});

rule("5.1#1", "the second write after a reset marks again", (scene) => {
  scene.watched(BASE, SIZE);
  for (const value of [1, 2, 3]) {
    scene.memory.setUint8(BASE + PAGE, value);
    expect(marked(scene)).toEqual([1]);
    expect(scene.kernel32.ResetWriteWatch(BASE, SIZE)).toBe(0);
    expect(marked(scene)).toEqual([]);
  }
});

rule("5.1#2", "loads, bulk reads, fetches", (scene) => {
  scene.watched(BASE, SIZE);
  scene.protect(BASE, PAGE, PAGE_EXECUTE_READ);
  scene.memory.fetch(BASE, 4);
  scene.memory.getUint32(BASE + PAGE);
  scene.memory.read(BASE, SIZE);
  scene.memory.compare(BASE, BASE + 2 * PAGE, 2 * PAGE);
  expect(marked(scene)).toEqual([]);
});

rule("5.1#3", "read-only, guard, and a straddle that fails on its second page", (scene) => {
  scene.watched(BASE, SIZE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  scene.protect(BASE + 3 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const store = (offset: number) => faultOf(() => scene.memory.setUint32(BASE + offset, 1));
  expect(store(0x1000)).toEqual(violation(WRITE, BASE + 0x1000));
  expect(store(0xffe)).toEqual(violation(WRITE, BASE + 0x1000));
  expect(store(0x3000)).toEqual(guarded(WRITE, BASE + 0x3000));
  expect(marked(scene)).toEqual([]);
  expect(store(0x3000)).toBe(null);
  expect(marked(scene)).toEqual([3]);
});

rule("5.1#4", "an old protection and a structure written to guest memory", (scene) => {
  scene.watched(BASE, SIZE);
  scene.take(BASE + GRANULARITY, PAGE);
  const { VirtualProtect, VirtualQuery } = scene.kernel32;
  expect(VirtualProtect(BASE + GRANULARITY, PAGE, PAGE_READONLY, BASE + PAGE)).toBe(1);
  expect(VirtualQuery(BASE, BASE + 4 * PAGE - 8, 48)).toBeGreaterThan(0);
  expect(marked(scene)).toEqual([1, 3, 4]);
});

rule("5.1#5", "the pages written and no others", (scene) => {
  scene.watched(BASE, SIZE);
  const { WriteProcessMemory } = scene.kernel32;
  expect(WriteProcessMemory(SELF, BASE + 0x1ffe, Uint8Array.of(1, 2, 3), 3, { value: 0 })).toBe(1);
  expect(marked(scene)).toEqual([1, 2]);
});

rule("5.1#5", "from another process", (scene) => {
  scene.watched(BASE, SIZE);
  const { OpenProcess, WriteProcessMemory } = scene.another().kernel32;
  const handle = OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  expect(WriteProcessMemory(handle, BASE + PAGE, Uint8Array.of(1), 1, null)).toBe(1);
  expect(marked(scene)).toEqual([1]);
});

rule("5.1#6", "each of them, on a marked and an unmarked page", (scene) => {
  scene.watched(BASE, SIZE);
  scene.memory.setUint8(BASE + PAGE, 1);
  const calls = [
    () => scene.protect(BASE, SIZE, PAGE_NOACCESS),
    () => scene.protect(BASE, SIZE, PAGE_READWRITE),
    () => scene.allocate(BASE, SIZE, MEM_RESET, PAGE_READWRITE),
    () => scene.allocate(BASE, SIZE, MEM_RESET_UNDO, PAGE_READWRITE),
    () => scene.allocate(BASE, SIZE, MEM_COMMIT, PAGE_READWRITE),
    () => scene.free(BASE, SIZE, MEM_DECOMMIT),
    () => scene.commit(BASE, SIZE),
  ];
  for (const call of calls) {
    call();
    expect(marked(scene)).toEqual([1]);
  }
});

rule("5.1#7", "guard: no; then the lock: yes", (scene) => {
  scene.watched(BASE, SIZE);
  scene.protect(BASE, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READONLY);
  const { VirtualLock } = scene.kernel32;
  expect(VirtualLock(BASE, PAGE)).toBe(0);
  expect(marked(scene)).toEqual([]);
  expect(VirtualLock(BASE, PAGE)).toBe(1);
  expect(VirtualLock(BASE + 2 * PAGE, PAGE)).toBe(1);
  expect(marked(scene)).toEqual([0]);
});

rule("5.1#8", "a new region starts without marks", (scene) => {
  scene.watched(BASE, SIZE);
  scene.memory.setUint8(BASE, 1);
  scene.free(BASE, 0, MEM_RELEASE);
  scene.watched(BASE, SIZE);
  expect(marked(scene)).toEqual([]);
});
