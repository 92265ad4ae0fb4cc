import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_OUTOFMEMORY,
  MEM_AUTO_COMMIT,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { CE_BASE, ce, ce6, fails, ON_CE, ON_CE5, ON_CE6, works } from "./support/ce.ts";
import { expectFault, guarded, READ, touch, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const AUTO = MEM_RESERVE | MEM_AUTO_COMMIT;
const PROTECTIONS = [
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
];

const namedProcess = (scene: Scene) => {
  const { OpenProcess, GetCurrentProcess, GetCurrentProcessId, CloseHandle } = ce(scene);
  const { VirtualAllocEx } = ce6(scene);
  const other = scene.another();
  const at = (index: number) => CE_BASE + index * GRANULARITY;
  const allocate = (named: number, index: number) =>
    VirtualAllocEx(named, at(index), PAGE, BOTH, PAGE_READWRITE);
  const handle = works(scene, () => OpenProcess(0, 0, other.process.id));
  expect(handle).not.toBe(other.process.id);
  works(scene, () => allocate(handle, 0));
  works(scene, () => allocate(other.process.id, 1));
  expect([other.stateAt(at(0)), other.stateAt(at(1))]).toEqual([MEM_COMMIT, MEM_COMMIT]);
  expect(GetCurrentProcess()).toBe(0x42);
  works(scene, () => allocate(0x42, 2));
  works(scene, () => allocate(GetCurrentProcessId(), 3));
  expect([scene.stateAt(at(2)), scene.stateAt(at(3))]).toEqual([MEM_COMMIT, MEM_COMMIT]);
  for (const named of [-1, -2, 0, 1, 0x41, 0x1000, 0x7ffffffc]) {
    fails(scene, ERROR_INVALID_HANDLE, () => allocate(named, 4));
  }
  works(scene, () => CloseHandle(handle));
};

rule("14.3#15", "a handle, an identifier, 42, and what is none of these", namedProcess, {
  on: ON_CE6,
});
rule("17.2#33", "a handle, an identifier, 42, and what is none of these", namedProcess, {
  on: ON_CE6,
});

rule(
  "17.2#33",
  "a handle whose value is the identifier of another process is the handle",
  (scene) => {
    const { OpenProcess } = ce(scene);
    const { VirtualAllocEx } = ce6(scene);
    const one = scene.another();
    const handles: number[] = [];
    while ((handles.at(-1) ?? 0) < one.process.id) {
      handles.push(works(scene, () => OpenProcess(0, 0, scene.process.id)));
    }
    expect(handles.at(-1)).toBe(one.process.id);
    works(scene, () => VirtualAllocEx(one.process.id, CE_BASE, PAGE, BOTH, PAGE_READWRITE));
    expect([scene.stateAt(CE_BASE), one.stateAt(CE_BASE)]).toEqual([MEM_COMMIT, MEM_FREE]);
    for (const handle of handles) ce(scene).CloseHandle(handle);
  },
  { on: ON_CE6 },
);

rule(
  "17.2#34",
  "with a handle that leads nowhere",
  (scene) => {
    const { VirtualAllocEx } = ce6(scene);
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualAllocEx(1, 0, 0, BOTH, PAGE_READWRITE));
    fails(scene, ERROR_INVALID_HANDLE, () => VirtualAllocEx(1, 0, 1, BOTH, PAGE_READWRITE));
  },
  { on: ON_CE6 },
);

rule(
  "17.2#35",
  "VirtualAllocEx takes and refuses what VirtualAlloc does",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = ce(scene);
    const { VirtualAllocEx } = ce6(scene);
    for (const type of [MEM_COMMIT, MEM_RESERVE, BOTH | MEM_TOP_DOWN, AUTO, 0x80000, 0x402000]) {
      for (const protect of [...PROTECTIONS, PAGE_WRITECOPY, 0x304, 0x301, 0x404]) {
        const one = VirtualAlloc(0, PAGE, type, protect);
        if (one !== 0) works(scene, () => VirtualFree(one, 0, MEM_RELEASE));
        expect(VirtualAllocEx(0x42, 0, PAGE, type, protect), `${type}, ${protect}`).toBe(one);
        if (one !== 0) works(scene, () => VirtualFree(one, 0, MEM_RELEASE));
      }
    }
  },
  { on: ON_CE6 },
);

const notAMember = (scene: Scene) => {
  const since = ["VirtualAllocEx", "VirtualFreeEx", "VirtualProtectEx", "VirtualQueryEx"];
  const members = Object.keys(ce(scene));
  for (const name of [...since, "VirtualCopyEx", "VirtualAllocCopyEx"]) {
    expect(members).not.toContain(name);
  }
  expect(ce(scene).VirtualAllocEx).toBeUndefined();
};

