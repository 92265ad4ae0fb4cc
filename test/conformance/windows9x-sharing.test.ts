import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  FILE_MAP_ALL_ACCESS,
  FILE_MAP_COPY,
  FILE_MAP_EXECUTE,
  FILE_MAP_READ,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_FREE,
  MEM_MAPPED,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READWRITE,
  PAGE_EXECUTE_WRITECOPY,
  PAGE_READONLY,
  PAGE_READWRITE,
  PAGE_WRITECOPY,
  SEC_COMMIT,
  SEC_RESERVE,
} from "../../src/constants.ts";
import { READ, touch, violation, WRITE } from "./support/fault.ts";
import { expectError } from "./support/refusal.ts";
import { ON_WIN9X, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene } from "./support/scene.ts";
import { create, map, mapNative, mapping, view } from "./support/sections.ts";

const SHARED = 0x8000_0000;
const SHARED_END = 0xc000_0000;
const SHARED_FLAG = 0x800_0000;
const BOTH = MEM_RESERVE | MEM_COMMIT;
const on = ON_WIN9X;

const refused = (decision: string, error: number = ERROR_INVALID_PARAMETER) => ({
  decision,
  error,
});

function unmap(scene: Scene, base: number): void {
  expect(scene.kernel32.UnmapViewOfFile(base), scene.machine.decision).toBe(1);
}

rule(
  "14.1#14",
  "alone, with SEC_COMMIT and with SEC_RESERVE: no view may be written",
  (scene) => {
    for (const attributes of [0, SEC_COMMIT, SEC_RESERVE]) {
      const handle = create(scene, attributes, PAGE);
      expect(handle, scene.machine.decision).not.toBe(0);
      const base = view(scene, handle, FILE_MAP_READ);
      expect(scene.run(base).allocationProtect).toBe(PAGE_READONLY);
      expect(map(scene, handle, FILE_MAP_WRITE)).toBe(0);
      unmap(scene, base);
    }
    expectError(scene, refused("7.1#1"), () => create(scene, 0x100, PAGE));
    expectError(scene, refused("7.1#1"), () => create(scene, 6, PAGE));
  },
  { on },
);

rule(
  "14.1#14",
  "by two handles of two processes, with and without a name",
  (scene) => {
    const other = scene.another();
    const base = view(scene, mapping(scene, 3, PAGE_READWRITE, "one"));
    const second = view(other, mapping(other, 3, PAGE_READWRITE, "two"));
    const again = view(other, mapping(other, 3, PAGE_READWRITE, "one"));
    expect(again).toBe(base);
    expect(second).not.toBe(base);
    scene.memory.setUint32(base + PAGE, 0x1234);
    expect(other.memory.getUint32(base + PAGE)).toBe(0x1234);
    for (const [process, address] of [
      [scene, base],
      [other, base],
      [other, second],
    ] as const) {
      unmap(process, address);
    }
  },
  { on },
);

rule(
  "14.1#15",
  "two processes with a copy each, below 80000000",
  (scene) => {
    const other = scene.another();
    const shared = view(scene, mapping(scene, 1, PAGE_READWRITE, "copied"));
    scene.memory.setUint8(shared, 1);
    const copies = [scene, other].map((process, index) => {
      const handle = mapping(process, 1, PAGE_READWRITE, "copied");
      const base = view(process, handle, FILE_MAP_COPY);
      expect(base).toBeLessThan(SHARED);
      expect(process.run(base)).toMatchObject({ type: MEM_MAPPED, protect: PAGE_WRITECOPY });
      process.memory.setUint8(base, 2 + index);
      return process.memory.getUint8(base);
    });
    expect([...copies, scene.memory.getUint8(shared)]).toEqual([2, 3, 1]);
    unmap(scene, shared);
  },
  { on },
);

rule(
  "14.1#15",
  "where all see it there is no copy, by whatever name",
  (scene) => {
    const handle = mapping(scene, 1, PAGE_EXECUTE_READWRITE);
    for (const access of [FILE_MAP_COPY, FILE_MAP_COPY | FILE_MAP_EXECUTE]) {
      const place = { base: SHARED_END - GRANULARITY };
      expectError(scene, refused("7.2#5"), () => map(scene, handle, access, place));
      const base = view(scene, handle, access);
      expect(base).toBeLessThan(SHARED);
      expect(scene.protectionAt(base)).toBe(PAGE_WRITECOPY);
    }
    const long = mapping(scene, 2 * (GRANULARITY / PAGE));
    const call = () => map(scene, long, FILE_MAP_WRITE, { base: SHARED - GRANULARITY });
    expectError(scene, refused("7.2#12", ERROR_INVALID_ADDRESS), call);
  },
  { on },
);

