/** VirtualAlloc, its address, its size, MEM_COMMIT and MEM_RESERVE: docs/pages/kernel32.md. */
import { expect } from "vitest";
import {
  ERROR_COMMITMENT_LIMIT,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_READ,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_EXECUTE_READ,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import { create, SGX, SIZE, WITH_ALL } from "../conformance/support/enclave.ts";
import { READ, touch, violation } from "../conformance/support/fault.ts";
import { CODE, createImage, IMAGE_BASE, openProgram } from "../conformance/support/images.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "../conformance/support/scene.ts";
import { mapping, view } from "../conformance/support/sections.ts";
import { residentPages } from "../conformance/support/working-set.ts";
import { allocateError } from "./support/allocate-error.ts";
import { statement } from "./support/statement.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;

function systemInfo(scene: Scene) {
  const info = { dwPageSize: 0, dwAllocationGranularity: 0 };
  scene.kernel32.GetSystemInfo(info);
  return info;
}

statement(1, "reserve, commit and reset, in the caller alone", (scene) => {
  const other = scene.another();
  const untouched = other.runs();
  expect(scene.stateAt(BASE)).toBe(MEM_FREE);
  scene.allocate(BASE, PAGE, MEM_RESERVE, PAGE_READWRITE);
  expect(scene.stateAt(BASE)).toBe(MEM_RESERVE);
  scene.allocate(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
  expect(scene.run(BASE)).toMatchObject({ state: MEM_COMMIT, type: MEM_PRIVATE });
  scene.allocate(BASE, PAGE, MEM_RESET, PAGE_READWRITE);
  expect(other.runs()).toEqual(untouched);
});

statement(2, "zeros, in pages that had content before, too", (scene) => {
  for (let time = 0; time < 2; time++) {
    scene.take(BASE, 2 * PAGE);
    expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
    scene.memory.fill(BASE, 0x77, 2 * PAGE);
    scene.free(BASE, 0, MEM_RELEASE);
  }
});

statement(3, "VirtualAllocEx", (scene) => {
  const other = scene.another();
  const { OpenProcess, VirtualAllocEx } = scene.kernel32;
  const handle = OpenProcess(PROCESS_VM_OPERATION, 0, other.process.id);
  expect(VirtualAllocEx(handle, BASE, PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
  expect([other.stateAt(BASE), scene.stateAt(BASE)]).toEqual([MEM_COMMIT, MEM_FREE]);
});

statement(4, "four parameters, null or 0 for no address, and an address back", (scene) => {
  const { VirtualAlloc } = scene.kernel32;
  expect(VirtualAlloc).toHaveLength(4);
  for (const nowhere of [null, 0]) {
    const base = VirtualAlloc(nowhere, PAGE, MEM_RESERVE, PAGE_READWRITE);
    expect(scene.run(base)).toMatchObject({ base, state: MEM_RESERVE });
  }
});

statement(5, "the region is where it was asked for", (scene) => {
  for (const base of [BASE + 3 * GRANULARITY, BASE]) {
    expect(scene.reserve(base, PAGE)).toBe(base);
    expect(scene.run(base).allocationBase).toBe(base);
  }
});

statement(6, "down to 64 KB", (scene) => {
  expect(scene.reserve(BASE + GRANULARITY - 1, 1)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ base: BASE, size: GRANULARITY, state: MEM_RESERVE });
  expect(scene.take(BASE + GRANULARITY + 0x1234, 1)).toBe(BASE + GRANULARITY);
  expect(scene.run(BASE + GRANULARITY).size).toBe(2 * PAGE);
});

statement(7, "down to 4 KB", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  expect(scene.commit(BASE + 3 * PAGE - 1, 1)).toBe(BASE + 2 * PAGE);
  expect(scene.run(BASE + 2 * PAGE)).toMatchObject({ size: PAGE, state: MEM_COMMIT });
  expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, state: MEM_RESERVE });
});

statement(8, "and these are the sizes that reserving and committing show", (scene) => {
  const { dwPageSize, dwAllocationGranularity } = systemInfo(scene);
  const last = BASE + dwAllocationGranularity - 1;
  expect(scene.reserve(last, 1)).toBe(BASE);
  expect(scene.commit(last, 1)).toBe(last + 1 - dwPageSize);
});

statement(9, "free memory, on the granularity", (scene) => {
  const before = scene.runs().filter(({ state }) => state !== MEM_FREE);
  const base = scene.reserve(0, 3 * PAGE);
  expect(base % GRANULARITY).toBe(0);
  expect(before.filter((run) => base < run.base + run.size && run.base < base + 3 * PAGE)).toEqual(
    [],
  );
  expect(scene.reserve(0, PAGE)).not.toBe(base);
});

