import { expect } from "vitest";
import {
  ERROR_CALL_NOT_IMPLEMENTED,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
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
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOMBINE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { vb } from "../../src/vb.ts";
import { EXECUTE, READ, touch, violation, WRITE } from "./support/fault.ts";
import { expectError, hex } from "./support/refusal.ts";
import { ON_WIN9X, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const LOWEST = 0x40_0000;
const HIGHEST = 0x7fff_ffff;
const SHARED = 0x8000_0000;
const SYSTEM = 0xc000_0000;
const SHARED_FLAG = 0x800_0000;
const BOTH = MEM_RESERVE | MEM_COMMIT;
const UNTOUCHED = 0xabad1dea;
const on = ON_WIN9X;

const refused = (decision: string, error: number = ERROR_INVALID_PARAMETER) => ({
  decision,
  error,
});

function allocationRefused(
  scene: Scene,
  decision: string,
  type: number,
  { base = BASE, size = PAGE, protect = PAGE_READWRITE as number } = {},
): void {
  const { VirtualAlloc } = scene.kernel32;
  expectError(scene, refused(decision), () => VirtualAlloc(base, size, type, protect));
}

rule(
  "1.1#7",
  "limits, and regions at both ends that can be used",
  (scene) => {
    const { machine, memory } = scene;
    expect([machine.lowestUserAddress, machine.highestUserAddress]).toEqual([LOWEST, HIGHEST]);
    expect(machine.pointerBytes).toBe(4);
    const top = HIGHEST + 1 - GRANULARITY;
    for (const base of [LOWEST, top]) {
      expect(scene.take(base, GRANULARITY)).toBe(base);
      memory.setUint32(base + GRANULARITY - 4, 0x12345678);
      expect(memory.getUint32(base + GRANULARITY - 4)).toBe(0x12345678);
    }
    const call = { base: top, size: GRANULARITY + 1 };
    allocationRefused(scene, "2.1#12", MEM_RESERVE, call);
  },
  { on },
);

rule(
  "14.1#1",
  "&H80000000 and above come back negative; 0 and 87",
  (scene) => {
    const { VirtualAlloc, VirtualFree, Err } = vb(scene.process);
    const shared = VirtualAlloc(0, PAGE, BOTH | SHARED_FLAG, PAGE_READWRITE);
    expect(shared).toBeLessThan(0);
    scene.memory.setUint32(shared >>> 0, 1);
    expect(VirtualFree(shared, 0, MEM_RELEASE)).toBe(1);
    expect(VirtualAlloc(-1, PAGE, BOTH, PAGE_READWRITE)).toBe(0);
    expect(Err.LastDllError).toBe(ERROR_INVALID_PARAMETER);
    expect(VirtualAlloc.length).toBe(4);
  },
  { on },
);

rule(
  "14.1#2",
  "neither DOS nor what is shared or the system's",
  (scene) => {
    expect(scene.runs()[0]).toMatchObject({ base: 0, size: SHARED, state: MEM_FREE });
    for (const type of [MEM_RESERVE, BOTH]) {
      for (const base of [PAGE, GRANULARITY, LOWEST - GRANULARITY, LOWEST - 1]) {
        const decision = base < GRANULARITY ? "2.1#0a" : "2.2#R4";
        allocationRefused(scene, decision, type, { base });
      }
      for (const base of [SHARED, SYSTEM - GRANULARITY, SYSTEM, 0xffff_0000]) {
        allocationRefused(scene, "2.1#11", type, { base });
      }
    }
    expect(scene.reserve(0, PAGE)).toBe(LOWEST);
    scene.take(BASE, PAGE);
    expect(scene.another().query(BASE)).toMatchObject({ state: MEM_FREE });
    for (const address of [0, LOWEST - 1, SHARED, SYSTEM, 0xffff_ffff]) {
      expect(touch(scene, READ, address)).toEqual(violation(READ, address));
    }
  },
  { on },
);

rule(
  "14.1#3",
  "and 2 GB in all",
  (scene) => {
    const info: { [field: string]: number } = {};
    scene.kernel32.GetSystemInfo(info);
    expect(info).toMatchObject({
      wProcessorArchitecture: 0,
      dwPageSize: PAGE,
      lpMinimumApplicationAddress: LOWEST,
      lpMaximumApplicationAddress: HIGHEST,
      dwAllocationGranularity: GRANULARITY,
    });
    const status: { [field: string]: number } = {};
    scene.kernel32.GlobalMemoryStatus(status);
    expect(status).toMatchObject({
      dwLength: 32,
      dwTotalVirtual: HIGHEST + 1 - LOWEST,
      dwTotalPhys: HIGHEST,
      dwTotalPageFile: HIGHEST,
    });
  },
  { on },
);

rule(
  "14.1#5",
  "none, alone, and beside RESERVE",
  (scene) => {
    allocationRefused(scene, "2.1#3", 0);
    allocationRefused(scene, "2.1#3", MEM_TOP_DOWN);
    for (const flag of [MEM_PHYSICAL, MEM_LARGE_PAGES, MEM_RESET_UNDO, 0x800000, 0x40000000]) {
      for (const type of [flag, flag | MEM_RESERVE, flag | BOTH]) {
        allocationRefused(scene, "2.1#2", type);
      }
    }
  },
  { on },
);

rule(
  "14.1#6",
  "the lowest place; neither alone nor with RESERVE",
  (scene) => {
    const below = scene.reserve(0, PAGE);
    const type = MEM_RESERVE | MEM_TOP_DOWN;
    expect(scene.allocate(0, PAGE, type, PAGE_READWRITE)).toBe(below + GRANULARITY);
    scene.take(BASE, PAGE);
    for (const reset of [MEM_RESET, MEM_RESET | MEM_RESERVE]) {
      allocationRefused(scene, "2.1#2", reset);
    }
  },
  { on },
);

rule(
  "14.1#7",
  "with RESERVE and without",
  (scene) => {
    scene.watched(BASE, 2 * PAGE);
    scene.memory.setUint8(BASE + PAGE, 1);
    expect(scene.marks(BASE, 2 * PAGE)).toEqual([BASE + PAGE]);
    for (const type of [MEM_WRITE_WATCH, MEM_WRITE_WATCH | MEM_COMMIT]) {
      allocationRefused(scene, type === MEM_WRITE_WATCH ? "2.1#3" : "2.1#6", type);
    }
  },
  { on },
);

rule(
  "14.1#7",
  "Windows 95: 87, and 120 for the two functions",
  (scene) => {
    for (const type of [MEM_RESERVE, BOTH]) {
      allocationRefused(scene, "2.1#2", type | MEM_WRITE_WATCH);
    }
    const { GetWriteWatch, ResetWriteWatch } = scene.kernel32;
    const missing = refused("17.1#12", ERROR_CALL_NOT_IMPLEMENTED);
    const place = { value: 1 };
    const calls = [
      () => GetWriteWatch(0, BASE, PAGE, { value: [] }, place, place),
      () => ResetWriteWatch(BASE, PAGE),
    ];
    for (const call of calls) expectError(scene, missing, call, 0xffff_ffff);
  },
  { on, machine: { windows95: true } },
);

rule(
  "14.1#8",
  "not even with the privilege",
  (scene) => {
    allocationRefused(scene, "2.1#2", MEM_RESERVE | MEM_PHYSICAL);
    const { AllocateUserPhysicalPages, MapUserPhysicalPages } = scene.kernel32;
    const missing = refused("17.1#12", ERROR_CALL_NOT_IMPLEMENTED);
    const count = { value: 1 };
    expectError(scene, missing, () => AllocateUserPhysicalPages(SELF, count, { value: [] }));
    expectError(scene, missing, () => MapUserPhysicalPages(BASE, 1, null));
  },
  { on, machine: { lockMemoryPrivilege: true } },
);

rule(
  "14.1#9",
  "allocated, committed and protected; nothing is raised, NOACCESS is none",
  (scene) => {
    const both = PAGE_GUARD | PAGE_NOCACHE;
    for (const [index, flags] of [PAGE_GUARD, PAGE_NOCACHE, both].entries()) {
      const base = BASE + index * GRANULARITY;
      scene.take(base, PAGE, PAGE_READWRITE | flags);
      expect(scene.run(base)).toMatchObject({
        protect: PAGE_READWRITE,
        allocationProtect: PAGE_READWRITE,
      });
      expect([touch(scene, WRITE, base), touch(scene, READ, base)]).toEqual([null, null]);
      scene.protect(base, PAGE, PAGE_READONLY | flags);
      expect(scene.protectionAt(base)).toBe(PAGE_READONLY);
      scene.commit(base, PAGE, PAGE_READWRITE | flags);
      expect(scene.protectionAt(base)).toBe(PAGE_READWRITE);
      scene.protect(base, PAGE, PAGE_NOACCESS | flags);
      expect(scene.protectionAt(base)).toBe(PAGE_NOACCESS);
      for (const _ of [1, 2]) {
        expect(touch(scene, READ, base)).toEqual(violation(READ, base));
      }
    }
    allocationRefused(scene, "2.1#9", MEM_RESERVE, { protect: PAGE_WRITECOMBINE | 4 });
  },
  { on },
);

rule(
  "14.1#10",
  "new, and after a decommit",
  (scene) => {
    for (const _ of [1, 2]) {
      scene.commit(BASE, 2 * PAGE);
      expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
      scene.memory.fill(BASE, 0xff, 2 * PAGE);
      scene.free(BASE, 2 * PAGE, MEM_DECOMMIT);
    }
  },
  { on },
);

for (const executeOnlyReadable of [false, true]) {
  rule(
    "14.1#11",
    executeOnlyReadable ? "executeOnlyReadable: as READONLY" : "a fetch reads them",
    (scene) => {
      scene.take(BASE, PAGE, PAGE_EXECUTE);
      const unreadable = violation(READ, BASE);
      expect(touch(scene, READ, BASE)).toEqual(executeOnlyReadable ? null : unreadable);
      expect(touch(scene, EXECUTE, BASE)).toBe(null);
      expect(touch(scene, WRITE, BASE)).toEqual(violation(WRITE, BASE));
      const kept = executeOnlyReadable ? PAGE_READONLY : PAGE_EXECUTE;
      expect(scene.protectionAt(BASE)).toBe(kept);
    },
    { on, machine: executeOnlyReadable ? { executeOnlyReadable } : {} },
  );
}

rule(
  "14.1#12",
  "EXECUTE_READ and EXECUTE_READWRITE; every page that can be read can be run",
  (scene) => {
    const kept: readonly [number, number][] = [
      [PAGE_NOACCESS, PAGE_NOACCESS],
      [PAGE_READONLY, PAGE_READONLY],
      [PAGE_READWRITE, PAGE_READWRITE],
      [PAGE_EXECUTE_READ, PAGE_READONLY],
      [PAGE_EXECUTE_READWRITE, PAGE_READWRITE],
    ];
    scene.reserve(BASE, GRANULARITY);
    for (const [index, [asked, expected]] of kept.entries()) {
      const page = BASE + index * PAGE;
      scene.commit(page, PAGE, asked);
      expect(hex(scene.protectionAt(page))).toBe(hex(expected));
      const isReadable = expected !== PAGE_NOACCESS;
      // Without execute protection a fetch is a read.
      expect(touch(scene, EXECUTE, page)).toEqual(isReadable ? null : violation(READ, page));
      scene.protect(page, PAGE, PAGE_READWRITE);
      scene.protect(page, PAGE, asked);
      expect(hex(scene.protectionAt(page))).toBe(hex(expected));
    }
    for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY]) {
      allocationRefused(scene, "2.2#R1", MEM_RESERVE, { base: 0, protect });
    }
  },
  { on },
);

