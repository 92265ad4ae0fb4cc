import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  ERROR_OUTOFMEMORY,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_TOP_DOWN,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  VSPF_16BIT,
  VSPF_ATTRIBUTE,
  VSPF_COMMON,
  VSPF_IOSPACE,
  VSPF_NONE,
  VSPF_TC,
  VSPF_VARIABLE,
} from "../../src/constants.ts";
import {
  CE_BASE,
  ce,
  ce6,
  fails,
  LARGE,
  ON_CE,
  ON_CE5,
  ON_CE6,
  slotOf,
  works,
} from "./support/ce.ts";
import { expectFault, READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const KINDS = [VSPF_NONE, VSPF_VARIABLE, VSPF_IOSPACE, VSPF_COMMON, VSPF_ATTRIBUTE];
const WIDE = [VSPF_IOSPACE, VSPF_COMMON, VSPF_ATTRIBUTE].map((kind) => kind | VSPF_16BIT);

/** VirtualSetPageFlags that has to succeed: the flags that the first page had. */
function setFlags(scene: Scene, address: number, size: number, flags: number): number {
  const old = { value: -1 };
  works(scene, () => ce(scene).VirtualSetPageFlags(address, size, flags, old));
  return old.value;
}

/** VirtualSetAttributes that has to succeed: the bits that the first page had. */
function setBits(scene: Scene, address: number, bits: number, mask: number, size = 1): number {
  const old = { value: -1 };
  works(scene, () => ce(scene).VirtualSetAttributes(address, size, bits, mask, old));
  return old.value;
}

rule(
  "17.19#9",
  "each page has its own, until it is decommitted",
  (scene) => {
    const { VirtualFree, VirtualSetPageFlags } = ce(scene);
    scene.take(CE_BASE, 4 * PAGE);
    expect(setFlags(scene, CE_BASE + PAGE - 1, 2, VSPF_COMMON)).toBe(VSPF_NONE);
    expect(setFlags(scene, CE_BASE + PAGE, PAGE, VSPF_ATTRIBUTE | VSPF_TC)).toBe(VSPF_COMMON);
    expect(setFlags(scene, CE_BASE, 4 * PAGE, VSPF_IOSPACE)).toBe(VSPF_COMMON);
    works(scene, () => VirtualSetPageFlags(CE_BASE, PAGE, VSPF_VARIABLE));
    works(scene, () => VirtualSetPageFlags(CE_BASE, PAGE, VSPF_VARIABLE, null));
    works(scene, () => VirtualFree(CE_BASE + PAGE, PAGE, MEM_DECOMMIT));
    scene.commit(CE_BASE + PAGE, PAGE);
    const flags = [0, 1, 2].map((page) => setFlags(scene, CE_BASE + page * PAGE, 1, VSPF_NONE));
    expect(flags).toEqual([VSPF_VARIABLE, VSPF_NONE, VSPF_IOSPACE]);
    expect(setFlags(scene, CE_BASE + 3 * PAGE, 1, VSPF_COMMON)).toBe(VSPF_IOSPACE);
    works(scene, () => VirtualFree(CE_BASE, 0, MEM_RELEASE));
    scene.take(CE_BASE, 4 * PAGE);
    expect(setFlags(scene, CE_BASE + 3 * PAGE, 1, VSPF_NONE)).toBe(VSPF_NONE);
  },
  { on: ON_CE, machine: { cpu: "sh4" } },
);

rule(
  "17.19#9",
  "flags that go together, pages that are not committed, and where the old ones go",
  (scene) => {
    const { VirtualSetPageFlags } = ce(scene);
    scene.take(CE_BASE, PAGE);
    const known = [...KINDS, ...WIDE];
    for (const flags of [...known, ...known.map((kind) => kind | VSPF_TC)]) {
      works(scene, () => VirtualSetPageFlags(CE_BASE, PAGE, flags));
    }
    for (const flags of [VSPF_16BIT, VSPF_VARIABLE | VSPF_16BIT, 5, 0x20, 0x8000_0000]) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualSetPageFlags(CE_BASE, PAGE, flags));
    }
    scene.reserve(CE_BASE + 0x1_0000, PAGE);
    for (const [base, size] of [
      [CE_BASE, 0],
      [CE_BASE, PAGE + 1],
      [CE_BASE + 0x1_0000, 1],
      [CE_BASE + 0x2_0000, 1],
      [0xffff_f000, 1],
    ] as const) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualSetPageFlags(base, size, VSPF_COMMON));
    }
    fails(scene, ERROR_NOACCESS, () =>
      VirtualSetPageFlags(CE_BASE, 1, VSPF_COMMON, CE_BASE + 0x1_0000),
    );
    scene.memory.setUint32(CE_BASE + 8, 0xdead);
    works(scene, () => VirtualSetPageFlags(CE_BASE, 1, VSPF_COMMON, CE_BASE + 8));
    expect(scene.memory.getUint32(CE_BASE + 8)).toBe(VSPF_ATTRIBUTE | VSPF_16BIT | VSPF_TC);
  },
  { on: ON_CE, machine: { cpu: "sh4" } },
);

