import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_NOT_ENOUGH_MEMORY,
  ERROR_PRIVILEGE_NOT_HELD,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  QUOTA_LIMITS_HARDWS_MAX_ENABLE,
} from "../../src/constants.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, PAGE, type Scene, SELF } from "./support/scene.ts";
import { attributesAt, faultsOf, memoryInfo } from "./support/working-set.ts";

const LARGE = 0x200000;
const PAGES = LARGE / PAGE;
const TYPE = MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES;

const machine = { lockMemoryPrivilege: true };

function take(scene: Scene, base = BASE, size = LARGE, protect = PAGE_READWRITE): number {
  return scene.allocate(base, size, TYPE, protect);
}

function refused(
  scene: Scene,
  [base, size, type, protect]: [number, number, number, number],
  error: number,
  decision: string,
): void {
  expectUnchanged(scene, () => {
    expect(scene.kernel32.VirtualAlloc(base, size, type, protect)).toBe(0);
    expect([scene.kernel32.GetLastError(), scene.machine.decision]).toEqual([error, decision]);
  });
}

rule("11#1", "on every profile here", (scene) => {
  expect(scene.kernel32.GetLargePageMinimum()).toBe(LARGE);
});

rule(
  "11#2",
  "TOP_DOWN, and what else is refused",
  (scene) => {
    const high = scene.allocate(0, LARGE, TYPE | MEM_TOP_DOWN, PAGE_READWRITE);
    expect(high % LARGE).toBe(0);
    expect(high).toBeGreaterThan(BASE);
    for (const [type, decision] of [
      [MEM_LARGE_PAGES | MEM_RESERVE, "2.1#5"],
      [MEM_LARGE_PAGES | MEM_COMMIT, "2.1#5"],
      [TYPE | MEM_WRITE_WATCH, "2.1#5"],
      [TYPE | MEM_PHYSICAL, "2.1#5"],
      [MEM_LARGE_PAGES | MEM_RESET, "2.1#4"],
    ] as const) {
      refused(scene, [BASE, LARGE, type, PAGE_READWRITE], ERROR_INVALID_PARAMETER, decision);
    }
  },
  { machine },
);

rule(
  "11#3",
  "one page more or less",
  (scene) => {
    for (const [base, size] of [
      [BASE, LARGE + PAGE],
      [BASE, LARGE - 1],
      [BASE + 0x10000, LARGE],
      [0, PAGE],
    ] as const) {
      const call: [number, number, number, number] = [base, size, TYPE, PAGE_READWRITE];
      refused(scene, call, ERROR_INVALID_PARAMETER, "11#3");
    }
    expect(take(scene, 0, 2 * LARGE) % LARGE).toBe(0);
  },
  { machine },
);

rule("11#4", "after the flags, before the size", (scene) => {
  refused(scene, [BASE, LARGE, TYPE, PAGE_READWRITE], ERROR_PRIVILEGE_NOT_HELD, "2.1#15");
  refused(scene, [BASE, LARGE, TYPE, 0], ERROR_INVALID_PARAMETER, "2.1#9");
  refused(scene, [BASE, PAGE, TYPE, PAGE_READWRITE], ERROR_PRIVILEGE_NOT_HELD, "2.1#15");
});

rule(
  "11#5",
  "frames, working set and charge at once; zeros without a fault",
  (scene) => {
    const { frames } = scene.machine.counters;
    const { residentPages, commitCharge } = scene.process.counters;
    take(scene);
    expect(scene.machine.counters.frames).toBe(frames + PAGES);
    expect(scene.process.counters).toMatchObject({
      residentPages: residentPages + PAGES,
      commitCharge: commitCharge + PAGES,
    });
    const faults = faultsOf(scene, () => {
      expect(scene.memory.getUint32(BASE + LARGE - 4)).toBe(0);
      scene.memory.fill(BASE, 7, LARGE);
    });
    expect(faults).toBe(0);
    expect(memoryInfo(scene).PeakWorkingSetSize).toBe((residentPages + PAGES) * PAGE);
    scene.free(BASE, 0, MEM_RELEASE);
    take(scene);
    expect(scene.memory.getUint32(BASE + LARGE - 4)).toBe(0);
  },
  { machine },
);

rule(
  "11#5",
  "neither trimming nor a hard maximum takes them out",
  (scene) => {
    take(scene);
    scene.take(BASE + LARGE, 30 * PAGE);
    const { EmptyWorkingSet, SetProcessWorkingSetSizeEx, VirtualUnlock } = scene.kernel32;
    expect(EmptyWorkingSet(SELF)).toBe(1);
    expect(VirtualUnlock(BASE, PAGE)).toBe(0);
    expect(attributesAt(scene, BASE)).toMatchObject({ valid: true });
    const hard = QUOTA_LIMITS_HARDWS_MAX_ENABLE;
    expect(SetProcessWorkingSetSizeEx(SELF, 20 * PAGE, 20 * PAGE, hard)).toBe(1);
    scene.memory.setUint8(BASE, 1);
    scene.memory.fill(BASE + LARGE, 1, 30 * PAGE);
    expect(scene.process.counters.residentPages).toBe(PAGES + 20);
    expect(attributesAt(scene, BASE)).toMatchObject({ valid: true });
  },
  { machine },
);

