import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  INVALID_HANDLE_VALUE,
  MEM_AUTO_COMMIT,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { coredll } from "../../src/coredll.ts";
import {
  CE_BASE,
  ce,
  ce5,
  fails,
  LARGE,
  ON_CE5,
  ON_CE6,
  SLOT,
  slotOf,
  works,
} from "./support/ce.ts";
import { guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const TWO_MB = 0x20_0000;
const on = ON_CE5;

rule(
  "14.3#1",
  "slots of 32 MB, of which the last begins at 40000000",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    works(scene, () => VirtualAlloc(0x1ff_0000, GRANULARITY, BOTH, PAGE_READWRITE));
    fails(scene, ERROR_INVALID_PARAMETER, () =>
      VirtualAlloc(SLOT, PAGE, MEM_RESERVE, PAGE_READWRITE),
    );
    expect(scene.process.spaceNumber).toBeGreaterThanOrEqual(2);
    expect(scene.run(SLOT)).toMatchObject({ state: MEM_FREE, size: SLOT });
    expect(scene.run(32 * SLOT)).toMatchObject({ state: MEM_FREE, size: SLOT });
    const others = Array.from({ length: 30 }, () => scene.another());
    const slots = [scene, ...others].map(({ process }) => process.spaceNumber);
    expect(slots).toEqual(Array.from({ length: 31 }, (_, index) => index + 2));
    expect(() => scene.another()).toThrow(RangeError);
    expect(() => scene.another()).toThrow(/slots for 31 processes/);
    others.at(-1)?.end();
    expect(scene.another().process.spaceNumber).toBe(32);
  },
  { on },
);

rule(
  "17.19#11",
  "reading and writing another process, and oneself",
  (scene) => {
    const other = scene.another();
    const base = works(other, () => ce(other).VirtualAlloc(0, PAGE, BOTH, PAGE_READWRITE));
    expect(base).toBeLessThan(SLOT);
    other.memory.setUint32(base, 42);
    expect(scene.memory.getUint32(slotOf(other) + base)).toBe(42);
    scene.memory.setUint32(slotOf(other) + base, 43);
    expect(other.memory.getUint32(base)).toBe(43);
    expect(other.memory.getUint32(slotOf(other) + base)).toBe(43);
    const nobody = slotOf(other) + base + 20 * SLOT;
    expect(touch(scene, READ, nobody)).toEqual(violation(READ, nobody));
    expect(scene.process.debugView.read(slotOf(other) + base, 4).done).toBe(4);
  },
  { on },
);

rule(
  "17.19#11",
  "protections are those of the owner, a guard is gone for it too, a touch commits there",
  (scene) => {
    const other = scene.another();
    const { VirtualAlloc } = ce(other);
    const slot = slotOf(other);
    VirtualAlloc(CE_BASE, PAGE, BOTH, PAGE_READONLY);
    expect(touch(scene, WRITE, slot + CE_BASE)).toEqual(violation(WRITE, slot + CE_BASE));
    expect(touch(scene, READ, slot + CE_BASE)).toBeNull();
    const guard = VirtualAlloc(0, PAGE, BOTH, PAGE_READWRITE | PAGE_GUARD);
    expect(touch(scene, READ, slot + guard)).toEqual(guarded(READ, slot + guard));
    expect(other.protectionAt(guard)).toBe(PAGE_READWRITE);
    const touched = VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_AUTO_COMMIT, PAGE_READWRITE);
    expect(touch(scene, WRITE, slot + touched)).toBeNull();
    expect(other.memory.getUint8(touched)).toBe(0x5a);
    expect(scene.process.counters.commitCharge).toBe(0);
  },
  { on },
);

