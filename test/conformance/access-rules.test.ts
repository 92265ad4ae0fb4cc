import { expect } from "vitest";
import {
  EXCEPTION_CONTINUE_EXECUTION,
  MEM_COMMIT,
  MEM_PRIVATE,
  PAGE_EXECUTE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_GUARD,
  PAGE_NOACCESS,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
} from "../../src/constants.ts";
import { EXECUTE, faultOf, guarded, READ, touch, violation, WRITE } from "./support/fault.ts";
import { ON_WIN32, ON_WIN64, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SECOND = BASE + PAGE;

rule("17.5#1", "every width, inside a page and over a boundary", (scene) => {
  scene.take(BASE, 2 * PAGE);
  const { memory } = scene;
  for (const at of [BASE + 0x10, SECOND - 1, SECOND - 3]) {
    memory.setInt8(at, -2);
    expect([memory.getInt8(at), memory.getUint8(at)]).toEqual([-2, 0xfe]);
    memory.setInt16(at, -3);
    expect([memory.getInt16(at), memory.getUint16(at)]).toEqual([-3, 0xfffd]);
    memory.setInt32(at, -4);
    expect([memory.getInt32(at), memory.getUint32(at)]).toEqual([-4, 0xfffffffc]);
    memory.setBigInt64(at, -5n);
    expect([memory.getBigInt64(at), memory.getBigUint64(at)]).toEqual([-5n, 2n ** 64n - 5n]);
    memory.setFloat32(at, 1.5);
    expect(memory.getFloat32(at)).toBe(1.5);
    memory.setFloat64(at, Math.PI);
    expect(memory.getFloat64(at)).toBe(Math.PI);
  }
});

rule(
  "17.5#1",
  "at the end of 32 bits it does not wrap",
  (scene) => {
    const { memory } = scene;
    const end = 0xfffffffe;
    expect(faultOf(() => memory.getUint32(end))).toEqual(violation(READ, end));
    expect(faultOf(() => memory.setBigUint64(end, 1n))).toEqual(violation(WRITE, end));
    expect(faultOf(() => memory.fetch(end, 8))).toEqual(violation(EXECUTE, end));
  },
  { on: ON_WIN32 },
);

rule("17.5#1", "past the user space: the first byte above it", (scene) => {
  const above = scene.machine.highestUserAddress + 1;
  const base = above - PAGE;
  if (scene.wide) {
    scene.adopt({
      base,
      size: PAGE,
      type: MEM_PRIVATE,
      allocationProtect: PAGE_READWRITE,
      runs: [{ size: PAGE, state: MEM_COMMIT, protect: PAGE_READWRITE }],
    });
  }
  const expected = scene.wide ? above : above - 2;
  expect(faultOf(() => scene.memory.getUint32(above - 2))).toEqual(violation(READ, expected));
  expect(faultOf(() => scene.memory.setUint32(above - 2, 1))).toEqual(violation(WRITE, expected));
});

rule("17.5#2", "1 to 15 bytes", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  const code = Uint8Array.from({ length: 15 }, (_, index) => index + 1);
  scene.memory.write(SECOND - 5, code);
  expect(scene.kernel32.ResetWriteWatch(BASE, 2 * PAGE)).toBe(0);
  scene.protect(BASE, 2 * PAGE, PAGE_EXECUTE);
  for (let length = 1; length <= 15; length++) {
    expect([...scene.memory.fetch(SECOND - 5, length)]).toEqual([...code.subarray(0, length)]);
  }
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([]);
  for (const length of [0, 16, -1, 1.5]) {
    expect(() => scene.memory.fetch(BASE, length)).toThrow(RangeError);
  }
});

rule("17.5#2", "a frame for an untouched page", (scene) => {
  scene.take(BASE, 2 * PAGE, PAGE_EXECUTE_READ);
  const { frames } = scene.machine.counters;
  scene.memory.fetch(BASE, 4);
  expect(scene.machine.counters.frames).toBe(frames + 1);
  scene.memory.fetch(SECOND - 2, 4);
  expect(scene.machine.counters.frames).toBe(frames + 2);
});

/** Commits what is missing, takes no notice of guards; where each exception was. */
function repairing(scene: Scene): (number | bigint)[] {
  const seen: (number | bigint)[] = [];
  scene.process.addVectoredExceptionHandler(true, ({ ExceptionRecord: record }) => {
    const address = record.ExceptionInformation[1] as number;
    seen.push(address);
    if (record.ExceptionCode === 0xc0000005) scene.commit(address, 1);
    return EXCEPTION_CONTINUE_EXECUTION;
  });
  return seen;
}

rule("17.5#3", "fill over reserved and guard pages", (scene) => {
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE + 2 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD);
  const seen = repairing(scene);
  scene.memory.fill(BASE + 0x10, 0x66, 4 * PAGE);
  expect(seen).toEqual([BASE + 0x10, SECOND, BASE + 0x2000, BASE + 0x3000, BASE + 0x4000]);
  expect(scene.memory.read(BASE + 0x10, 4 * PAGE).every((byte) => byte === 0x66)).toBe(true);
});

