import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
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
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { CE_BASE, ce, fails, ON_CE, ON_CE6, works } from "./support/ce.ts";
import { EXECUTE, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
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

rule(
  "1.1#8",
  "limits, and regions at both ends that can be used",
  (scene) => {
    const { machine, memory } = scene;
    expect([machine.lowestUserAddress, machine.highestUserAddress]).toEqual([0x10000, 0x7fffffff]);
    expect(machine.pointerBytes).toBe(4);
    for (const base of [0x10000, 0x3fff0000]) {
      expect(scene.take(base, GRANULARITY)).toBe(base);
      memory.setUint32(base + GRANULARITY - 4, 7);
      expect(memory.getUint32(base + GRANULARITY - 4)).toBe(7);
    }
    fails(scene, ERROR_INVALID_PARAMETER, () =>
      ce(scene).VirtualAlloc(0x3fff0000, 2 * GRANULARITY, MEM_RESERVE, PAGE_READWRITE),
    );
  },
  { on: ON_CE6 },
);

rule(
  "17.19#12",
  "the structure",
  (scene) => {
    const out = { value: {} as Record<string, number> };
    ce(scene).GetSystemInfo(out as never);
    expect(out.value).toMatchObject({
      dwPageSize: PAGE,
      dwAllocationGranularity: GRANULARITY,
      lpMinimumApplicationAddress: 0x10000,
      lpMaximumApplicationAddress: 0x7fffffff,
    });
  },
  { on: ON_CE },
);

rule(
  "14.3#6",
  "two processes at one address, and nothing below 64 KB",
  (scene) => {
    const other = scene.another();
    const at = 0x3000_0000;
    scene.take(at, PAGE);
    other.take(at, PAGE);
    scene.memory.setUint8(at, 1);
    other.memory.setUint8(at, 2);
    expect([scene.memory.getUint8(at), other.memory.getUint8(at)]).toEqual([1, 2]);
    for (const base of [1, 0xffff]) {
      fails(scene, ERROR_INVALID_PARAMETER, () =>
        ce(scene).VirtualAlloc(base, PAGE, BOTH, PAGE_READWRITE),
      );
    }
    expect(scene.stateAt(0)).toBe(MEM_FREE);
  },
  { on: ON_CE6 },
);

rule(
  "14.3#7",
  "highest and lowest place of an allocation; nothing is reserved above",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    expect(VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(0x10000);
    expect(VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_TOP_DOWN, PAGE_READWRITE)).toBe(0x3fff0000);
    for (const base of [0x40000000, 0x60000000, 0x70000000, 0x7fff0000, 0x80000000]) {
      fails(scene, ERROR_INVALID_PARAMETER, () =>
        VirtualAlloc(base, PAGE, MEM_RESERVE, PAGE_READWRITE),
      );
    }
  },
  { on: ON_CE6 },
);

rule(
  "14.3#8",
  "a reservation, then a commit of two bytes over a page boundary",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    const within = CE_BASE + 0x1fff;
    expect(VirtualAlloc(within, 2, MEM_RESERVE, PAGE_READWRITE)).toBe(CE_BASE);
    expect(scene.run(CE_BASE).size).toBe(3 * PAGE);
    expect(VirtualAlloc(within, 2, MEM_COMMIT, PAGE_READWRITE)).toBe(CE_BASE + PAGE);
    expect(scene.run(CE_BASE + PAGE)).toMatchObject({ state: MEM_COMMIT, size: 2 * PAGE });
    expect(scene.stateAt(CE_BASE)).toBe(MEM_RESERVE);
    const anywhere = works(scene, () => VirtualAlloc(0, PAGE + 1, BOTH, PAGE_READWRITE));
    expect(scene.run(anywhere).size).toBe(2 * PAGE);
  },
  { on: ON_CE },
);

rule(
  "14.3#9",
  "each bit",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = ce(scene);
    const known = [MEM_COMMIT, MEM_RESERVE, BOTH, BOTH | MEM_TOP_DOWN, AUTO, AUTO | MEM_TOP_DOWN];
    for (const type of known) {
      const base = works(scene, () => VirtualAlloc(0, PAGE, type, PAGE_READWRITE));
      works(scene, () => VirtualFree(base, 0, MEM_RELEASE));
    }
    for (let bit = 6; bit < 32; bit++) {
      const type = (1 << bit) >>> 0;
      if ((type & (BOTH | MEM_TOP_DOWN | MEM_AUTO_COMMIT)) !== 0) continue;
      fails(scene, ERROR_INVALID_PARAMETER, () =>
        VirtualAlloc(0, PAGE, (BOTH | type) >>> 0, PAGE_READWRITE),
      );
    }
    for (const type of [0, MEM_TOP_DOWN, MEM_AUTO_COMMIT, 0x80000]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualAlloc(0, PAGE, type, PAGE_READWRITE));
    }
  },
  { on: ON_CE },
);

