import { expect } from "vitest";
import {
  FILE_MAP_READ,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  PAGE_EXECUTE_READ,
  PAGE_EXECUTE_READWRITE,
  PAGE_READWRITE,
  PAGE_TARGETS_INVALID,
  PAGE_TARGETS_NO_UPDATE,
  PROCESS_SET_INFORMATION,
  PROCESS_VM_OPERATION,
} from "../../src/constants.ts";
import { EXECUTE, program, READ } from "../setup/portable-executable.ts";
import { createImage, IMAGE_BASE, openBytes } from "./support/images.ts";
import { type RuleOptions, rule } from "./support/rule.ts";
import { BASE, expectUnchanged, PAGE, type Scene, SELF } from "./support/scene.ts";

const GUARDED: RuleOptions = { process: { controlFlowGuard: true } };
const INVALID = PAGE_EXECUTE_READWRITE | PAGE_TARGETS_INVALID;

type Pair = readonly [offset: number, flags: number];

/** SetProcessValidCallTargets at BASE: the result, and the flags afterwards. */
function set(scene: Scene, pairs: readonly Pair[], size = PAGE, process = SELF): unknown[] {
  const targets = pairs.map(([Offset, Flags]) => ({ Offset, Flags }));
  const { SetProcessValidCallTargets } = scene.kernel32;
  const result = SetProcessValidCallTargets(process, BASE, size, targets.length, targets);
  return [result, ...targets.map(({ Flags }) => Flags)];
}

/** How many slots of the pages at BASE are valid. */
function count(scene: Scene, pages = 1): number {
  let valid = 0;
  for (let at = BASE; at < BASE + pages * PAGE; at += 16) {
    if (scene.process.isValidCallTarget(at)) valid += 1;
  }
  return valid;
}

function refused(scene: Scene, error: number, call: () => unknown[]): void {
  expectUnchanged(scene, () => expect(call()[0]).toBe(0));
  expect(scene.kernel32.GetLastError()).toBe(error);
}

rule("17.15#1a", "a process without it", (scene) => {
  scene.take(BASE, PAGE, PAGE_EXECUTE_READ);
  refused(scene, 87, () => set(scene, [[0x10, 1]]));
});

rule(
  "17.15#1b",
  "one right is not enough",
  (scene) => {
    const other = scene.another({ controlFlowGuard: true });
    other.take(BASE, PAGE, INVALID);
    const open = (rights: number) => scene.kernel32.OpenProcess(rights, 0, other.process.id);
    for (const right of [PROCESS_VM_OPERATION, PROCESS_SET_INFORMATION]) {
      refused(scene, 5, () => set(scene, [[0x10, 1]], PAGE, open(right)));
    }
    const both = open(PROCESS_VM_OPERATION | PROCESS_SET_INFORMATION);
    expect(set(scene, [[0x10, 1]], PAGE, both)[0]).toBe(1);
    expect(count(other)).toBe(1);
  },
  GUARDED,
);

rule(
  "17.15#1c",
  "size, region, state, allocation",
  (scene) => {
    scene.reserve(BASE, 2 * PAGE, PAGE_EXECUTE_READ);
    scene.commit(BASE, PAGE, PAGE_EXECUTE_READ);
    refused(scene, 87, () => set(scene, [], 0));
    refused(scene, 87, () => set(scene, [], PAGE + 1));
    refused(scene, 487, () => set(scene, [], 2 * PAGE));
    refused(scene, 487, () => set(scene, [], 3 * PAGE));
    expect(set(scene, [])).toEqual([1]);
    scene.free(BASE, 0, MEM_RELEASE);
    refused(scene, 487, () => set(scene, []));
    scene.take(BASE, PAGE, PAGE_READWRITE);
    scene.protect(BASE, PAGE, PAGE_EXECUTE_READ);
    refused(scene, 87, () => set(scene, []));
  },
  GUARDED,
);

rule(
  "17.15#1d",
  "each way to be wrong",
  (scene) => {
    const wrong: Pair[] = [
      [0x38, 1],
      [PAGE, 1],
      [0x20, 1],
      [0x10, 1],
      [0x40, 2],
    ];
    for (const last of wrong) {
      scene.take(BASE, PAGE, INVALID);
      expect(set(scene, [[0x20, 1], last, [0x80, 1]])).toEqual([0, 3, last[1], 1]);
      expect(scene.kernel32.GetLastError()).toBe(87);
      expect(count(scene)).toBe(1);
      scene.free(BASE, 0, MEM_RELEASE);
    }
  },
  GUARDED,
);

rule(
  "17.15#2",
  "set and cleared",
  (scene) => {
    scene.take(BASE, 2 * PAGE, INVALID);
    expect(
      set(
        scene,
        [
          [0x20, 1],
          [0x30, 1],
          [PAGE, 1],
        ],
        2 * PAGE,
      ),
    ).toEqual([1, 3, 3, 3]);
    expect(count(scene, 2)).toBe(3);
    expect(scene.process.isValidCallTarget(BASE + 0x30)).toBe(true);
    expect(set(scene, [[0x30, 0]])).toEqual([1, 2]);
    expect(scene.process.isValidCallTarget(BASE + 0x30)).toBe(false);
    expect(count(scene, 2)).toBe(2);
  },
  GUARDED,
);

