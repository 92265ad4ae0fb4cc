import { expect } from "vitest";
import {
  ERROR_BUSY,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOACCESS,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOCACHE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
} from "../../src/constants.ts";
import { READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const NORMAL = 4;
const UNTOUCHED = 0x5eed;

/** A code that is returned, with the last error left alone. */
function code(scene: Scene, call: () => number): number {
  scene.kernel32.SetLastError(UNTOUCHED);
  const result = call();
  expect(scene.kernel32.GetLastError()).toBe(UNTOUCHED);
  return result;
}

function offer(scene: Scene, address: number, size: number, priority = NORMAL): number {
  return code(scene, () => scene.kernel32.OfferVirtualMemory(address, size, priority));
}

function reclaim(scene: Scene, address: number, size: number): number {
  return code(scene, () => scene.kernel32.ReclaimVirtualMemory(address, size));
}

function discard(scene: Scene, address: number, size: number): number {
  return code(scene, () => scene.kernel32.DiscardVirtualMemory(address, size));
}

/** Ranges that are no whole pages of user space. */
function badRanges({ machine }: Scene): readonly [number, number][] {
  const end = machine.highestUserAddress + 1;
  return [
    [BASE + 1, PAGE],
    [BASE, PAGE - 1],
    [BASE, 0],
    [0, PAGE],
    [end, PAGE],
    [BASE, end - BASE + PAGE],
  ];
}

rule("9#1", "alignment, size and priority: 87", (scene) => {
  scene.take(BASE, 4 * PAGE);
  expectUnchanged(scene, () => {
    for (const [address, size] of badRanges(scene)) {
      expect(offer(scene, address, size)).toBe(ERROR_INVALID_PARAMETER);
    }
    for (const priority of [0, 5, 0xffffffff]) {
      expect(offer(scene, BASE, PAGE, priority)).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(scene.machine.decision).toBe("9#1");
  });
  for (const priority of [1, 2, 3, 4]) expect(offer(scene, BASE, PAGE, priority)).toBe(0);
});

rule("9#1", "not committed, not private, two regions: 487", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, 2 * PAGE);
  scene.take(BASE + GRANULARITY, PAGE);
  scene.view(BASE + 2 * GRANULARITY, PAGE, PAGE_READWRITE, "pagefile");
  expectUnchanged(scene, () => {
    for (const [address, size] of [
      [BASE + PAGE, 2 * PAGE],
      [BASE + 3 * PAGE, PAGE],
      [BASE + GRANULARITY, 2 * PAGE],
      [BASE + 2 * GRANULARITY, PAGE],
      [BASE - GRANULARITY, PAGE],
    ] as const) {
      expect(offer(scene, address, size)).toBe(ERROR_INVALID_ADDRESS);
    }
  });
});

rule("9#1", "another protection: 87", (scene) => {
  scene.take(BASE, 2 * PAGE);
  for (const protect of [PAGE_READONLY, PAGE_EXECUTE_READWRITE, PAGE_READWRITE | PAGE_GUARD]) {
    scene.protect(BASE + PAGE, PAGE, protect);
    expectUnchanged(scene, () => {
      expect(offer(scene, BASE, 2 * PAGE)).toBe(ERROR_INVALID_PARAMETER);
    });
  }
  scene.take(BASE + GRANULARITY, PAGE, PAGE_READWRITE | PAGE_NOCACHE);
  expect(offer(scene, BASE + GRANULARITY, PAGE)).toBe(ERROR_INVALID_PARAMETER);
});

rule("9#1", "locks end, and the pages leave the working set", (scene) => {
  scene.take(BASE, 2 * PAGE);
  expect(scene.kernel32.VirtualLock(BASE, 2 * PAGE)).toBe(1);
  expect(offer(scene, BASE, PAGE)).toBe(0);
  expect(scene.process.counters).toMatchObject({ lockedPages: 1, residentPages: 1 });
  expect(scene.kernel32.VirtualUnlock(BASE, 2 * PAGE)).toBe(0);
});

