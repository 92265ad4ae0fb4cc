import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COALESCE_PLACEHOLDERS,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_MAPPED,
  MEM_PHYSICAL,
  MEM_PRESERVE_PLACEHOLDER,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_REPLACE_PLACEHOLDER,
  MEM_RESERVE,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  STATUS_INVALID_PARAMETER,
  STATUS_UNABLE_TO_FREE_VM,
} from "../../src/constants.ts";
import { EXECUTE, READ, touch, violation, WRITE } from "./support/fault.ts";
import {
  allocate2,
  allocate2Refused,
  COALESCE,
  HOLD,
  hold,
  map3,
  PRESERVE,
  REPLACE,
  regionsFrom,
  replaceByView,
} from "./support/placeholders.ts";
import { expectError, expectStatus } from "./support/refusal.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";

const END = BASE + 0x100000;

/** VirtualFree that has to fail with this error, by this row. */
function freeRefused(
  scene: Scene,
  decision: string,
  error: number,
  base: number,
  size: number,
  type: number,
): void {
  expectError(scene, { decision, error }, () => scene.kernel32.VirtualFree(base, size, type));
}

rule("8.3#1", "anywhere and at a base", (scene) => {
  for (const base of [0, BASE]) {
    const at = allocate2(scene, base, 0x8000, HOLD, PAGE_NOACCESS);
    expect(scene.run(at)).toEqual({
      base: at,
      size: 0x8000,
      state: MEM_RESERVE,
      protect: 0,
      type: MEM_PRIVATE,
      allocationBase: at,
      allocationProtect: PAGE_NOACCESS,
    });
  }
  expect(scene.process.counters.commitCharge).toBe(0);
});

rule("8.3#2", "a base in the second page", (scene) => {
  expect(allocate2(scene, BASE + PAGE + 1, PAGE, HOLD, PAGE_NOACCESS)).toBe(BASE);
  expect(regionsFrom(scene, BASE, END)).toEqual([[BASE, 3]]);
});

rule("8.3#3", "head, tail and middle, by pages and by bytes", (scene) => {
  hold(scene, BASE, 16);
  scene.free(BASE, 8 * PAGE, PRESERVE);
  scene.free(BASE + 12 * PAGE, 4 * PAGE, PRESERVE);
  expect(regionsFrom(scene, BASE, END)).toEqual([
    [BASE, 8],
    [BASE + 8 * PAGE, 4],
    [BASE + 12 * PAGE, 4],
  ]);
  scene.free(BASE + 2 * PAGE + 0x800, 0x900, PRESERVE);
  expect(regionsFrom(scene, BASE, BASE + 8 * PAGE)).toEqual([
    [BASE, 2],
    [BASE + 2 * PAGE, 2],
    [BASE + 4 * PAGE, 4],
  ]);
  freeRefused(scene, "3.1#8", ERROR_INVALID_PARAMETER, BASE, 3 * PAGE, PRESERVE);
});

rule("8.3#4", "one that was split off, and one that was not", (scene) => {
  hold(scene, BASE, 3, 13);
  freeRefused(scene, "8.3#4", ERROR_INVALID_ADDRESS, BASE, 3 * PAGE, PRESERVE);
  freeRefused(scene, "8.3#4", ERROR_INVALID_ADDRESS, BASE + 3 * PAGE, 13 * PAGE, PRESERVE);
});

rule("8.3#5", "a part, the whole, and behind it", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.take(BASE + GRANULARITY, PAGE);
  freeRefused(scene, "8.3#5", ERROR_INVALID_ADDRESS, BASE, PAGE, PRESERVE);
  freeRefused(scene, "8.3#5", ERROR_INVALID_ADDRESS, BASE, GRANULARITY, PRESERVE);
  freeRefused(scene, "8.3#5", ERROR_INVALID_ADDRESS, BASE + GRANULARITY, PAGE, PRESERVE);
  const behind = BASE + 4 * GRANULARITY;
  freeRefused(scene, "3.1#7", ERROR_INVALID_ADDRESS, behind, PAGE, PRESERVE);
  const base = view(scene, mapping(scene, 2));
  freeRefused(scene, "3.1#9", ERROR_INVALID_PARAMETER, base, 2 * PAGE, PRESERVE);
});

rule("8.3#6", "of a placeholder, and of nothing", (scene) => {
  hold(scene, BASE, 2);
  freeRefused(scene, "8.3#6", ERROR_INVALID_PARAMETER, BASE, 0, PRESERVE);
  freeRefused(scene, "8.3#6", ERROR_INVALID_PARAMETER, END, 0, PRESERVE);
});