rule(
  "17.15#3",
  "allocation and protection",
  (scene) => {
    scene.take(BASE, PAGE, PAGE_EXECUTE_READ);
    expect(count(scene)).toBe(256);
    scene.free(BASE, 0, MEM_RELEASE);
    scene.take(BASE, PAGE, INVALID);
    expect(count(scene)).toBe(0);
    scene.protect(BASE, PAGE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(count(scene)).toBe(0);
    scene.protect(BASE, PAGE, PAGE_READWRITE);
    scene.protect(BASE, PAGE, PAGE_EXECUTE_READ);
    expect(count(scene)).toBe(256);
    scene.protect(BASE, PAGE, PAGE_EXECUTE_READ | PAGE_TARGETS_NO_UPDATE);
    expect(count(scene)).toBe(256);
  },
  GUARDED,
);

rule(
  "17.15#4",
  "bytes of a slot, data, and a process without it",
  (scene) => {
    const { process } = scene;
    scene.take(BASE, PAGE, INVALID);
    set(scene, [[0x20, 1]]);
    expect([0x1f, 0x20, 0x2f, 0x30].map((at) => process.isValidCallTarget(BASE + at))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    scene.protect(BASE, PAGE, PAGE_READWRITE);
    expect(count(scene)).toBe(256);
    const other = scene.another();
    other.take(BASE, PAGE, INVALID);
    expect(count(other)).toBe(256);
  },
  GUARDED,
);

rule(
  "17.15#5",
  "decommitted, released",
  (scene) => {
    for (const [type, again] of [
      [MEM_DECOMMIT, MEM_COMMIT],
      [MEM_RELEASE, MEM_RESERVE | MEM_COMMIT],
    ] as const) {
      scene.take(BASE, PAGE, INVALID);
      set(scene, [[0x20, 1]]);
      scene.free(BASE, 0, type);
      scene.allocate(BASE, PAGE, again, INVALID);
      expect(count(scene)).toBe(0);
      scene.free(BASE, 0, MEM_RELEASE);
    }
  },
  GUARDED,
);

rule(
  "17.15#6",
  "an image without a table",
  (scene) => {
    scene.image(BASE, PAGE, PAGE_EXECUTE_READ);
    expect(count(scene)).toBe(256);
    expect(set(scene, [[0x20, 0]])).toEqual([1, 2]);
    expect(count(scene)).toBe(255);
  },
  GUARDED,
);

/** A page of code, and one with the load configuration and the table that it names. */
function guarded(wide: boolean, targets: readonly number[]): Uint8Array {
  const at = wide
    ? { table: 0x80, count: 0x88, flags: 0x90 }
    : { table: 0x50, count: 0x54, flags: 0x58 };
  const bytes = new Uint8Array(0x200);
  const view = new DataView(bytes.buffer);
  const pointer = (offset: number, value: number) => {
    if (wide) view.setBigUint64(offset, BigInt(value), true);
    else view.setUint32(offset, value, true);
  };
  const stride = 5;
  view.setUint32(0, 0x100, true);
  pointer(at.table, IMAGE_BASE + 2 * PAGE + 0x100);
  pointer(at.count, targets.length);
  view.setUint32(at.flags, ((stride - 4) << 28) >>> 0, true);
  for (const [index, target] of targets.entries()) {
    view.setUint32(0x100 + index * stride, target, true);
  }
  return program({
    wide,
    base: BigInt(IMAGE_BASE),
    dllCharacteristics: 0x4000,
    directories: Array.from({ length: 16 }, (_, index) => {
      return index === 10 ? ([2 * PAGE, 0x100] as const) : ([0, 0] as const);
    }),
    sections: [
      { virtualBytes: PAGE, characteristics: EXECUTE + READ },
      { contents: bytes, characteristics: READ },
    ],
  });
}

rule(
  "17.15#6",
  "an image with a table",
  (scene) => {
    const targets = [PAGE + 0x20, PAGE + 0x40, PAGE + 0x48, PAGE + 0xff0];
    const handle = createImage(scene, openBytes(scene, guarded(scene.wide, targets)));
    const view = scene.kernel32.MapViewOfFile(handle, FILE_MAP_READ, 0, 0, 0) as number;
    expect(scene.machine.decision).toBe("7.2");
    expect(view).toBe(IMAGE_BASE);
    const valid = Array.from({ length: 256 }, (_, slot) => slot * 16).filter((offset) => {
      return scene.process.isValidCallTarget(view + PAGE + offset);
    });
    expect(valid).toEqual([0x20, 0x40, 0xff0]);
    expect(scene.process.isValidCallTarget(view)).toBe(true);
  },
  GUARDED,
);
