import { expect } from "vitest";
import {
  ERROR_ACCESS_DENIED,
  ERROR_INVALID_ADDRESS,
  ERROR_INVALID_HANDLE,
  ERROR_INVALID_PARAMETER,
  ERROR_NO_SYSTEM_RESOURCES,
  ERROR_PRIVILEGE_NOT_HELD,
  MEM_COMMIT,
  MEM_FREE,
  MEM_PHYSICAL,
  MEM_PRIVATE,
  MEM_RELEASE,
  MEM_RESERVE,
  MEM_RESET,
  MEM_TOP_DOWN,
  MEM_WRITE_WATCH,
  MemExtendedParameterNumaNode,
  PAGE_READONLY,
  PAGE_READWRITE,
  PROCESS_ALL_ACCESS,
  PROCESS_VM_READ,
} from "../../src/constants.ts";
import { AWE, framesOf, refused, show } from "./support/awe.ts";
import { READ, touch, violation, WRITE } from "./support/fault.ts";
import { EVERYWHERE, rule } from "./support/rule.ts";
import { BASE, GRANULARITY, PAGE, type Scene, SELF } from "./support/scene.ts";

const NO_NODE = 0xffffffff;

function allocation(scene: Scene, count: number) {
  const asked = { value: count };
  const frames: { value: number[] } = { value: [] };
  const done = scene.kernel32.AllocateUserPhysicalPages(SELF, asked, frames);
  return { done, count: asked.value, frames: frames.value };
}

rule(
  "6#1",
  "without it nothing is allocated",
  (scene) => {
    const count = { value: 3 };
    const frames = { value: [9] };
    const allocate = () => scene.kernel32.AllocateUserPhysicalPages(SELF, count, frames);
    refused(scene, allocate, ERROR_PRIVILEGE_NOT_HELD, "6#1");
    expect([count.value, frames.value]).toEqual([3, [9]]);
  },
  { on: EVERYWHERE },
);

rule(
  "6#1",
  "the handle comes before it, and has to be good and may have to do with memory",
  (scene) => {
    const { OpenProcess, AllocateUserPhysicalPages } = scene.kernel32;
    const weak = OpenProcess(PROCESS_VM_READ, 0, scene.process.id);
    const count = { value: 1 };
    const call = (handle: number) => () => AllocateUserPhysicalPages(handle, count, { value: [] });
    refused(scene, call(0), ERROR_INVALID_HANDLE, "6#1");
    refused(scene, call(weak), ERROR_ACCESS_DENIED, "6#1");
  },
  { on: EVERYWHERE },
);

rule(
  "6#2",
  "as many as physical memory has",
  (scene) => {
    const left = 20 - scene.machine.counters.frames;
    expect(allocation(scene, 100)).toMatchObject({ done: 1, count: left });
    expect(scene.machine.decision).toBe("6#2");
    expect(scene.machine.counters.frames).toBe(20);
  },
  { ...AWE, machine: { ...AWE.machine, physicalPages: 20 } },
);

rule(
  "6#3",
  "numbers are none of another's, and no address has them",
  (scene) => {
    const runs = scene.runs();
    const other = scene.another();
    const numbers = [...framesOf(scene, 8), ...framesOf(other, 8)];
    expect(new Set([...numbers, 0]).size).toBe(17);
    expect(scene.runs()).toEqual(runs);
    scene.awe(BASE, GRANULARITY);
    show(scene, BASE, numbers.slice(0, 8));
    expect(scene.memory.read(BASE, 8 * PAGE)).toEqual(new Uint8Array(8 * PAGE));
  },
  AWE,
);

rule(
  "6#3",
  "a frame that is used again is zeros again",
  (scene) => {
    scene.awe(BASE, GRANULARITY);
    const [frame = 0] = framesOf(scene, 1);
    show(scene, BASE, [frame]);
    scene.memory.fill(BASE, 7, PAGE);
    expect(scene.kernel32.FreeUserPhysicalPages(SELF, { value: 1 }, [frame])).toBe(1);
    show(scene, BASE, framesOf(scene, 1));
    expect(scene.memory.read(BASE, PAGE)).toEqual(new Uint8Array(PAGE));
  },
  AWE,
);