rule("9#2", "what was there is there again", (scene) => {
  scene.take(BASE, 3 * PAGE);
  scene.memory.fill(BASE, 7, 3 * PAGE);
  expect(offer(scene, BASE, 3 * PAGE)).toBe(0);
  expect(touch(scene, READ, BASE + PAGE)).toEqual(violation(READ, BASE + PAGE));
  expect(reclaim(scene, BASE, 2 * PAGE)).toBe(0);
  expect(scene.memory.read(BASE, 2 * PAGE)).toEqual(new Uint8Array(2 * PAGE).fill(7));
  expect(touch(scene, READ, BASE + 2 * PAGE)).toEqual(violation(READ, BASE + 2 * PAGE));
  for (const [address, size] of badRanges(scene)) {
    expect(reclaim(scene, address, size)).toBe(ERROR_INVALID_PARAMETER);
  }
});

rule(
  "9#2",
  "170 after a loss, once",
  (scene) => {
    scene.take(BASE, 3 * PAGE);
    scene.memory.fill(BASE, 7, 3 * PAGE);
    expect(offer(scene, BASE, 3 * PAGE)).toBe(0);
    scene.allocate(BASE + PAGE, PAGE, MEM_RESET, PAGE_READWRITE);
    expect(reclaim(scene, BASE, PAGE)).toBe(0);
    expect(reclaim(scene, BASE, 3 * PAGE)).toBe(ERROR_BUSY);
    expect([0, 1, 2].map((page) => scene.memory.getUint8(BASE + page * PAGE))).toEqual([7, 0, 7]);
    expect(reclaim(scene, BASE, 3 * PAGE)).toBe(0);
  },
  { machine: { resetEffect: "zero" } },
);

rule("9#3", "alignment and protection 87, not committed 487", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, 2 * PAGE);
  scene.protect(BASE + PAGE, PAGE, PAGE_READONLY);
  scene.view(BASE + GRANULARITY, PAGE, PAGE_READWRITE, "file");
  expectUnchanged(scene, () => {
    for (const [address, size] of badRanges(scene)) {
      expect(discard(scene, address, size)).toBe(ERROR_INVALID_PARAMETER);
    }
    expect(discard(scene, BASE, 2 * PAGE)).toBe(ERROR_INVALID_PARAMETER);
    expect(scene.machine.decision).toBe("9#3");
    expect(discard(scene, BASE, 3 * PAGE)).toBe(ERROR_INVALID_ADDRESS);
    expect(discard(scene, BASE + GRANULARITY, PAGE)).toBe(ERROR_INVALID_ADDRESS);
  });
});

rule("9#3", "a locked page: 87, and nothing is lost", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 7, 2 * PAGE);
  expect(scene.kernel32.VirtualLock(BASE + PAGE, PAGE)).toBe(1);
  expect(discard(scene, BASE, 2 * PAGE)).toBe(ERROR_INVALID_PARAMETER);
  expect(scene.memory.getUint8(BASE)).toBe(7);
  expect(discard(scene, BASE, PAGE)).toBe(0);
});

rule("17.16#5", "and take frames when they are touched again", (scene) => {
  scene.take(BASE, 3 * PAGE);
  scene.memory.fill(BASE, 7, 3 * PAGE);
  const { frames } = scene.machine.counters;
  expect(discard(scene, BASE + PAGE, PAGE)).toBe(0);
  expect(scene.machine.counters.frames).toBe(frames - 1);
  expect([0, 1, 2].map((page) => scene.memory.getUint8(BASE + page * PAGE))).toEqual([7, 0, 7]);
  expect(scene.run(BASE)).toMatchObject({ state: MEM_COMMIT, size: 3 * PAGE });
});

rule("17.16#5", "in a view that the paging file backs, for every view", (scene) => {
  const { CreateFileMapping, MapViewOfFileEx } = scene.kernel32;
  const section = CreateFileMapping(-1, null, PAGE_READWRITE, 0, 2 * PAGE, null);
  const second = BASE + GRANULARITY;
  expect(MapViewOfFileEx(section, 2, 0, 0, 0, BASE)).toBe(BASE);
  expect(MapViewOfFileEx(section, 1, 0, 0, 0, second)).toBe(second);
  scene.memory.fill(BASE, 7, 2 * PAGE);
  expect(discard(scene, BASE, PAGE)).toBe(0);
  expect([second, second + PAGE].map((at) => scene.memory.getUint8(at))).toEqual([0, 7]);
});

rule("9#5", "and can be taken while the pages are offered", (scene) => {
  scene.watched(BASE, 4 * PAGE);
  scene.memory.setUint8(BASE, 1);
  scene.memory.setUint8(BASE + 2 * PAGE, 1);
  expect(offer(scene, BASE, 4 * PAGE)).toBe(0);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE, BASE + 2 * PAGE]);
  expect(reclaim(scene, BASE, 4 * PAGE)).toBe(0);
  expect(scene.marks(BASE, 4 * PAGE)).toEqual([BASE, BASE + 2 * PAGE]);
});

