import { expect } from "vitest";
import {
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_PARAMETER,
  ERROR_NOT_LOCKED,
  FILE_MAP_WRITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  PAGE_READONLY,
  PAGE_READWRITE,
} from "../../src/constants.ts";
import { AWE, framesOf, refused, show } from "./support/awe.ts";
import { EXECUTE, expectFault, READ, touch, violation, WRITE } from "./support/fault.ts";
import { rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const SECOND = BASE + 2 * GRANULARITY;

/** Two windows of 16 pages, and so many frames. */
function windows(scene: Scene, count: number): number[] {
  scene.awe(BASE, GRANULARITY);
  scene.awe(SECOND, GRANULARITY);
  return framesOf(scene, count);
}

rule(
  "6#7",
  "alignment, the end of the window, and what is none",
  (scene) => {
    const [frame = 0, other = 0] = windows(scene, 2);
    scene.take(BASE + GRANULARITY, PAGE);
    const map = (address: number, frames: number[]) => () =>
      scene.kernel32.MapUserPhysicalPages(address, frames.length, frames);
    const last = BASE + GRANULARITY - PAGE;
    refused(scene, map(BASE + 1, [frame]), ERROR_INVALID_PARAMETER, "6#7");
    refused(scene, map(BASE + PAGE - 8, [frame]), ERROR_INVALID_PARAMETER, "6#7");
    refused(scene, map(last, [frame, other]), ERROR_INVALID_PARAMETER, "6#7");
    refused(scene, map(BASE + GRANULARITY, [frame]), ERROR_INVALID_ADDRESS, "6#7");
    refused(scene, map(SECOND - PAGE, [frame]), ERROR_INVALID_ADDRESS, "6#7");
    refused(scene, map(0, [frame]), ERROR_INVALID_ADDRESS, "6#7");
    show(scene, last, [frame]);
  },
  AWE,
);

rule(
  "6#7",
  "a count that leaves user space",
  (scene) => {
    const [frame = 0] = windows(scene, 1);
    const { MapUserPhysicalPages } = scene.kernel32;
    const pages = Math.floor((scene.machine.highestUserAddress + 1 - BASE) / PAGE);
    const call = (count: number) => () => MapUserPhysicalPages(BASE, count, null);
    refused(scene, call(pages), ERROR_INVALID_PARAMETER, "6#7");
    refused(scene, call(pages + 1), ERROR_INVALID_PARAMETER, "6#7");
    refused(scene, call(0xffffffff), ERROR_INVALID_PARAMETER, "6#7");
    show(scene, BASE, [frame]);
  },
  AWE,
);

rule(
  "6#8",
  "shown or not",
  (scene) => {
    show(scene, BASE + PAGE, windows(scene, 2));
    expect(scene.kernel32.MapUserPhysicalPages(BASE, 16, null)).toBe(1);
    expect(scene.machine.decision).toBe("6#8");
    expect(scene.run(BASE)).toMatchObject({ state: MEM_RESERVE, size: GRANULARITY });
    expect(scene.kernel32.MapUserPhysicalPages(BASE, 16, null)).toBe(1);
    expect(touch(scene, READ, BASE + PAGE)).toEqual(violation(READ, BASE + PAGE));
  },
  AWE,
);

rule(
  "6#9",
  "the other bytes appear, the frame before can be mapped elsewhere",
  (scene) => {
    const [one = 0, two = 0] = windows(scene, 2);
    show(scene, BASE, [one]);
    scene.memory.setUint32(BASE, 0x11111111);
    show(scene, BASE, [two]);
    expect(scene.memory.getUint32(BASE)).toBe(0);
    scene.memory.setUint32(BASE, 0x22222222);
    show(scene, SECOND, [one]);
    expect(scene.memory.getUint32(SECOND)).toBe(0x11111111);
    expect(scene.memory.getUint32(BASE)).toBe(0x22222222);
  },
  AWE,
);

rule(
  "6#10",
  "all or nothing",
  (scene) => {
    const [one = 0, two = 0, three = 0] = windows(scene, 3);
    show(scene, BASE, [one]);
    scene.memory.setUint8(BASE, 1);
    const { MapUserPhysicalPages, MapUserPhysicalPagesScatter } = scene.kernel32;
    for (const frames of [
      [two, two],
      [two, 99],
      [two, 0],
      [two, one],
      [one, three, one],
    ]) {
      const far = BASE + 4 * PAGE;
      const call = () => MapUserPhysicalPages(far, frames.length, frames);
      refused(scene, call, ERROR_INVALID_PARAMETER, "6#10");
      const ats = frames.map((_, i) => SECOND + i * PAGE);
      if (frames.includes(0)) continue;
      const scatter = () => MapUserPhysicalPagesScatter(ats, ats.length, frames);
      refused(scene, scatter, ERROR_INVALID_PARAMETER, "6#10");
    }
    // Exchanging two frames takes two calls: each is mapped elsewhere before.
    show(scene, BASE + PAGE, [two]);
    const exchange = () => MapUserPhysicalPages(BASE, 2, [two, one]);
    refused(scene, exchange, ERROR_INVALID_PARAMETER, "6#10");
    // Where it is, a frame may stay.
    show(scene, BASE, [one, two, three]);
    expect(scene.memory.getUint8(BASE)).toBe(1);
  },
  AWE,
);

rule(
  "6#11",
  "two windows, and entries that unmap",
  (scene) => {
    const [one = 0, two = 0, three = 0] = windows(scene, 3);
    const { MapUserPhysicalPagesScatter } = scene.kernel32;
    show(scene, BASE, [one]);
    scene.memory.setUint8(BASE, 1);
    const ats = [SECOND + PAGE, BASE + 5 * PAGE, BASE];
    expect(MapUserPhysicalPagesScatter(ats, 3, [two, three, 0])).toBe(1);
    expect(scene.machine.decision).toBe("6#11");
    expect(touch(scene, WRITE, SECOND + PAGE)).toBeNull();
    expect(touch(scene, WRITE, BASE + 5 * PAGE)).toBeNull();
    expect(touch(scene, READ, BASE)).toEqual(violation(READ, BASE));
    expect(MapUserPhysicalPagesScatter(ats, 3, [null, one, null])).toBe(1);
    expect(scene.memory.getUint8(BASE + 5 * PAGE)).toBe(1);
    expect(MapUserPhysicalPagesScatter(ats, 3, null)).toBe(1);
    for (const at of ats) expect(touch(scene, READ, at)).toEqual(violation(READ, at));
  },
  AWE,
);

rule(
  "6#11",
  "each address in a window and aligned, or nothing happens",
  (scene) => {
    const [one = 0, two = 0] = windows(scene, 2);
    const { MapUserPhysicalPagesScatter } = scene.kernel32;
    const call = (at: number) => () => MapUserPhysicalPagesScatter([BASE, at], 2, [one, two]);
    refused(scene, call(SECOND + 8), ERROR_INVALID_PARAMETER, "6#11");
    refused(scene, call(SECOND - PAGE), ERROR_INVALID_ADDRESS, "6#11");
    refused(scene, call(0), ERROR_INVALID_ADDRESS, "6#11");
  },
  AWE,
);

rule(
  "6#13",
  "not in parts; the frames can be mapped again",
  (scene) => {
    const [one = 0] = windows(scene, 1);
    show(scene, BASE, [one]);
    scene.memory.setUint8(BASE, 3);
    const size = { value: PAGE };
    const { ntdll } = scene;
    expect(ntdll.NtFreeVirtualMemory(SELF, { value: BASE }, size, MEM_RELEASE)).not.toBe(0);
    expect(scene.machine.decision).toBe("3.1#12");
    scene.free(BASE, 0, MEM_RELEASE);
    scene.take(BASE, GRANULARITY);
    expect(scene.memory.getUint8(BASE)).toBe(0);
    show(scene, SECOND, [one]);
    expect(scene.memory.getUint8(SECOND)).toBe(3);
  },
  AWE,
);

rule(
  "6#14",
  "each with its code, the page keeps its bytes",
  (scene) => {
    show(scene, BASE, windows(scene, 1));
    scene.memory.setUint8(BASE, 3);
    const k = scene.kernel32;
    const calls: [() => number, number, string][] = [
      [
        () => k.VirtualProtect(BASE, PAGE, PAGE_READONLY, { value: 0 }),
        ERROR_INVALID_ADDRESS,
        "3.3#7",
      ],
      [() => k.VirtualFree(BASE, PAGE, MEM_DECOMMIT), ERROR_INVALID_ADDRESS, "3.1#13"],
      [
        () => k.VirtualAlloc(BASE, PAGE, MEM_COMMIT, PAGE_READWRITE),
        ERROR_INVALID_ADDRESS,
        "2.3#C4",
      ],
      [() => k.VirtualAlloc(BASE, PAGE, MEM_RESET, PAGE_READWRITE), ERROR_INVALID_ADDRESS, "2.6#6"],
      [() => k.VirtualLock(BASE, PAGE), ERROR_INVALID_PARAMETER, "17.10#6"],
      [() => k.VirtualUnlock(BASE, PAGE), ERROR_NOT_LOCKED, "17.10#10"],
      [() => ~k.ResetWriteWatch(BASE, PAGE), ERROR_INVALID_PARAMETER, "5.2#7"],
    ];
    for (const [call, error, decision] of calls) refused(scene, call, error, decision);
    const section = k.CreateFileMapping(-1, null, PAGE_READWRITE, 0, PAGE, null);
    const map = () => k.MapViewOfFileEx(section, FILE_MAP_WRITE, 0, 0, PAGE, BASE);
    refused(scene, map, ERROR_INVALID_ADDRESS, "7.2#12");
    expect(scene.memory.getUint8(BASE)).toBe(3);
  },
  AWE,
);

rule(
  "6#15",
  "before, between and after",
  (scene) => {
    show(scene, BASE + PAGE, windows(scene, 1));
    for (const at of [BASE, BASE + 2 * PAGE, SECOND]) {
      expectFault(scene, "4.1#2", () => scene.memory.getUint8(at), violation(READ, at));
      expectFault(scene, "4.1#2", () => scene.memory.setUint8(at, 1), violation(WRITE, at));
    }
    const straddle = () => scene.memory.setUint32(BASE + 2 * PAGE - 2, 0xffffffff);
    expectFault(scene, "4.1#2", straddle, violation(WRITE, BASE + 2 * PAGE));
    expect(scene.memory.getUint16(BASE + 2 * PAGE - 2)).toBe(0);
  },
  AWE,
);

rule(
  "6#16",
  "accesses over pages that lie anywhere",
  (scene) => {
    const [one = 0, two = 0, three = 0] = windows(scene, 3);
    show(scene, BASE, [three, one, two]);
    scene.memory.setUint32(BASE + PAGE - 2, 0x11223344);
    expect(scene.memory.getUint32(BASE + PAGE - 2)).toBe(0x11223344);
    expect(scene.memory.getUint16(BASE + PAGE)).toBe(0x1122);
    const bytes = Uint8Array.from({ length: 3 * PAGE }, (_, i) => i % 251);
    scene.memory.write(BASE, bytes);
    expect(scene.memory.read(BASE, 3 * PAGE)).toEqual(bytes);
    expect(touch(scene, EXECUTE, BASE)).toEqual(violation(EXECUTE, BASE));
    expect(scene.process.counters).toMatchObject({ residentPages: 0, lockedPages: 0 });
  },
  AWE,
);

rule(
  "6#16",
  "without DEP a fetch is a read",
  (scene) => {
    show(scene, BASE, windows(scene, 1));
    expect(touch(scene, EXECUTE, BASE)).toBeNull();
  },
  { ...AWE, machine: { ...AWE.machine, dep: false } },
);

rule(
  "6#16",
  "beside memory of the window's own space",
  (scene) => {
    const [frame = 0] = windows(scene, 1);
    scene.take(BASE + GRANULARITY, PAGE);
    scene.memory.fill(BASE + GRANULARITY, 5, PAGE);
    const last = BASE + GRANULARITY - PAGE;
    show(scene, last, [frame]);
    scene.memory.fill(last, 6, PAGE);
    const bytes = scene.memory.read(last, 2 * PAGE);
    expect([bytes[PAGE - 1], bytes[PAGE]]).toEqual([6, 5]);
    scene.memory.write(last + PAGE - 1, Uint8Array.of(7, 8));
    expect(scene.memory.getUint16(last + PAGE - 1)).toBe(0x0807);
  },
  AWE,
);

rule(
  "6#17",
  "runs of a window",
  (scene) => {
    show(scene, BASE + PAGE, windows(scene, 2));
    const common = { allocationBase: BASE, allocationProtect: PAGE_READWRITE };
    expect(scene.run(BASE)).toMatchObject({ ...common, state: MEM_RESERVE, size: PAGE });
    expect(scene.run(BASE + PAGE)).toMatchObject({
      ...common,
      state: MEM_COMMIT,
      protect: PAGE_READWRITE,
      size: 2 * PAGE,
    });
    expect(scene.run(BASE + 3 * PAGE)).toMatchObject({ ...common, state: MEM_RESERVE, protect: 0 });
  },
  AWE,
);

rule(
  "6#19",
  "unmapped, and mapped at the other window",
  (scene) => {
    const frames = windows(scene, 2);
    show(scene, BASE, frames);
    scene.memory.fill(BASE, 0xab, PAGE);
    scene.memory.fill(BASE + PAGE, 0xcd, PAGE);
    expect(scene.kernel32.MapUserPhysicalPages(BASE, 2, null)).toBe(1);
    show(scene, SECOND, [...frames].reverse());
    expect(scene.memory.read(SECOND, PAGE)).toEqual(new Uint8Array(PAGE).fill(0xcd));
    expect(scene.memory.read(SECOND + PAGE, PAGE)).toEqual(new Uint8Array(PAGE).fill(0xab));
    scene.process.forgetMaps();
    expect(scene.memory.getUint8(SECOND)).toBe(0xcd);
  },
  AWE,
);
