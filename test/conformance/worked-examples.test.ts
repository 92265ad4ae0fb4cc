import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_INVALID_USER_BUFFER,
  ERROR_NOACCESS,
  ERROR_NOT_LOCKED,
  ERROR_PARTIAL_COPY,
  FILE_MAP_COPY,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_WRITE_WATCH,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { faultOf, guarded, READ, violation, WRITE } from "./support/fault.ts";
import { fileMapping } from "./support/file-sections.ts";
import { rule } from "./support/rule.ts";
import { expectUnchanged, PAGE, type Scene, SELF } from "./support/scene.ts";
import { mapping, view } from "./support/sections.ts";

const FAILED = 0xffffffff;
const BOTH = MEM_RESERVE | MEM_COMMIT;

/** Runs a call that fails, and says with which error. */
function errorOf(scene: Scene, call: () => number, failure = 0): number {
  let error = 0;
  expectUnchanged(scene, () => {
    scene.kernel32.SetLastError(0);
    expect(call()).toBe(failure);
    error = scene.kernel32.GetLastError();
  });
  return error;
}

rule("16.3#1", "as written", (scene) => {
  const p = scene.reserve(0, 1, PAGE_NOACCESS);
  expect(p % 0x10000).toBe(0);
  expect(scene.run(p)).toMatchObject({
    size: PAGE,
    state: MEM_RESERVE,
    protect: 0,
    allocationProtect: PAGE_NOACCESS,
  });
});

rule("16.3#2", "as written", (scene) => {
  const p = scene.reserve(0, 0x10000);
  expect(scene.commit(p + 0xfff, 2)).toBe(p);
  expect(scene.run(p)).toMatchObject({ size: 0x2000, state: MEM_COMMIT, protect: PAGE_READWRITE });
  expect(scene.run(p + 0x2000)).toMatchObject({ size: 0xe000, state: MEM_RESERVE });
});

rule("16.3#3", "as written", (scene) => {
  const p = scene.reserve(0, 0x10000);
  const { VirtualAlloc } = scene.kernel32;
  const error = errorOf(scene, () => VirtualAlloc(p + 0xf000, 0x2000, MEM_COMMIT, PAGE_READWRITE));
  expect(error).toBe(ERROR_INVALID_ADDRESS);
});

rule("16.3#4", "as written", (scene) => {
  const p = scene.reserve(0, 0x10000);
  const { VirtualAlloc } = scene.kernel32;
  const error = errorOf(scene, () => VirtualAlloc(p + 0x8000, 0x1000, MEM_RESERVE, PAGE_READWRITE));
  expect(error).toBe(ERROR_INVALID_ADDRESS);
});

rule("16.3#5", "as written", (scene) => {
  const a = scene.commit(0, 0x1800);
  const { VirtualAlloc } = scene.kernel32;
  const error = errorOf(scene, () => VirtualAlloc(a + 0x2000, 0x1000, MEM_RESERVE, PAGE_READWRITE));
  expect(error).toBe(ERROR_INVALID_ADDRESS);
  expect(scene.stateAt(a + 0x2000)).toBe(MEM_FREE);
});

rule("16.3#6", "as written", (scene) => {
  const a = scene.commit(0, 0x1000);
  scene.memory.setUint8(a, 0x55);
  expect(scene.commit(a, 0x1000, PAGE_READONLY)).toBe(a);
  expect([scene.memory.getUint8(a), scene.protectionAt(a)]).toEqual([0x55, PAGE_READONLY]);
  expect(faultOf(() => scene.memory.setUint8(a, 1))).toEqual(violation(WRITE, a));
});

rule("16.3#7", "as written", (scene) => {
  const p = scene.take(0, 0x10000);
  const { VirtualFree } = scene.kernel32;
  const errors = [
    errorOf(scene, () => VirtualFree(p, 1, MEM_RELEASE)),
    errorOf(scene, () => VirtualFree(p, 0, MEM_DECOMMIT | MEM_RELEASE)),
    errorOf(scene, () => VirtualFree(p + 0x1000, 0, MEM_RELEASE)),
  ];
  expect(errors).toEqual([ERROR_INVALID_PARAMETER, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS]);
});

rule("16.3#8", "as written", (scene) => {
  const p = scene.take(0, 0x10000);
  expect(scene.kernel32.VirtualFree(p + 0xfff, 0, MEM_RELEASE)).toBe(1);
  const free = scene.run(p);
  expect([free.state, free.size >= 0x10000]).toEqual([MEM_FREE, true]);
});

