import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_BAD_LENGTH,
  ERROR_INVALID_HANDLE,
  ERROR_NOACCESS,
  FILE_MAP_COPY,
  FILE_MAP_WRITE,
  MEM_DECOMMIT,
  PAGE_EXECUTE_READ,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PROCESS_QUERY_INFORMATION,
  PROCESS_VM_READ,
  STATUS_INFO_LENGTH_MISMATCH,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";
import {
  attributesAt,
  entries,
  rawAttributes,
  residentPages,
  touchPages,
} from "./support/working-set.ts";

const NAME = "shared";

rule("9#13", "nothing after the commit, valid with its protection after a touch", (scene) => {
  scene.take(BASE, 4 * PAGE);
  expect(residentPages(scene, BASE, 4)).toEqual([]);
  touchPages(scene, BASE, [1]);
  expect(scene.memory.getUint8(BASE + 3 * PAGE)).toBe(0);
  expect(residentPages(scene, BASE, 4)).toEqual([1, 3]);
  const valid = {
    valid: true,
    shareCount: 0,
    protection: PAGE_READWRITE,
    shared: false,
    node: 0,
    locked: false,
    large: false,
  };
  expect(attributesAt(scene, BASE + PAGE)).toEqual(valid);
  expect(attributesAt(scene, BASE + PAGE + 0xfff)).toEqual(valid);
  scene.protect(BASE + PAGE, PAGE, PAGE_EXECUTE_READ | PAGE_GUARD);
  const protection = PAGE_EXECUTE_READ | PAGE_GUARD;
  expect(attributesAt(scene, BASE + PAGE)).toEqual({ ...valid, protection });
});

rule("9#13", "a locked page, until it is unlocked", (scene) => {
  scene.take(BASE, PAGE);
  expect(scene.kernel32.VirtualLock(BASE, PAGE)).toBe(1);
  expect(attributesAt(scene, BASE)).toMatchObject({ valid: true, locked: true });
  expect(scene.kernel32.VirtualUnlock(BASE, PAGE)).toBe(1);
  expect(attributesAt(scene, BASE)).toMatchObject({ valid: true, locked: false });
});

rule("9#13", "WRITECOMBINE fits into the eleven bits", (scene) => {
  scene.take(BASE, PAGE, PAGE_READWRITE | PAGE_WRITECOMBINE);
  touchPages(scene, BASE, [0]);
  const protection = PAGE_READWRITE | PAGE_WRITECOMBINE;
  expect(attributesAt(scene, BASE)).toMatchObject({ protection, shared: false });
});

/** A view of one page in another process of the machine. */
function another(scene: Scene): { scene: Scene; at: number } {
  const other = scene.another();
  return { scene: other, at: view(other, mapping(other, 1, PAGE_READWRITE, NAME)) };
}

rule("9#13", "the share count is of processes that have the page, and stops at 7", (scene) => {
  const handle = mapping(scene, 1, PAGE_READWRITE, NAME);
  const at = view(scene, handle);
  const twin = view(scene, handle);
  touchPages(scene, at, [0]);
  touchPages(scene, twin, [0]);
  expect(attributesAt(scene, at)).toMatchObject({ shared: true, shareCount: 1 });
  const others = Array.from({ length: 8 }, () => another(scene));
  expect(attributesAt(scene, at).shareCount).toBe(1);
  const counts = others.map((other) => {
    touchPages(other.scene, other.at, [0]);
    return attributesAt(scene, at).shareCount;
  });
  expect(counts).toEqual([2, 3, 4, 5, 6, 7, 7, 7]);
});

rule("9#13", "a private copy is not shared any more", (scene) => {
  const handle = mapping(scene, 1);
  const shared = view(scene, handle, FILE_MAP_WRITE);
  const copy = view(scene, handle, FILE_MAP_COPY);
  touchPages(scene, shared, [0]);
  expect(scene.memory.getUint8(copy)).toBe(1);
  expect(attributesAt(scene, copy)).toMatchObject({ shared: true, shareCount: 1 });
  touchPages(scene, copy, [0]);
  const own = { shared: false, shareCount: 0, protection: PAGE_READWRITE, valid: true };
  expect(attributesAt(scene, copy)).toMatchObject(own);
});