rule(
  "17.19#11",
  "calls by the address in a slot answer with addresses of that slot",
  (scene) => {
    for (const owner of [scene, scene.another()]) {
      const { VirtualAlloc, VirtualProtect, VirtualFree } = ce(scene);
      const at = slotOf(owner) + CE_BASE;
      expect(VirtualAlloc(at, 2 * PAGE, MEM_RESERVE, PAGE_READWRITE)).toBe(at);
      expect(VirtualAlloc(at + PAGE + 1, 1, MEM_COMMIT, PAGE_READWRITE)).toBe(at + PAGE);
      expect(scene.run(at + PAGE)).toEqual({
        base: at + PAGE,
        size: PAGE,
        state: MEM_COMMIT,
        protect: PAGE_READWRITE,
        type: MEM_PRIVATE,
        allocationBase: at,
        allocationProtect: PAGE_READWRITE,
      });
      expect(owner.run(CE_BASE + PAGE)).toMatchObject({ allocationBase: CE_BASE, size: PAGE });
      const old = { value: 0 };
      works(scene, () => VirtualProtect(at + PAGE, 1, PAGE_READONLY, old));
      expect([old.value, owner.protectionAt(CE_BASE + PAGE)]).toEqual([
        PAGE_READWRITE,
        PAGE_READONLY,
      ]);
      const [base, size] = [{ value: at + PAGE + 1 }, { value: 1 }];
      expect(scene.ntdll.NtProtectVirtualMemory(-1, base, size, PAGE_READWRITE, old)).toBe(0);
      expect([base.value, size.value]).toEqual([at + PAGE, PAGE]);
      expect(owner.process.counters.commitCharge).toBe(1);
      works(scene, () => VirtualFree(at + PAGE, PAGE, MEM_DECOMMIT));
      works(scene, () => VirtualFree(at, 0, MEM_RELEASE));
      expect(owner.stateAt(CE_BASE)).toBe(MEM_FREE);
    }
  },
  { on },
);

rule(
  "17.19#11",
  "what ends behind the slot is refused, and free runs end with it",
  (scene) => {
    const { VirtualAlloc } = ce(scene);
    const end = slotOf(scene) + SLOT;
    fails(scene, ERROR_INVALID_PARAMETER, () =>
      VirtualAlloc(end - GRANULARITY, 2 * GRANULARITY, MEM_RESERVE, PAGE_READWRITE),
    );
    expect(scene.run(0).size).toBe(SLOT);
    expect(scene.run(end - PAGE).size).toBe(PAGE);
    expect(scene.run(LARGE).base).toBe(LARGE);
    const runs = scene.runs();
    for (const [index, run] of runs.entries()) {
      expect(run.base).toBe(
        index === 0 ? 0 : (runs[index - 1]?.base ?? 0) + (runs[index - 1]?.size ?? 0),
      );
    }
  },
  { on },
);

rule(
  "17.19#11",
  "ReadProcessMemory and WriteProcessMemory take addresses in slots",
  (scene) => {
    const other = scene.another();
    const { ReadProcessMemory, WriteProcessMemory } = ce(scene);
    other.take(CE_BASE, PAGE);
    const at = slotOf(other) + CE_BASE;
    works(scene, () => WriteProcessMemory(0x42, at, new Uint8Array([1, 2, 3]), 3));
    const bytes = new Uint8Array(3);
    works(scene, () => ReadProcessMemory(0x42, at, bytes, 3));
    expect([...bytes, other.memory.getUint8(CE_BASE + 2)]).toEqual([1, 2, 3, 3]);
    works(scene, () => ReadProcessMemory(other.process.id, CE_BASE, bytes, 3));
    fails(scene, ERROR_INVALID_HANDLE, () => ReadProcessMemory(-1, CE_BASE, bytes, 3));
  },
  { on },
);

rule(
  "17.19#11",
  "the slot of a process that has ended shows nothing, and then the next process",
  (scene) => {
    const other = scene.another();
    other.take(CE_BASE, PAGE);
    const at = slotOf(other) + CE_BASE;
    expect(touch(scene, WRITE, at)).toBeNull();
    other.end();
    expect(touch(scene, READ, at)).toEqual(violation(READ, at));
    expect(scene.stateAt(at)).toBe(MEM_FREE);
    const next = scene.another();
    expect(slotOf(next)).toBe(at - CE_BASE);
    next.take(CE_BASE, PAGE);
    expect(scene.memory.getUint8(at)).toBe(0);
  },
  { on },
);

rule(
  "17.19#11",
  "MapPtrToProcess and UnMapPtr",
  (scene) => {
    const other = scene.another();
    const { MapPtrToProcess, UnMapPtr } = ce5(scene);
    expect(MapPtrToProcess(CE_BASE, other.process.id)).toBe(slotOf(other) + CE_BASE);
    expect(MapPtrToProcess(CE_BASE, 0x42)).toBe(slotOf(scene) + CE_BASE);
    for (const address of [0, SLOT, LARGE]) {
      expect(MapPtrToProcess(address, other.process.id)).toBe(address);
    }
    fails(scene, ERROR_INVALID_HANDLE, () => MapPtrToProcess(CE_BASE, 0x1000));
    expect(UnMapPtr(slotOf(other) + CE_BASE)).toBe(CE_BASE);
    for (const address of [0, CE_BASE, SLOT + 1, LARGE]) expect(UnMapPtr(address)).toBe(address);
  },
  { on },
);