rule("8.3#7", "two, then the two that are left", (scene) => {
  hold(scene, BASE, 4, 4, 8);
  const conflict = (at: number, pages: number) =>
    freeRefused(scene, "8.3#7", ERROR_INVALID_ADDRESS, BASE + at * PAGE, pages * PAGE, COALESCE);
  conflict(0, 4);
  conflict(0, 6);
  conflict(1, 7);
  conflict(0, 20);
  scene.free(BASE, 8 * PAGE, COALESCE);
  expect(regionsFrom(scene, BASE, END)).toEqual([
    [BASE, 8],
    [BASE + 8 * PAGE, 8],
  ]);
  scene.free(BASE, 16 * PAGE, COALESCE);
  expect(regionsFrom(scene, BASE, END)).toEqual([[BASE, 16]]);
  scene.reserve(BASE + GRANULARITY, GRANULARITY, PAGE_NOACCESS);
  conflict(0, 32);
  conflict(16, 16);
});

rule("8.3#7", "what took the place of one is none", (scene) => {
  hold(scene, BASE, 4, 4, 8);
  expect(allocate2(scene, BASE, 4 * PAGE, REPLACE)).toBe(BASE);
  replaceByView(scene, mapping(scene, 8), BASE + 8 * PAGE, 8);
  freeRefused(scene, "8.3#7", ERROR_INVALID_ADDRESS, BASE, 8 * PAGE, COALESCE);
  const behind = BASE + 4 * PAGE;
  freeRefused(scene, "8.3#7", ERROR_INVALID_ADDRESS, behind, 12 * PAGE, COALESCE);
  scene.free(BASE, 4 * PAGE, PRESERVE);
  scene.kernel32.UnmapViewOfFileEx(BASE + 8 * PAGE, MEM_PRESERVE_PLACEHOLDER);
  scene.free(BASE, 16 * PAGE, COALESCE);
  expect(regionsFrom(scene, BASE, END)).toEqual([[BASE, 16]]);
});

rule("8.3#8", "over two placeholders", (scene) => {
  hold(scene, BASE, 2, 2);
  for (const type of [MEM_COALESCE_PLACEHOLDERS, COALESCE | MEM_PRESERVE_PLACEHOLDER]) {
    freeRefused(scene, "3.1#2", ERROR_INVALID_PARAMETER, BASE, 4 * PAGE, type);
  }
});

rule("8.3#9", "of a placeholder", (scene) => {
  hold(scene, BASE, 2, 2);
  freeRefused(scene, "8.3#9", ERROR_INVALID_PARAMETER, BASE, 0, COALESCE);
});

rule("8.3#10", "of exactly its extent, at any page", (scene) => {
  hold(scene, BASE, 3, 13);
  const conflict = (at: number, pages: number) => {
    const base = BASE + at * PAGE;
    allocate2Refused(
      scene,
      "8.3#10",
      ERROR_INVALID_ADDRESS,
      base,
      pages * PAGE,
      REPLACE | MEM_COMMIT,
    );
  };
  conflict(0, 2);
  conflict(0, 4);
  conflict(1, 2);
  conflict(0, 16);
  conflict(0x20, 3);
  const base = BASE + 3 * PAGE;
  expect(allocate2(scene, base, 13 * PAGE, REPLACE | MEM_COMMIT, PAGE_EXECUTE_READ)).toBe(base);
  expect(scene.run(base)).toMatchObject({
    size: 13 * PAGE,
    state: MEM_COMMIT,
    protect: PAGE_EXECUTE_READ,
    allocationBase: base,
    allocationProtect: PAGE_EXECUTE_READ,
  });
  expect(scene.memory.getUint32(base)).toBe(0);
  expect(scene.process.counters.commitCharge).toBe(13);
  expect(allocate2(scene, BASE, 3 * PAGE, REPLACE)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ state: MEM_RESERVE, allocationProtect: PAGE_READWRITE });
  conflict(0, 3);
});

rule("8.3#11", "which shows the section, where anything else is private", (scene) => {
  hold(scene, BASE, 3, 13);
  const handle = mapping(scene, 3);
  const shared = view(scene, handle);
  scene.memory.setUint32(shared + PAGE, 7);
  replaceByView(scene, handle, BASE, 3);
  expect(scene.memory.getUint32(BASE + PAGE)).toBe(7);
  expect(scene.run(BASE)).toMatchObject({
    size: 3 * PAGE,
    state: MEM_COMMIT,
    protect: PAGE_READWRITE,
    type: MEM_MAPPED,
    allocationBase: BASE,
    allocationProtect: PAGE_READWRITE,
  });
  expect(scene.run(BASE + 3 * PAGE)).toMatchObject({ state: MEM_RESERVE, type: MEM_PRIVATE });
});