rule("13#13", "offered, discarded", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.memory.fill(BASE, 7, 4 * PAGE);
  const { commitCharge } = scene.process.counters;
  expect(offer(scene, BASE, 2 * PAGE)).toBe(0);
  expect(discard(scene, BASE + 2 * PAGE, 2 * PAGE)).toBe(0);
  expect(scene.process.counters.commitCharge).toBe(commitCharge);
});

rule("17.16#1", "reads, writes, services and other processes", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.setUint8(BASE, 7);
  expect(offer(scene, BASE, PAGE)).toBe(0);
  for (const access of [READ, WRITE]) {
    expect(touch(scene, access, BASE + 5)).toEqual(violation(access, BASE + 5));
    expect(scene.machine.decision).toBe("17.16#1");
  }
  expect(scene.run(BASE)).toMatchObject({
    state: MEM_COMMIT,
    protect: PAGE_READWRITE,
    size: 2 * PAGE,
  });
  expect(scene.kernel32.IsBadReadPtr(BASE, 1)).toBe(1);
  const other = scene.another();
  const handle = other.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, scene.process.id);
  const byte = new Uint8Array(1);
  expect(other.kernel32.ReadProcessMemory(handle, BASE, byte, 1)).toBe(0);
  expect(other.kernel32.WriteProcessMemory(handle, BASE, byte, 1)).toBe(0);
  expect(other.kernel32.GetLastError()).toBe(ERROR_INVALID_ADDRESS);
  expect(reclaim(scene, BASE, PAGE)).toBe(0);
  expect(scene.memory.getUint8(BASE)).toBe(7);
});

rule("17.16#2", "one offered page in the range is enough", (scene) => {
  const { VirtualAlloc, VirtualLock, VirtualProtect, GetLastError } = scene.kernel32;
  scene.take(BASE, 3 * PAGE);
  scene.memory.fill(BASE, 7, 3 * PAGE);
  expect(offer(scene, BASE + PAGE, PAGE)).toBe(0);
  expectUnchanged(scene, () => {
    expect(VirtualProtect(BASE, 2 * PAGE, PAGE_READONLY, { value: 0 })).toBe(0);
    expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_ADDRESS, "17.16#2"]);
    expect(VirtualAlloc(BASE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(0);
    expect([GetLastError(), scene.machine.decision]).toEqual([ERROR_INVALID_ADDRESS, "17.16#2"]);
    expect(VirtualLock(BASE, 2 * PAGE)).toBe(0);
    expect(GetLastError()).toBe(ERROR_NOACCESS);
    expect(discard(scene, BASE, 2 * PAGE)).toBe(ERROR_INVALID_ADDRESS);
  });
  expect(scene.protect(BASE, PAGE, PAGE_READONLY)).toBe(PAGE_READWRITE);
});

rule("17.16#3", "and the pages are new when they are committed again", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 7, 2 * PAGE);
  expect(offer(scene, BASE, 2 * PAGE)).toBe(0);
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  scene.commit(BASE, PAGE);
  expect(scene.memory.getUint8(BASE)).toBe(0);
  expect(touch(scene, READ, BASE + PAGE)).toEqual(violation(READ, BASE + PAGE));
  scene.free(BASE, 0, MEM_RELEASE);
  scene.take(BASE, 2 * PAGE);
  expect(touch(scene, READ, BASE + PAGE)).toBeNull();
});

rule("17.16#4", "committed, reserved, free", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, PAGE);
  scene.memory.setUint8(BASE, 7);
  expect(reclaim(scene, BASE, PAGE)).toBe(0);
  expect(scene.memory.getUint8(BASE)).toBe(7);
  expect(scene.stateAt(BASE + PAGE)).toBe(MEM_RESERVE);
  for (const size of [2 * PAGE, 2 * GRANULARITY]) {
    expect(reclaim(scene, BASE, size)).toBe(ERROR_INVALID_ADDRESS);
  }
  expect(reclaim(scene, BASE - GRANULARITY, PAGE)).toBe(ERROR_INVALID_ADDRESS);
  expect(scene.ntdll.NtUnmapViewOfSection(SELF, BASE)).not.toBe(0);
});
