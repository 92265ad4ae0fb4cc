import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_NOCACHE,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { READ, touch, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

/** The error of an allocation that fails and changes nothing. */
function errorOf(scene: Scene, size: number, type: number, protect: number): number {
  const { VirtualAlloc, GetLastError } = scene.kernel32;
  expectUnchanged(scene, () => expect(VirtualAlloc(BASE, size, type, protect)).toBe(0));
  return GetLastError();
}

rule("17.2#1", "charge at once, a frame at the first read or write of each page", (scene) => {
  const { commitCharge, frames } = scene.machine.counters;
  const { residentPages } = scene.process.counters;
  scene.take(BASE, 16 * PAGE);
  expect(scene.machine.counters).toMatchObject({ commitCharge: commitCharge + 16, frames });
  expect(scene.process.counters.residentPages).toBe(residentPages);
  for (const [taken, access] of [
    [1, READ],
    [2, WRITE],
  ] as const) {
    for (const _ of [1, 2]) {
      expect(touch(scene, access, BASE + taken * PAGE)).toBe(null);
      expect(scene.machine.counters.frames).toBe(frames + taken);
    }
  }
  scene.memory.setUint32(BASE + 8 * PAGE - 2, 1);
  expect(scene.machine.counters.frames).toBe(frames + 4);
  expect(scene.process.counters.residentPages).toBe(residentPages + 4);
});

rule("17.2#2", "the space in pieces, low and high, never twice", (scene) => {
  const taken = new Set<number>();
  for (let index = 0; index < 200; index++) {
    const type = MEM_RESERVE | (index % 2 === 0 ? 0 : MEM_TOP_DOWN);
    const size = GRANULARITY * (1 + (index % 3));
    const base = scene.allocate(0, size, type, PAGE_READWRITE);
    for (let at = base; at < base + size; at += GRANULARITY) {
      expect(taken.has(at)).toBe(false);
      taken.add(at);
    }
  }
  const lowest = Math.min(...taken);
  scene.free(lowest, 0, MEM_RELEASE);
  expect(scene.reserve(0, PAGE)).toBe(lowest);
});

rule("17.2#4", "run, charge and access as before", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.setUint8(BASE, 1);
  const before = scene.state();
  scene.allocate(BASE, PAGE, MEM_RESET, PAGE_NOACCESS);
  expect(scene.state()).toEqual(before);
  expect(touch(scene, WRITE, BASE)).toBe(null);
});

/** The protections that a value check passes or refuses, where nothing is done with them. */
function expectValueChecked(scene: Scene, type: number): void {
  scene.take(BASE, PAGE);
  for (const protect of [PAGE_NOACCESS, PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY]) {
    expect(scene.allocate(BASE, PAGE, type, protect)).toBe(BASE);
    expect(scene.protectionAt(BASE)).toBe(PAGE_READWRITE);
  }
  for (const protect of [0, PAGE_READWRITE | PAGE_WRITECOPY, PAGE_NOACCESS | PAGE_GUARD]) {
    expect(errorOf(scene, PAGE, type, protect)).toBe(ERROR_INVALID_PARAMETER);
  }
}

rule("17.2#5", "valid and not", (scene) => expectValueChecked(scene, MEM_RESET));

rule("17.2#6", "valid and not", (scene) => expectValueChecked(scene, MEM_RESET_UNDO));

rule(
  "17.2#7",
  "one page of three is lost",
  (scene) => {
    scene.take(BASE, 3 * PAGE);
    scene.memory.fill(BASE, 0x77, 3 * PAGE);
    scene.allocate(BASE + PAGE, PAGE, MEM_RESET, PAGE_READWRITE);
    expect(errorOf(scene, 3 * PAGE, MEM_RESET_UNDO, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
    expect(scene.memory.getUint8(BASE + PAGE)).toBe(0);
    // What is written is of interest, and not lost any more.
    scene.memory.setUint8(BASE + PAGE, 1);
    expect(scene.allocate(BASE + 5, PAGE, MEM_RESET_UNDO, PAGE_READWRITE)).toBe(BASE);
  },
  { machine: { resetEffect: "zero" } },
);

rule("17.2#8", "in a range of which nothing is reset, or a part", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x77, 2 * PAGE);
  scene.allocate(BASE, PAGE, MEM_RESET, PAGE_READWRITE);
  expectUnchanged(scene, () => {
    for (const base of [BASE + PAGE, BASE]) {
      expect(scene.allocate(base, PAGE, MEM_RESET_UNDO, PAGE_READWRITE)).toBe(base);
    }
  });
  expect(scene.memory.getUint8(BASE)).toBe(0x77);
});