rule("14.3#4", "it is no member, nor are its like", notAMember, { on: ON_CE5 });
rule("17.2#36", "it is no member, nor are its like", notAMember, { on: ON_CE5 });

const shortage = (scene: Scene) => {
  const { VirtualAlloc } = ce(scene);
  for (const pages of [9, 60]) {
    fails(scene, ERROR_OUTOFMEMORY, () => VirtualAlloc(0, pages * PAGE, BOTH, PAGE_READWRITE));
  }
  const most = scene.machine.profile === "ce5" ? 0x1ff0000 : 0x3fff0000;
  works(scene, () => VirtualAlloc(0, most, MEM_RESERVE, PAGE_READWRITE));
  fails(scene, ERROR_OUTOFMEMORY, () => VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE));
};

rule("14.3#17", "the limit, the quota, and the addresses", shortage, {
  on: ON_CE,
  machine: { commitLimit: 50 },
  process: { commitQuota: 8 },
});
rule("17.4#15", "the limit, the quota, and the addresses", shortage, {
  on: ON_CE,
  machine: { commitLimit: 50 },
  process: { commitQuota: 8 },
});

const releaseAndDecommit = (scene: Scene) => {
  const { VirtualFree } = ce(scene);
  scene.take(CE_BASE, 4 * PAGE);
  for (const size of [1, PAGE, 4 * PAGE]) {
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualFree(CE_BASE, size, MEM_RELEASE));
  }
  fails(scene, ERROR_INVALID_ADDRESS, () => VirtualFree(CE_BASE + PAGE, 0, MEM_RELEASE));
  works(scene, () => VirtualFree(CE_BASE + PAGE + 0xfff, 2, MEM_DECOMMIT));
  expect(scene.run(CE_BASE + PAGE)).toMatchObject({ state: MEM_RESERVE, size: 2 * PAGE });
  works(scene, () => VirtualFree(CE_BASE, 0, MEM_RELEASE));
  expect(scene.stateAt(CE_BASE)).toBe(MEM_FREE);
};

rule("14.3#5", "a size, an address within, and pages", releaseAndDecommit, { on: ON_CE5 });
rule("14.3#18", "a size, an address within, and pages", releaseAndDecommit, { on: ON_CE });

rule(
  "14.3#19",
  "reserved and free pages, and two regions",
  (scene) => {
    const { VirtualProtect } = ce(scene);
    const old = { value: 0 };
    scene.take(CE_BASE, GRANULARITY);
    scene.take(CE_BASE + GRANULARITY, PAGE);
    scene.reserve(CE_BASE + 3 * GRANULARITY, PAGE);
    const refused = [
      [CE_BASE, GRANULARITY + PAGE],
      [CE_BASE + GRANULARITY, 2 * PAGE],
      [CE_BASE + 2 * GRANULARITY, PAGE],
      [CE_BASE + 3 * GRANULARITY, PAGE],
      [CE_BASE, 0],
    ];
    for (const [base = 0, size = 0] of refused) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualProtect(base, size, PAGE_READONLY, old));
    }
    works(scene, () => VirtualProtect(CE_BASE + 0xfff, 2, PAGE_READONLY, old));
    expect(old.value).toBe(PAGE_READWRITE);
    expect(scene.run(CE_BASE)).toMatchObject({ protect: PAGE_READONLY, size: 2 * PAGE });
  },
  { on: ON_CE },
);

rule(
  "14.3#24",
  "bytes, and the protections of a page and of its region",
  (scene) => {
    const { VirtualAlloc, VirtualQuery } = ce(scene);
    VirtualAlloc(CE_BASE, 3 * PAGE, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc(CE_BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
    VirtualAlloc(CE_BASE + PAGE, PAGE, MEM_COMMIT, PAGE_READONLY);
    const run = {};
    expect(VirtualQuery(CE_BASE, run)).toBe(28);
    fails(scene, 24, () => VirtualQuery(CE_BASE, run, 27));
    const shown = [0, 1, 2].map((page) => scene.run(CE_BASE + page * PAGE).allocationProtect);
    expect(shown).toEqual([PAGE_READWRITE, PAGE_READONLY, PAGE_NOACCESS]);
  },
  { on: ON_CE },
);

rule(
  "14.3#25",
  "once, whatever the access",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    const base = VirtualAlloc(0, 2 * PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    for (const [page, kind] of [READ, WRITE].entries()) {
      const at = base + page * PAGE;
      expectFault(scene, "4.1#5", () => touchOnce(kind, at), guarded(kind, at));
      expect(touch(scene, kind, at)).toBeNull();
    }
    function touchOnce(kind: number, at: number) {
      if (kind === READ) scene.memory.getUint8(at);
      else scene.memory.setUint8(at, 1);
    }
  },
  { on: ON_CE },
);
