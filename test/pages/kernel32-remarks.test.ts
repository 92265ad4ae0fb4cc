/** The remarks of the page: docs/pages/kernel32.md. */
import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_PHYSICAL,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READWRITE,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import { kernel32 } from "../../src/kernel32.ts";
import { AWE, framesOf, show } from "../conformance/support/awe.ts";
import { EXECUTE, READ, touch, violation, WRITE } from "../conformance/support/fault.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "../conformance/support/scene.ts";
import { residentPages } from "../conformance/support/working-set.ts";
import { allocateError } from "./support/allocate-error.ts";
import { statement } from "./support/statement.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
const AWE_TYPE = MEM_RESERVE | MEM_PHYSICAL;

statement(74, "one of three, and VirtualQuery tells which", (scene) => {
  scene.reserve(BASE, 2 * PAGE);
  scene.commit(BASE + PAGE, PAGE);
  const states = [BASE, BASE + PAGE, BASE + 2 * PAGE].map((page) => scene.stateAt(page));
  expect(states).toEqual([MEM_RESERVE, MEM_COMMIT, MEM_FREE]);
  expect(new Set(scene.runs().map(({ state }) => state))).toEqual(new Set(states));
});

statement(75, "reserved, then committed", (scene) => {
  scene.reserve(BASE, 4 * PAGE);
  expect(scene.stateAt(BASE)).toBe(MEM_RESERVE);
  scene.allocate(BASE, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE);
  expect(scene.run(BASE)).toMatchObject({ size: 4 * PAGE, state: MEM_COMMIT });
});

statement(76, "free, then reserved", (scene) => {
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  scene.allocate(BASE, 4 * PAGE, MEM_RESERVE, PAGE_READWRITE);
  expect(scene.run(BASE)).toMatchObject({ size: 4 * PAGE, state: MEM_RESERVE });
});

statement(77, "free, then committed", (scene) => {
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  scene.allocate(BASE, 4 * PAGE, BOTH, PAGE_READWRITE);
  expect(scene.run(BASE)).toMatchObject({ size: 4 * PAGE, state: MEM_COMMIT });
});

statement(78, "with and without a commit, whole and in part", (scene) => {
  scene.reserve(BASE + GRANULARITY, PAGE);
  for (const type of [MEM_RESERVE, BOTH]) {
    for (const [base, size] of [
      [BASE + GRANULARITY, PAGE],
      [BASE, GRANULARITY + 1],
    ] as const) {
      expect(allocateError(scene, base, size, type, PAGE_READWRITE)).toBe(ERROR_INVALID_ADDRESS);
    }
  }
});

statement(79, "and its protection is the new one", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.setUint8(BASE, 7);
  expect(scene.commit(BASE, PAGE, PAGE_READONLY)).toBe(BASE);
  expect([scene.protectionAt(BASE), scene.memory.getUint8(BASE)]).toEqual([PAGE_READONLY, 7]);
});

statement(80, "none of it, some of it, all of it", (scene) => {
  scene.reserve(BASE, 4 * PAGE);
  const { commitCharge } = scene.machine.counters;
  for (const committed of [1, 3, 4, 4]) {
    expect(scene.commit(BASE, committed * PAGE)).toBe(BASE);
    expect(scene.machine.counters.commitCharge).toBe(commitCharge + committed);
  }
});

statement(81, "in any order, in one region", (scene) => {
  scene.reserve(BASE, 16 * PAGE);
  for (const page of [7, 0, 15, 3]) {
    expect(scene.commit(BASE + page * PAGE, PAGE)).toBe(BASE + page * PAGE);
    expect(scene.run(BASE + page * PAGE)).toMatchObject({
      state: MEM_COMMIT,
      allocationBase: BASE,
    });
  }
  expect(scene.run(BASE + 8 * PAGE)).toMatchObject({ size: 7 * PAGE, state: MEM_RESERVE });
});