for (const cpu of ["x86", "sh4"] as const) {
  rule(
    "14.3#21",
    `on an ${cpu}`,
    (scene) => {
      scene.take(CE_BASE, PAGE);
      expect(setFlags(scene, CE_BASE, PAGE, VSPF_COMMON)).toBe(0);
      expect(setFlags(scene, CE_BASE, PAGE, VSPF_NONE)).toBe(cpu === "sh4" ? VSPF_COMMON : 0);
    },
    { on: ON_CE, machine: { cpu } },
  );
}

rule(
  "17.19#10",
  "under the mask, page by page",
  (scene) => {
    const { VirtualSetAttributes } = ce(scene);
    scene.take(CE_BASE, 2 * PAGE);
    expect(setBits(scene, CE_BASE, 0xffff_ffff, 0xf0f0_0010, 2 * PAGE)).toBe(0);
    expect(setBits(scene, CE_BASE + PAGE, 0x20, 0x30)).toBe(0xf0f0_0010);
    expect(setBits(scene, CE_BASE + PAGE, 0xffff_ffff, 0)).toBe(0xf0f0_0020);
    expect(setBits(scene, CE_BASE + PAGE, 0, 0)).toBe(0xf0f0_0020);
    expect(setBits(scene, CE_BASE, 0, 0xffff_ffff)).toBe(0xf0f0_0010);
    expect(setBits(scene, CE_BASE, 0, 0)).toBe(0);
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualSetAttributes(CE_BASE, 3 * PAGE, 1, 1));
  },
  { on: ON_CE5 },
);

rule(
  "17.19#10",
  "of another process by its slot, of what all share; they go with the process",
  (scene) => {
    const other = scene.another();
    other.take(CE_BASE, PAGE);
    const at = slotOf(other) + CE_BASE;
    setBits(scene, at, 5, 7);
    expect(setBits(other, CE_BASE, 0, 0)).toBe(5);
    const { VirtualAlloc } = ce(other);
    const large = VirtualAlloc(0, 0x20_0000, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc(large, PAGE, MEM_COMMIT, PAGE_READWRITE);
    setBits(other, large, 6, 7);
    expect(setBits(scene, large, 0, 0)).toBe(6);
    other.end();
    const next = scene.another();
    next.take(CE_BASE, PAGE);
    expect(setBits(scene, at, 0, 0)).toBe(0);
    const { VirtualAlloc: allocate } = ce(next);
    expect(allocate(0, 0x20_0000, MEM_RESERVE, PAGE_NOACCESS)).toBe(large);
    allocate(large, PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(setBits(scene, large, 0, 0)).toBe(0);
  },
  { on: ON_CE5 },
);

const kernelOnly = (scene: Scene) => {
  scene.take(CE_BASE, PAGE);
  for (const size of [0, PAGE]) {
    fails(scene, ERROR_ACCESS_DENIED, () => ce(scene).VirtualSetAttributes(CE_BASE, size, 0, 0));
    fails(scene, ERROR_ACCESS_DENIED, () =>
      ce6(scene).VirtualAllocCopyEx(0x42, 0x42, CE_BASE, size, PAGE_READWRITE),
    );
  }
};

rule("14.3#22", "whatever it is asked", kernelOnly, { on: ON_CE6 });
rule("17.19#10", "and in CE 6 not at all", kernelOnly, { on: ON_CE6 });

const trusted = { on: ON_CE, process: { trusted: true } };
const lowest = (scene: Scene) => (scene.machine.profile === "ce5" ? LARGE : 0x7000_0000);

rule(
  "14.3#23",
  "all read it at the same address, and its caller alone writes",
  (scene) => {
    const other = scene.another();
    const { CeVirtualSharedAlloc } = ce(scene);
    const base = works(scene, () => CeVirtualSharedAlloc(0, 3 * PAGE, MEM_RESERVE));
    expect(base).toBe(lowest(scene));
    expect(works(scene, () => CeVirtualSharedAlloc(base + PAGE + 1, 1, MEM_COMMIT))).toBe(
      base + PAGE,
    );
    const at = base + PAGE;
    scene.memory.setUint32(at, 12);
    expect(other.memory.getUint32(at)).toBe(12);
    expectFault(other, "14.3#23", () => other.memory.setUint32(at, 1), violation(WRITE, at));
    expect([scene.protectionAt(at), other.protectionAt(at)]).toEqual([
      PAGE_READWRITE,
      PAGE_READONLY,
    ]);
    expect(ce(other).WriteProcessMemory(0x42, at, new Uint8Array([1]), 1)).toBe(0);
    expect(other.ntdll.NtWriteVirtualMemory(-1, at, new Uint8Array([1]), 1)).not.toBe(0);
    const old = { value: 0 };
    for (const call of [
      () => ce(other).VirtualFree(base, 0, MEM_RELEASE),
      () => ce(other).VirtualFree(at, PAGE, MEM_DECOMMIT),
      () => ce(other).VirtualProtect(at, PAGE, PAGE_READWRITE, old),
      () => ce(other).VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE),
    ]) {
      fails(other, ERROR_ACCESS_DENIED, call);
    }
    expect(scene.memory.getUint32(at)).toBe(12);
    works(scene, () => ce(scene).VirtualProtect(at, PAGE, PAGE_NOACCESS, old));
    expect(touch(other, READ, at)).toEqual(violation(READ, at));
    works(scene, () => ce(scene).VirtualFree(base, 0, MEM_RELEASE));
    expect(other.stateAt(base)).toBe(MEM_FREE);
  },
  trusted,
);

rule(
  "14.3#23",
  "nor does a copy of it let another process write",
  (scene) => {
    const other = scene.another();
    const base = ce(scene).CeVirtualSharedAlloc(0, PAGE, MEM_COMMIT);
    const { VirtualAlloc, VirtualCopy, WriteProcessMemory } = ce(other);
    const place = VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_NOACCESS);
    works(other, () => VirtualCopy(place, base, PAGE, PAGE_READWRITE));
    expect(touch(other, READ, place)).toBeNull();
    expect(touch(other, WRITE, place)).toEqual(violation(WRITE, place));
    expect(WriteProcessMemory(0x42, place, new Uint8Array([1]), 1)).toBe(0);
    expect(scene.memory.getUint8(base)).toBe(0);
  },
  trusted,
);