rule("17.5#3", "copy, compare, read and write", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.memory.fill(BASE, 0x61, 2 * PAGE);
  const target = BASE + GRANULARITY;
  scene.reserve(target, 4 * PAGE);
  const seen = repairing(scene);
  scene.memory.copy(target + 0x800, BASE, PAGE);
  expect(seen).toEqual([target + 0x800, target + 0x1000]);
  seen.length = 0;
  expect(scene.memory.compare(target + 0x800, BASE, 2 * PAGE)).toBe(-1);
  expect(seen).toEqual([]);
  scene.memory.write(target + 0x1ffe, Uint8Array.of(1, 2, 3, 4));
  expect([...scene.memory.read(target + 0x2ffe, 4)]).toEqual([0, 0, 0, 0]);
  expect(seen).toEqual([target + 0x2000, target + 0x3000]);
});

rule("17.5#3", "nobody resolves it: what is below is done", (scene) => {
  scene.take(BASE, 2 * PAGE);
  scene.protect(SECOND, PAGE, PAGE_READONLY);
  expect(faultOf(() => scene.memory.fill(BASE + 0x800, 1, PAGE))).toEqual(violation(WRITE, SECOND));
  expect(scene.memory.read(BASE + 0x800, 0x800).every((byte) => byte === 1)).toBe(true);
});

rule("17.5#4", "both fail at the same byte", (scene) => {
  const free = BASE + 0x100000;
  scene.take(BASE, PAGE);
  expect(faultOf(() => scene.memory.copy(free, BASE - PAGE, 8))).toEqual(
    violation(READ, BASE - PAGE),
  );
  // Four bytes can be read, none written.
  expect(faultOf(() => scene.memory.copy(free, SECOND - 4, 8))).toEqual(violation(WRITE, free));
});

rule("17.5#4", "overlap in both directions", (scene) => {
  scene.take(BASE, 8 * PAGE);
  const pattern = Uint8Array.from({ length: 3 * PAGE }, (_, index) => (index * 7) & 0xff);
  for (const [from, to] of [
    [0x10, 0x803],
    [0x803, 0x10],
    [0, 0x1001],
    [0x1001, 0],
  ] as const) {
    scene.memory.write(BASE + from, pattern);
    scene.memory.copy(BASE + to, BASE + from, pattern.length);
    expect([...scene.memory.read(BASE + to, pattern.length)]).toEqual([...pattern]);
  }
});

rule("17.5#4", "overlap with the target above, and a fault: nothing is written", (scene) => {
  scene.take(BASE, 3 * PAGE);
  scene.memory.fill(BASE, 0x31, 3 * PAGE);
  scene.protect(BASE + 2 * PAGE, PAGE, PAGE_READONLY);
  const fault = faultOf(() => scene.memory.copy(BASE + 0x900, BASE + 0x100, 0x1800));
  expect(fault).toEqual(violation(WRITE, BASE + 2 * PAGE));
  expect(scene.memory.read(BASE, 3 * PAGE).every((byte) => byte === 0x31)).toBe(true);
});

rule("17.5#5", "at NULL, at a free address, above the user space", (scene) => {
  const { memory } = scene;
  expectUnchanged(scene, () => {
    for (const address of [0, BASE, scene.machine.highestUserAddress + 1]) {
      memory.fill(address, 1, 0);
      memory.copy(address, address, 0);
      memory.write(address, new Uint8Array(0));
      expect(memory.read(address, 0)).toHaveLength(0);
      expect(memory.compare(address, 0, 0)).toBe(0);
    }
  });
});

rule(
  "17.5#6",
  "read, guard, IsBadReadPtr, ReadProcessMemory",
  (scene) => {
    scene.take(BASE, 3 * PAGE);
    scene.protect(SECOND, PAGE, PAGE_EXECUTE | PAGE_GUARD);
    scene.protect(BASE + 2 * PAGE, PAGE, PAGE_EXECUTE);
    expect(touch(scene, READ, SECOND)).toEqual(violation(READ, SECOND));
    expect(scene.protectionAt(SECOND)).toBe(PAGE_EXECUTE | PAGE_GUARD);
    expect(touch(scene, EXECUTE, SECOND)).toEqual(guarded(EXECUTE, SECOND));
    expect(touch(scene, EXECUTE, SECOND)).toBe(null);
    const { IsBadReadPtr, ReadProcessMemory, GetLastError } = scene.kernel32;
    expect(IsBadReadPtr(SECOND, 1)).toBe(1);
    const done = { value: 0 };
    expect(ReadProcessMemory(SELF, SECOND - 4, new Uint8Array(8), 8, done)).toBe(0);
    expect([GetLastError(), done.value]).toEqual([299, 4]);
    expect(scene.run(SECOND)).toMatchObject({ protect: PAGE_EXECUTE, size: 2 * PAGE });
    scene.protect(SECOND, PAGE, PAGE_EXECUTE_READ);
    expect(touch(scene, READ, SECOND)).toBe(null);
  },
  { machine: { executeOnlyReadable: false } },
);