rule(
  "14.1#15",
  "in private memory, in a copy and in a view of one's own",
  (scene) => {
    const { VirtualProtect } = scene.kernel32;
    const handle = mapping(scene, 1);
    scene.take(BASE, PAGE);
    const copy = view(scene, handle, FILE_MAP_COPY);
    const own = view(scene, handle, FILE_MAP_WRITE, { base: BASE + GRANULARITY });
    for (const base of [BASE, copy, own]) {
      for (const protect of [PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY]) {
        const call = () => VirtualProtect(base, PAGE, protect, null);
        expectError(scene, refused("3.3#1"), call);
      }
    }
  },
  { on },
);

rule(
  "14.1#16",
  "asked for nothing, it can do what the section allows",
  (scene) => {
    mapping(scene, 1, PAGE_READWRITE, "opened");
    mapping(scene, 1, PAGE_READONLY, "read");
    const { OpenFileMapping, OpenFileMappingA } = scene.kernel32;
    for (const access of [0, FILE_MAP_READ, 0x8000_0000]) {
      for (const open of [OpenFileMapping, OpenFileMappingA]) {
        const base = view(scene, open(access, false, "opened"), FILE_MAP_ALL_ACCESS);
        scene.memory.setUint8(base, 1);
        unmap(scene, base);
        const call = () => map(scene, open(access, false, "read"), FILE_MAP_WRITE);
        expect([call(), scene.machine.decision]).toEqual([0, "7.2#9"]);
      }
    }
    expectError(scene, refused("7.1", 2), () => OpenFileMapping(0, false, "none"));
  },
  { on },
);

rule(
  "14.1#17",
  "of a shared view and of one's own",
  (scene) => {
    const handle = mapping(scene, 3);
    const { UnmapViewOfFile } = scene.kernel32;
    for (const access of [FILE_MAP_WRITE, FILE_MAP_COPY]) {
      const base = view(scene, handle, access);
      for (const inside of [1, PAGE, 3 * PAGE - 1]) {
        const call = () => UnmapViewOfFile(base + inside);
        expectError(scene, refused("14.1#17", ERROR_INVALID_ADDRESS), call);
      }
      unmap(scene, base);
      const call = () => UnmapViewOfFile(base);
      expectError(scene, refused("7.5#2", ERROR_INVALID_ADDRESS), call);
    }
  },
  { on },
);

rule(
  "17.19#5",
  "87 at its start and its end, for all types",
  (scene) => {
    const { VirtualAlloc } = scene.kernel32;
    for (const base of [SHARED, SHARED_END - GRANULARITY]) {
      for (const type of [MEM_RESERVE, MEM_COMMIT, BOTH]) {
        const call = () => VirtualAlloc(base, PAGE, type, PAGE_READWRITE);
        expectError(scene, refused("2.1#11"), call);
      }
    }
  },
  { on },
);

rule(
  "17.19#5",
  "8000000: one memory for all processes, that lies nowhere else",
  (scene) => {
    const { VirtualAlloc } = scene.kernel32;
    const other = scene.another();
    const type = BOTH | SHARED_FLAG;
    const anywhere = scene.allocate(0, PAGE, type, PAGE_READWRITE);
    const top = SHARED_END - GRANULARITY;
    expect(anywhere).toBeGreaterThanOrEqual(SHARED);
    expect(scene.allocate(top, GRANULARITY, type, PAGE_READWRITE)).toBe(top);
    for (const base of [anywhere, top]) {
      expect(other.run(base)).toMatchObject({ base, state: MEM_COMMIT, type: MEM_PRIVATE });
      scene.memory.setUint32(base, base);
      expect(other.memory.getUint32(base)).toBe(base);
    }
    for (const [base, flags] of [
      [BASE, type],
      [SHARED - GRANULARITY, type],
      [BASE, MEM_RESERVE | SHARED_FLAG],
    ] as const) {
      const call = () => VirtualAlloc(base, PAGE, flags, PAGE_READWRITE);
      expectError(scene, refused("2.2#R4"), call);
    }
    const low = () => VirtualAlloc(BASE, PAGE, MEM_COMMIT | SHARED_FLAG, PAGE_READWRITE);
    expectError(scene, refused("17.19#2", ERROR_INVALID_ADDRESS), low);
    other.free(top, PAGE, MEM_DECOMMIT);
    scene.commit(top, PAGE);
    for (const base of [anywhere, top]) other.free(base, 0, MEM_RELEASE);
    expect(scene.stateAt(anywhere)).toBe(MEM_FREE);
  },
  { on },
);