statement(82, "charge and frames grow with what is used", (scene) => {
  const used = () => {
    const { commitCharge, frames } = scene.machine.counters;
    return [commitCharge, frames] as const;
  };
  const [charge, frames] = used();
  scene.reserve(BASE, 0x10000000);
  expect(used()).toEqual([charge, frames]);
  scene.commit(BASE, 2 * PAGE);
  expect(used()).toEqual([charge + 2, frames]);
  scene.memory.setUint8(BASE, 1);
  expect(used()).toEqual([charge + 2, frames + 1]);
});

statement(83, "from the page of the first byte to that of the last", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  for (const [offset, size, first, pages] of [
    [0x0fff, 0x0002, 0, 2],
    [0x4001, 0x0fff, 4, 1],
    [0x8000, 0x2001, 8, 3],
  ] as const) {
    expect(scene.commit(BASE + offset, size)).toBe(BASE + first * PAGE);
    expect(scene.run(BASE + first * PAGE)).toMatchObject({ size: pages * PAGE, state: MEM_COMMIT });
  }
});

statement(84, "one page that does not fit is enough", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  const { VirtualAlloc } = scene.kernel32;
  const commit = (size: number) => VirtualAlloc(BASE, size, MEM_COMMIT, PAGE_READWRITE);
  expect([commit(GRANULARITY), commit(GRANULARITY + PAGE)]).toEqual([BASE, 0]);
  const below = BASE - GRANULARITY;
  const reserve = (size: number) => VirtualAlloc(below, size, MEM_RESERVE, PAGE_READWRITE);
  expect([reserve(GRANULARITY + PAGE), reserve(GRANULARITY)]).toEqual([0, below]);
});

statement(85, "no page, no charge, no frame, no record", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  const before = scene.machine.counters;
  for (const [base, size, type] of [
    [BASE, GRANULARITY + PAGE, MEM_COMMIT],
    [BASE - GRANULARITY, GRANULARITY + PAGE, BOTH],
  ] as const) {
    const error = allocateError(scene, base, size, type, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_ADDRESS);
  }
  expect(scene.machine.counters).toEqual(before);
  expect(scene.run(BASE)).toMatchObject({ size: GRANULARITY, state: MEM_RESERVE });
  expect(scene.stateAt(BASE - GRANULARITY)).toBe(MEM_FREE);
});

statement(86, "committed and reserved pages in one range", (scene) => {
  scene.reserve(BASE, 4 * PAGE);
  scene.commit(BASE + PAGE, PAGE);
  expect(scene.commit(BASE, 4 * PAGE)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ size: 4 * PAGE, state: MEM_COMMIT });
});

/** Write code into a page; it is not executable yet. */
function writeCode(scene: Scene, byte: number): void {
  scene.take(BASE, PAGE);
  scene.memory.setUint8(BASE, byte);
}

statement(87, "before, a fetch faults; after, it does not", (scene) => {
  writeCode(scene, 0xc3);
  expect(touch(scene, EXECUTE, BASE)).toEqual(violation(EXECUTE, BASE));
  scene.protect(BASE, PAGE, PAGE_EXECUTE);
  expect([...scene.memory.fetch(BASE, 1)]).toEqual([0xc3]);
});

statement(
  88,
  "a window there, and frames of that process in it",
  (scene) => {
    const other = scene.another();
    const { OpenProcess, VirtualAllocEx } = scene.kernel32;
    const handle = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
    expect(VirtualAllocEx(handle, BASE, GRANULARITY, AWE_TYPE, PAGE_READWRITE)).toBe(BASE);
    expect([other.stateAt(BASE), scene.stateAt(BASE)]).toEqual([MEM_RESERVE, MEM_FREE]);
    const own = framesOf(scene, 1);
    const { MapUserPhysicalPages } = kernel32(other.process);
    expect(MapUserPhysicalPages(BASE, 1, own)).toBe(0);
    show(other, BASE, framesOf(other, 1));
    expect(touch(other, WRITE, BASE)).toBe(null);
    // The call maps in the process that makes it, where there is no window.
    expect(scene.kernel32.MapUserPhysicalPages(BASE, 1, own)).toBe(0);
  },
  AWE,
);