rule("9#14", "free, reserved, committed and trimmed pages; views are shared", (scene) => {
  const at = view(scene, mapping(scene, 1));
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE, 2 * PAGE);
  touchPages(scene, BASE, [2]);
  expect(scene.kernel32.EmptyWorkingSet(SELF)).toBe(1);
  const far = scene.machine.highestUserAddress + 1;
  const places = [BASE, BASE + PAGE, BASE + 2 * PAGE, BASE - PAGE, 0, far, at];
  expect(rawAttributes(scene, places)).toEqual([0, 0, 0, 0, 0, 0, 0x8000]);
});

rule("9#15", "ascending entries with the protection in five bits", (scene) => {
  const others = entries(scene);
  scene.take(BASE, 5 * PAGE);
  scene.take(BASE + GRANULARITY, PAGE, PAGE_READWRITE | PAGE_NOCACHE);
  scene.take(BASE + 2 * GRANULARITY, PAGE, PAGE_READWRITE | PAGE_WRITECOMBINE);
  touchPages(scene, BASE, [4, 2, 1, 0, 16, 32]);
  scene.protect(BASE + PAGE, PAGE, PAGE_EXECUTE_READ);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READONLY | PAGE_GUARD);
  scene.protect(BASE + 4 * PAGE, PAGE, PAGE_NOACCESS);
  const pages = [
    [0, 4],
    [1, 3],
    [2, 17],
    [4, 0],
    [16, 12],
    [32, 28],
  ].map(([page = 0, bits = 0]) => BASE + page * PAGE + bits);
  expect(entries(scene)).toEqual([...others, ...pages].sort((a, b) => a - b));
});

rule("9#15", "a shared page has its count and its bit", (scene) => {
  const at = view(scene, mapping(scene, 1));
  touchPages(scene, at, [0]);
  expect(entries(scene)).toContain(at | 0x100 | (1 << 5) | 4);
});

rule("9#15", "one entry too few: the count is stored, no entries", (scene) => {
  scene.take(BASE, 3 * PAGE);
  touchPages(scene, BASE, [0, 1, 2]);
  const pointer = scene.wide ? 8 : 4;
  const count = entries(scene).length;
  const buffer = {};
  expect(scene.kernel32.QueryWorkingSet(SELF, buffer, count * pointer)).toBe(0);
  expect(scene.kernel32.GetLastError()).toBe(ERROR_BAD_LENGTH);
  expect(buffer).toEqual({ NumberOfEntries: count });
  expect(scene.kernel32.QueryWorkingSet(SELF, buffer, (count + 1) * pointer)).toBe(1);
});

rule("9#16", "locked pages stay, the content of the others comes back", (scene) => {
  scene.take(BASE, 4 * PAGE);
  touchPages(scene, BASE, [0, 1, 2, 3]);
  expect(scene.kernel32.VirtualLock(BASE + 2 * PAGE, PAGE)).toBe(1);
  const { frames } = scene.machine.counters;
  expect(scene.kernel32.K32EmptyWorkingSet(SELF)).toBe(1);
  expect(residentPages(scene, BASE, 4)).toEqual([2]);
  expect(scene.process.counters.residentPages).toBe(1);
  expect(scene.memory.getUint8(BASE + PAGE)).toBe(2);
  expect(residentPages(scene, BASE, 4)).toEqual([1, 2]);
  expect(scene.machine.counters.frames).toBe(frames);
});

rule("9#17", "NULL and any address", (scene) => {
  scene.take(BASE, PAGE);
  expectUnchanged(scene, () => {
    for (const address of [null, 0, BASE, BASE + 5 * GRANULARITY]) {
      expect(scene.kernel32.FlushInstructionCache(SELF, address, 0x100)).toBe(1);
    }
  });
});

rule("9#18", "as EmptyWorkingSet, and the limits stay", (scene) => {
  scene.take(BASE, 2 * PAGE);
  touchPages(scene, BASE, [0, 1]);
  expect(scene.kernel32.VirtualLock(BASE, PAGE)).toBe(1);
  expect(scene.kernel32.SetProcessWorkingSetSize(SELF, -1, -1)).toBe(1);
  expect(residentPages(scene, BASE, 2)).toEqual([0]);
  const [minimum, maximum] = [{ value: 0 }, { value: 0 }];
  expect(scene.kernel32.GetProcessWorkingSetSize(SELF, minimum, maximum)).toBe(1);
  expect([minimum.value, maximum.value]).toEqual([50 * PAGE, 345 * PAGE]);
});

