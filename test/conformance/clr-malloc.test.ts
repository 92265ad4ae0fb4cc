import { expect } from "vitest";
import {
  type ClrHost,
  E_NOINTERFACE,
  E_OUTOFMEMORY,
  E_POINTER,
  eAppDomainCritical,
  eProcessCritical,
  eTaskCritical,
  HOST_E_INVALIDOPERATION,
  IID_IHostMalloc,
  IID_IHostMemoryManager,
  IID_IUnknown,
  type InterfaceOut,
  MALLOC_THREADSAFE,
  S_OK,
} from "../../src/clr-host.ts";
import { MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE } from "../../src/constants.ts";
import {
  alloc,
  allocate,
  answering,
  BEFORE,
  block,
  malloc,
  started,
  take,
} from "./support/clr-host.ts";
import { READ, touch } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";

rule("17.17#11", "aligned, apart, committed, zero", (scene) => {
  const allocator = malloc(started(scene));
  const blocks = [0, 0, 1, 15, 16, 17, 100, 2048, 2049, PAGE, 70_000, 2 ** 21].map((size) => {
    const at = block(allocator, size);
    expect([size, at % 16]).toEqual([size, 0]);
    expect(scene.stateAt(at)).toBe(MEM_COMMIT);
    if (size > 0) {
      expect(touch(scene, READ, at + size - 1)).toBe(null);
      expect(scene.memory.read(at, size).some((byte) => byte !== 0)).toBe(false);
    }
    scene.memory.fill(at, 0xee, Math.max(size, 1));
    return { at, end: at + Math.max(size, 1) };
  });
  const inOrder = blocks.toSorted((left, right) => left.at - right.at);
  for (const [index, { end }] of inOrder.entries()) {
    expect(inOrder[index + 1]?.at ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(end);
  }
  expect(allocator.Release()).toBe(0);
});

rule(
  "17.17#11",
  "no memory",
  (scene) => {
    const allocator = malloc(started(scene));
    const kept = block(allocator, 9 * PAGE);
    expectUnchanged(scene, () => {
      for (const size of [2 * PAGE, 17 * PAGE, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        if (size > 0xffffffff && !scene.wide) continue;
        expect(alloc(allocator, size)).toEqual([E_OUTOFMEMORY, 0]);
      }
    });
    const last = block(allocator, 1);
    expect(alloc(allocator, PAGE)).toEqual([E_OUTOFMEMORY, 0]);
    expect(allocator.Free(kept)).toBe(S_OK);
    expect(allocator.Free(last)).toBe(S_OK);
  },
  { machine: { commitLimit: 10 } },
);

rule(
  "17.17#11",
  "a first block without memory leaves no region",
  (scene) => {
    const allocator = malloc(started(scene));
    scene.take(BASE, 10 * PAGE);
    expectUnchanged(scene, () => expect(alloc(allocator, 1)).toEqual([E_OUTOFMEMORY, 0]));
  },
  { machine: { commitLimit: 10 } },
);

rule("17.17#12", "listed while it is there", (scene) => {
  const host = started(scene);
  const [one, other] = [malloc(host), malloc(host)];
  const memory = { value: 0 };
  expect(one.DebugAlloc(100, eTaskCritical, "heap.cpp", 17, memory)).toBe(S_OK);
  const first = { address: memory.value, sizeBytes: 100, file: "heap.cpp", line: 17 };
  expect(other.DebugAlloc(0, eTaskCritical, null, -1, memory)).toBe(S_OK);
  const second = { address: memory.value, sizeBytes: 0, file: null, line: -1 };
  block(one, 100);
  expect(host.debugBlocks).toEqual([first, second]);
  expect(other.Free(first.address)).toBe(HOST_E_INVALIDOPERATION);
  expect(one.Free(first.address)).toBe(S_OK);
  expect(host.debugBlocks).toEqual([second]);
  other.Release();
  expect(host.debugBlocks).toEqual([]);
});

rule("17.17#12", "one that fails is not listed", (scene) => {
  const host = started(scene, { policy: answering(E_OUTOFMEMORY, "DebugAlloc") });
  const memory = { value: BEFORE };
  expect(malloc(host).DebugAlloc(1, eTaskCritical, "a.cpp", 1, memory)).toBe(E_OUTOFMEMORY);
  expect([memory.value, host.debugBlocks]).toEqual([0, []]);
});

rule("17.17#13", "foreign, inner, freed, never allocated", (scene) => {
  const host = started(scene);
  const [allocator, other] = [malloc(host), malloc(host)];
  expect(allocator.Free(null)).toBe(S_OK);
  expect(allocator.Free(0)).toBe(S_OK);
  for (const size of [0, 16, 48, 2000, 3 * PAGE, 0x20000]) {
    const kept = block(allocator, size);
    const at = block(allocator, size);
    const wrong = [at + 1, at + 16, at + 17, at + PAGE, at - 16].filter((each) => each !== kept);
    const theirs = block(other, size);
    const foreign = [...wrong, theirs, BASE, scene.machine.highestUserAddress + 1];
    expectUnchanged(scene, () => {
      for (const each of foreign) {
        expect([size, each - at, allocator.Free(each)]).toEqual([
          size,
          each - at,
          HOST_E_INVALIDOPERATION,
        ]);
        expect(scene.machine.decision).toBe("17.17#13");
      }
    });
    expect(allocator.Free(at)).toBe(S_OK);
    expectUnchanged(scene, () => expect(allocator.Free(at)).toBe(HOST_E_INVALIDOPERATION));
    expect(allocator.Free(kept)).toBe(S_OK);
  }
});

rule("14.5#1", "a working allocator, or E_POINTER", (scene) => {
  const host = started(scene);
  expect(host.manager.CreateMalloc(MALLOC_THREADSAFE, null)).toBe(E_POINTER);
  const allocator = malloc(host, MALLOC_THREADSAFE);
  const at = block(allocator, 64);
  scene.memory.setUint32(at + 60, 7);
  expect(allocator.Free(at)).toBe(S_OK);
});

rule("17.17#14", "three interfaces", (scene) => {
  const { manager } = started(scene);
  const allocator = malloc(started(scene));
  for (const [object, own, foreign] of [
    [manager, IID_IHostMemoryManager, IID_IHostMalloc],
    [allocator, IID_IHostMalloc, IID_IHostMemoryManager],
  ] as const) {
    const out: InterfaceOut<unknown> = { value: null };
    for (const identifier of [own, IID_IUnknown, own.toUpperCase()]) {
      expect(object.QueryInterface(identifier, out)).toBe(S_OK);
      expect(out.value).toBe(object);
    }
    expect(object.QueryInterface(foreign, out)).toBe(E_NOINTERFACE);
    expect([out.value, scene.machine.decision]).toEqual([null, "17.17#14"]);
    expect(object.AddRef()).toBe(5);
    expect([object.Release(), object.Release(), object.Release()]).toEqual([4, 3, 2]);
  }
});

rule("17.17#14", "the last Release gives back what the blocks had", (scene) => {
  const allocator = malloc(started(scene));
  expectUnchanged(scene, () => {
    expect(allocator.AddRef()).toBe(2);
    for (const size of [1, 100, 1000, PAGE, 9 * PAGE, 0x50000]) {
      for (let count = 0; count < 20; count++) {
        scene.memory.setUint8(block(allocator, size), 1);
      }
    }
    expect(allocator.Release()).toBe(1);
    expect(scene.machine.counters.commitCharge).toBeGreaterThan(100);
    expect(allocator.Release()).toBe(0);
  });
  expect(() => allocator.Release()).toThrow(Error);
});

rule("17.17#14", "after E_FAIL too", (scene) => {
  const allocator = malloc(started(scene));
  expectUnchanged(scene, () => {
    block(allocator, 1);
    started(scene, { policy: answering(0x80004005) }).manager.NeedsVirtualAddressSpace(0, 1);
    expect(allocator.Release()).toBe(0);
  });
});

/** A host that notes each level it is asked to reclaim for, and gives back nothing, or 8 pages. */
function reclaiming(scene: Scene, spare = 0): { host: ClrHost; levels: number[] } {
  const levels: number[] = [];
  const reclaim = (level: number) => {
    levels.push(level);
    if (spare !== 0) scene.free(spare, 8 * PAGE, MEM_DECOMMIT);
  };
  return { host: started(scene, { policy: { reclaim } }), levels };
}

rule(
  "17.17#15",
  "VirtualAlloc, Alloc and DebugAlloc",
  (scene) => {
    const { host, levels } = reclaiming(scene, BASE);
    const allocators = [malloc(host), malloc(host)];
    const [one, other] = allocators;
    const at = BASE + GRANULARITY;
    const calls: ((level: number) => number | undefined)[] = [
      (level) => allocate(host, at, 8 * PAGE, { level })[0],
      (level) => one?.Alloc(8 * PAGE, level, { value: 0 }),
      (level) => other?.DebugAlloc(8 * PAGE, level, null, 0, { value: 0 }),
    ];
    const undo = [() => host.manager.VirtualFree(at, 0, MEM_RELEASE), one?.Release, other?.Release];
    for (const [index, call] of calls.entries()) {
      scene.take(BASE, 8 * PAGE);
      expect(call(eTaskCritical)).toBe(E_OUTOFMEMORY);
      expect(levels.splice(0)).toEqual([]);
      expect(call(eAppDomainCritical)).toBe(S_OK);
      expect(levels.splice(0)).toEqual([eAppDomainCritical]);
      scene.free(BASE, 0, MEM_RELEASE);
      expect(undo[index]?.()).toBe(0);
    }
  },
  { machine: { commitLimit: 10 } },
);

rule(
  "17.17#15",
  "once, though it does not help, and for lack of memory alone",
  (scene) => {
    const { host, levels } = reclaiming(scene);
    expect(allocate(host, 0, 11 * PAGE, { level: eProcessCritical })).toEqual([E_OUTOFMEMORY, 0]);
    expect(levels).toEqual([eProcessCritical]);
    take(host, BASE, PAGE);
    for (const how of [{ type: MEM_RESERVE }, { protect: 0 }]) {
      const [hresult] = allocate(host, BASE, PAGE, { ...how, level: eProcessCritical });
      expect(hresult).toBe(E_OUTOFMEMORY);
    }
    expect(levels).toEqual([eProcessCritical]);
  },
  { machine: { commitLimit: 10 } },
);

rule("17.2#2", "no block lies in a region of others, and none of theirs in its pages", (scene) => {
  const allocator = malloc(started(scene));
  const taken: { at: number; end: number }[] = [];
  for (const size of [16, 3000, 5 * PAGE, 0x30000]) {
    for (let count = 0; count < 10; count++) {
      const reserved = scene.reserve(0, size);
      taken.push({ at: reserved, end: reserved + size });
      const at = block(allocator, size);
      taken.push({ at, end: at + size });
    }
  }
  taken.sort((left, right) => left.at - right.at);
  for (const [index, { end }] of taken.entries()) {
    expect(taken[index + 1]?.at ?? end).toBeGreaterThanOrEqual(end);
  }
});
