import { expect, test } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  MEM_AUTO_COMMIT,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_PHYSICAL,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { createMachine } from "../setup/machine.ts";
import {
  CE_BASE,
  ce,
  ce6,
  fails,
  ON_CE,
  ON_CE5,
  ON_CE6,
  SLOT,
  slotOf,
  works,
} from "./support/ce.ts";
import { expectFault, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { GRANULARITY, PAGE, Scene } from "./support/scene.ts";

/** Pages that are reserved for a copy. */
function reserved(scene: Scene, pages: number): number {
  return works(scene, () => ce(scene).VirtualAlloc(0, pages * PAGE, MEM_RESERVE, PAGE_NOACCESS));
}

function copy(scene: Scene, to: number, from: number, size = PAGE, protect = PAGE_READWRITE): void {
  works(scene, () => ce(scene).VirtualCopy(to, from, size, protect));
}

rule(
  "14.3#20",
  "both places show the same bytes, and the charge is one",
  (scene) => {
    const source = scene.take(CE_BASE, 4 * PAGE);
    const place = reserved(scene, 4);
    copy(scene, place + 0x10, source + PAGE + 0x10, PAGE);
    expect(scene.run(place)).toMatchObject({
      state: MEM_COMMIT,
      size: 2 * PAGE,
      protect: PAGE_READWRITE,
    });
    expect(scene.stateAt(place + 2 * PAGE)).toBe(MEM_RESERVE);
    scene.memory.setUint32(place, 1);
    scene.memory.setUint32(source + 2 * PAGE, 2);
    expect(scene.memory.getUint32(source + PAGE)).toBe(1);
    expect(scene.memory.getUint32(place + PAGE)).toBe(2);
    expect(scene.process.counters).toMatchObject({ commitCharge: 4, residentPages: 2 });
    expect(scene.process.debugView.write(place, new Uint8Array([7]))).toBe(1);
    expect([...scene.process.debugView.read(source + PAGE, 1).bytes]).toEqual([7]);
    scene.memory.copy(place, place + PAGE, PAGE);
    expect(scene.memory.getUint32(source + PAGE)).toBe(2);
    works(scene, () => ce(scene).VirtualFree(place, 0, MEM_RELEASE));
    expect(scene.stateAt(place)).toBe(MEM_FREE);
    expect(scene.memory.getUint32(source + PAGE)).toBe(2);
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "the protection is the copy's own, guard and VirtualProtect too",
  (scene) => {
    const { VirtualProtect } = ce(scene);
    const source = scene.take(CE_BASE, PAGE, PAGE_READONLY);
    const place = reserved(scene, 1);
    copy(scene, place, source, PAGE, PAGE_READONLY | PAGE_NOCACHE);
    expect(scene.protectionAt(place)).toBe(PAGE_READONLY | PAGE_NOCACHE);
    expect(touch(scene, WRITE, place)).toEqual(violation(WRITE, place));
    const old = { value: 0 };
    works(scene, () => VirtualProtect(place, PAGE, PAGE_READWRITE | PAGE_GUARD, old));
    expect(old.value).toBe(PAGE_READONLY | PAGE_NOCACHE);
    expect(touch(scene, WRITE, place)).toEqual(guarded(WRITE, place));
    expect(touch(scene, WRITE, place)).toBeNull();
    expect(scene.memory.getUint8(source)).toBe(0x5a);
    expect(touch(scene, WRITE, source)).toEqual(violation(WRITE, source));
    scene.protect(source, PAGE, PAGE_NOACCESS);
    expect(touch(scene, READ, place)).toBeNull();
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "what it does not take",
  (scene) => {
    const { VirtualAlloc, VirtualCopy } = ce(scene);
    const source = scene.take(CE_BASE, 2 * PAGE);
    const place = reserved(scene, 2);
    const refused: [number, number, number, number][] = [
      [place, source, 0, PAGE_READWRITE],
      [place, source + 1, PAGE, PAGE_READWRITE],
      [place, source, 3 * PAGE, PAGE_READWRITE],
      [place, source + PAGE, 2 * PAGE, PAGE_READWRITE],
      [place, place, PAGE, PAGE_READWRITE],
      [place, CE_BASE + GRANULARITY, PAGE, PAGE_READWRITE],
      [0, source, PAGE, PAGE_READWRITE],
      [source, place, PAGE, PAGE_READWRITE],
      [place, 0xffff_f000, PAGE, PAGE_READWRITE],
      [0xffff_f000, source, PAGE, PAGE_READWRITE],
      [place, source, 0xffff_ffff, PAGE_READWRITE],
    ];
    const protections = [0, PAGE_NOACCESS, PAGE_EXECUTE_READWRITE, PAGE_READWRITE | PAGE_GUARD];
    for (const protect of protections) refused.push([place, source, PAGE, protect]);
    for (const call of refused) {
      fails(scene, ERROR_INVALID_PARAMETER, () => VirtualCopy(...call));
    }
    const automatic = VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_AUTO_COMMIT, PAGE_READWRITE);
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualCopy(automatic, source, PAGE, 4));
    copy(scene, place, source);
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualCopy(place, source, PAGE, 4));
    fails(scene, ERROR_INVALID_PARAMETER, () => VirtualCopy(place + PAGE, source, PAGE, 4));
    copy(scene, place + PAGE, source + PAGE);
    const cached = VirtualAlloc(0, PAGE, MEM_RESERVE, PAGE_READWRITE | PAGE_NOCACHE);
    copy(scene, cached, source);
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "nothing else is committed among its pages, or taken from them",
  (scene) => {
    const { VirtualAlloc, VirtualFree } = ce(scene);
    const source = scene.take(CE_BASE, PAGE);
    const place = reserved(scene, 2);
    copy(scene, place, source);
    fails(scene, 487, () => VirtualAlloc(place + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE));
    fails(scene, 487, () => VirtualFree(place, PAGE, MEM_DECOMMIT));
    expect(touch(scene, READ, place)).toBeNull();
    const range = [{ value: place }, { value: PAGE }] as const;
    expect(scene.ntdll.NtFreeVirtualMemory(-1, ...range, MEM_RELEASE)).not.toBe(0);
    expect(scene.ntdll.NtLockVirtualMemory(-1, ...range, 1)).not.toBe(0);
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "a copy of a copy shows the first source; a touch of the copy commits the source",
  (scene) => {
    const source = scene.take(CE_BASE, PAGE);
    const [first, second, third] = [reserved(scene, 1), reserved(scene, 1), reserved(scene, 1)];
    copy(scene, first, source);
    copy(scene, second, first);
    works(scene, () => ce(scene).VirtualFree(first, 0, MEM_RELEASE));
    scene.memory.setUint8(second, 3);
    expect(scene.memory.getUint8(source)).toBe(3);
    const { VirtualAlloc, VirtualFree } = ce(scene);
    const automatic = VirtualAlloc(0, PAGE, MEM_RESERVE | MEM_AUTO_COMMIT, PAGE_READWRITE);
    scene.memory.setUint8(automatic, 4);
    copy(scene, third, automatic);
    works(scene, () => VirtualFree(automatic, PAGE, MEM_DECOMMIT));
    expect(scene.memory.getUint8(third)).toBe(0);
    expect(scene.stateAt(automatic)).toBe(MEM_COMMIT);
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "where the source is gone, or a copy itself by now, every access faults and nobody writes",
  (scene) => {
    const { VirtualFree, WriteProcessMemory, ReadProcessMemory } = ce(scene);
    const source = scene.take(CE_BASE, GRANULARITY);
    const other = scene.take(CE_BASE + GRANULARITY, PAGE);
    const place = reserved(scene, 1);
    copy(scene, place, source);
    const check = () => {
      expectFault(scene, "14.3#20", () => scene.memory.getUint8(place), violation(READ, place));
      expect(touch(scene, WRITE, place)).toEqual(violation(WRITE, place));
      const byte = new Uint8Array([9]);
      expect(WriteProcessMemory(0x42, place, byte, 1)).toBe(0);
      expect(ReadProcessMemory(0x42, place, byte, 1)).toBe(0);
      expect(scene.process.debugView.read(place, 1).done).toBe(0);
      expect(scene.process.debugView.write(place, byte)).toBe(0);
      scene.process.verifySpace();
    };
    works(scene, () => VirtualFree(source, PAGE, MEM_DECOMMIT));
    check();
    works(scene, () => VirtualFree(source, 0, MEM_RELEASE));
    check();
    scene.reserve(source, PAGE, PAGE_NOACCESS);
    copy(scene, source, other);
    check();
    expect(touch(scene, WRITE, source)).toBeNull();
  },
  { on: ON_CE },
);

rule(
  "14.3#20",
  "of a process that has ended, and of another one with its number",
  (scene) => {
    const other = scene.another();
    const at = slotOf(other) + CE_BASE;
    other.take(CE_BASE, 2 * PAGE);
    const place = reserved(scene, 2);
    copy(scene, place, at);
    scene.memory.setUint8(place, 8);
    expect(other.memory.getUint8(CE_BASE)).toBe(8);
    other.end();
    expect(touch(scene, READ, place)).toEqual(violation(READ, place));
    expect(ce(scene).WriteProcessMemory(0x42, place, new Uint8Array([9]), 1)).toBe(0);
    const next = scene.another();
    expect(slotOf(next) + CE_BASE).toBe(at);
    next.take(CE_BASE, 2 * PAGE);
    next.memory.setUint8(CE_BASE, 1);
    expect(touch(scene, READ, place)).toEqual(violation(READ, place));
    fails(scene, ERROR_INVALID_PARAMETER, () =>
      ce(scene).VirtualCopy(place + PAGE, at + PAGE, PAGE, PAGE_READWRITE),
    );
    scene.process.verifySpace();
    next.process.verifySpace();
  },
  { on: ON_CE5 },
);

rule(
  "14.3#20",
  "into and out of what all processes share",
  (scene) => {
    const other = scene.another();
    const { VirtualAlloc } = ce(scene);
    const large = VirtualAlloc(0, 0x20_0000, MEM_RESERVE, PAGE_NOACCESS);
    const own = scene.take(CE_BASE, PAGE);
    copy(scene, large, own);
    scene.memory.setUint8(own, 6);
    expect(other.memory.getUint8(large)).toBe(6);
    other.memory.setUint8(large, 7);
    expect(scene.memory.getUint8(own)).toBe(7);
    const place = reserved(other, 1);
    copy(other, place, slotOf(scene) + CE_BASE);
    expect(other.memory.getUint8(place)).toBe(7);
    expect(place).toBeLessThan(SLOT);
  },
  { on: ON_CE5 },
);

rule(
  "14.3#20",
  "VirtualCopyEx takes this process alone",
  (scene) => {
    const other = scene.another();
    const { VirtualCopyEx } = ce6(scene);
    const source = scene.take(CE_BASE, PAGE);
    const place = reserved(scene, 1);
    const { id } = scene.process;
    const call = (to: number, from: number) =>
      VirtualCopyEx(to, place, from, source, PAGE, PAGE_READWRITE);
    for (const named of [
      other.process.id,
      works(scene, () => ce(scene).OpenProcess(0, 0, other.process.id)),
    ]) {
      fails(scene, ERROR_ACCESS_DENIED, () => call(named, id));
      fails(scene, ERROR_ACCESS_DENIED, () => call(0x42, named));
    }
    fails(scene, ERROR_INVALID_HANDLE, () => call(-1, id));
    fails(scene, ERROR_INVALID_HANDLE, () => call(id, 0x1000));
    works(scene, () => call(id, 0x42));
    expect(touch(scene, WRITE, place)).toBeNull();
  },
  { on: ON_CE6 },
);

test.each(["ce5", "ce6"] as const)("14.3#20 physical memory [%s]", async (profile) => {
  const machine = await createMachine({ profile });
  const [scene, other] = [new Scene(machine, {}), new Scene(machine, {})];
  const protect = PAGE_READWRITE | PAGE_NOCACHE | PAGE_PHYSICAL;
  const places = [scene, other].map((one) => {
    const place = reserved(one, 3);
    copy(one, place + 0x100, 0x3000_0100 / 256, 2 * PAGE, protect);
    return place;
  });
  const [place = 0, another = 0] = places;
  expect(scene.run(place)).toMatchObject({
    size: 3 * PAGE,
    protect: PAGE_READWRITE | PAGE_NOCACHE,
  });
  expect(scene.memory.getUint32(place)).toBe(0);
  scene.memory.setUint32(place + PAGE, 11);
  expect(other.memory.getUint32(another + PAGE)).toBe(11);
  expect([machine.counters.commitCharge, machine.counters.frames]).toEqual([0, 2]);
  scene.end();
  expect(other.memory.getUint32(another + PAGE)).toBe(11);
  const again = new Scene(machine, {});
  const seen = reserved(again, 1);
  copy(again, seen, 0x3000_1000 / 256, PAGE, PAGE_READONLY | PAGE_PHYSICAL);
  expect(again.memory.getUint32(seen)).toBe(11);
  const free = reserved(again, 2);
  const { VirtualCopy } = ce(again);
  const LAST = 0x7ffe_f000;
  for (const address of [0x8000_0000, 0x7fff_0000, 0xffff_f000]) {
    fails(again, ERROR_INVALID_PARAMETER, () => VirtualCopy(free, address / 256, PAGE, protect));
  }
  fails(again, ERROR_INVALID_PARAMETER, () => VirtualCopy(free, LAST / 256, 2 * PAGE, protect));
  copy(again, free, LAST / 256, PAGE, protect);
  expect([touch(again, READ, free) === null, touch(again, WRITE, free) === null]).toEqual([
    true,
    true,
  ]);
  for (const one of [other, again]) one.end();
});
