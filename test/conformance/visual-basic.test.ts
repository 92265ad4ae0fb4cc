import { expect } from "vitest";
import {
  EXCEPTION_ACCESS_VIOLATION,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  STATUS_INVALID_USER_BUFFER,
} from "../../src/constants.ts";
import { vb } from "../../src/vb.ts";
import { EXECUTE, faultOf, READ, touch, violation, WRITE } from "./support/fault.ts";
import { ON_WIN9X, ON_WIN32, type Place, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const SHARED_FLAG = 0x800_0000;
const LONG_MINIMUM = -0x8000_0000;
const LONG_MAXIMUM = 0x7fff_ffff;
const ON_BOTH: readonly Place[] = [...ON_WIN32, ...ON_WIN9X];
const ON_3G: readonly Place[] = ["win32-3g translated", "win32-3g windowed"];

/** Pages of Visual Basic, reserved and committed. */
function take(scene: Scene, protect: number, address = BASE): void {
  expect(vb(scene.process).VirtualAlloc(address, PAGE, BOTH, protect)).toBe(address);
}

rule(
  "17.2#18",
  "after RESET, and after a second commit",
  (scene) => {
    const { VirtualAlloc } = vb(scene.process);
    take(scene, PAGE_READWRITE);
    expect(scene.memory.getUint32(BASE)).toBe(0);
    scene.memory.setUint32(BASE, 7);
    expect(VirtualAlloc(BASE, PAGE, MEM_RESET, PAGE_NOACCESS)).toBe(BASE);
    expect(scene.memory.getUint32(BASE)).toBe(7);
    expect(VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(BASE);
    expect(scene.memory.getUint32(BASE)).toBe(7);
  },
  { on: ON_WIN32 },
);

rule(
  "17.2#19",
  "and its 64 KB are a region",
  (scene) => {
    const { VirtualAlloc } = vb(scene.process);
    expect(VirtualAlloc(BASE + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(BASE + PAGE);
    expect([scene.stateAt(BASE), scene.stateAt(BASE + PAGE)]).toEqual([MEM_RESERVE, MEM_COMMIT]);
  },
  { on: ON_WIN9X },
);

rule(
  "17.2#20",
  "one at a time, and no two",
  (scene) => {
    const { VirtualAlloc, Err } = vb(scene.process);
    for (const [index, flag] of [PAGE_GUARD, PAGE_NOCACHE].entries()) {
      const base = BASE + index * GRANULARITY;
      take(scene, PAGE_READWRITE | flag, base);
      expect(scene.protectionAt(base)).toBe(PAGE_READWRITE | flag);
    }
    const both = PAGE_READWRITE | PAGE_GUARD | PAGE_NOCACHE;
    expect([VirtualAlloc(0, PAGE, BOTH, both), Err.LastDllError]).toEqual([0, 87]);
  },
  { on: ON_WIN32 },
);

rule(
  "17.2#20",
  "all are taken, and neither is kept",
  (scene) => {
    for (const [index, flags] of [PAGE_GUARD, PAGE_NOCACHE, PAGE_GUARD | PAGE_NOCACHE].entries()) {
      const base = BASE + index * GRANULARITY;
      take(scene, PAGE_READONLY | flags, base);
      expect(scene.protectionAt(base)).toBe(PAGE_READONLY);
    }
  },
  { on: ON_WIN9X },
);

for (const [on, dep] of [
  [ON_WIN32, true],
  [ON_WIN32, false],
  [ON_WIN9X, false],
] as const) {
  rule(
    "17.2#21",
    `dep ${dep}`,
    (scene) => {
      take(scene, PAGE_READONLY);
      expect(touch(scene, EXECUTE, BASE)).toEqual(dep ? violation(EXECUTE, BASE) : null);
    },
    { on, machine: { dep } },
  );
}

rule(
  "17.2#22",
  "by default",
  (scene) => {
    take(scene, PAGE_EXECUTE);
    for (const access of [READ, WRITE]) {
      expect(touch(scene, access, BASE)).toEqual(violation(access, BASE));
    }
    expect(touch(scene, EXECUTE, BASE)).toBe(null);
  },
  { on: ON_WIN9X },
);

rule(
  "17.2#22",
  "executeOnlyReadable: false",
  (scene) => {
    take(scene, PAGE_EXECUTE);
    for (const access of [READ, WRITE]) {
      expect(touch(scene, access, BASE)).toEqual(violation(access, BASE));
    }
    expect(touch(scene, EXECUTE, BASE)).toBe(null);
  },
  { on: ON_WIN32, machine: { executeOnlyReadable: false } },
);

rule(
  "17.2#23",
  "read, written, run",
  (scene) => {
    take(scene, PAGE_NOACCESS);
    for (const access of [READ, WRITE, EXECUTE]) {
      expect(touch(scene, access, BASE)?.code).toBe(EXCEPTION_ACCESS_VIOLATION);
    }
  },
  { on: ON_BOTH },
);

rule(
  "17.2#24",
  "time after time",
  (scene) => {
    const { VirtualProtect } = vb(scene.process);
    take(scene, PAGE_READWRITE | PAGE_GUARD);
    expect(touch(scene, WRITE, BASE)).toBe(null);
    expect(VirtualProtect(BASE, PAGE, PAGE_NOACCESS, { value: 0 })).toBe(1);
    for (const _ of [1, 2, 3]) expect(touch(scene, WRITE, BASE)).toEqual(violation(WRITE, BASE));
    expect(scene.protectionAt(BASE)).toBe(PAGE_NOACCESS);
  },
  { on: ON_WIN9X },
);

rule(
  "17.2#25",
  "each of them, and no other number",
  (scene) => {
    const { VirtualAlloc } = vb(scene.process);
    const call = [BASE, PAGE, BOTH, PAGE_READWRITE] as const;
    const names = ["lpAddress", "dwSize", "flAllocationType", "flProtect"];
    for (const [index, name] of names.entries()) {
      for (const beyond of [0.5, LONG_MINIMUM - 1, LONG_MAXIMUM + 1]) {
        const given = call.with(index, beyond) as [number, number, number, number];
        expect(() => VirtualAlloc(...given)).toThrow(RangeError);
        expect(() => VirtualAlloc(...given)).toThrow(new RegExp(`^${name} .*Overflow, 6`));
      }
    }
    expect(VirtualAlloc(...call)).toBe(BASE);
    expect(VirtualAlloc(LONG_MINIMUM, LONG_MINIMUM, LONG_MINIMUM, LONG_MINIMUM)).toBe(0);
  },
  { on: ON_BOTH },
);

rule(
  "17.2#26",
  "once",
  (scene) => {
    take(scene, PAGE_READWRITE | PAGE_GUARD);
    const { system } = scene.process;
    const bytes = new Uint8Array(4);
    const failed = { status: STATUS_INVALID_USER_BUFFER, transferred: 0 };
    expect(system.copyIn(BASE, bytes)).toEqual(failed);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
    expect(system.copyIn(BASE, bytes)).toEqual({ status: 0, transferred: 4 });
  },
  { on: ON_WIN32 },
);

for (const [version, isThere] of [
  ["nt4", false],
  ["win2000", false],
  ["winxp", true],
  ["win10", true],
] as const) {
  rule(
    "17.3#6",
    version,
    (scene) => {
      const { VirtualAlloc, Err } = vb(scene.process);
      const base = VirtualAlloc(BASE, PAGE, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
      const expected = isThere ? [BASE, 0] : [0, 87];
      expect([base, Err.LastDllError]).toEqual(expected);
    },
    { on: ON_WIN32, machine: { version } },
  );
}

rule(
  "17.18#6",
  "addresses and sizes above &H7FFFFFFF, in and out",
  (scene) => {
    const { VirtualAlloc, VirtualQuery, VirtualFree, Err } = vb(scene.process);
    const address = 0xa000_0000 - 2 ** 32;
    expect(VirtualAlloc(address, PAGE, BOTH, PAGE_READWRITE)).toBe(address);
    scene.memory.setUint32(0xa000_0000, 1);
    const run = { BaseAddress: 0, AllocationBase: 0, RegionSize: 0 };
    expect(VirtualQuery(address + 1, run, 28)).toBe(28);
    expect(run).toMatchObject({ BaseAddress: address, AllocationBase: address, RegionSize: PAGE });
    expect(VirtualFree(address, 0, MEM_RELEASE)).toBe(1);
    expect(VirtualAlloc(0, LONG_MINIMUM, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
    expect([Err.LastDllError, scene.machine.decision]).toEqual([8, "2.2#R6"]);
  },
  { on: ON_3G },
);

rule(
  "17.18#6",
  "what all processes of Windows 9x share is negative",
  (scene) => {
    const { VirtualAlloc, VirtualQuery, VirtualFree } = vb(scene.process);
    const free = { BaseAddress: 1, RegionSize: 0, lType: 1 };
    expect(VirtualQuery(0, free, 28)).toBe(28);
    expect(free).toMatchObject({ BaseAddress: 0, RegionSize: LONG_MINIMUM, lType: 0 });
    const base = VirtualAlloc(0, PAGE, BOTH | SHARED_FLAG, PAGE_READWRITE);
    expect(base).toBe(LONG_MINIMUM);
    expect(VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
  },
  { on: ON_WIN9X },
);

rule(
  "17.18#7",
  "kept over a success, and over the calls of others",
  (scene) => {
    const { VirtualAlloc, VirtualFree, Err } = vb(scene.process);
    expect(Err.LastDllError).toBe(0);
    expect(VirtualFree(BASE, 0, 0)).toBe(0);
    expect(Err.LastDllError).toBe(87);
    take(scene, PAGE_READWRITE);
    expect(Err.LastDllError).toBe(87);
    scene.kernel32.SetLastError(5);
    expect(Err.LastDllError).toBe(87);
    expect(VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(BASE);
    expect(Err.LastDllError).toBe(5);
    scene.kernel32.SetLastError(0);
    expect([VirtualFree(BASE, 0, MEM_RELEASE), Err.LastDllError]).toEqual([1, 0]);
    expect(() => Object.assign(Err, { LastDllError: 1 })).toThrow(TypeError);
  },
  { on: ON_BOTH },
);

rule(
  "17.18#7",
  "of each thread, and nothing is raised",
  (scene) => {
    const { VirtualFree, Err } = vb(scene.process);
    VirtualFree(BASE, 0, 0);
    const { process } = scene;
    process.createThread().run(() => {
      expect(Err.LastDllError).toBe(0);
      VirtualFree(BASE, 0, MEM_RELEASE);
      expect(Err.LastDllError).toBe(487);
    });
    expect(Err.LastDllError).toBe(87);
    expect(faultOf(() => VirtualFree(0, 0, 0))).toBe(null);
  },
  { on: ON_BOTH },
);

rule(
  "17.18#8",
  "of every function that answers one",
  (scene) => {
    const face = vb(scene.process);
    take(scene, PAGE_READWRITE);
    const old = { value: 0 };
    const answers = [
      face.VirtualProtect(BASE, PAGE, PAGE_READONLY, old),
      face.VirtualProtectEx(-1, BASE, PAGE, PAGE_READWRITE, old),
      face.VirtualLock(BASE, PAGE),
      face.VirtualUnlock(BASE, PAGE),
      face.CloseHandle(face.OpenProcess(8, -1, scene.process.id)),
      face.VirtualFree(BASE, 0, MEM_RELEASE),
    ];
    expect(answers).toEqual([1, 1, 1, 1, 1, 1]);
    expect([face.VirtualFree(BASE, 0, MEM_RELEASE), face.CloseHandle(0x40)]).toEqual([0, 0]);
  },
  { on: ON_BOTH },
);