rule(
  "17.19#6",
  "mapped here, seen there; nobody changes its protection",
  (scene) => {
    const other = scene.another();
    const base = view(scene, mapping(scene, 2));
    expect(base).toBeGreaterThanOrEqual(SHARED);
    expect(view(scene, mapping(scene, 2))).not.toBe(base);
    for (const process of [scene, other]) {
      const { VirtualProtect } = process.kernel32;
      expect(process.run(base)).toMatchObject({ allocationBase: base, type: MEM_MAPPED });
      const call = () => VirtualProtect(base, PAGE, PAGE_READONLY, { value: 0 });
      expectError(process, refused("3.3#3"), call);
      expect(touch(process, WRITE, base)).toBe(null);
    }
    const late = scene.another();
    expect(late.memory.getUint8(base)).toBe(0x5a);
  },
  { on },
);

rule(
  "17.19#6",
  "until each process has unmapped it as often as it mapped it",
  (scene) => {
    const other = scene.another();
    const handle = mapping(scene, 1, PAGE_READWRITE, "counted");
    const base = view(scene, handle);
    expect([view(scene, handle), scene.machine.decision]).toEqual([base, "17.19#6"]);
    expect(view(other, mapping(other, 1, PAGE_READWRITE, "counted"))).toBe(base);
    const stranger = scene.another();
    const notMapped = () => stranger.kernel32.UnmapViewOfFile(base);
    expectError(stranger, refused("17.19#6", ERROR_INVALID_ADDRESS), notMapped);
    for (const process of [scene, other]) unmap(process, base);
    expect(stranger.stateAt(base)).toBe(MEM_COMMIT);
    unmap(scene, base);
    for (const process of [scene, other, stranger]) expect(process.stateAt(base)).toBe(MEM_FREE);
  },
  { on },
);

rule(
  "17.19#6",
  "a process that ends unmaps what it has left",
  (scene) => {
    const other = scene.another();
    const handle = mapping(scene, 1, PAGE_READWRITE, "left");
    const base = view(scene, handle);
    view(scene, handle);
    view(other, mapping(other, 1, PAGE_READWRITE, "left"));
    scene.memory.setUint8(base, 9);
    scene.process.exit();
    expect(other.memory.getUint8(base)).toBe(9);
    unmap(other, base);
    expect(other.stateAt(base)).toBe(MEM_FREE);
  },
  { on },
);

rule(
  "17.19#6",
  "with the protections that there are",
  (scene) => {
    const section = mapping(scene, 1, PAGE_EXECUTE_READWRITE);
    const { status, base } = mapNative(scene, { section, protect: PAGE_EXECUTE_READWRITE });
    expect([status, scene.run(base).allocationProtect]).toEqual([0, PAGE_READWRITE]);
    expect(view(scene, section, FILE_MAP_WRITE)).toBe(base);
  },
  { on },
);

rule(
  "17.19#7",
  "run for run to its end, and no further",
  (scene) => {
    const handle = mapping(scene, 1);
    const base = view(scene, handle, FILE_MAP_WRITE, { base: SHARED_END - GRANULARITY });
    expect(scene.run(SHARED)).toMatchObject({ base: SHARED, state: MEM_FREE });
    expect(scene.run(base + PAGE)).toMatchObject({ size: GRANULARITY - PAGE, state: MEM_FREE });
    expect([scene.query(SHARED_END), scene.machine.decision]).toEqual([null, "3.5#3"]);
    scene.memory.setUint32(base + PAGE - 4, 1);
    expect(touch(scene, READ, base + PAGE)).toEqual(violation(READ, base + PAGE));
    expect(touch(scene, READ, SHARED_END)).toEqual(violation(READ, SHARED_END));
    const beyond = () => map(scene, handle, FILE_MAP_WRITE, { base: SHARED_END });
    expectError(scene, refused("7.2#5"), beyond);
  },
  { on },
);