rule(
  "14.1#13",
  "NULL and a place; what is shared",
  (scene) => {
    const { VirtualProtect, VirtualProtectEx } = scene.kernel32;
    scene.take(BASE, PAGE);
    for (const nowhere of [null, undefined, 0, 0n]) {
      expect(VirtualProtect(BASE, PAGE, PAGE_READONLY, nowhere)).toBe(1);
      expect(scene.protectionAt(BASE)).toBe(PAGE_READONLY);
      expect(VirtualProtectEx(SELF, BASE, PAGE, PAGE_READWRITE, nowhere)).toBe(1);
      expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
    }
    expect(scene.protect(BASE, PAGE, PAGE_READONLY)).toBe(PAGE_READWRITE);
    const bad = refused("3.3#2", 998);
    expectError(scene, bad, () => VirtualProtect(BASE, PAGE, PAGE_READWRITE, BASE + PAGE));
    const shared = scene.allocate(0, PAGE, BOTH | SHARED_FLAG, PAGE_READWRITE);
    for (const old of [null, { value: 0 }]) {
      const call = () => VirtualProtect(shared, PAGE, PAGE_READONLY, old);
      expectError(scene, refused("3.3#3"), call);
    }
    expect(scene.protectionAt(shared)).toBe(PAGE_READWRITE);
    scene.free(shared, 0, MEM_RELEASE);
  },
  { on },
);