rule(
  "6#4",
  "the commit limit of the machine and the quota of the process",
  (scene) => {
    const left = 40 - scene.machine.counters.commitCharge;
    const other = scene.another({ commitQuota: 7 });
    expect(allocation(other, 100)).toMatchObject({ done: 1, count: 7 });
    expect(allocation(scene, 100)).toMatchObject({ done: 1, count: left - 7 });
    expect(allocation(scene, 1).done).toBe(0);
  },
  { ...AWE, machine: { ...AWE.machine, commitLimit: 40 } },
);

rule(
  "17.4#8",
  "nothing left: 1450, the count as it was",
  (scene) => {
    allocation(scene, 100);
    const count = { value: 2 };
    const call = () => scene.kernel32.AllocateUserPhysicalPages(SELF, count, { value: [] });
    refused(scene, call, ERROR_NO_SYSTEM_RESOURCES, "17.4#8");
    expect(count.value).toBe(2);
  },
  { ...AWE, machine: { ...AWE.machine, physicalPages: 8 } },
);

rule(
  "13#11",
  "charged when they come, not when they are mapped, until they are freed",
  (scene) => {
    const charge = () => [scene.process.counters.commitCharge, scene.machine.counters.commitCharge];
    const [own = 0, all = 0] = charge();
    const frames = framesOf(scene, 5);
    scene.awe(BASE, GRANULARITY);
    expect(charge()).toEqual([own + 5, all + 5]);
    show(scene, BASE, frames);
    scene.memory.setUint8(BASE, 1);
    expect(charge()).toEqual([own + 5, all + 5]);
    scene.free(BASE, 0, MEM_RELEASE);
    expect(charge()).toEqual([own + 5, all + 5]);
    expect(scene.kernel32.FreeUserPhysicalPages(SELF, { value: 5 }, frames)).toBe(1);
    expect(charge()).toEqual([own, all]);
  },
  AWE,
);

rule(
  "6#5",
  "one of three",
  (scene) => {
    scene.awe(BASE, GRANULARITY);
    const frames = framesOf(scene, 3);
    show(scene, BASE, frames);
    for (const page of [0, 1, 2]) scene.memory.setUint8(BASE + page * PAGE, 7);
    const count = { value: 1 };
    expect(scene.kernel32.FreeUserPhysicalPages(SELF, count, frames.slice(1, 2))).toBe(1);
    expect([count.value, scene.machine.decision]).toEqual([1, "6#5"]);
    expect(touch(scene, READ, BASE)).toBeNull();
    expect(touch(scene, READ, BASE + PAGE)).toEqual(violation(READ, BASE + PAGE));
    expect(touch(scene, WRITE, BASE + 2 * PAGE)).toBeNull();
  },
  AWE,
);

rule(
  "6#6",
  "an unknown number, another's, and one that was freed before",
  (scene) => {
    const other = scene.another();
    for (const wrong of [99, framesOf(other, 1)[0] ?? 0, null]) {
      const [first = 0, second = 0, third = 0] = framesOf(scene, 3);
      const count = { value: 4 };
      const frames = [first, second, wrong ?? first, third];
      expect(scene.kernel32.FreeUserPhysicalPages(SELF, count, frames)).toBe(0);
      expect([scene.kernel32.GetLastError(), scene.machine.decision, count.value]).toEqual([
        ERROR_INVALID_PARAMETER,
        "6#6",
        2,
      ]);
      expect(scene.kernel32.FreeUserPhysicalPages(SELF, { value: 1 }, [third])).toBe(1);
    }
  },
  AWE,
);