rule(
  "17.5#7",
  "violations and guards",
  (scene) => {
    scene.take(BASE, 2 * PAGE);
    scene.protect(BASE, PAGE, PAGE_NOACCESS);
    scene.protect(SECOND, PAGE, PAGE_READWRITE | PAGE_GUARD);
    expect(touch(scene, EXECUTE, BASE)).toEqual(violation(READ, BASE));
    expect(touch(scene, EXECUTE, SECOND)).toEqual(guarded(READ, SECOND));
    expect(touch(scene, EXECUTE, SECOND)).toBe(null);
    expect(touch(scene, EXECUTE, BASE + GRANULARITY)).toEqual(violation(READ, BASE + GRANULARITY));
  },
  { on: ON_WIN32, machine: { dep: false } },
);

rule("17.5#8", "neither byte nor mark", (scene) => {
  scene.watched(BASE, 2 * PAGE);
  scene.protect(SECOND, PAGE, PAGE_NOACCESS);
  const fault = faultOf(() => scene.memory.setBigUint64(SECOND - 3, 0xffffffffffffffffn));
  expect(fault).toEqual(violation(WRITE, SECOND));
  expect(scene.marks(BASE, 2 * PAGE)).toEqual([]);
  expect(scene.memory.getUint16(SECOND - 3)).toBe(0);
});

rule("17.5#9", "the first page stays WRITECOPY", (scene) => {
  scene.image(BASE, 2 * PAGE, PAGE_WRITECOPY);
  scene.protect(SECOND, PAGE, PAGE_READONLY);
  const store = () => scene.memory.setUint32(SECOND - 2, 0x01020304);
  expect(faultOf(store)).toEqual(violation(WRITE, SECOND));
  expect(scene.protectionAt(BASE)).toBe(PAGE_WRITECOPY);
  scene.protect(SECOND, PAGE, PAGE_WRITECOPY);
  expect(faultOf(store)).toBe(null);
  expect(scene.run(BASE)).toMatchObject({ protect: PAGE_READWRITE, size: 2 * PAGE });
});

rule("17.5#10", "any protection, no effect but the bytes", (scene) => {
  const { debugView } = scene.process;
  const protections = [
    PAGE_NOACCESS,
    PAGE_READONLY,
    PAGE_EXECUTE_READWRITE,
    PAGE_READWRITE | PAGE_GUARD,
  ];
  scene.watched(BASE, 8 * PAGE);
  scene.memory.fill(BASE, 0x21, 4 * PAGE);
  expect(scene.kernel32.ResetWriteWatch(BASE, 8 * PAGE)).toBe(0);
  for (const [page, protect] of protections.entries()) {
    scene.protect(BASE + page * PAGE, PAGE, protect);
  }
  expectUnchanged(scene, () => {
    for (const page of protections.keys()) {
      const at = BASE + page * PAGE + 0x10;
      expect([...debugView.read(at, 2).bytes]).toEqual([0x21, 0x21]);
      expect(debugView.write(at, Uint8Array.of(page, page))).toBe(2);
      expect([...debugView.read(at, 3).bytes]).toEqual([page, page, 0x21]);
    }
  });
  expect(scene.marks(BASE, 8 * PAGE)).toEqual([]);
});

rule("17.5#10", "untouched and uncommitted pages", (scene) => {
  const { debugView } = scene.process;
  scene.reserve(BASE, GRANULARITY);
  scene.commit(BASE, 2 * PAGE);
  const { frames } = scene.machine.counters;
  expect(debugView.read(BASE, 3 * PAGE).done).toBe(2 * PAGE);
  expect(debugView.read(BASE, 8).bytes.every((byte) => byte === 0)).toBe(true);
  expect(scene.machine.counters.frames).toBe(frames);
  expect(debugView.write(SECOND + 0xffe, Uint8Array.of(1, 2, 3))).toBe(2);
  expect(scene.machine.counters.frames).toBe(frames + 1);
  const here = [BASE, BASE + 2 * PAGE, BASE + GRANULARITY, 0];
  expect(here.map((address) => debugView.isCommitted(address))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(debugView.read(0, 8).done).toBe(0);
});

rule(
  "17.5#10",
  "above the user space",
  (scene) => {
    const above = scene.machine.highestUserAddress + 1;
    const { debugView } = scene.process;
    expect([debugView.isCommitted(above), debugView.read(above, 8).done]).toEqual([false, 0]);
    expect(debugView.write(above, Uint8Array.of(1))).toBe(0);
  },
  { on: [...ON_WIN32, ...ON_WIN64] },
);