rule("16.3#9", "as written", (scene) => {
  const p = scene.take(0, 0x4000);
  const old = { value: 0 };
  expect(scene.kernel32.VirtualProtect(p + 0xfff, 2, PAGE_READONLY, old)).toBe(1);
  expect(old.value).toBe(PAGE_READWRITE);
  expect(scene.run(p)).toMatchObject({ size: 0x2000, protect: PAGE_READONLY });
  expect(scene.protectionAt(p + 0x2000)).toBe(PAGE_READWRITE);
});

rule("16.3#10", "as written", (scene) => {
  const p = scene.reserve(0, 0x2000);
  scene.commit(p, 0x1000);
  const old = { value: 0xbad };
  const { VirtualProtect } = scene.kernel32;
  const error = errorOf(scene, () => VirtualProtect(p, 0x2000, PAGE_READONLY, old));
  expect([error, old.value]).toEqual([ERROR_INVALID_ADDRESS, 0xbad]);
  expect(scene.protectionAt(p)).toBe(PAGE_READWRITE);
});

rule("16.3#11", "as written", (scene) => {
  const p = scene.take(0, 0x1000);
  scene.protect(p, 0x1000, PAGE_READWRITE | PAGE_GUARD);
  expect(faultOf(() => scene.memory.getUint8(p))).toEqual(guarded(READ, p));
  expect(faultOf(() => scene.memory.getUint8(p))).toBe(null);
  expect(scene.protectionAt(p)).toBe(PAGE_READWRITE);
});

rule("16.3#12", "as written", (scene) => {
  const p = scene.take(0, 0x1000);
  const { VirtualProtect } = scene.kernel32;
  const protect = PAGE_NOACCESS | PAGE_GUARD;
  const error = errorOf(scene, () => VirtualProtect(p, 0x1000, protect, { value: 0 }));
  expect(error).toBe(ERROR_INVALID_PARAMETER);
});

rule("16.3#13", "as written", (scene) => {
  const p = scene.take(0, 0x2000);
  scene.protect(p + 0x1000, 0x1000, PAGE_NOACCESS);
  const fault = faultOf(() => scene.memory.getUint32(p + 0xffe));
  expect(fault).toEqual(violation(READ, p + 0x1000));
});

rule("16.3#14", "as written", (scene) => {
  const p = scene.take(0, 0x2000);
  scene.protect(p, 0x1000, PAGE_READONLY);
  const fault = faultOf(() => scene.memory.setUint32(p + 0xffe, 0xffffffff));
  expect(fault).toEqual(violation(WRITE, p + 0xffe));
  expect(scene.memory.getUint16(p + 0x1000)).toBe(0);
});