statement(16, "bytes, of which none is refused", (scene) => {
  scene.reserve(BASE, PAGE + 1);
  expect(scene.run(BASE).size).toBe(2 * PAGE);
  for (const at of [0, BASE]) {
    expect(allocateError(scene, at, 0, MEM_RESERVE, PAGE_READWRITE)).toBe(ERROR_INVALID_PARAMETER);
  }
});

statement(17, "one byte, a page, and one byte more", (scene) => {
  for (const [size, pages] of [
    [1, 1],
    [PAGE, 1],
    [PAGE + 1, 2],
  ] as const) {
    const base = scene.take(0, size);
    expect(scene.run(base)).toMatchObject({ base, size: pages * PAGE });
  }
});

statement(18, "the first byte, and the last", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + PAGE + 0x800, 2 * PAGE);
  expect(scene.run(BASE + PAGE)).toMatchObject({ size: 3 * PAGE, state: MEM_COMMIT });
  scene.commit(BASE + 8 * PAGE, PAGE);
  expect(scene.run(BASE + 8 * PAGE)).toMatchObject({ size: PAGE, state: MEM_COMMIT });
});

statement(19, "two bytes, two pages", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  expect(scene.commit(BASE + PAGE - 1, 2)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ size: 2 * PAGE, state: MEM_COMMIT });
});

statement(20, "each type does its own, bits that are none are refused", (scene) => {
  for (const bit of [MEM_DECOMMIT, MEM_RELEASE, 0x40, 0x80000000]) {
    const error = allocateError(scene, BASE, PAGE, (MEM_RESERVE | bit) >>> 0, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  expect(scene.stateAt(scene.reserve(BASE, PAGE))).toBe(MEM_RESERVE);
});

statement(21, "none of the four is refused, each of them is taken", (scene) => {
  for (const type of [0, MEM_TOP_DOWN, MEM_WRITE_WATCH]) {
    const error = allocateError(scene, BASE, PAGE, type, PAGE_READWRITE);
    expect(error).toBe(ERROR_INVALID_PARAMETER);
  }
  for (const type of [MEM_RESERVE, MEM_COMMIT, MEM_RESET, MEM_RESET_UNDO]) {
    expect(scene.allocate(BASE, PAGE, type, PAGE_READWRITE)).toBe(BASE);
  }
});

statement(
  22,
  "each page once, up to the limit",
  (scene) => {
    const { commitCharge, commitLimit } = scene.machine.counters;
    const left = commitLimit - commitCharge;
    scene.reserve(BASE, 2 * commitLimit * PAGE);
    scene.commit(BASE, 5 * PAGE);
    scene.commit(BASE, 6 * PAGE);
    expect(scene.machine.counters.commitCharge).toBe(commitCharge + 6);
    const error = allocateError(scene, BASE, (left + 1) * PAGE, MEM_COMMIT, PAGE_READWRITE);
    expect(error).toBe(ERROR_COMMITMENT_LIMIT);
    scene.commit(BASE, left * PAGE);
    expect(scene.machine.counters.commitCharge).toBe(commitLimit);
  },
  { machine: { commitLimit: 64 } },
);

statement(23, "the first read of each page, in frames that had content", (scene) => {
  scene.take(BASE, 4 * PAGE);
  scene.memory.fill(BASE, 0xee, 4 * PAGE);
  scene.free(BASE, 4 * PAGE, MEM_DECOMMIT);
  scene.commit(BASE, 4 * PAGE);
  expect(scene.memory.read(BASE, 4 * PAGE).every((byte) => byte === 0)).toBe(true);
});

statement(24, "none at the commit, one at the first access of each page", (scene) => {
  const { frames, commitCharge } = scene.machine.counters;
  const { residentPages: resident } = scene.process.counters;
  scene.take(BASE, 8 * PAGE);
  expect(scene.machine.counters).toMatchObject({ frames, commitCharge: commitCharge + 8 });
  expect(scene.process.counters.residentPages).toBe(resident);
  expect(residentPages(scene, BASE, 8)).toEqual([]);
  scene.memory.getUint8(BASE + PAGE);
  expect(scene.machine.counters.frames).toBe(frames + 1);
  scene.memory.setUint8(BASE + 4 * PAGE, 1);
  scene.memory.getUint8(BASE + PAGE + 8);
  expect(scene.machine.counters.frames).toBe(frames + 2);
  expect(residentPages(scene, BASE, 8)).toEqual([1, 4]);
});

statement(25, "one call", (scene) => {
  expect(scene.allocate(BASE, 3 * PAGE, BOTH, PAGE_READWRITE)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ size: 3 * PAGE, state: MEM_COMMIT });
  scene.memory.setUint8(BASE + 2 * PAGE, 1);
});

statement(26, "free, reserved in part, and reserved whole", (scene) => {
  const fails = (size: number) => allocateError(scene, BASE, size, MEM_COMMIT, PAGE_READWRITE);
  fails(PAGE);
  scene.reserve(BASE, GRANULARITY);
  fails(GRANULARITY + 1);
  expect(scene.commit(BASE, GRANULARITY)).toBe(BASE);
  expect(scene.allocate(0, PAGE, MEM_COMMIT, PAGE_READWRITE)).not.toBe(0);
});

statement(27, "487", (scene) => {
  const error = allocateError(scene, BASE, PAGE, MEM_COMMIT, PAGE_READWRITE);
  expect([error, ERROR_INVALID_ADDRESS]).toEqual([487, 487]);
});

statement(28, "the same page again, its content untouched", (scene) => {
  scene.take(BASE, PAGE);
  scene.memory.setUint32(BASE, 0x12345678);
  const { commitCharge } = scene.machine.counters;
  expect(scene.commit(BASE, PAGE)).toBe(BASE);
  expect(scene.memory.getUint32(BASE)).toBe(0x12345678);
  expect(scene.machine.counters.commitCharge).toBe(commitCharge);
});

statement(29, "a range of which every second page is committed", (scene) => {
  scene.reserve(BASE, 8 * PAGE);
  for (let page = 0; page < 8; page += 2) {
    scene.commit(BASE + page * PAGE, PAGE);
    scene.memory.setUint8(BASE + page * PAGE, page + 1);
  }
  expect(scene.commit(BASE, 8 * PAGE)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ size: 8 * PAGE, state: MEM_COMMIT });
  const first = Array.from({ length: 8 }, (_, page) => scene.memory.getUint8(BASE + page * PAGE));
  expect(first).toEqual([1, 0, 3, 0, 5, 0, 7, 0]);
});