rule("6#12", "READWRITE only, at the address or anywhere", (scene) => {
  const type = MEM_RESERVE | MEM_PHYSICAL;
  expect(scene.kernel32.VirtualAlloc(BASE, PAGE, type, PAGE_READONLY)).toBe(0);
  expect(scene.kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  expect(scene.allocate(BASE, GRANULARITY, type, PAGE_READWRITE)).toBe(BASE);
  expect(scene.run(BASE)).toMatchObject({ type: MEM_PRIVATE, allocationProtect: PAGE_READWRITE });
});

rule("17.2#9", "each of the others is refused", (scene) => {
  for (const other of [MEM_COMMIT, MEM_RESET, MEM_WRITE_WATCH, 0x1000000, 0x20000000]) {
    const type = MEM_RESERVE | MEM_PHYSICAL | other;
    expect(scene.kernel32.VirtualAlloc(BASE, PAGE, type, PAGE_READWRITE)).toBe(0);
    expect(scene.kernel32.GetLastError()).toBe(ERROR_INVALID_PARAMETER);
  }
  scene.allocate(0, PAGE, MEM_RESERVE | MEM_PHYSICAL | MEM_TOP_DOWN, PAGE_READWRITE);
});

rule(
  "17.2#10",
  "a window and a frame of another process",
  (scene) => {
    const other = scene.another();
    const handle = scene.kernel32.OpenProcess(PROCESS_ALL_ACCESS, 0, other.process.id);
    const type = MEM_RESERVE | MEM_PHYSICAL;
    const { VirtualAllocEx, MapUserPhysicalPages } = scene.kernel32;
    expect(VirtualAllocEx(handle, BASE, GRANULARITY, type, PAGE_READWRITE)).toBe(BASE);
    expect(scene.stateAt(BASE)).toBe(MEM_FREE);
    const frames: { value: number[] } = { value: [] };
    expect(scene.kernel32.AllocateUserPhysicalPages(handle, { value: 1 }, frames)).toBe(1);
    refused(scene, () => MapUserPhysicalPages(BASE, 1, frames), ERROR_INVALID_ADDRESS, "6#7");
    scene.awe(BASE, GRANULARITY);
    refused(scene, () => MapUserPhysicalPages(BASE, 1, frames), ERROR_INVALID_PARAMETER, "6#10");
    show(other, BASE, frames.value);
    other.memory.setUint8(BASE, 9);
    expect(touch(scene, READ, BASE)).toEqual(violation(READ, BASE));
    expect(scene.kernel32.FreeUserPhysicalPages(handle, { value: 1 }, frames)).toBe(1);
    expect(touch(other, READ, BASE)).toEqual(violation(READ, BASE));
  },
  AWE,
);

rule(
  "6#20",
  "a node of the machine or none, extended parameters or none",
  (scene) => {
    const { AllocateUserPhysicalPagesNuma, AllocateUserPhysicalPages2 } = scene.kernel32;
    const one = () => ({ value: 1 });
    const none = () => ({ value: [] as number[] });
    const node = (number: number) => [{ Type: MemExtendedParameterNumaNode, ULong64: number }];
    expect(AllocateUserPhysicalPagesNuma(SELF, one(), none(), 0)).toBe(1);
    expect(AllocateUserPhysicalPagesNuma(SELF, one(), none(), NO_NODE)).toBe(1);
    expect(AllocateUserPhysicalPages2(SELF, one(), none())).toBe(1);
    expect(AllocateUserPhysicalPages2(SELF, one(), none(), null, 0)).toBe(1);
    expect(AllocateUserPhysicalPages2(SELF, one(), none(), node(0))).toBe(1);
    expect(scene.machine.counters.frames).toBe(5);
    const wrong = () => AllocateUserPhysicalPages2(SELF, one(), none(), [{ Type: 99 }]);
    refused(scene, wrong, ERROR_INVALID_PARAMETER, "8.1#2");
    const missing = () => AllocateUserPhysicalPages2(SELF, one(), none(), null, 1);
    refused(scene, missing, ERROR_INVALID_PARAMETER, "8.1#1");
    const far = () => AllocateUserPhysicalPages2(SELF, one(), none(), node(1));
    refused(scene, far, ERROR_INVALID_PARAMETER, "17.11#2");
  },
  AWE,
);

rule(
  "17.11#2",
  "before the privilege",
  (scene) => {
    const { AllocateUserPhysicalPagesNuma } = scene.kernel32;
    const call = (node: number) => () =>
      AllocateUserPhysicalPagesNuma(SELF, { value: 1 }, { value: [] }, node);
    refused(scene, call(1), ERROR_INVALID_PARAMETER, "17.11#2");
    refused(scene, call(NO_NODE - 1), ERROR_INVALID_PARAMETER, "17.11#2");
    refused(scene, call(NO_NODE), ERROR_PRIVILEGE_NOT_HELD, "6#1");
  },
  { on: EVERYWHERE },
);

rule(
  "6#18",
  "the end of the process",
  (scene) => {
    const before = scene.machine.counters;
    const other = scene.another();
    other.awe(BASE, GRANULARITY);
    show(other, BASE, framesOf(other, 4));
    framesOf(other, 4);
    other.memory.setUint8(BASE, 1);
    other.process.exit();
    expect(scene.machine.counters).toMatchObject({
      frames: before.frames,
      commitCharge: before.commitCharge,
    });
  },
  AWE,
);