rule(
  "14.1#19",
  "for every process, even its own",
  (scene) => {
    const { VirtualAllocEx, VirtualFreeEx } = scene.kernel32;
    scene.take(BASE, PAGE);
    const missing = refused("17.1#12", ERROR_CALL_NOT_IMPLEMENTED);
    for (const process of [SELF, 0x40]) {
      expectError(scene, missing, () => VirtualAllocEx(process, 0, PAGE, BOTH, PAGE_READWRITE));
      expectError(scene, missing, () => VirtualFreeEx(process, BASE, 0, MEM_RELEASE));
    }
  },
  { on },
);

rule(
  "14.1#20",
  "committed, reserved and free memory; no page is locked or taken",
  (scene) => {
    const { VirtualLock, VirtualUnlock, SetLastError, GetLastError } = scene.kernel32;
    scene.take(BASE, PAGE);
    scene.reserve(BASE + GRANULARITY, PAGE);
    SetLastError(UNTOUCHED);
    expectUnchanged(scene, () => {
      for (const base of [BASE, BASE + GRANULARITY, BASE + 2 * GRANULARITY, 0, SYSTEM, null]) {
        expect([VirtualUnlock(base, PAGE), scene.machine.decision]).toEqual([1, "14.1#20"]);
        expect([VirtualLock(base, 0x1000 * PAGE), VirtualLock(base, 0)]).toEqual([1, 1]);
        expect(scene.machine.decision).toBe("14.1#20");
      }
    });
    expect(scene.process.counters.lockedPages).toBe(0);
    expect(GetLastError()).toBe(UNTOUCHED);
  },
  { on },
);