statement(
  89,
  "the bytes go with the page",
  (scene) => {
    scene.awe(BASE, GRANULARITY);
    const [one = 0, other = 0] = framesOf(scene, 2);
    for (const frame of [one, other]) {
      show(scene, BASE, [frame]);
      scene.memory.setUint32(BASE, frame);
    }
    show(scene, BASE + 3 * PAGE, [one]);
    expect(scene.memory.getUint32(BASE + 3 * PAGE)).toBe(one);
    expect(scene.memory.getUint32(BASE)).toBe(other);
    expect(scene.kernel32.MapUserPhysicalPages(BASE, 1, null)).toBe(1);
    expect(touch(scene, READ, BASE)).toEqual(violation(READ, BASE));
  },
  AWE,
);

statement(90, "either alone does something else, or nothing", (scene) => {
  const alone = allocateError(scene, BASE, GRANULARITY, MEM_PHYSICAL, PAGE_READWRITE);
  expect(alone).toBe(ERROR_INVALID_PARAMETER);
  scene.reserve(BASE, GRANULARITY);
  expect(scene.commit(BASE, PAGE)).toBe(BASE);
  scene.awe(BASE + GRANULARITY, GRANULARITY);
  const window = allocateError(scene, BASE + GRANULARITY, PAGE, MEM_COMMIT, PAGE_READWRITE);
  expect(window).toBe(ERROR_INVALID_ADDRESS);
});

statement(91, "refused, with and without MEM_RESERVE", (scene) => {
  for (const type of [AWE_TYPE | MEM_COMMIT, MEM_PHYSICAL | MEM_COMMIT]) {
    const error = allocateError(scene, BASE, GRANULARITY, type, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(92, "every other is refused", (scene) => {
  for (const protect of [0x01, 0x02, 0x10, 0x20, 0x40, 0x104, 0x204]) {
    const error = allocateError(scene, BASE, GRANULARITY, AWE_TYPE, protect);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(scene.allocate(BASE, GRANULARITY, AWE_TYPE, PAGE_READWRITE)).toBe(BASE);
});

statement(93, "charge and frame go, the addresses stay reserved", (scene) => {
  const { commitCharge, frames } = scene.machine.counters;
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 1, 2 * PAGE);
  scene.free(BASE, PAGE, MEM_DECOMMIT);
  expect(scene.machine.counters).toMatchObject({
    commitCharge: commitCharge + 1,
    frames: frames + 1,
  });
  expect([scene.stateAt(BASE), scene.stateAt(BASE + PAGE)]).toEqual([MEM_RESERVE, MEM_COMMIT]);
  expect(residentPages(scene, BASE, 2)).toEqual([1]);
});

statement(94, "one call, with size 0", (scene) => {
  const { commitCharge, frames } = scene.machine.counters;
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 1, 2 * PAGE);
  expect(scene.kernel32.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(1);
  expect(scene.machine.counters).toMatchObject({ commitCharge, frames });
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
});

statement(95, "and can be reserved again", (scene) => {
  scene.reserve(BASE, 4 * PAGE);
  expect(scene.kernel32.VirtualFree(BASE, 0, MEM_RELEASE)).toBe(1);
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  expect(scene.reserve(BASE, 4 * PAGE)).toBe(BASE);
});

statement(96, "it succeeds, changes nothing, and the host hears of the range", (scene) => {
  writeCode(scene, 0x90);
  const heard: unknown[] = [];
  scene.process.instructionCacheFlushed = (...range) => heard.push(range);
  const before = scene.state();
  expect(scene.kernel32.FlushInstructionCache(SELF, BASE, PAGE)).toBe(1);
  expect(scene.state()).toEqual(before);
  expect(heard).toEqual([[BASE, PAGE]]);
});

statement(97, "code is changed after it ran, and nobody says so", (scene) => {
  scene.take(BASE, PAGE, PAGE_EXECUTE_READWRITE);
  for (const byte of [0x90, 0xc3, 0xcc]) {
    scene.memory.setUint8(BASE, byte);
    expect([...scene.memory.fetch(BASE, 1)]).toEqual([byte]);
  }
});