rule(
  "11#6",
  "each protection, and the modifiers",
  (scene) => {
    for (const protect of [
      PAGE_NOACCESS,
      PAGE_READONLY,
      PAGE_READWRITE,
      PAGE_EXECUTE_READ,
      PAGE_EXECUTE_READWRITE,
    ]) {
      const base = take(scene, 0, LARGE, protect);
      expect(scene.protectionAt(base)).toBe(protect);
      scene.free(base, 0, MEM_RELEASE);
    }
    for (const modifier of [PAGE_GUARD, PAGE_NOCACHE, PAGE_WRITECOMBINE]) {
      const call: [number, number, number, number] = [BASE, LARGE, TYPE, PAGE_READWRITE | modifier];
      refused(scene, call, ERROR_INVALID_PARAMETER, "11#6");
    }
  },
  { machine },
);

rule(
  "11#7",
  "parts and the whole",
  (scene) => {
    take(scene);
    const { VirtualFree, VirtualProtect, VirtualLock, GetLastError } = scene.kernel32;
    for (const size of [PAGE, LARGE]) {
      refused(scene, [BASE, size, MEM_COMMIT, PAGE_READWRITE], ERROR_INVALID_ADDRESS, "2.3#C4");
      refused(scene, [BASE, size, MEM_RESET, PAGE_READWRITE], ERROR_INVALID_ADDRESS, "2.6#6");
      expectUnchanged(scene, () => {
        expect(VirtualFree(BASE, size, MEM_DECOMMIT)).toBe(0);
        expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
        expect(VirtualProtect(BASE, size, PAGE_READONLY, { value: 0 })).toBe(0);
        expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
        expect(VirtualLock(BASE, size)).toBe(0);
        expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
      });
    }
    const [at, bytes] = [{ value: BASE }, { value: PAGE }];
    expect(scene.ntdll.NtFreeVirtualMemory(SELF, at, bytes, MEM_RELEASE)).not.toBe(0);
    expect(scene.run(BASE).size).toBe(LARGE);
  },
  { machine },
);

rule(
  "11#8",
  "frames and charge come back",
  (scene) => {
    const before = scene.state();
    take(scene, BASE, 2 * LARGE);
    scene.memory.setUint8(BASE + LARGE, 1);
    scene.free(BASE, 0, MEM_RELEASE);
    expect(scene.state()).toEqual(before);
  },
  { machine },
);

rule(
  "11#9",
  "one run; large and locked on each page",
  (scene) => {
    take(scene, BASE, 2 * LARGE);
    expect(scene.run(BASE)).toMatchObject({
      size: 2 * LARGE,
      state: MEM_COMMIT,
      type: MEM_PRIVATE,
      allocationBase: BASE,
    });
    for (const address of [BASE, BASE + LARGE, BASE + 2 * LARGE - 1]) {
      expect(attributesAt(scene, address)).toEqual({
        valid: true,
        shareCount: 0,
        protection: PAGE_READWRITE,
        shared: false,
        node: 0,
        locked: true,
        large: true,
      });
    }
    expect(scene.process.counters.lockedPages).toBe(0);
  },
  { machine },
);

const small = { ...machine, physicalPages: 2 * PAGES + 50 };

rule(
  "11#10",
  "one page of physical memory too few",
  (scene) => {
    const free = scene.machine.counters.physicalPages - scene.machine.counters.frames;
    const other = scene.take(BASE - 0x1000000, free * PAGE);
    scene.memory.fill(other, 1, (free - 2 * PAGES + 1) * PAGE);
    const call: [number, number, number, number] = [BASE, 2 * LARGE, TYPE, PAGE_READWRITE];
    refused(scene, call, ERROR_NO_SYSTEM_RESOURCES, "11#10");
    scene.free(other, PAGE, MEM_DECOMMIT);
    take(scene, BASE, 2 * LARGE);
  },
  { machine: small },
);

rule(
  "17.4#9",
  "both, and the address space first",
  (scene) => {
    const call: [number, number, number, number] = [0, 4 * LARGE, TYPE, PAGE_READWRITE];
    refused(scene, call, ERROR_NO_SYSTEM_RESOURCES, "11#10");
    const huge = Math.floor(scene.machine.highestUserAddress / LARGE) * LARGE;
    refused(scene, [0, huge, TYPE, PAGE_READWRITE], ERROR_NOT_ENOUGH_MEMORY, "2.2#R6");
  },
  { machine: small },
);

rule(
  "11#10",
  "more than linear memory holds",
  (scene) => {
    const { memoryBytes } = scene.machine.counters;
    const size = 0x2000 * LARGE;
    refused(scene, [0, size, TYPE, PAGE_READWRITE], ERROR_NO_SYSTEM_RESOURCES, "11#10");
    expect(scene.machine.counters.memoryBytes).toBe(memoryBytes);
  },
  {
    on: ["win64 translated"],
    machine: { ...machine, physicalPages: 2 ** 32 - 1, commitLimit: 2 ** 34 },
  },
);

rule(
  "13#12",
  "all of it, once",
  (scene) => {
    const { commitCharge } = scene.machine.counters;
    take(scene, BASE, 3 * LARGE);
    expect(scene.machine.counters.commitCharge).toBe(commitCharge + 3 * PAGES);
    scene.free(BASE, 0, MEM_RELEASE);
    expect(scene.machine.counters.commitCharge).toBe(commitCharge);
  },
  { machine },
);