rule("17.2#15", "code that was written is fetched without a flush", (scene) => {
  scene.take(BASE, PAGE, PAGE_EXECUTE_READWRITE);
  for (const byte of [0x90, 0xc3]) {
    scene.memory.setUint8(BASE, byte);
    expect([...scene.memory.fetch(BASE, 1)]).toEqual([byte]);
  }
  expectUnchanged(scene, () => {
    expect(scene.kernel32.FlushInstructionCache(SELF, BASE, PAGE)).toBe(1);
  });
});

rule("17.2#15", "the process that is named hears of it, with the range", (scene) => {
  const other = scene.another();
  const heard: [who: string, address: number | bigint, size: number | bigint][] = [];
  for (const [who, { process }] of Object.entries({ scene, other })) {
    process.instructionCacheFlushed = (address, size) => heard.push([who, address, size]);
  }
  const { FlushInstructionCache, OpenProcess, CloseHandle } = scene.kernel32;
  const handle = OpenProcess(0, 0, other.process.id);
  expect(FlushInstructionCache(SELF, BASE + 1, 5)).toBe(1);
  expect(FlushInstructionCache(handle, null, 0)).toBe(1);
  CloseHandle(handle);
  expect(FlushInstructionCache(handle, BASE, PAGE)).toBe(0);
  expect(heard).toEqual([
    ["scene", BASE + 1, 5],
    ["other", 0, 0],
  ]);
});

rule("17.2#16", "region, page, page", (scene) => {
  expect(scene.reserve(BASE + 0x8123, PAGE)).toBe(BASE);
  expect(scene.commit(BASE + 0x8123, PAGE)).toBe(BASE + 0x8000);
  for (const type of [MEM_RESET, MEM_RESET_UNDO]) {
    expect(scene.allocate(BASE + 0x8123, 0x10, type, PAGE_READWRITE)).toBe(BASE + 0x8000);
  }
});

rule("17.2#17", "the last page of many does not fit", (scene) => {
  scene.reserve(BASE, 3 * GRANULARITY);
  const size = 3 * GRANULARITY + 1;
  expect(errorOf(scene, size, MEM_COMMIT, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
  scene.reserve(BASE + 3 * GRANULARITY, PAGE);
  expect(errorOf(scene, size, MEM_RESERVE, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
});

rule("17.3#1", "copy-on-write and graphics protections", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  const protections = [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY, 0x800, 0x1000, 0x2000, 0x20000];
  for (const protect of protections) {
    expect(errorOf(scene, PAGE, MEM_COMMIT, protect)).toBe(ERROR_INVALID_PARAMETER);
  }
});

rule("17.3#2", "TOP_DOWN is let through", (scene) => {
  const type = MEM_RESERVE | MEM_PHYSICAL | MEM_TOP_DOWN;
  const high = scene.allocate(0, PAGE, type, PAGE_READWRITE);
  expect(high).toBe(scene.highestRegionAddress + 1 - GRANULARITY);
});

rule(
  "17.3#2",
  "strictPhysical: TOP_DOWN is refused",
  (scene) => {
    const type = MEM_RESERVE | MEM_PHYSICAL | MEM_TOP_DOWN;
    expect(errorOf(scene, PAGE, type, PAGE_READWRITE)).toBe(ERROR_INVALID_PARAMETER);
    expect(scene.awe(BASE, PAGE)).toBe(BASE);
  },
  { machine: { strictPhysical: true } },
);

rule("17.3#3", "EXECUTE alone", (scene) => {
  scene.take(BASE, PAGE, PAGE_EXECUTE);
  expect(touch(scene, READ, BASE)).toBe(null);
  expect(touch(scene, WRITE, BASE)).not.toBe(null);
});

rule("17.3#4", "a free address", (scene) => {
  expect(errorOf(scene, PAGE, MEM_COMMIT, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
});

rule("17.3#5", "reserve, commit and protect", (scene) => {
  const protect = PAGE_EXECUTE_READ | PAGE_GUARD | PAGE_NOCACHE;
  expect(errorOf(scene, PAGE, MEM_RESERVE, protect)).toBe(ERROR_INVALID_PARAMETER);
  scene.take(BASE, PAGE);
  expect(errorOf(scene, PAGE, MEM_COMMIT, protect)).toBe(ERROR_INVALID_PARAMETER);
  const { VirtualProtect, GetLastError } = scene.kernel32;
  expect(VirtualProtect(BASE, PAGE, protect, { value: 0 })).toBe(0);
  expect(GetLastError()).toBe(ERROR_INVALID_PARAMETER);
});

rule("17.3#7", "a reset page and a commit after it", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.setUint32(BASE, 0x12345678);
  scene.allocate(BASE, PAGE, MEM_RESET, PAGE_READWRITE);
  expect(scene.memory.getUint32(BASE)).toBe(0x12345678);
  scene.allocate(BASE, PAGE, MEM_RESET, PAGE_READWRITE);
  scene.commit(BASE, PAGE);
  expect(scene.memory.getUint32(BASE)).toBe(0x12345678);
});
