import { expect } from "vitest";
import {
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  MEM_COMMIT,
  MEM_MAPPED,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";

const EXECUTE_COPY = FILE_MAP_COPY | FILE_MAP_EXECUTE;

/** Three pages, shared in one view and copied on write in another. */
function pair(scene: Scene, access: number = FILE_MAP_COPY) {
  const section = mapping(scene, 3, PAGE_EXECUTE_READWRITE, "a");
  return { section, shared: view(scene, section), copy: view(scene, section, access) };
}

/** Page protections of a view, in runs: [pages, protection]. */
function shape(scene: Scene, base: number): [number, number][] {
  return scene
    .runs()
    .filter((run) => run.allocationBase === base)
    .map((run) => [run.size / PAGE, run.protect]);
}

for (const [access, before, after] of [
  [FILE_MAP_COPY, PAGE_WRITECOPY, PAGE_READWRITE],
  [EXECUTE_COPY, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_READWRITE],
] as const) {
  rule("7.7#1", `a view of protection ${before.toString(16)}`, (scene) => {
    const { copy } = pair(scene, access);
    scene.memory.getUint8(copy + PAGE);
    expect(shape(scene, copy)).toEqual([[3, before]]);
    scene.memory.setUint8(copy + PAGE, 1);
    expect(shape(scene, copy)).toEqual([
      [1, before],
      [1, after],
      [1, before],
    ]);
    const kept = { type: MEM_MAPPED, state: MEM_COMMIT, allocationProtect: before };
    expect(scene.run(copy + PAGE)).toMatchObject(kept);
    scene.memory.setUint8(copy + PAGE + 1, 2);
    expect(scene.memory.getUint16(copy + PAGE)).toBe(0x0201);
  });
}

rule("7.7#1", "a write over a boundary copies both pages, bytes and all", (scene) => {
  const { shared, copy } = pair(scene);
  scene.memory.fill(shared, 7, 3 * PAGE);
  scene.memory.setUint16(copy + PAGE - 1, 0x0102);
  expect(shape(scene, copy)).toEqual([
    [2, PAGE_READWRITE],
    [1, PAGE_WRITECOPY],
  ]);
  expect(scene.memory.getUint32(copy + PAGE - 2)).toBe(0x07010207);
});

rule("7.7#2", "before and after a copy beside them", (scene) => {
  const { shared, copy } = pair(scene);
  scene.memory.setUint8(shared + PAGE, 1);
  scene.memory.setUint8(copy, 9);
  expect(scene.memory.getUint8(copy + PAGE)).toBe(1);
  scene.memory.setUint8(shared + PAGE, 2);
  expect(scene.memory.getUint8(copy + PAGE)).toBe(2);
});

rule("7.7#3", "at the byte written and at others", (scene) => {
  const { shared, copy } = pair(scene);
  scene.memory.setUint8(copy, 9);
  scene.memory.fill(shared, 5, PAGE);
  expect([scene.memory.getUint8(copy), scene.memory.getUint8(copy + 1)]).toEqual([9, 0]);
});

rule("7.7#4", "another view, before and after a flush", (scene) => {
  const { section, shared, copy } = pair(scene);
  scene.memory.setUint8(shared, 3);
  scene.memory.setUint8(copy, 9);
  expect(scene.kernel32.FlushViewOfFile(copy, PAGE)).toBe(1);
  expect(scene.memory.getUint8(shared)).toBe(3);
  expect(scene.memory.getUint8(view(scene, section))).toBe(3);
  expect(scene.memory.getUint8(copy)).toBe(9);
});

rule("7.7#5", "WRITECOPY, READONLY, NOACCESS", (scene) => {
  const { copy } = pair(scene);
  scene.memory.setUint8(copy, 1);
  expect(scene.protect(copy, 2 * PAGE, PAGE_WRITECOPY)).toBe(PAGE_READWRITE);
  expect([scene.protectionAt(copy), scene.protectionAt(copy + PAGE)]).toEqual([
    PAGE_READWRITE,
    PAGE_WRITECOPY,
  ]);
  for (const protect of [PAGE_READONLY, PAGE_NOACCESS]) {
    expect(scene.protect(copy, PAGE, protect)).toBe(PAGE_READWRITE);
    expect(scene.protectionAt(copy)).toBe(protect);
    scene.protect(copy, PAGE, PAGE_WRITECOPY);
    expect(scene.protectionAt(copy)).toBe(PAGE_READWRITE);
  }
  expect(scene.memory.getUint8(copy)).toBe(1);
});

rule("7.7#5", "EXECUTE_WRITECOPY becomes EXECUTE_READWRITE", (scene) => {
  const { copy } = pair(scene, EXECUTE_COPY);
  scene.memory.setUint8(copy, 1);
  expect(scene.protect(copy, PAGE, PAGE_EXECUTE_WRITECOPY)).toBe(PAGE_EXECUTE_READWRITE);
  expect(scene.protectionAt(copy)).toBe(PAGE_EXECUTE_READWRITE);
});

rule("7.7#6", "and not again for each copy", (scene) => {
  const section = mapping(scene, 4);
  const before = scene.machine.counters.commitCharge;
  view(scene, section);
  expect(scene.machine.counters.commitCharge).toBe(before);
  const copy = view(scene, section, FILE_MAP_COPY);
  expect(scene.machine.counters.commitCharge).toBe(before + 4);
  scene.memory.fill(copy, 1, 4 * PAGE);
  expect(scene.machine.counters.commitCharge).toBe(before + 4);
  scene.kernel32.UnmapViewOfFile(copy);
  expect(scene.machine.counters.commitCharge).toBe(before);
});

rule("7.7#7", "the debugger's write, a result of a call, a read from a file", (scene) => {
  const { shared, copy } = pair(scene);
  const { WriteProcessMemory, VirtualProtect } = scene.kernel32;
  expect(WriteProcessMemory(SELF, copy, Uint8Array.of(5), 1, null)).toBe(1);
  expect(VirtualProtect(shared, PAGE, PAGE_READWRITE, copy + PAGE)).toBe(1);
  expect(scene.process.system.copyOut(copy + 2 * PAGE, Uint8Array.of(6)).status).toBe(0);
  const bytes = (base: number) =>
    [0, 1, 2].map((page) => scene.memory.getUint8(base + page * PAGE));
  expect(bytes(copy)).toEqual([5, PAGE_READWRITE, 6]);
  expect(bytes(shared)).toEqual([0, 0, 0]);
  expect(shape(scene, copy)).toEqual([[3, PAGE_READWRITE]]);
});

rule("7.7#8", "of one section", (scene) => {
  const other = scene.another();
  const mine = pair(scene);
  const theirs = pair(other);
  scene.memory.setUint8(mine.copy, 1);
  expect(shape(other, theirs.copy)).toEqual([[3, PAGE_WRITECOPY]]);
  expect(other.memory.getUint8(theirs.copy)).toBe(0);
  other.memory.setUint8(theirs.copy, 2);
  expect([scene.memory.getUint8(mine.copy), other.memory.getUint8(theirs.copy)]).toEqual([1, 2]);
  expect([scene.memory.getUint8(mine.shared), other.memory.getUint8(theirs.shared)]).toEqual([
    0, 0,
  ]);
});

rule("17.12#14", "pages that are not copied", (scene) => {
  const { copy } = pair(scene);
  const before = scene.machine.counters.commitCharge;
  expect(scene.protect(copy, 3 * PAGE, PAGE_WRITECOPY)).toBe(PAGE_WRITECOPY);
  expect(scene.machine.counters.commitCharge).toBe(before);
  expect(shape(scene, copy)).toEqual([[3, PAGE_WRITECOPY]]);
});
