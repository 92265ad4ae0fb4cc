import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INSUFFICIENT_BUFFER,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  FILE_MAP_COPY,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESET,
  PAGE_GUARD,
  PAGE_READWRITE,
  PROCESS_QUERY_LIMITED_INFORMATION,
  PROCESS_SET_QUOTA,
  QUOTA_LIMITS_HARDWS_MAX_DISABLE,
  QUOTA_LIMITS_HARDWS_MAX_ENABLE,
  QUOTA_LIMITS_HARDWS_MIN_DISABLE,
  QUOTA_LIMITS_HARDWS_MIN_ENABLE,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";
import { faultsOf, memoryInfo, residentPages, touchPages } from "./support/working-set.ts";

const HARD_MAX = QUOTA_LIMITS_HARDWS_MAX_ENABLE;

/** Minimum and maximum in pages, and the flags. */
function limits(scene: Scene): number[] {
  const out = [{ value: 0 }, { value: 0 }, { value: 0 }] as const;
  expect(scene.kernel32.GetProcessWorkingSetSizeEx(SELF, ...out)).toBe(1);
  return [out[0].value / PAGE, out[1].value / PAGE, out[2].value];
}

function setLimits(scene: Scene, minimum: number, maximum: number, flags = 0): number {
  return scene.kernel32.SetProcessWorkingSetSizeEx(SELF, minimum * PAGE, maximum * PAGE, flags);
}

rule("17.14#1", "what is set is got; a small minimum becomes 20 pages", (scene) => {
  for (const [minimum, maximum, expected] of [
    [60, 400, [60, 400, 10]],
    [20, 20, [20, 20, 10]],
    [19, 400, [20, 400, 10]],
    [1, 13, [20, 13, 10]],
  ] as const) {
    expect(setLimits(scene, minimum, maximum)).toBe(1);
    expect(limits(scene)).toEqual(expected);
  }
  expect(scene.kernel32.SetProcessWorkingSetSize(SELF, 30 * PAGE, 50 * PAGE)).toBe(1);
  expect(limits(scene)).toEqual([30, 50, 10]);
});

rule("17.14#1", "limits that are refused, and change nothing", (scene) => {
  const { SetProcessWorkingSetSize, GetLastError, SetLastError } = scene.kernel32;
  for (const [minimum, maximum] of [
    [50 * PAGE, 49 * PAGE],
    [0, 345 * PAGE],
    [1, 12 * PAGE],
    [PAGE, 13 * PAGE - 1],
    [-1, 345 * PAGE],
    [50 * PAGE, -1],
    [0, 0],
  ] as const) {
    SetLastError(0);
    expect(SetProcessWorkingSetSize(SELF, minimum, maximum)).toBe(0);
    expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_PARAMETER, "17.14#1"]);
  }
  expect(limits(scene)).toEqual([50, 345, 10]);
});