rule("12.1#3", "either right alone is too little", (scene) => {
  const { kernel32, process } = scene;
  const both = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;
  const buffer = [{ VirtualAddress: BASE }];
  const length = scene.wide ? 16 : 8;
  for (const [rights, error] of [
    [both, 0],
    [PROCESS_QUERY_INFORMATION, ERROR_ACCESS_DENIED],
    [PROCESS_VM_READ, ERROR_ACCESS_DENIED],
  ] as const) {
    const handle = kernel32.OpenProcess(rights, 0, process.id);
    kernel32.SetLastError(0);
    const expected = [error === 0 ? 1 : 0, error];
    expect([kernel32.QueryWorkingSetEx(handle, buffer, length), kernel32.GetLastError()]).toEqual(
      expected,
    );
    expect([kernel32.QueryWorkingSet(handle, {}, 0x1000), kernel32.GetLastError()]).toEqual(
      expected,
    );
    kernel32.CloseHandle(handle);
  }
  expect(kernel32.QueryWorkingSetEx(0, buffer, length)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_HANDLE);
});

rule("17.14#5", "0 and broken lengths", (scene) => {
  const { kernel32, ntdll } = scene;
  const buffer = [{ VirtualAddress: BASE, VirtualAttributes: 7 }];
  const entry = scene.wide ? 16 : 8;
  for (const length of [0, 1, entry - 1, entry / 2]) {
    kernel32.SetLastError(0);
    expect(kernel32.K32QueryWorkingSetEx(SELF, buffer, length)).toBe(0);
    expect([kernel32.GetLastError(), scene.machine.decision]).toEqual([
      ERROR_BAD_LENGTH,
      "17.14#5",
    ]);
    expect(ntdll.NtQueryVirtualMemory(SELF, 0, 4, buffer, length)).toBe(
      STATUS_INFO_LENGTH_MISMATCH,
    );
  }
  expect(buffer).toEqual([{ VirtualAddress: BASE, VirtualAttributes: 7 }]);
  for (const length of [0, 1, entry / 2 + 1]) {
    const out = {};
    expect(kernel32.K32QueryWorkingSet(SELF, out, length)).toBe(0);
    expect([kernel32.GetLastError(), scene.machine.decision, out]).toEqual([
      ERROR_BAD_LENGTH,
      "17.14#5",
      {},
    ]);
  }
});

rule("17.14#5", "neither touches a page, nor takes a guard off", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const { residentPages: before } = scene.process.counters;
  expectUnchanged(scene, () => {
    rawAttributes(scene, [BASE, BASE + PAGE, BASE + 2 * PAGE]);
    entries(scene);
  });
  expect(scene.process.counters.residentPages).toBe(before);
});

rule("17.14#5", "in guest memory: the buffer itself comes into the working set", (scene) => {
  const { kernel32, memory, wide } = scene;
  const pointer = wide ? 8 : 4;
  const read = (at: number) => (wide ? Number(memory.getBigUint64(at)) : memory.getUint32(at));
  scene.take(BASE, 4 * PAGE);
  const others = entries(scene).length;
  expect(kernel32.QueryWorkingSet(SELF, BASE, 4 * PAGE)).toBe(1);
  expect(read(BASE)).toBe(others + 1);
  expect(read(BASE + (others + 1) * pointer)).toBe(BASE | 4);

  const pairs = BASE + 2 * PAGE - 2 * pointer;
  const write = (at: number, value: number) =>
    wide ? memory.setBigUint64(at, BigInt(value)) : memory.setUint32(at, value);
  write(pairs, BASE);
  write(pairs + 2 * pointer, BASE + 3 * PAGE);
  expect(kernel32.QueryWorkingSetEx(SELF, pairs, 4 * pointer)).toBe(1);
  expect(read(pairs + pointer) & 1).toBe(1);
  expect(read(pairs + 3 * pointer)).toBe(0);
  scene.free(BASE + 3 * PAGE, PAGE, MEM_DECOMMIT);
  expect(kernel32.QueryWorkingSetEx(SELF, BASE + 3 * PAGE - 2 * pointer, 4 * pointer)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_NOACCESS);
});