rule("8.3#11", "of the caller's process where there is NULL, and of another", (scene) => {
  const other = scene.another();
  const handle = mapping(scene, 2);
  const { MapViewOfFile3, OpenProcess } = scene.kernel32;
  const target = OpenProcess(0x8, 0, other.process.id);
  hold(scene, BASE, 2);
  hold(other, BASE, 1, 1, 2);
  const type = MEM_REPLACE_PLACEHOLDER;
  expect(MapViewOfFile3(handle, null, BASE, 0, 2 * PAGE, type, PAGE_READWRITE)).toBe(BASE);
  const at = BASE + PAGE;
  expect(MapViewOfFile3(handle, target, at, PAGE, PAGE, type, PAGE_READONLY)).toBe(at);
  scene.memory.setUint8(BASE + PAGE + 5, 9);
  expect(other.memory.getUint8(at + 5)).toBe(9);
  expect(other.protectionAt(at)).toBe(PAGE_READONLY);
});

rule("8.3#12", "watched, written, locked and guarded, and replaced again", (scene) => {
  hold(scene, BASE, 4);
  const type = REPLACE | MEM_COMMIT | MEM_WRITE_WATCH;
  expect(allocate2(scene, BASE, 4 * PAGE, type)).toBe(BASE);
  scene.memory.setUint32(BASE, 7);
  expect(scene.kernel32.VirtualLock(BASE, PAGE)).toBe(1);
  scene.protect(BASE + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  freeRefused(scene, "8.3#12", ERROR_INVALID_ADDRESS, BASE, 2 * PAGE, PRESERVE);
  freeRefused(scene, "8.3#12", ERROR_INVALID_ADDRESS, BASE + PAGE, 3 * PAGE, PRESERVE);
  scene.free(BASE, 4 * PAGE, PRESERVE);
  expect(scene.run(BASE)).toMatchObject({
    size: 4 * PAGE,
    state: MEM_RESERVE,
    protect: 0,
    allocationProtect: PAGE_NOACCESS,
  });
  const { commitCharge, lockedPages, residentPages } = scene.process.counters;
  expect([commitCharge, lockedPages, residentPages]).toEqual([0, 0, 0]);
  expect(allocate2(scene, BASE, 4 * PAGE, type)).toBe(BASE);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([]);
  expect(scene.memory.getUint32(BASE)).toBe(0);
});

rule("8.3#13", "from any address inside, with what was copied", (scene) => {
  const { UnmapViewOfFile2 } = scene.kernel32;
  hold(scene, BASE, 4);
  const handle = mapping(scene, 4);
  const before = scene.machine.counters.commitCharge;
  replaceByView(scene, handle, BASE, 4, PAGE_WRITECOPY);
  scene.memory.setUint32(BASE + PAGE, 7);
  expect(scene.machine.counters.commitCharge).toBe(before + 4);
  expect(UnmapViewOfFile2(SELF, BASE + 3 * PAGE + 1, MEM_PRESERVE_PLACEHOLDER)).toBe(1);
  expect(scene.machine.decision).toBe("8.3#13");
  expect(scene.machine.counters.commitCharge).toBe(before);
  expect(scene.run(BASE)).toEqual({
    base: BASE,
    size: 4 * PAGE,
    state: MEM_RESERVE,
    protect: 0,
    type: MEM_PRIVATE,
    allocationBase: BASE,
    allocationProtect: PAGE_NOACCESS,
  });
  replaceByView(scene, handle, BASE, 4);
  expect(scene.memory.getUint32(BASE + PAGE)).toBe(0);
});

rule("8.3#13", "a view that keeps the section alive", (scene) => {
  const before = scene.machine.counters.commitCharge;
  hold(scene, BASE, 2);
  const handle = mapping(scene, 2);
  replaceByView(scene, handle, BASE, 2);
  scene.memory.setUint32(BASE, 7);
  expect(scene.kernel32.CloseHandle(handle)).toBe(1);
  expect(scene.machine.counters.commitCharge).toBe(before + 2);
  expect(scene.memory.getUint32(BASE)).toBe(7);
  expect(scene.kernel32.UnmapViewOfFileEx(BASE, MEM_PRESERVE_PLACEHOLDER)).toBe(1);
  expect(scene.machine.counters.commitCharge).toBe(before);
  expect(allocate2(scene, BASE, 2 * PAGE, REPLACE | MEM_COMMIT)).toBe(BASE);
});

rule("8.3#14", "and a view in its place, by unmapping", (scene) => {
  hold(scene, BASE, 2, 2, 2);
  replaceByView(scene, mapping(scene, 2), BASE + 2 * PAGE, 2);
  scene.free(BASE, 0, MEM_RELEASE);
  expect(scene.kernel32.UnmapViewOfFile(BASE + 2 * PAGE)).toBe(1);
  expect(scene.run(BASE)).toMatchObject({ state: MEM_FREE, size: 4 * PAGE });
  scene.free(BASE + 4 * PAGE, 0, MEM_RELEASE);
  expect(regionsFrom(scene, BASE, END)).toEqual([]);
});

rule("8.3#15", "by the service, which takes a size", (scene) => {
  hold(scene, BASE, 2, 2);
  const refusal = { decision: "3.1#8", status: STATUS_UNABLE_TO_FREE_VM };
  expectStatus(scene, refusal, () =>
    scene.ntdll.NtFreeVirtualMemory(SELF, { value: BASE }, { value: 4 * PAGE }, MEM_RELEASE),
  );
});

rule("8.3#16", "by each call that could", (scene) => {
  const { VirtualAlloc, VirtualProtect } = scene.kernel32;
  hold(scene, BASE, 2);
  const handle = mapping(scene, 1);
  const conflict = (decision: string, call: () => number) =>
    expectError(scene, { decision, error: ERROR_INVALID_ADDRESS }, call);
  conflict("2.3#C4", () => VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE));
  for (const type of [MEM_RESERVE, MEM_RESERVE | MEM_COMMIT]) {
    conflict("2.2#R5", () => VirtualAlloc(BASE, PAGE, type, PAGE_READWRITE));
    conflict("2.2#R5", () => allocate2(scene, BASE, PAGE, type));
  }
  conflict("2.2#R5", () => allocate2(scene, BASE, PAGE, HOLD, PAGE_NOACCESS));
  conflict("3.3#7", () => VirtualProtect(BASE, PAGE, PAGE_READWRITE, { value: 0 }));
  conflict("7.2#12", () => map3(scene, handle, BASE, PAGE, 0));
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  expect(regionsFrom(scene, BASE, END)).toEqual([[BASE, 2]]);
});