const touchedPages = (scene: Scene) => {
  const { VirtualAlloc, VirtualFree } = ce(scene);
  const base = works(scene, () => VirtualAlloc(0, 4 * PAGE, AUTO, PAGE_READONLY));
  expect(scene.run(base)).toMatchObject({ state: MEM_RESERVE, size: 4 * PAGE, protect: 0 });
  expect(scene.process.counters.commitCharge).toBe(0);
  expect(touch(scene, READ, base + PAGE)).toBeNull();
  expect(scene.run(base + PAGE)).toMatchObject({
    state: MEM_COMMIT,
    size: PAGE,
    protect: PAGE_READONLY,
  });
  expect(scene.process.counters.commitCharge).toBe(1);
  expect(touch(scene, WRITE, base + PAGE)).toEqual(violation(WRITE, base + PAGE));
  works(scene, () => VirtualAlloc(base + 2 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE));
  expect(touch(scene, WRITE, base + 2 * PAGE)).toBeNull();
  works(scene, () => VirtualFree(base + PAGE, PAGE, MEM_DECOMMIT));
  expect(touch(scene, READ, base + PAGE)).toBeNull();
  const blocked = works(scene, () => VirtualAlloc(0, PAGE, AUTO, PAGE_NOACCESS));
  expect(touch(scene, READ, blocked)).toEqual(violation(READ, blocked));
  fails(scene, ERROR_INVALID_PARAMETER, () =>
    VirtualAlloc(0, PAGE, AUTO | MEM_COMMIT, PAGE_READWRITE),
  );
};

rule("14.3#10", "a touch commits its page, with the protection of the reservation", touchedPages, {
  on: ON_CE,
});
rule("17.19#8", "a touch commits its page, with the protection of the reservation", touchedPages, {
  on: ON_CE,
});

rule(
  "17.19#8",
  "a charge that is full is a violation, and what is left of a region goes on",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    const base = works(scene, () => VirtualAlloc(0, 4 * PAGE, AUTO, PAGE_READWRITE));
    const middle = [{ value: base + PAGE }, { value: PAGE }] as const;
    expect(scene.ntdll.NtFreeVirtualMemory(-1, ...middle, MEM_RELEASE)).toBe(0);
    expect(touch(scene, WRITE, base + 2 * PAGE)).toBeNull();
    expect(touch(scene, WRITE, base + 3 * PAGE)).toEqual(violation(WRITE, base + 3 * PAGE));
  },
  { on: ON_CE, process: { commitQuota: 1 } },
);

rule(
  "14.3#11",
  "what each protection allows, with both modifiers too",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = ce(scene);
    for (const protect of PROTECTIONS) {
      const base = works(scene, () => VirtualAlloc(0, PAGE, BOTH, protect));
      const isReadable = protect !== PAGE_NOACCESS;
      const isWritable = protect === PAGE_READWRITE || protect === PAGE_EXECUTE_READWRITE;
      expect([READ, WRITE, EXECUTE].map((kind) => touch(scene, kind, base) === null)).toEqual([
        isReadable,
        isWritable,
        isReadable,
      ]);
      works(scene, () => VirtualFree(base, 0, MEM_RELEASE));
      const both = protect | PAGE_GUARD | PAGE_NOCACHE;
      if (!isReadable) {
        fails(scene, ERROR_INVALID_PARAMETER, () => VirtualAlloc(0, PAGE, BOTH, both));
        continue;
      }
      const modified = works(scene, () => VirtualAlloc(0, PAGE, BOTH, both));
      expect(scene.protectionAt(modified)).toBe(both);
      expect(touch(scene, READ, modified)).toEqual(guarded(READ, modified));
      expect(scene.protectionAt(modified)).toBe(protect | PAGE_NOCACHE);
      works(scene, () => VirtualFree(modified, 0, MEM_RELEASE));
    }
    for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, 0, 3, 0x404, 0x40000040]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualAlloc(0, PAGE, BOTH, protect));
    }
  },
  { on: ON_CE },
);

rule(
  "14.3#12",
  "the pages can be used at once",
  (scene) => {
    const base = works(scene, () => ce(scene).VirtualAlloc(0, PAGE, MEM_COMMIT, PAGE_READWRITE));
    expect(base % GRANULARITY).toBe(0);
    expect(touch(scene, WRITE, base)).toBeNull();
  },
  { on: ON_CE },
);

rule(
  "14.3#13",
  "reserving and committing, with an address and without",
  (scene) => {
    for (const base of [0, CE_BASE]) {
      for (const type of [MEM_RESERVE, MEM_COMMIT, BOTH]) {
        fails(scene, ERROR_INVALID_PARAMETER, () =>
          ce(scene).VirtualAlloc(base, 0, type, PAGE_READWRITE),
        );
      }
    }
  },
  { on: ON_CE },
);

rule(
  "14.3#14",
  "4 GB and a page are a page",
  (scene) => {
    const { VirtualAlloc, VirtualFree, VirtualProtect } = ce(scene);
    for (const size of [2 ** 32, 2n ** 32n, 2n ** 64n]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualAlloc(0, size, BOTH, PAGE_READWRITE));
    }
    const base = works(scene, () => VirtualAlloc(0, 2 ** 32 + PAGE, BOTH, PAGE_READWRITE));
    expect(scene.run(base).size).toBe(PAGE);
    const old = { value: 0 };
    works(scene, () => VirtualProtect(base, 2n ** 32n + 1n, PAGE_READONLY, old));
    works(scene, () => VirtualFree(base, 2 ** 32, MEM_RELEASE));
  },
  { on: ON_CE },
);

rule(
  "14.3#16",
  "as a whole and in part",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    scene.reserve(CE_BASE, 2 * GRANULARITY);
    for (const base of [CE_BASE - GRANULARITY, CE_BASE, CE_BASE + GRANULARITY]) {
      fails(scene, ERROR_INVALID_ADDRESS, () =>
        VirtualAlloc(base, 2 * GRANULARITY, BOTH, PAGE_READWRITE),
      );
    }
  },
  { on: ON_CE },
);
