import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { EXECUTE, faultOf, READ, touch, violation, WRITE } from "./support/fault.ts";
import { ON_WIN32, ON_WIN64, type Place, rule } from "./support/rule.ts";
import { expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SHARED_DATA = 0x7ffe0000;

interface Layout {
  readonly rule: string;
  readonly on: readonly Place[];
  readonly highest: number;
  readonly highestRegion: number;
  readonly pointerBytes: number;
}

const layouts: readonly Layout[] = [
  {
    rule: "1.1#1",
    on: ON_WIN32,
    highest: 0x7ffeffff,
    highestRegion: 0x7ffdffff,
    pointerBytes: 4,
  },
  {
    rule: "1.1#2",
    on: ["win32-3g translated", "win32-3g windowed"],
    highest: 0xbffeffff,
    highestRegion: 0xbffdffff,
    pointerBytes: 4,
  },
  {
    rule: "1.1#3",
    on: ["win32-4g translated", "win32-4g windowed"],
    highest: 0xfffeffff,
    highestRegion: 0xfffdffff,
    pointerBytes: 4,
  },
  {
    rule: "1.1#4",
    on: ON_WIN64,
    highest: 0x7ffffffeffff,
    highestRegion: 0x7ffffffdffff,
    pointerBytes: 8,
  },
];

for (const { rule: id, on, highest, highestRegion, pointerBytes } of layouts) {
  rule(
    id,
    "limits, and regions at both ends that can be used",
    (scene) => {
      const { machine, memory } = scene;
      expect([machine.lowestUserAddress, machine.highestUserAddress]).toEqual([0x10000, highest]);
      expect(machine.pointerBytes).toBe(pointerBytes);
      const top = highestRegion + 1 - GRANULARITY;
      for (const base of [0x10000, top]) {
        expect(scene.take(base, GRANULARITY)).toBe(base);
        memory.setUint32(base + GRANULARITY - 4, 0x12345678);
        expect(memory.getUint32(base + GRANULARITY - 4)).toBe(0x12345678);
      }
      const { VirtualAlloc } = scene.kernel32;
      expect(VirtualAlloc(top, 2 * GRANULARITY, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
    },
    { on },
  );

  rule(
    "1.1#9",
    "the structure",
    (scene) => {
      const out = { value: {} as Record<string, number> };
      scene.kernel32.GetSystemInfo(out as never);
      expect(out.value).toMatchObject({
        dwPageSize: PAGE,
        dwAllocationGranularity: GRANULARITY,
        lpMinimumApplicationAddress: 0x10000,
        lpMaximumApplicationAddress: highest,
      });
    },
    { on },
  );
}

rule(
  "1.1#3",
  "memory beyond the end of the window, at 3 GB and above",
  (scene) => {
    for (const base of [0xbfff0000, 0xc0000000, 0xf0000000]) {
      scene.take(base, GRANULARITY);
      scene.memory.setUint32(base + 0xffe, base);
      expect(scene.memory.getUint32(base + 0xffe)).toBe(base);
    }
    scene.memory.setBigUint64(0xc0000000 - 4, 0x1122334455667788n);
    expect(scene.memory.getBigUint64(0xc0000000 - 4)).toBe(0x1122334455667788n);
  },
  { on: ["win32-4g translated", "win32-4g windowed"] },
);

rule("1.2#1", "query, allocation and access", (scene) => {
  expect(scene.run(0)).toMatchObject({ state: MEM_FREE, protect: PAGE_NOACCESS, type: 0 });
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  for (const base of [1, 0x8000, 0xffff]) {
    for (const type of [MEM_RESERVE, MEM_COMMIT, MEM_RESERVE | MEM_COMMIT]) {
      expect(VirtualAlloc(base, PAGE, type, PAGE_READWRITE)).toBe(0);
      expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
    }
  }
  for (const address of [0, 0xffff]) {
    expect(touch(scene, READ, address)).toEqual(violation(READ, address));
  }
});

rule("1.2#2", "what VirtualQuery shows, and what an access meets", (scene) => {
  expect(scene.run(SHARED_DATA)).toEqual({
    base: SHARED_DATA,
    size: PAGE,
    state: MEM_COMMIT,
    protect: PAGE_READONLY,
    type: MEM_PRIVATE,
    allocationBase: SHARED_DATA,
    allocationProtect: PAGE_READONLY,
  });
  expect(touch(scene, READ, SHARED_DATA + 0x2d4)).toBe(null);
  expect(touch(scene, WRITE, SHARED_DATA)).toEqual(violation(WRITE, SHARED_DATA));
  expect(touch(scene, EXECUTE, SHARED_DATA)).toEqual(violation(EXECUTE, SHARED_DATA));
});

rule("1.2#2", "no call changes it", (scene) => {
  const { kernel32 } = scene;
  const refused = (call: () => number, error: number) => {
    expectUnchanged(scene, () => {
      expect([call(), kernel32.GetLastError()]).toEqual([0, error]);
    });
  };
  const { VirtualAlloc, VirtualProtect, VirtualFree } = kernel32;
  const taken = scene.wide ? ERROR_INVALID_ADDRESS : ERROR_INVALID_PARAMETER;
  for (const type of [MEM_RESERVE, MEM_COMMIT, MEM_RESERVE | MEM_COMMIT, MEM_RESET]) {
    refused(() => VirtualAlloc(SHARED_DATA, PAGE, type, PAGE_READWRITE), taken);
  }
  const old = { value: 0 };
  for (const protect of [PAGE_READWRITE, PAGE_READONLY]) {
    refused(() => VirtualProtect(SHARED_DATA, PAGE, protect, old), ERROR_INVALID_PARAMETER);
  }
  refused(() => VirtualFree(SHARED_DATA, 0, MEM_RELEASE), ERROR_INVALID_PARAMETER);
  refused(() => VirtualFree(SHARED_DATA, 0, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
  refused(() => VirtualFree(SHARED_DATA, PAGE, MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
});

rule(
  "1.2#3",
  "reserved",
  (scene) => {
    expect(scene.run(SHARED_DATA + PAGE)).toEqual({
      base: SHARED_DATA + PAGE,
      size: GRANULARITY - PAGE,
      state: MEM_RESERVE,
      protect: PAGE_NOACCESS,
      type: MEM_PRIVATE,
      allocationBase: SHARED_DATA,
      allocationProtect: PAGE_READONLY,
    });
  },
  { on: ON_WIN32 },
);

rule(
  "1.2#3",
  "free, and no region may begin there",
  (scene) => {
    expect(scene.run(SHARED_DATA + PAGE).state).toBe(MEM_FREE);
    const { VirtualAlloc, GetLastError } = scene.kernel32;
    expect(VirtualAlloc(SHARED_DATA + PAGE, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  },
  { on: ON_WIN64 },
);

/** A query fails right above the user space, and the last address below it answers. */
function expectEnd(scene: Scene, highest: number): void {
  const { VirtualQuery, GetLastError } = scene.kernel32;
  expect(VirtualQuery(highest + 1, { value: {} as never })).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  const last = scene.run(highest);
  expect(last.base + last.size).toBe(highest + 1);
}

rule("1.2#4", "win32", (scene) => expectEnd(scene, 0x7ffeffff), { on: ON_WIN32 });

rule("1.2#5", "win64", (scene) => expectEnd(scene, 0x7ffffffeffff), { on: ON_WIN64 });

rule("1.2#5", "win32-3g", (scene) => expectEnd(scene, 0xbffeffff), {
  on: ["win32-3g translated", "win32-3g windowed"],
});

rule("1.2#5", "win32-4g", (scene) => expectEnd(scene, 0xfffeffff), {
  on: ["win32-4g translated", "win32-4g windowed"],
});

/** Free without an image, a conflict with one. */
function expectImageBase(scene: Scene, base: number): void {
  expect(scene.take(base, GRANULARITY)).toBe(base);
  scene.free(base, 0, MEM_RELEASE);
  scene.image(base, GRANULARITY, PAGE_READONLY);
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  expect(VirtualAlloc(base, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_ADDRESS);
}

rule("1.2#6", "with and without the image", (scene) => {
  expectImageBase(scene, scene.wide ? 0x140000000 : 0x400000);
});

rule("1.2#7", "with and without the image", (scene) => {
  expectImageBase(scene, scene.wide ? 0x180000000 : 0x10000000);
});

rule("1.3#1", "alloc, free, protect, query, lock", (scene) => {
  const { kernel32, ntdll } = scene;
  const above = scene.machine.highestUserAddress + 1;
  const far = scene.wide ? 0xffff800000000000n : 0xfffff000;
  for (const address of [above, far]) {
    const calls = [
      () => kernel32.VirtualAlloc(address, PAGE, MEM_RESERVE, PAGE_READWRITE),
      () => kernel32.VirtualAlloc(address, PAGE, MEM_COMMIT, PAGE_READWRITE),
      () => kernel32.VirtualFree(address, 0, MEM_RELEASE),
      () => kernel32.VirtualProtect(address, PAGE, PAGE_READWRITE, { value: 0 }),
      () => kernel32.VirtualQuery(address, { value: {} as never }),
      () => kernel32.VirtualLock(address, PAGE),
      () => kernel32.VirtualUnlock(address, PAGE),
    ];
    for (const call of calls) {
      kernel32.SetLastError(0);
      expect([call(), kernel32.GetLastError()]).toEqual([0, ERROR_INVALID_PARAMETER]);
    }
    const status = ntdll.NtFreeVirtualMemory(SELF, { value: address }, { value: 0 }, MEM_RELEASE);
    expect(ntdll.RtlNtStatusToDosError(status)).toBe(ERROR_INVALID_PARAMETER);
  }
});

rule(
  "1.3#2",
  "every access to a non-canonical address, and to one of the system",
  (scene) => {
    const { memory } = scene;
    const accesses = (address: number | bigint) => [
      faultOf(() => memory.getUint32(address)),
      faultOf(() => memory.setUint32(address, 1)),
      faultOf(() => memory.fetch(address, 1)),
    ];
    const general = violation(READ, 0xffffffffffffffffn);
    expect(accesses(0x800000000000)).toEqual([general, general, general]);
    const system = 0xffff800000000000n;
    expect(accesses(system)).toEqual([
      violation(READ, system),
      violation(WRITE, system),
      violation(EXECUTE, system),
    ]);
  },
  { on: ON_WIN64 },
);

rule(
  "1.3#2",
  "every address of a 32-bit process is canonical",
  (scene) => {
    for (const address of [0x7fff0000, 0x80000000, 0xfffffffc]) {
      expect(touch(scene, WRITE, address)).toEqual(violation(WRITE, address));
    }
  },
  { on: ON_WIN32 },
);