rule(
  "17.19#11",
  "CE 6 has neither",
  (scene) => {
    for (const name of ["MapPtrToProcess", "UnMapPtr"]) {
      expect(Object.keys(ce(scene))).not.toContain(name);
    }
  },
  { on: ON_CE6 },
);

rule(
  "14.3#2",
  "the least that goes there, and what does not",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = ce(scene);
    const base = works(scene, () => VirtualAlloc(0, TWO_MB, MEM_RESERVE, PAGE_NOACCESS));
    expect(base).toBe(LARGE);
    works(scene, () => VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE));
    const own = [
      VirtualAlloc(0, TWO_MB - 1, MEM_RESERVE, PAGE_NOACCESS),
      VirtualAlloc(0, TWO_MB, MEM_RESERVE, PAGE_READWRITE),
      VirtualAlloc(0, TWO_MB, BOTH, PAGE_NOACCESS),
    ];
    for (const address of own) expect([address > 0, address < SLOT]).toEqual([true, true]);
    fails(scene, ERROR_INVALID_ADDRESS, () =>
      VirtualAlloc(base, TWO_MB, MEM_RESERVE, PAGE_NOACCESS),
    );
    works(scene, () => VirtualFree(base, 0, MEM_RELEASE));
  },
  { on },
);

rule(
  "14.3#2",
  "every process reads and writes it, and it goes with the one that reserved it",
  (scene) => {
    const [owner, other] = [scene.another(), scene.another()];
    const { VirtualAlloc } = ce(owner);
    const base = works(owner, () => VirtualAlloc(0, TWO_MB, MEM_RESERVE, PAGE_NOACCESS));
    works(owner, () => VirtualAlloc(base, PAGE, MEM_COMMIT, PAGE_READWRITE));
    works(other, () => ce(other).VirtualAlloc(base + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE));
    owner.memory.setUint32(base, 5);
    expect([scene.memory.getUint32(base), other.memory.getUint32(base)]).toEqual([5, 5]);
    scene.memory.setUint32(base + PAGE, 6);
    expect(owner.memory.getUint32(base + PAGE)).toBe(6);
    other.end();
    expect(scene.stateAt(base)).toBe(MEM_COMMIT);
    owner.end();
    expect(scene.stateAt(base)).toBe(MEM_FREE);
    expect(touch(scene, READ, base)).toEqual(violation(READ, base));
  },
  { on },
);

function mapped(scene: Scene, handle: number, access: number): number {
  return works(scene, () => ce(scene).MapViewOfFile(handle, access, 0, 0, 0));
}

rule(
  "14.3#3",
  "one address for all, until the last has unmapped it",
  (scene) => {
    const other = scene.another();
    const views = [scene, other].map((one) => {
      const { CreateFileMapping } = ce(one);
      const handle = CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, PAGE, "m");
      return mapped(one, handle, FILE_MAP_WRITE);
    });
    const [base = 0] = views;
    expect(views).toEqual([base, base]);
    expect(base).toBeGreaterThanOrEqual(LARGE);
    expect(scene.run(base).type).toBe(MEM_MAPPED);
    scene.memory.setUint32(base, 9);
    expect(other.memory.getUint32(base)).toBe(9);
    works(scene, () => ce(scene).FlushViewOfFile(base, 0));
    works(scene, () => ce(scene).UnmapViewOfFile(base));
    expect(other.memory.getUint32(base)).toBe(9);
    works(other, () => ce(other).UnmapViewOfFile(base));
    expect(touch(other, READ, base)).toEqual(violation(READ, base));
  },
  { on },
);

rule(
  "14.3#7",
  "views of data lie from 60000000 on, of each process its own",
  (scene) => {
    const other = scene.another();
    const { CreateFileMapping } = ce(scene);
    const handle = CreateFileMapping(INVALID_HANDLE_VALUE, null, PAGE_READWRITE, 0, PAGE, null);
    const first = mapped(scene, handle, FILE_MAP_WRITE);
    expect(first).toBe(0x60000000);
    const read = mapped(scene, handle, FILE_MAP_READ);
    expect(read).toBe(0x60010000);
    expect(touch(scene, WRITE, first)).toBeNull();
    expect(touch(scene, READ, read)).toBeNull();
    expect(other.stateAt(first)).toBe(MEM_FREE);
    const { MapViewOfFileEx } = scene.kernel32;
    expect(typeof MapViewOfFileEx).toBe("function");
    expect(coredll(scene.process)).toBe(ce(scene));
  },
  { on: ON_CE6 },
);