rule("16.3#15", "as written", (scene) => {
  const p = scene.allocate(0, 0x10000, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
  scene.memory.setUint8(p + 0x1000, 1);
  scene.memory.setUint8(p + 0x3000, 1);
  const get = (flags: number, capacity: number) => {
    const addresses: { value: number[] } = { value: [] };
    const count = { value: capacity };
    const { GetWriteWatch } = scene.kernel32;
    expect(GetWriteWatch(flags, p, 0x10000, addresses, count, { value: 0 })).toBe(0);
    return addresses.value;
  };
  expect([get(1, 1), get(0, 16)]).toEqual([[p + 0x1000], [p + 0x3000]]);
});

rule("16.3#16", "as written", (scene) => {
  const p = scene.allocate(0, 0x10000, BOTH | MEM_WRITE_WATCH, PAGE_READWRITE);
  const { GetWriteWatch } = scene.kernel32;
  const out = { value: [] as number[] };
  const one = { value: 0 };
  const errors = [
    errorOf(scene, () => GetWriteWatch(0, p, PAGE, out, { value: 0 }, one), FAILED),
    errorOf(scene, () => GetWriteWatch(0, p, PAGE, out, 0, one), FAILED),
    errorOf(scene, () => GetWriteWatch(2, p, PAGE, out, { value: 8 }, one), FAILED),
  ];
  expect(errors).toEqual([ERROR_INVALID_PARAMETER, ERROR_NOACCESS, ERROR_INVALID_PARAMETER]);
});

rule("16.3#17", "as written", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  const combinations = [
    [MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE],
    [MEM_RESERVE | MEM_PHYSICAL, PAGE_READONLY],
    [MEM_RESET | MEM_COMMIT, PAGE_READWRITE],
  ] as const;
  for (const [type, protect] of combinations) {
    const error = errorOf(scene, () => VirtualAlloc(0, 0x1000, type, protect));
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

rule("16.3#18", "as written", (scene) => {
  const p = scene.reserve(0, 0x10000);
  const { VirtualAlloc } = scene.kernel32;
  const errors = [
    errorOf(scene, () => VirtualAlloc(0x8000, 0x1000, MEM_RESERVE, PAGE_READWRITE)),
    errorOf(scene, () => VirtualAlloc(0, 0, MEM_RESERVE, PAGE_READWRITE)),
    errorOf(scene, () => VirtualAlloc(p, 0, MEM_COMMIT, PAGE_READWRITE)),
  ];
  expect(errors).toEqual(Array(3).fill(ERROR_INVALID_PARAMETER));
});

rule("16.3#19", "as written", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  const error = errorOf(scene, () => {
    return VirtualAlloc(0x7ffe0000, 0x1000, MEM_RESERVE, PAGE_READWRITE);
  });
  expect(error).toBe(scene.wide ? ERROR_INVALID_ADDRESS : ERROR_INVALID_PARAMETER);
});

rule("16.3#20", "as written", (scene) => {
  const handle = mapping(scene, 3);
  const shared = view(scene, handle);
  scene.memory.setUint8(shared, 0x11);
  const copy = view(scene, handle, FILE_MAP_COPY);
  scene.memory.setUint8(copy, 0x22);
  expect([scene.memory.getUint8(shared), scene.memory.getUint8(copy)]).toEqual([0x11, 0x22]);
  expect(scene.run(copy)).toMatchObject({ size: PAGE, protect: PAGE_READWRITE });
  expect(scene.run(copy + PAGE)).toMatchObject({ size: 2 * PAGE, protect: PAGE_WRITECOPY });
});

/** What backs a view, how it is made, and the error of a commit in it. */
const COMMITS: readonly (readonly [
  backing: string,
  make: (scene: Scene) => number,
  error: number,
])[] = [
  ["paging file", (scene) => view(scene, mapping(scene, 1)), 0],
  ["file", (scene) => view(scene, fileMapping(scene, 1)), ERROR_ACCESS_DENIED],
];

for (const [backing, make, error] of COMMITS) {
  rule("16.3#21", backing, (scene) => {
    const base = make(scene);
    scene.kernel32.SetLastError(0);
    const answer = scene.kernel32.VirtualAlloc(base, 0x1000, MEM_COMMIT, PAGE_READONLY);
    expect([answer, scene.kernel32.GetLastError()]).toEqual(error === 0 ? [base, 0] : [0, error]);
  });
}

rule("16.3#22", "as written", (scene) => {
  const { UnmapViewOfFile, VirtualFree } = scene.kernel32;
  const base = view(scene, mapping(scene, 3));
  expect(errorOf(scene, () => VirtualFree(base, 0, MEM_RELEASE))).toBe(ERROR_INVALID_PARAMETER);
  expect(UnmapViewOfFile(base + 0x1234)).toBe(1);
  expect(errorOf(scene, () => UnmapViewOfFile(base + 0x1234))).toBe(ERROR_INVALID_ADDRESS);
});

rule("16.3#23", "as written", (scene) => {
  const p = scene.take(0, 0x1000);
  const error = errorOf(scene, () => scene.kernel32.VirtualUnlock(p, 0x1000));
  expect(error).toBe(ERROR_NOT_LOCKED);
});

rule("16.3#24", "as written", (scene) => {
  const p = scene.take(0, 0x2000);
  scene.memory.fill(p + 0xff0, 0x31, 16);
  scene.protect(p + 0x1000, 0x1000, PAGE_NOACCESS);
  const buffer = new Uint8Array(32);
  const done = { value: 0 };
  const { ReadProcessMemory } = scene.kernel32;
  const error = errorOf(scene, () => ReadProcessMemory(SELF, p + 0xff0, buffer, 32, done));
  expect([error, done.value]).toEqual([ERROR_PARTIAL_COPY, 16]);
  expect([...buffer]).toEqual([...Array(16).fill(0x31), ...Array(16).fill(0)]);
});

rule("16.3#25", "as written", (scene) => {
  const p = scene.take(0, 0x1000);
  scene.memory.setUint8(p, 0x31);
  scene.protect(p, 0x1000, PAGE_READWRITE | PAGE_GUARD);
  const bytes = new Uint8Array(4);
  const writeFile = () => {
    const { status } = scene.process.system.copyIn(p, bytes);
    return scene.ntdll.RtlNtStatusToDosError(status);
  };
  expect(writeFile()).toBe(ERROR_INVALID_USER_BUFFER);
  expect(writeFile()).toBe(0);
  expect([...bytes]).toEqual([0x31, 0, 0, 0]);
});