rule(
  "17.14#1",
  "flags stay until they are changed; pairs and unknown bits are refused",
  (scene) => {
    for (const [flags, expected] of [
      [QUOTA_LIMITS_HARDWS_MIN_ENABLE, 9],
      [0, 9],
      [HARD_MAX, 5],
      [QUOTA_LIMITS_HARDWS_MIN_DISABLE, 6],
      [QUOTA_LIMITS_HARDWS_MAX_DISABLE, 10],
      [QUOTA_LIMITS_HARDWS_MIN_ENABLE | HARD_MAX, 5],
    ] as const) {
      expect(setLimits(scene, 50, 345, flags)).toBe(1);
      expect(limits(scene)[2]).toBe(expected);
    }
    for (const flags of [3, 12, 15, 16, 0x80000000]) {
      expect(setLimits(scene, 60, 400, flags)).toBe(0);
      expect(scene.kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(limits(scene)).toEqual([50, 345, 5]);
  },
);

rule("17.14#1", "the handle needs SET_QUOTA; the values are looked at first", (scene) => {
  const { kernel32, process } = scene;
  const { SetProcessWorkingSetSize, GetLastError } = kernel32;
  const weak = kernel32.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process.id);
  const strong = kernel32.OpenProcess(PROCESS_SET_QUOTA, 0, process.id);
  expect(SetProcessWorkingSetSize(strong, 60 * PAGE, 400 * PAGE)).toBe(1);
  expect(SetProcessWorkingSetSize(weak, 70 * PAGE, 400 * PAGE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_ACCESS_DENIED);
  expect(SetProcessWorkingSetSize(0, 70 * PAGE, 400 * PAGE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_HANDLE);
  expect(SetProcessWorkingSetSize(0, 0, 400 * PAGE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  expect(limits(scene)).toEqual([60, 400, 10]);
});

rule("17.14#1", "the minimum says how many pages can be locked", (scene) => {
  scene.take(BASE, 100 * PAGE);
  const { VirtualLock } = scene.kernel32;
  expect(VirtualLock(BASE, 43 * PAGE)).toBe(0);
  expect(setLimits(scene, 51, 345)).toBe(1);
  expect(VirtualLock(BASE, 43 * PAGE)).toBe(1);
});

rule("17.14#2", "at the start, with and without flags, and in guest memory", (scene) => {
  expect(limits(scene)).toEqual([0x32000 / PAGE, 0x159000 / PAGE, 2 | 8]);
  const { kernel32, memory, wide } = scene;
  const pointer = wide ? 8 : 4;
  scene.take(BASE, 2 * PAGE);
  memory.fill(BASE, 0xcc, PAGE);
  expect(kernel32.GetProcessWorkingSetSizeEx(SELF, BASE, BASE + 8, BASE + 16)).toBe(1);
  const read = (at: number) => (wide ? Number(memory.getBigUint64(at)) : memory.getUint32(at));
  expect([read(BASE), read(BASE + 8), memory.getUint32(BASE + 16)]).toEqual([
    0x32000, 0x159000, 10,
  ]);
  expect(memory.getUint8(BASE + 16 + 4)).toBe(0xcc);
  expect(memory.getUint8(BASE + 8 + pointer)).toBe(wide ? 10 : 0xcc);
  expect(kernel32.GetProcessWorkingSetSize(SELF, BASE + 0x100, null)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_NOACCESS);
  expect(memory.getUint32(BASE + 0x100)).toBe(0xcccccccc);
});

const RESIDENT = 20;

/** A process that holds no more than 20 pages, and pages that it can touch. */
function limited(scene: Scene): void {
  scene.take(BASE, 64 * PAGE);
  expect(setLimits(scene, RESIDENT, RESIDENT, HARD_MAX)).toBe(1);
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

rule("17.14#3", "the oldest page leaves, and keeps its content", (scene) => {
  limited(scene);
  touchPages(scene, BASE, range(0, 23));
  expect(residentPages(scene, BASE, 64)).toEqual(range(3, 23));
  expect(scene.memory.getUint8(BASE)).toBe(1);
  expect(residentPages(scene, BASE, 64)).toEqual([0, ...range(4, 23)]);
});

rule("17.14#3", "every use counts, a read that changes nothing too", (scene) => {
  limited(scene);
  touchPages(scene, BASE, range(0, 20));
  expect(scene.memory.getUint8(BASE)).toBe(1);
  touchPages(scene, BASE, [20, 21]);
  expect(residentPages(scene, BASE, 64)).toEqual([0, ...range(3, 22)]);
});

rule("17.14#3", "the order does not depend on derived maps", (scene) => {
  limited(scene);
  touchPages(scene, BASE, range(0, 20));
  for (const page of [5, 0, 9]) {
    scene.process.forgetMaps();
    expect(scene.memory.getUint8(BASE + page * PAGE)).toBe(page + 1);
  }
  touchPages(scene, BASE, range(20, 38));
  expect(residentPages(scene, BASE, 64)).toEqual([0, 9, ...range(20, 38)]);
});

rule("17.14#3", "locked pages stay", (scene) => {
  scene.take(BASE, 64 * PAGE);
  expect(scene.kernel32.VirtualLock(BASE, 10 * PAGE)).toBe(1);
  expect(setLimits(scene, RESIDENT, RESIDENT, HARD_MAX)).toBe(1);
  touchPages(scene, BASE, range(10, 40));
  expect(residentPages(scene, BASE, 64)).toEqual([...range(0, 10), ...range(30, 40)]);
});

rule("17.14#3", "where every page is locked, the limit gives way", (scene) => {
  scene.take(BASE, 64 * PAGE);
  expect(scene.kernel32.VirtualLock(BASE, 40 * PAGE)).toBe(1);
  expect(setLimits(scene, RESIDENT, RESIDENT, HARD_MAX)).toBe(1);
  touchPages(scene, BASE, [50, 51]);
  expect(residentPages(scene, BASE, 64)).toEqual([...range(0, 40), 51]);
});

rule("17.14#3", "switched on, it takes the lowest pages out that are too many", (scene) => {
  scene.take(BASE, 64 * PAGE);
  touchPages(scene, BASE, range(0, 40).reverse());
  expect(setLimits(scene, RESIDENT, RESIDENT, HARD_MAX)).toBe(1);
  expect(residentPages(scene, BASE, 64)).toEqual(range(20, 40));
  expect(setLimits(scene, 1, 15)).toBe(1);
  expect(residentPages(scene, BASE, 64)).toEqual(range(25, 40));
  expect(setLimits(scene, RESIDENT, RESIDENT, QUOTA_LIMITS_HARDWS_MAX_DISABLE)).toBe(1);
  touchPages(scene, BASE, range(0, 20));
  expect(residentPages(scene, BASE, 64)).toEqual([...range(0, 20), ...range(25, 40)]);
});

rule("17.14#3", "pages that went otherwise make room, and are forgotten", (scene) => {
  limited(scene);
  for (const round of range(0, 30)) {
    touchPages(scene, BASE, range(0, 10));
    if (round % 2 === 0) scene.free(BASE, 10 * PAGE, MEM_DECOMMIT);
    else expect(scene.kernel32.EmptyWorkingSet(SELF)).toBe(1);
    scene.commit(BASE, 10 * PAGE);
  }
  scene.process.verifySpace();
  touchPages(scene, BASE, range(0, 22));
  expect(residentPages(scene, BASE, 64)).toEqual(range(2, 22));
  scene.free(BASE, 0, MEM_RELEASE);
  expect(scene.process.counters.residentPages).toBe(0);
});

rule("17.14#3", "pages that come and go leave nothing behind", (scene) => {
  limited(scene);
  const records = range(0, 30).map((page) => {
    touchPages(scene, BASE, [page]);
    scene.free(BASE + page * PAGE, PAGE, MEM_DECOMMIT);
    return scene.machine.counters.records;
  });
  expect(new Set(records.slice(1)).size).toBe(1);
});

rule("17.14#3", "a soft maximum stops nothing", (scene) => {
  scene.take(BASE, 64 * PAGE);
  expect(setLimits(scene, RESIDENT, RESIDENT)).toBe(1);
  touchPages(scene, BASE, range(0, 64));
  expect(residentPages(scene, BASE, 64)).toEqual(range(0, 64));
});

rule("17.14#4", "sizes, now and at most", (scene) => {
  const before = memoryInfo(scene);
  scene.take(BASE, 8 * PAGE);
  touchPages(scene, BASE, [0, 1, 2]);
  scene.free(BASE + PAGE, 7 * PAGE, MEM_DECOMMIT);
  const cb = scene.wide ? 0x50 : 0x2c;
  expect(memoryInfo(scene)).toEqual({
    cb,
    PageFaultCount: before.PageFaultCount + 3,
    PeakWorkingSetSize: before.WorkingSetSize + 3 * PAGE,
    WorkingSetSize: before.WorkingSetSize + PAGE,
    QuotaPeakPagedPoolUsage: 0,
    QuotaPagedPoolUsage: 0,
    QuotaPeakNonPagedPoolUsage: 0,
    QuotaNonPagedPoolUsage: 0,
    PagefileUsage: before.PagefileUsage + PAGE,
    PeakPagefileUsage: before.PagefileUsage + 8 * PAGE,
    PrivateUsage: before.PrivateUsage + PAGE,
  });
  const { commitCharge, residentPages: resident } = scene.process.counters;
  expect(memoryInfo(scene)).toMatchObject({
    PagefileUsage: commitCharge * PAGE,
    WorkingSetSize: resident * PAGE,
  });
});

rule("17.14#4", "the charge of a copy-on-write view counts in the peak", (scene) => {
  const before = memoryInfo(scene);
  const at = view(scene, mapping(scene, 4), FILE_MAP_COPY);
  expect(memoryInfo(scene).PagefileUsage).toBe(before.PagefileUsage + 4 * PAGE);
  expect(scene.kernel32.UnmapViewOfFile(at)).toBe(1);
  expect(memoryInfo(scene)).toMatchObject({
    PagefileUsage: before.PagefileUsage,
    PeakPagefileUsage: before.PagefileUsage + 4 * PAGE,
  });
});

rule("17.14#4", "a short buffer; one without PrivateUsage", (scene) => {
  const { kernel32, process, wide } = scene;
  const base = wide ? 0x48 : 0x28;
  const out = {};
  expect(kernel32.K32GetProcessMemoryInfo(SELF, out, base - 1)).toBe(0);
  expect([kernel32.GetLastError(), out]).toEqual([ERROR_INSUFFICIENT_BUFFER, {}]);
  expect(kernel32.GetProcessMemoryInfo(0, out, base - 1)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INSUFFICIENT_BUFFER);
  expect(kernel32.GetProcessMemoryInfo(0, out, base)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_INVALID_HANDLE);
  const handle = kernel32.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, process.id);
  expect(kernel32.GetProcessMemoryInfo(handle, out, base + 1)).toBe(1);
  expect(Object.keys(out)).not.toContain("PrivateUsage");
  expect(out).toMatchObject({ cb: base });
});

rule("17.14#4", "in guest memory", (scene) => {
  const { kernel32, memory, wide } = scene;
  scene.take(BASE, 2 * PAGE);
  memory.fill(BASE, 0xcc, PAGE);
  const size = wide ? 0x50 : 0x2c;
  expect(kernel32.GetProcessMemoryInfo(SELF, BASE, size)).toBe(1);
  expect(memory.getUint32(BASE)).toBe(size);
  const last = BASE + size - (wide ? 8 : 4);
  const charge = wide ? Number(memory.getBigUint64(last)) : memory.getUint32(last);
  expect(charge).toBe(scene.process.counters.commitCharge * PAGE);
  expect(memory.getUint8(BASE + size)).toBe(0xcc);
  expect(kernel32.GetProcessMemoryInfo(SELF, BASE + 2 * PAGE - 8, size)).toBe(0);
  expect(kernel32.GetLastError()).toBe(ERROR_NOACCESS);
  expect(memory.getUint32(BASE + 2 * PAGE - 8)).toBe(0);
});

rule("17.14#4", "an access is a fault where it changes what is so of its pages", (scene) => {
  const { memory, kernel32 } = scene;
  scene.take(BASE, 4 * PAGE);
  const watched = BASE + GRANULARITY;
  scene.watched(watched, PAGE);
  const copy = view(scene, mapping(scene, 1), FILE_MAP_COPY);
  const faults = (action: () => unknown) => faultsOf(scene, () => action());
  expect(faults(() => memory.getUint8(BASE))).toBe(1);
  expect(faults(() => memory.getUint8(BASE))).toBe(0);
  expect(faults(() => memory.setUint8(BASE, 1))).toBe(0);
  expect(faults(() => memory.setUint32(BASE + 2 * PAGE - 2, 1))).toBe(1);
  expect(faults(() => memory.getUint8(watched))).toBe(1);
  expect(faults(() => memory.setUint8(watched, 1))).toBe(1);
  expect(faults(() => memory.setUint8(watched, 2))).toBe(0);
  expect(faults(() => kernel32.ResetWriteWatch(watched, PAGE))).toBe(0);
  expect(faults(() => memory.setUint8(watched, 3))).toBe(1);
  expect(faults(() => memory.getUint8(copy))).toBe(1);
  expect(faults(() => memory.setUint8(copy, 1))).toBe(1);
  expect(faults(() => kernel32.EmptyWorkingSet(SELF))).toBe(0);
  expect(faults(() => memory.setUint8(copy, 1))).toBe(1);
  scene.allocate(BASE + PAGE, PAGE, MEM_RESET, PAGE_READWRITE);
  expect(faults(() => memory.getUint8(BASE + PAGE))).toBe(1);
  expect(faults(() => memory.setUint8(BASE + PAGE, 1))).toBe(1);
  expect(faults(() => memory.setUint8(BASE + PAGE, 1))).toBe(0);
});

rule("17.14#4", "an access that fails is none, nor is the debugger's", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const faults = faultsOf(scene, () => {
    expect(() => scene.memory.setUint32(BASE + PAGE - 2, 1)).toThrow();
    expect(() => scene.memory.setUint8(BASE + 8 * PAGE, 1)).toThrow();
    scene.process.debugView.write(BASE, new Uint8Array([1]));
  });
  expect(faults).toBe(0);
});

rule("17.14#4", "the count does not depend on derived maps", (scene) => {
  scene.take(BASE, 8 * PAGE);
  const run = (forgets: () => void) =>
    faultsOf(scene, () => {
      for (const page of [0, 3, 0, 1, 3, 3, 7, 0]) {
        scene.memory.setUint8(BASE + page * PAGE, 1);
        forgets();
        scene.memory.getUint32(BASE + page * PAGE + 8);
        forgets();
      }
    });
  const first = run(() => {});
  scene.free(BASE, 8 * PAGE, MEM_DECOMMIT);
  scene.commit(BASE, 8 * PAGE);
  expect([first, run(() => scene.process.forgetMaps())]).toEqual([4, 4]);
});
