/** What the page of VirtualAlloc in the API-Guide says: docs/pages/vb.md. */
import { expect } from "vitest";
import {
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_LARGE_PAGES,
  MEM_PHYSICAL,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_RESET_UNDO,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { vb } from "../../src/vb.ts";
import { touch, WRITE } from "../conformance/support/fault.ts";
import { ON_WIN9X, ON_WIN32 } from "../conformance/support/rule.ts";
import { BASE, GRANULARITY, PAGE } from "../conformance/support/scene.ts";
import { statement } from "./support/statement.ts";
import { allocate, EACH, is9x, on9x, onEach, refusal } from "./support/vb.ts";

const BOTH = MEM_RESERVE | MEM_COMMIT;
/** Shared by all processes of Windows 9x, and there above 2 GB. */
const SHARED_FLAG = 0x800_0000;
const LONG_MAXIMUM = 0x7fff_ffff;

statement(
  2,
  "for itself, and for no other process",
  (scene) => {
    const other = scene.another();
    allocate(scene, BASE, 2 * PAGE, MEM_RESERVE);
    allocate(scene, BASE, PAGE, MEM_COMMIT);
    expect([scene.stateAt(BASE), scene.stateAt(BASE + PAGE)]).toEqual([MEM_COMMIT, MEM_RESERVE]);
    expect(other.stateAt(BASE)).toBe(MEM_FREE);
  },
  onEach,
);

statement(
  3,
  "RESET leaves what was written",
  (scene) => {
    allocate(scene, BASE, 2 * PAGE, BOTH);
    expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
    scene.memory.setUint32(BASE, 1);
    if (!is9x(scene)) allocate(scene, BASE, PAGE, MEM_RESET);
    expect(scene.memory.getUint32(BASE)).toBe(1);
  },
  onEach,
);

statement(
  4,
  "in every process with 32 bits",
  (scene) => expect(vb(scene.process).VirtualAlloc).toBeTypeOf("function"),
  { on: [...EACH, "win32-3g windowed", "win32-4g windowed"] },
);

statement(
  5,
  "each of them, with its name",
  (scene) => {
    const { VirtualAlloc } = vb(scene.process);
    expect(VirtualAlloc).toHaveLength(4);
    const call = [BASE, PAGE, BOTH, PAGE_READWRITE] as const;
    const names = ["lpAddress", "dwSize", "flAllocationType", "flProtect"];
    for (const [index, name] of names.entries()) {
      for (const [value, message] of [
        [LONG_MAXIMUM + 1, "Overflow, 6"],
        [1.5, "Overflow, 6"],
        ["1", "Type mismatch, 13"],
        [{ value: 1 }, "Type mismatch, 13"],
      ] as const) {
        const given = call.with(index, value as never) as [number, number, number, number];
        expect(() => VirtualAlloc(...given)).toThrow(new RegExp(`^${name} must .*${message}`));
      }
    }
    expect(VirtualAlloc(...call)).toBe(BASE);
  },
  onEach,
);

statement(
  6,
  "&H80000000 has a sign",
  (scene) => {
    const base = allocate(scene, 0, PAGE, BOTH | SHARED_FLAG);
    expect(base).toBe(-0x8000_0000);
    expect(vb(scene.process).VirtualFree(base, 0, MEM_RELEASE)).toBe(1);
  },
  on9x,
);

statement(
  7,
  "in the oldest that there is here",
  (scene) => expect(allocate(scene, BASE, PAGE, BOTH)).toBe(BASE),
  { on: ON_WIN32, machine: { version: "nt4" } },
);

statement(
  8,
  "in Windows 95 itself",
  (scene) => expect(allocate(scene, BASE, PAGE, BOTH)).toBe(BASE),
  { on: ON_WIN9X, machine: { windows95: true } },
);

statement(
  9,
  "it answers as that one does, by the same rules",
  (scene) => {
    const { VirtualAlloc, Err } = vb(scene.process);
    const other = scene.another().kernel32;
    const given: readonly [number, number, number, number][] = [
      [BASE, PAGE, MEM_RESERVE, PAGE_READWRITE],
      [BASE, PAGE, MEM_COMMIT, PAGE_READONLY],
      [BASE, PAGE, MEM_RESERVE, PAGE_READWRITE],
      [0x1000, PAGE, MEM_RESERVE, PAGE_READWRITE],
      [BASE, 0, MEM_COMMIT, PAGE_READWRITE],
      [BASE, PAGE, MEM_COMMIT | MEM_RESET, PAGE_READWRITE],
    ];
    for (const call of given) {
      const expected = [other.VirtualAlloc(...call), other.GetLastError(), scene.machine.decision];
      const answer = [VirtualAlloc(...call), Err.LastDllError, scene.machine.decision];
      expect(answer).toEqual(expected);
    }
  },
  onEach,
);

statement(
  10,
  "there and nowhere else",
  (scene) => {
    expect(allocate(scene, BASE, PAGE, MEM_RESERVE)).toBe(BASE);
    expect(refusal(scene, BASE, MEM_RESERVE)).toBe(487);
  },
  onEach,
);

statement(
  11,
  "from the middle, and from the last byte",
  (scene) => {
    const next = BASE + GRANULARITY;
    expect(allocate(scene, BASE + 0x8000, PAGE, MEM_RESERVE)).toBe(BASE);
    expect(allocate(scene, next + GRANULARITY - 1, 1, MEM_RESERVE)).toBe(next);
    expect(scene.run(next).size).toBe(GRANULARITY);
  },
  onEach,
);

statement(
  12,
  "from its last byte",
  (scene) => {
    allocate(scene, BASE, 4 * PAGE, MEM_RESERVE);
    expect(allocate(scene, BASE + 2 * PAGE - 1, 1, MEM_COMMIT)).toBe(BASE + PAGE);
    expect(scene.run(BASE + PAGE)).toMatchObject({ size: PAGE, state: MEM_COMMIT });
  },
  onEach,
);

statement(
  13,
  "as in statement 12",
  (scene) => {
    const info = { dwPageSize: 0, dwAllocationGranularity: 0 };
    vb(scene.process).GetSystemInfo(info);
    expect(info).toMatchObject({ dwPageSize: PAGE, dwAllocationGranularity: GRANULARITY });
  },
  onEach,
);

statement(
  14,
  "each time somewhere else",
  (scene) => {
    const bases = [1, 2, 3].map(() => allocate(scene, 0, PAGE, MEM_RESERVE));
    expect(new Set(bases).size).toBe(3);
    for (const base of bases) expect(scene.stateAt(base)).toBe(MEM_RESERVE);
  },
  onEach,
);

statement(
  15,
  "no bytes are no region",
  (scene) => {
    allocate(scene, BASE, 5 * PAGE, MEM_RESERVE);
    expect(scene.run(BASE).size).toBe(5 * PAGE);
    expect(refusal(scene, 0, MEM_RESERVE, PAGE_READWRITE, 0)).toBe(87);
  },
  onEach,
);

statement(
  16,
  "one byte more than a page",
  (scene) => {
    const base = allocate(scene, 0, PAGE + 1, MEM_RESERVE);
    expect(scene.run(base)).toMatchObject({ base, size: 2 * PAGE });
  },
  onEach,
);

statement(
  17,
  "of a commit and of a reservation",
  (scene) => {
    allocate(scene, BASE, GRANULARITY, MEM_RESERVE);
    allocate(scene, BASE + 0x1800, 0x1900, MEM_COMMIT);
    expect(scene.run(BASE + PAGE)).toMatchObject({ base: BASE + PAGE, size: 3 * PAGE });
    const next = BASE + 4 * GRANULARITY;
    allocate(scene, next + 0x1800, 0x900, MEM_RESERVE);
    expect(scene.run(next)).toMatchObject({ base: next, size: 3 * PAGE });
  },
  onEach,
);

statement(
  18,
  "and without the boundary one",
  (scene) => {
    allocate(scene, BASE, GRANULARITY, MEM_RESERVE);
    allocate(scene, BASE + PAGE - 1, 2, MEM_COMMIT);
    allocate(scene, BASE + 4 * PAGE, 2, MEM_COMMIT);
    expect(scene.run(BASE).size).toBe(2 * PAGE);
    expect(scene.run(BASE + 4 * PAGE).size).toBe(PAGE);
  },
  onEach,
);

statement(
  19,
  "RESERVE, COMMIT and both",
  (scene) => {
    for (const [index, type] of [MEM_RESERVE, BOTH].entries()) {
      const base = allocate(scene, BASE + index * GRANULARITY, PAGE, type);
      expect(scene.stateAt(base)).toBe(type === BOTH ? MEM_COMMIT : MEM_RESERVE);
    }
    allocate(scene, BASE, PAGE, MEM_COMMIT);
    expect(scene.stateAt(BASE)).toBe(MEM_COMMIT);
  },
  onEach,
);

statement(
  20,
  "without one of them it is wrong",
  (scene) => {
    for (const type of [0, MEM_TOP_DOWN, MEM_WRITE_WATCH, MEM_PHYSICAL]) {
      expect(refusal(scene, BASE, type)).toBe(87);
    }
  },
  onEach,
);

statement(
  21,
  "NT knows them, Windows 9x some",
  (scene) => {
    const free = BASE + 4 * GRANULARITY;
    allocate(scene, 0, PAGE, MEM_RESERVE | MEM_TOP_DOWN);
    allocate(scene, 0, PAGE, MEM_RESERVE | MEM_WRITE_WATCH);
    if (is9x(scene)) {
      for (const type of [MEM_PHYSICAL, MEM_LARGE_PAGES, MEM_RESET_UNDO]) {
        expect(refusal(scene, free, MEM_RESERVE | type)).toBe(87);
      }
    } else {
      allocate(scene, free, PAGE, MEM_RESERVE | MEM_PHYSICAL);
    }
    expect(refusal(scene, BASE, MEM_RESERVE | MEM_DECOMMIT)).toBe(87);
  },
  onEach,
);

statement(
  22,
  "which is counted, and no more than there is",
  (scene) => {
    const { commitCharge, commitLimit } = scene.machine.counters;
    allocate(scene, BASE, 64 * PAGE, BOTH);
    expect(scene.machine.counters.commitCharge).toBe(commitCharge + 64);
    const size = (commitLimit - commitCharge) * PAGE;
    expect(refusal(scene, 0, BOTH, PAGE_READWRITE, size)).toBe(1455);
  },
  { on: EACH, machine: { commitLimit: 0x1000 } },
);

statement(
  23,
  "each time they are committed",
  (scene) => {
    const { VirtualFree } = vb(scene.process);
    allocate(scene, BASE, 2 * PAGE, MEM_RESERVE);
    for (const _ of [1, 2]) {
      allocate(scene, BASE, 2 * PAGE, MEM_COMMIT);
      expect(scene.memory.read(BASE, 2 * PAGE).every((byte) => byte === 0)).toBe(true);
      scene.memory.fill(BASE, 0xff, 2 * PAGE);
      expect(VirtualFree(BASE, 2 * PAGE, MEM_DECOMMIT)).toBe(1);
    }
  },
  onEach,
);

statement(
  24,
  "and keeps its bytes",
  (scene) => {
    allocate(scene, BASE, PAGE, BOTH);
    scene.memory.setUint32(BASE, 77);
    const { commitCharge } = scene.process.counters;
    expect(allocate(scene, BASE, PAGE, MEM_COMMIT)).toBe(BASE);
    expect(scene.memory.getUint32(BASE)).toBe(77);
    expect(scene.process.counters.commitCharge).toBe(commitCharge);
  },
  onEach,
);

statement(
  25,
  "every other page is there already",
  (scene) => {
    allocate(scene, BASE, 8 * PAGE, MEM_RESERVE);
    for (const page of [0, 2, 4, 6]) allocate(scene, BASE + page * PAGE, PAGE, MEM_COMMIT);
    allocate(scene, BASE, 8 * PAGE, MEM_COMMIT);
    expect(scene.run(BASE)).toMatchObject({ size: 8 * PAGE, state: MEM_COMMIT });
  },
  onEach,
);

statement(
  26,
  "17.3#4: in Windows 9x; NT wants it reserved",
  (scene) => {
    if (!is9x(scene)) {
      expect(refusal(scene, BASE, MEM_COMMIT)).toBe(487);
      return;
    }
    expect(allocate(scene, BASE + PAGE, PAGE, MEM_COMMIT)).toBe(BASE + PAGE);
    expect(scene.run(BASE)).toMatchObject({ size: PAGE, state: MEM_RESERVE, type: MEM_PRIVATE });
    expect(touch(scene, WRITE, BASE + PAGE)).toBe(null);
  },
  onEach,
);