rule("8.3#17", "before it is replaced, and when it is back", (scene) => {
  hold(scene, BASE, 1);
  const all = () => [READ, WRITE, EXECUTE].map((access) => touch(scene, access, BASE));
  const violations = [READ, WRITE, EXECUTE].map((access) => violation(access, BASE));
  expect(all()).toEqual(violations);
  expect(allocate2(scene, BASE, PAGE, REPLACE | MEM_COMMIT)).toBe(BASE);
  scene.memory.setUint8(BASE, 1);
  scene.free(BASE, PAGE, PRESERVE);
  expect(all()).toEqual(violations);
  replaceByView(scene, mapping(scene, 1), BASE, 1);
  scene.memory.setUint8(BASE, 1);
  scene.kernel32.UnmapViewOfFileEx(BASE, MEM_PRESERVE_PLACEHOLDER);
  expect(all()).toEqual(violations);
});

rule("8.3#18", "one page of two is written", (scene) => {
  hold(scene, BASE, 2);
  allocate2(scene, BASE, 2 * PAGE, REPLACE | MEM_COMMIT | MEM_WRITE_WATCH);
  scene.memory.setUint8(BASE + PAGE, 1);
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE + PAGE]);
});

rule(
  "8.3#19",
  "with either flag, and with a view",
  (scene) => {
    const error = ERROR_INVALID_PARAMETER;
    const both = REPLACE | MEM_COMMIT | MEM_LARGE_PAGES;
    hold(scene, BASE, 0x200);
    allocate2Refused(scene, "8.1#5", error, END, 0x200000, HOLD | MEM_PHYSICAL);
    const large = HOLD | MEM_COMMIT | MEM_LARGE_PAGES;
    allocate2Refused(scene, "8.1#5", error, 0, 0x200000, large, PAGE_NOACCESS);
    allocate2Refused(scene, "8.1#6", error, BASE, 0x200000, both);
    allocate2Refused(scene, "8.1#6", error, BASE, 0x200000, REPLACE | MEM_PHYSICAL);
    const type = MEM_REPLACE_PLACEHOLDER | MEM_LARGE_PAGES;
    const refusal = { decision: "8.3#19", status: STATUS_INVALID_PARAMETER };
    const handle = mapping(scene, 0x200);
    const [base, size] = [{ value: BASE }, { value: 0x200000 }];
    const { NtMapViewOfSectionEx } = scene.ntdll;
    expectStatus(scene, refusal, () =>
      NtMapViewOfSectionEx(handle, SELF, base, null, size, type, PAGE_READWRITE),
    );
  },
  { machine: { lockMemoryPrivilege: true } },
);