rule(
  "14.3#23",
  "what it does not take",
  (scene) => {
    const { CeVirtualSharedAlloc } = ce(scene);
    const base = CeVirtualSharedAlloc(0, PAGE, MEM_RESERVE);
    for (const [address, size, type] of [
      [0, 0, BOTH],
      [0, PAGE, 0],
      [0, PAGE, BOTH | MEM_TOP_DOWN],
      [base, PAGE, MEM_RESERVE],
      [base, PAGE, BOTH],
      [base + 0x1_0000, PAGE, MEM_COMMIT],
      [CE_BASE, PAGE, MEM_COMMIT],
      [0xffff_0000, PAGE, MEM_COMMIT],
    ] as const) {
      fails(scene, ERROR_INVALID_PARAMETER, () => CeVirtualSharedAlloc(address, size, type));
    }
    scene.take(CE_BASE, PAGE);
    fails(scene, ERROR_INVALID_PARAMETER, () => CeVirtualSharedAlloc(CE_BASE, PAGE, MEM_COMMIT));
    fails(scene, ERROR_OUTOFMEMORY, () => CeVirtualSharedAlloc(0, 0x4000_0000, MEM_RESERVE));
    const second = works(scene, () => CeVirtualSharedAlloc(0, PAGE, BOTH));
    expect(second).toBe(base + 0x1_0000);
  },
  trusted,
);

rule(
  "14.3#23",
  "only who is trusted, and it ends with its process",
  (scene) => {
    const owner = scene.another({ trusted: true });
    fails(scene, ERROR_ACCESS_DENIED, () => ce(scene).CeVirtualSharedAlloc(0, PAGE, BOTH));
    fails(scene, ERROR_ACCESS_DENIED, () => ce(scene).CeVirtualSharedAlloc(0, 0, 0));
    const base = works(owner, () => ce(owner).CeVirtualSharedAlloc(0, PAGE, BOTH));
    expect(touch(scene, READ, base)).toBeNull();
    owner.end();
    expect(touch(scene, READ, base)).toEqual(violation(READ, base));
    expect(scene.stateAt(base)).toBe(MEM_FREE);
  },
  { on: ON_CE, process: { trusted: false } },
);