statement(31, "no charge, no frame, no access", (scene) => {
  const { commitCharge, frames } = scene.machine.counters;
  scene.reserve(BASE, 0x10000000);
  expect(touch(scene, READ, BASE)).toEqual(violation(READ, BASE));
  expect(scene.machine.counters).toMatchObject({ commitCharge, frames });
});

statement(32, "page by page, each with its own protection", (scene) => {
  scene.reserve(BASE, 4 * PAGE, PAGE_NOACCESS);
  const protections = [PAGE_READWRITE, PAGE_READONLY, PAGE_EXECUTE_READ, PAGE_NOACCESS];
  for (const [page, protect] of protections.entries()) {
    expect(scene.commit(BASE + page * PAGE, PAGE, protect)).toBe(BASE + page * PAGE);
    expect(scene.protectionAt(BASE + page * PAGE)).toBe(protect);
  }
});

statement(33, "as two calls do it", (scene) => {
  scene.allocate(BASE, 3 * PAGE, BOTH, PAGE_READWRITE);
  scene.reserve(BASE + GRANULARITY, 3 * PAGE);
  scene.commit(BASE + GRANULARITY, 3 * PAGE);
  const { base: _, allocationBase: __, ...once } = scene.run(BASE);
  expect(scene.run(BASE + GRANULARITY)).toMatchObject(once);
});

/** One place that each kind of allocation gives where it may choose. */
const allocators: Record<string, (scene: Scene) => number> = {
  VirtualAlloc: (scene) => scene.reserve(0, PAGE),
  MapViewOfFile: (scene) => view(scene, mapping(scene, 1), FILE_MAP_READ),
  "the image that wants to be there": (scene) => {
    const file = openProgram(scene, { sections: [CODE], base: BigInt(IMAGE_BASE) });
    const { MapViewOfFile } = scene.kernel32;
    return MapViewOfFile(createImage(scene, file), FILE_MAP_READ, 0, 0, 0);
  },
  "the stack of a thread": ({ process }) => {
    return process.createThread({ stackReserve: GRANULARITY }).stack?.deallocationStack ?? 0;
  },
  CreateEnclave: (scene) => create(scene, SGX, 0),
};

statement(
  34,
  "each kind of allocation stays out of it until it is released",
  (scene) => {
    const low = scene.reserve(0, 8 * SIZE);
    scene.reserve(IMAGE_BASE, SIZE);
    const isTaken = (at: number) => {
      return (at >= low && at < low + 8 * SIZE) || (at >= IMAGE_BASE && at < IMAGE_BASE + SIZE);
    };
    const all = Object.entries(allocators);
    for (const [name, allocate] of all) {
      const at = allocate(scene);
      expect([at !== 0, isTaken(at)], name).toEqual([true, false]);
    }
    scene.free(low, 0, MEM_RELEASE);
    scene.free(IMAGE_BASE, 0, MEM_RELEASE);
    for (const [name, allocate] of all) expect(isTaken(allocate(scene)), name).toBe(true);
  },
  WITH_ALL,
);
